//! A GPU, software where there is no other: it learns, it is lost, it runs out of memory, and no run hangs or loses its checkpoint.

use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use burn::tensor::Tensor;
use contract::{DeviceChoice, LearningTask};

use super::support::{Heard, job, mixed_for, recipe};
use crate::device::{Opened, choose, failure};
use crate::{CHECKPOINT, Control, Job, LearnError, Outcome, devices, train};

/// Far longer than any of these runs takes; a run that hangs fails its test.
const LONGEST: Duration = Duration::from_secs(120);

/// The tests of this file break the one device that they share.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn small_job(folder: &std::path::Path, device: DeviceChoice) -> Job {
    let data = mixed_for("price", 60, 3);
    let mut recipe = recipe(&data, "price", LearningTask::Regression);
    recipe.device = device;
    // Every shape of a matrix costs a software GPU a second of compiling.
    recipe.model.hidden = Vec::new();
    recipe.training.epochs = 6;
    recipe.training.patience = 0;
    job(data, recipe, folder)
}

/// Trains on a thread of its own, as the program does, and does not wait for ever.
fn trained(job: Job, on_epoch: impl FnMut(u32) + Send + 'static) -> Result<Outcome, LearnError> {
    let (sender, ended) = sync_channel(1);
    std::thread::Builder::new()
        .name("run".into())
        .spawn(move || {
            let mut heard = Heard {
                on_epoch: Some(Box::new(on_epoch)),
                ..Heard::default()
            };
            let ended = train(&job, &Control::default(), &mut heard);
            sender.send(ended).expect("somebody waits");
        })
        .expect("a thread");
    ended.recv_timeout(LONGEST).expect("no run hangs")
}

/// A machine without any graphics driver has nothing to break; one with a driver that is not found is broken itself.
fn is_there() -> bool {
    let is_found = devices().len() > 1;
    let drivers = std::fs::read_dir("/usr/share/vulkan/icd.d");
    let has_driver = drivers.is_ok_and(|mut drivers| drivers.next().is_some());
    assert!(is_found || !has_driver, "a Vulkan driver is not seen");
    is_found
}

fn opened() -> Opened {
    choose(DeviceChoice::Gpu)
        .expect("a GPU")
        .open()
        .expect("it opens")
        .expect("it is not the CPU")
}

/// Breaks the device in epoch 3.
fn lost(folder: &std::path::Path) -> LearnError {
    let job = small_job(folder, DeviceChoice::Gpu);
    let error = trained(job, |epoch| {
        if epoch == 3 {
            opened().handle.destroy();
        }
    })
    .expect_err("the device is gone");
    assert!(folder.join(CHECKPOINT).is_file(), "nothing else is gone");
    error
}

/// To the digits that another order of adding up leaves alike.
#[test]
fn a_gpu_learns_what_the_cpu_learns() {
    let _alone = alone();
    if !is_there() {
        return;
    }
    for (target, task, hidden) in [
        ("class", LearningTask::MultiClassClassification, vec![8]),
        ("price", LearningTask::Regression, Vec::new()),
    ] {
        let metrics_on = |device| {
            let folder = tempfile::tempdir().expect("a folder");
            let data = mixed_for(target, 60, 3);
            let mut recipe = recipe(&data, target, task);
            recipe.device = device;
            recipe.model.hidden = hidden.clone();
            recipe.training.epochs = 3;
            recipe.training.patience = 0;
            let outcome = trained(job(data, recipe, folder.path()), |_| {});
            outcome.expect("a run").report.metrics
        };
        let (gpu, cpu) = (metrics_on(DeviceChoice::Gpu), metrics_on(DeviceChoice::Cpu));
        for key in ["test/loss", "validation/loss"] {
            assert!(
                (gpu[key] - cpu[key]).abs() < 0.01,
                "{target}, {key}: {} and {}",
                gpu[key],
                cpu[key]
            );
        }
    }
}

#[test]
fn a_lost_gpu_ends_the_run_which_goes_on_with_another_device_or_the_cpu() {
    let _alone = alone();
    if !is_there() {
        return;
    }
    for device in [DeviceChoice::Gpu, DeviceChoice::Cpu] {
        let folder = tempfile::tempdir().expect("a folder");
        let error = lost(folder.path());
        let sentence = error.to_string();
        assert!(
            matches!(error, LearnError::DeviceLost { .. }) && sentence.contains("was lost"),
            "{sentence}"
        );
        assert!(!sentence.contains('\n'), "{sentence}");
        assert!(error.hint().is_some_and(|hint| hint.contains("checkpoint")));
        let mut again = small_job(folder.path(), device);
        again.resume = true;
        let (sender, epochs) = sync_channel(100);
        let outcome = trained(again, move |epoch| sender.send(epoch).expect("a listener"))
            .expect("a run that goes on");
        assert_eq!(outcome.report.epochs_run, 6);
        let first = epochs.iter().next().expect("an epoch");
        assert!((2..=4).contains(&first), "from its checkpoint: {first}");
    }
}

/// No device has 64 GB in one piece; whoever reads what should lie there hears of it, and the device goes on.
#[test]
fn a_gpu_without_memory_says_so_and_goes_on() {
    let _alone = alone();
    if !is_there() {
        return;
    }
    let gpu = choose(DeviceChoice::Gpu).expect("a GPU");
    let error = gpu
        .run(|device| {
            let column = Tensor::<2>::ones([1 << 17, 1], device);
            let huge = column.clone().matmul(column.transpose());
            let read = huge.slice([0..1, 0..1]).try_into_vec_as::<f32>();
            read.map_err(|error| failure(&gpu, error.to_string()))
        })
        .expect_err("no memory");
    assert!(matches!(error, LearnError::OutOfMemory { .. }), "{error}");
    assert!(error.to_string().contains("ran out of memory"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("batches")));
    let folder = tempfile::tempdir().expect("a folder");
    trained(small_job(folder.path(), DeviceChoice::Gpu), |_| {}).expect("it computes still");
}

/// The driver's complaint reaches a thread of the backend; the run only notices that something is missing.
#[test]
fn a_vague_failure_is_called_by_what_the_driver_complained_of() {
    let _alone = alone();
    if !is_there() {
        return;
    }
    let gpu = choose(DeviceChoice::Gpu).expect("a GPU");
    let of = |complaint: Option<&str>| {
        gpu.run(|_| -> Result<(), LearnError> {
            if let Some(complaint) = complaint {
                opened().complain(complaint);
            }
            panic!("the memory of a tensor was not found")
        })
        .expect_err("it failed")
    };
    let error = gpu.run(|_| {
        opened().complain("Validation Error");
        Ok(())
    });
    assert!(error.is_err(), "nobody trusts what was computed then");
    assert!(matches!(
        of(Some("Out of Memory")),
        LearnError::OutOfMemory { .. }
    ));
    let error = of(None);
    assert!(
        matches!(error, LearnError::Panicked(_)) && error.to_string().contains("not found"),
        "complaints of former runs are not kept: {error}"
    );
}
