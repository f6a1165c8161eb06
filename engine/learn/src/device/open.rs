//! Open devices: a wgpu device of training's own on each adapter in use, replaced by a new one when it was lost.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use burn::tensor::wgpu::{WgpuSetup, wgpu};
use burn::tensor::{Device, Tensor};

use super::{Handles, ready};

/// By the adapter's place. burn keeps whatever it was given for as long as the program runs, and a lost device fails for ever, so the
/// runs of one adapter share a device until it is lost.
static OPEN: Mutex<BTreeMap<usize, Opened>> = Mutex::new(BTreeMap::new());

/// A device that runs compute on.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) device: Device,
    /// The newest complaint of the graphics API, numbered from 1. It comes on a thread of burn's, which passes on that something failed,
    /// but not always what. Runs that share the device all hear of it.
    complaint: Arc<Mutex<(u64, String)>>,
    #[cfg(test)]
    pub(crate) handle: wgpu::Device,
}

impl Opened {
    /// The open device of this adapter, or a new one.
    pub(crate) fn on(place: usize, handles: &Handles) -> Result<Self, String> {
        let mut open = lock(&OPEN);
        if let Some(found) = open.get(&place) {
            return Ok(found.clone());
        }
        let opened = Self::new(handles)?;
        open.insert(place, opened.clone());
        Ok(opened)
    }

    /// The next run gets another device.
    pub(crate) fn forget(&self) {
        lock(&OPEN).retain(|_, open| !Arc::ptr_eq(&open.complaint, &self.complaint));
    }

    #[cfg(test)]
    pub(crate) fn complain(&self, text: &str) {
        note(&self.complaint, text);
    }

    /// How many complaints there were.
    pub(crate) fn complaints(&self) -> u64 {
        lock(&self.complaint).0
    }

    /// What was complained of since there were so many.
    pub(crate) fn complaint_since(&self, count: u64) -> Option<String> {
        let complaint = lock(&self.complaint);
        (complaint.0 > count).then(|| complaint.1.clone())
    }

    /// Whether the device still computes; what it says if it does not.
    pub(crate) fn check(&self) -> Result<(), String> {
        let computed = catch_unwind(AssertUnwindSafe(|| {
            let two = Tensor::<1>::from_data([1.0], &self.device).add_scalar(1.0);
            two.try_into_vec_as::<f32>()
        }));
        match computed {
            Ok(Ok(values)) if values == [2.0] => Ok(()),
            Ok(Ok(_)) => Err("the device was lost: it computes nothing".into()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(panic) => Err(super::failure::words(panic.as_ref())),
        }
    }

    fn new(handles: &Handles) -> Result<Self, String> {
        let (device, queue) = ready(
            handles.adapter.request_device(&wgpu::DeviceDescriptor {
                label: Some("training"),
                // All but what is slow to have or not yet safe; burn asks the adapter which of them it may use.
                required_features: handles
                    .adapter
                    .features()
                    .difference(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS)
                    .difference(wgpu::Features::all_experimental_mask()),
                required_limits: handles.adapter.limits(),
                // burn makes its own large blocks.
                memory_hints: wgpu::MemoryHints::MemoryUsage,
                ..wgpu::DeviceDescriptor::default()
            }),
        )
        .ok_or("the driver does not answer")?
        .map_err(|error| error.to_string())?;
        let setup = WgpuSetup {
            instance: handles.instance.clone(),
            adapter: handles.adapter.clone(),
            device: device.clone(),
            queue,
            backend: handles.adapter.get_info().backend,
        };
        let opened = Self {
            device: Device::wgpu_options()
                .setup(setup)
                .init()
                .map_err(|error| error.to_string())?,
            complaint: Arc::default(),
            #[cfg(test)]
            handle: device.clone(),
        };
        // Not the device itself, which would then own itself and never be freed.
        let complaint = Arc::clone(&opened.complaint);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let text = error.to_string();
            note(&complaint, &text);
            // burn expects to be unwound here: it marks what was being computed as failed, and nothing else.
            std::panic::resume_unwind(Box::new(text));
        }));
        Ok(opened)
    }
}

fn note(complaint: &Mutex<(u64, String)>, text: &str) {
    let mut complaint = lock(complaint);
    complaint.0 += 1;
    text.clone_into(&mut complaint.1);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
