//! Devices: which can train, and which one a recipe gets. Nothing else in the program decides this.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

use burn::tensor::wgpu::wgpu;
use burn::tensor::{Device, DeviceKind};
use contract::{DeviceChoice, DeviceInfo};

use crate::LearnError;

/// Every device that can train: the CPU first, then the adapters of the graphics API that training would use.
/// Adapters are asked for once a process, and no device is made.
pub fn devices() -> Vec<DeviceInfo> {
    let adapters = adapters().iter().map(|adapter| adapter.info.clone());
    std::iter::once(cpu()).chain(adapters).collect()
}

/// The device that a choice means.
///
/// # Errors
/// When a GPU is asked for and there is none, not even a software one.
pub fn choose_device(choice: DeviceChoice) -> Result<DeviceInfo, LearnError> {
    choose(choice).map(|chosen| chosen.info)
}

/// A device by its description, and how to open it.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) info: DeviceInfo,
    kind: Option<DeviceKind>,
}

impl Chosen {
    /// Opening is lazy: a GPU that cannot be used fails at its first operation.
    pub(crate) fn open(&self) -> Device {
        match &self.kind {
            None => Device::flex(),
            Some(kind) => Device::wgpu(kind.clone()),
        }
    }
}

pub(crate) fn choose(choice: DeviceChoice) -> Result<Chosen, LearnError> {
    // Who wants the CPU does not wait for graphics drivers to start, nor read what they print.
    let adapters = match choice {
        DeviceChoice::Cpu => &[],
        DeviceChoice::Auto | DeviceChoice::Gpu => adapters(),
    };
    prefer(choice, adapters)
}

/// Real GPUs are preferred; of several, a discrete one. Software Vulkan is a GPU only for who insists on one.
pub(crate) fn prefer(choice: DeviceChoice, adapters: &[Adapter]) -> Result<Chosen, LearnError> {
    let on_cpu = Chosen {
        info: cpu(),
        kind: None,
    };
    let best = |is_software: bool| {
        adapters
            .iter()
            .filter(|adapter| adapter.info.is_software == is_software)
            .min_by_key(|adapter| adapter.rank)
            .map(|adapter| Chosen {
                info: adapter.info.clone(),
                kind: Some(adapter.kind.clone()),
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
    pub(crate) kind: DeviceKind,
    /// Smaller is preferred.
    pub(crate) rank: u8,
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

fn adapters() -> &'static [Adapter] {
    static ADAPTERS: OnceLock<Vec<Adapter>> = OnceLock::new();
    ADAPTERS.get_or_init(|| {
        catch_unwind(enumerate).unwrap_or_else(|_| {
            tracing::warn!("the graphics driver failed while it was asked for its adapters; training uses the CPU");
            Vec::new()
        })
    })
}

/// The adapters of the first graphics API that has a GPU, or else of the first that has anything: burn's own rule, followed here
/// because its `DeviceKind` counts adapters within that API.
fn enumerate() -> Vec<Adapter> {
    let apis: &[wgpu::Backends] = if cfg!(target_os = "macos") {
        &[wgpu::Backends::METAL]
    } else {
        &[
            wgpu::Backends::VULKAN,
            wgpu::Backends::DX12,
            wgpu::Backends::GL,
        ]
    };
    let mut software_only = Vec::new();
    for api in apis {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: *api,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let infos: Vec<wgpu::AdapterInfo> = ready(instance.enumerate_adapters(*api))
            .unwrap_or_default()
            .iter()
            .map(wgpu::Adapter::get_info)
            .collect();
        if infos
            .iter()
            .any(|info| info.device_type != wgpu::DeviceType::Cpu)
        {
            return describe(infos);
        }
        if software_only.is_empty() {
            software_only = infos;
        }
    }
    describe(software_only)
}

fn describe(infos: Vec<wgpu::AdapterInfo>) -> Vec<Adapter> {
    let (mut discrete, mut integrated, mut virtual_ones) = (0, 0, 0);
    let count = |counter: &mut usize| {
        *counter += 1;
        *counter - 1
    };
    infos
        .into_iter()
        .map(|info| {
            let (kind, rank) = match info.device_type {
                wgpu::DeviceType::DiscreteGpu => (DeviceKind::DiscreteGpu(count(&mut discrete)), 0),
                wgpu::DeviceType::IntegratedGpu => {
                    (DeviceKind::IntegratedGpu(count(&mut integrated)), 1)
                }
                wgpu::DeviceType::VirtualGpu => {
                    (DeviceKind::VirtualGpu(count(&mut virtual_ones)), 2)
                }
                wgpu::DeviceType::Other => (DeviceKind::DefaultDevice, 3),
                wgpu::DeviceType::Cpu => (DeviceKind::Cpu, 4),
            };
            let is_software = info.device_type == wgpu::DeviceType::Cpu;
            Adapter {
                info: DeviceInfo {
                    name: info.name,
                    backend: format!("wgpu ({})", info.backend),
                    is_gpu: !is_software,
                    is_software,
                },
                kind,
                rank,
            }
        })
        .collect()
}

/// The value of a future that needs no waiting; native adapters are listed at once.
fn ready<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Runs work on a device; a panic of its backend comes back as an error.
pub(crate) fn guarded<T>(
    chosen: &Chosen,
    work: impl FnOnce() -> Result<T, LearnError>,
) -> Result<T, LearnError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
            .unwrap_or_else(|| "a panic without a message".into());
        Err(failure(chosen, text))
    })
}

/// What a device's failure means, from its own words.
pub(crate) fn failure(chosen: &Chosen, text: String) -> LearnError {
    let device = chosen.info.name.clone();
    let lower = text.to_lowercase();
    if chosen.kind.is_none() {
        return LearnError::Panicked(text);
    }
    if lower.contains("out of memory")
        || lower.contains("outofmemory")
        || lower.contains("buffertoobig")
    {
        return LearnError::OutOfMemory { device, text };
    }
    if lower.contains("lost") || lower.contains("poisoned") {
        return LearnError::DeviceLost { device, text };
    }
    if lower.contains("adapter") || lower.contains("request a wgpu device") {
        return LearnError::DeviceUnusable { device, text };
    }
    LearnError::Panicked(text)
}
