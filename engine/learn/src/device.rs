//! Devices: which can train, and which one a recipe gets. Nothing else in the program decides this.

mod failure;
mod open;
mod quiet;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use burn::tensor::Device;
use burn::tensor::wgpu::wgpu;
use contract::{DeviceChoice, DeviceInfo};

use crate::LearnError;
pub(crate) use failure::failure;
use failure::guarded;
pub(crate) use open::Opened;

/// Every device that can train: the CPU first, then the adapters of the graphics API that training would use.
/// Adapters are asked for once a process, and no device is made.
pub fn devices() -> Vec<DeviceInfo> {
    let adapters = graphics().adapters.iter();
    let adapters = adapters.map(|adapter| adapter.info.clone());
    std::iter::once(cpu()).chain(adapters).collect()
}

/// The device that a choice means.
///
/// # Errors
/// When a GPU is asked for and there is none, not even a software one.
pub fn choose_device(choice: DeviceChoice) -> Result<DeviceInfo, LearnError> {
    choose(choice).map(|chosen| chosen.info)
}

/// A device by its description, and which adapter it is.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) info: DeviceInfo,
    /// Among the adapters; `None` is the CPU.
    place: Option<usize>,
}

impl Chosen {
    /// Runs work on the device. A failure of the device, or a panic on the way, comes back as an error.
    pub(crate) fn run<T>(
        &self,
        work: impl FnOnce(&Device) -> Result<T, LearnError>,
    ) -> Result<T, LearnError> {
        match self.open()? {
            None => guarded(self, None, || work(&Device::flex())),
            Some(opened) => guarded(self, Some(&opened), || work(&opened.device)),
        }
    }

    pub(crate) fn is_cpu(&self) -> bool {
        self.place.is_none()
    }

    /// `None` of the CPU, which is always open.
    pub(crate) fn open(&self) -> Result<Option<Opened>, LearnError> {
        let unusable = |text| LearnError::DeviceUnusable {
            device: self.info.name.clone(),
            text,
        };
        let Some(place) = self.place else {
            return Ok(None);
        };
        let handles = graphics().handles.get(place).ok_or(LearnError::NoGpu)?;
        catch_unwind(AssertUnwindSafe(|| Opened::on(place, handles)))
            .unwrap_or_else(|panic| Err(failure::words(panic.as_ref())))
            .map(Some)
            .map_err(unusable)
    }
}

pub(crate) fn choose(choice: DeviceChoice) -> Result<Chosen, LearnError> {
    // Who wants the CPU does not wait for graphics drivers to start, nor read what they print.
    let adapters = match choice {
        DeviceChoice::Cpu => [].as_slice(),
        DeviceChoice::Auto | DeviceChoice::Gpu => &graphics().adapters,
    };
    prefer(choice, adapters)
}

/// Real GPUs are preferred; of several, a discrete one. Software Vulkan is a GPU only for who insists on one.
pub(crate) fn prefer(choice: DeviceChoice, adapters: &[Adapter]) -> Result<Chosen, LearnError> {
    let on_cpu = Chosen {
        info: cpu(),
        place: None,
    };
    let best = |is_software: bool| {
        adapters
            .iter()
            .filter(|adapter| adapter.info.is_software == is_software)
            .min_by_key(|adapter| adapter.rank)
            .map(|adapter| Chosen {
                info: adapter.info.clone(),
                place: Some(adapter.place),
            })
    };
    match choice {
        DeviceChoice::Cpu => Ok(on_cpu),
        DeviceChoice::Auto => Ok(best(false).unwrap_or(on_cpu)),
        DeviceChoice::Gpu => best(false).or_else(|| best(true)).ok_or(LearnError::NoGpu),
    }
}

/// A graphics adapter as wgpu reports it.
#[derive(Clone, Debug)]
pub(crate) struct Adapter {
    pub(crate) info: DeviceInfo,
    /// Among all adapters.
    pub(crate) place: usize,
    /// Smaller is preferred.
    pub(crate) rank: u8,
}

/// What wgpu opens a device with.
#[derive(Clone)]
pub(crate) struct Handles {
    pub(crate) instance: wgpu::Instance,
    pub(crate) adapter: wgpu::Adapter,
}

fn cpu() -> DeviceInfo {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    DeviceInfo {
        name: format!("CPU ({threads} threads)"),
        backend: "flex".into(),
        is_gpu: false,
        is_software: false,
    }
}

/// All that was found of graphics, in the same order.
#[derive(Default)]
struct Graphics {
    adapters: Vec<Adapter>,
    handles: Vec<Handles>,
}

fn graphics() -> &'static Graphics {
    static GRAPHICS: OnceLock<Graphics> = OnceLock::new();
    GRAPHICS.get_or_init(|| {
        let handles = catch_unwind(|| {
            quiet::without_complaints(find)
        }).unwrap_or_else(|_| {
            tracing::warn!("the graphics driver failed while it was asked for its adapters; training uses the CPU");
            Vec::new()
        });
        Graphics {
            adapters: handles.iter().zip(0..).map(describe).collect(),
            handles,
        }
    })
}

/// The adapters of the first graphics API that has a GPU, or else of the first that has anything. OpenGL is left alone: a GPU
/// worth training on has something better.
fn find() -> Vec<Handles> {
    let apis: &[wgpu::Backends] = if cfg!(target_os = "macos") {
        &[wgpu::Backends::METAL]
    } else {
        &[wgpu::Backends::VULKAN, wgpu::Backends::DX12]
    };
    let mut software_only = Vec::new();
    for api in apis {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: *api,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let found: Vec<Handles> = ready(instance.enumerate_adapters(*api))
            .unwrap_or_default()
            .into_iter()
            .map(|adapter| Handles {
                instance: instance.clone(),
                adapter,
            })
            .collect();
        let is_gpu =
            |found: &Handles| found.adapter.get_info().device_type != wgpu::DeviceType::Cpu;
        if found.iter().any(is_gpu) {
            return found;
        }
        if software_only.is_empty() {
            software_only = found;
        }
    }
    software_only
}

fn describe((handles, place): (&Handles, usize)) -> Adapter {
    let info = handles.adapter.get_info();
    let is_software = info.device_type == wgpu::DeviceType::Cpu;
    Adapter {
        info: DeviceInfo {
            name: info.name,
            backend: format!("wgpu ({})", info.backend),
            is_gpu: !is_software,
            is_software,
        },
        place,
        rank: match info.device_type {
            wgpu::DeviceType::DiscreteGpu => 0,
            wgpu::DeviceType::IntegratedGpu => 1,
            wgpu::DeviceType::VirtualGpu => 2,
            wgpu::DeviceType::Other => 3,
            wgpu::DeviceType::Cpu => 4,
        },
    }
}

/// The value of a future that needs no waiting; native adapters are listed at once.
fn ready<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
