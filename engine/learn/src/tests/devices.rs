//! Devices: what is chosen of what there is, and what a failure is called.

use contract::{DeviceChoice, DeviceInfo};

use crate::device::{Adapter, choose, failure, prefer};
use crate::{LearnError, bare_loop, choose_device, devices};

fn adapter(name: &str, place: usize, rank: u8) -> Adapter {
    Adapter {
        info: DeviceInfo {
            name: name.into(),
            backend: "wgpu (vulkan)".into(),
            is_gpu: rank < 4,
            is_software: rank == 4,
        },
        place,
        rank,
    }
}

#[test]
fn software_is_a_gpu_only_for_who_insists() {
    let software = adapter("llvmpipe", 0, 4);
    let integrated = adapter("integrated", 1, 1);
    let discrete = adapter("discrete", 2, 0);
    let name =
        |choice, adapters: &[Adapter]| prefer(choice, adapters).map(|chosen| chosen.info.name);

    let only_software = [software.clone()];
    assert!(
        name(DeviceChoice::Auto, &only_software)
            .expect("the CPU")
            .starts_with("CPU")
    );
    assert_eq!(
        name(DeviceChoice::Gpu, &only_software).expect("a device"),
        "llvmpipe"
    );

    let all = [software, integrated, discrete];
    assert_eq!(
        name(DeviceChoice::Auto, &all).expect("a device"),
        "discrete"
    );
    assert_eq!(
        name(DeviceChoice::Gpu, &all[..2]).expect("a device"),
        "integrated"
    );
    assert!(
        name(DeviceChoice::Cpu, &all)
            .expect("the CPU")
            .starts_with("CPU")
    );

    assert!(
        name(DeviceChoice::Auto, &[])
            .expect("the CPU")
            .starts_with("CPU")
    );
    assert!(matches!(
        name(DeviceChoice::Gpu, &[]),
        Err(LearnError::NoGpu)
    ));
}

#[test]
fn the_cpu_is_always_there() {
    let devices = devices();
    assert!(!devices[0].is_gpu && !devices[0].is_software && devices[0].backend == "flex");
    assert!(
        devices[1..]
            .iter()
            .all(|device| device.is_gpu != device.is_software)
    );
    assert_eq!(
        choose_device(DeviceChoice::Cpu).expect("the CPU"),
        devices[0]
    );
}

#[test]
fn a_failing_gpu_is_called_by_its_failure() {
    let gpu = prefer(DeviceChoice::Auto, &[adapter("card", 0, 0)]).expect("a device");
    let of = |text: &str| failure(&gpu, text.into());
    assert!(matches!(
        of("Not enough memory left: out of memory"),
        LearnError::OutOfMemory { .. }
    ));
    let refused =
        of("can't allocate buffer of size: 64\nNo backtrace available\nAsked at:\n0: a\n1: b");
    assert_eq!(
        refused.to_string(),
        "the device card ran out of memory: can't allocate buffer of size: 64"
    );
    assert!(matches!(
        of("out of device memory allocating 64 bytes"),
        LearnError::OutOfMemory { .. }
    ));
    let lost = of("A tensor was not read\nCaused by:\n  The device is poisoned.\nBacktrace:\n0: a");
    assert_eq!(
        lost.to_string(),
        "the device card was lost: The device is poisoned"
    );
    assert!(matches!(
        of("Parent device is lost"),
        LearnError::DeviceLost { .. }
    ));
    assert!(matches!(
        of("The device is poisoned"),
        LearnError::DeviceLost { .. }
    ));
    assert!(matches!(
        of("No adapter available"),
        LearnError::DeviceUnusable { .. }
    ));
    assert!(matches!(of("index out of bounds"), LearnError::Panicked(_)));
    let cpu = choose(DeviceChoice::Cpu).expect("the CPU");
    assert!(matches!(
        failure(&cpu, "the word lost".into()),
        LearnError::Panicked(_)
    ));
    for text in ["out of memory", "device lost", "no adapter", "else"] {
        assert!(of(text).to_string().contains(text) && of(text).hint().is_some());
    }
}

#[test]
fn the_yardstick_trains_both_kinds() {
    for classes in [1, 3] {
        let speed = bare_loop(200, 5, &[8], classes, 32, 2, DeviceChoice::Cpu).expect("a speed");
        assert!(speed > 0.0 && speed.is_finite());
    }
}
