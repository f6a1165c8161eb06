//! Checkpoints: whole or not there, damaged ones noticed, strange ones refused.

use contract::LearningTask;

use super::support::{Heard, job, mixed_for, recipe, run};
use crate::checkpoint::{CHECKPOINT, Checkpoint, Progress, Vectors};
use crate::writer::Writer;
use crate::{Control, LearnError, train};

fn checkpoint() -> Checkpoint {
    Checkpoint {
        progress: Progress {
            identity: u64::MAX - 3,
            epoch: 7,
            step: 1 << 60,
            best_epoch: 5,
            best_loss: Some(0.1 + 0.2),
            worse_epochs: 2,
            samples: 99,
            loop_seconds: 1.5,
            seconds: 2.5,
        },
        vectors: Vectors {
            parameters: vec![1.0, -0.0, f32::MIN_POSITIVE],
            first_moment: vec![0.1; 3],
            second_moment: vec![0.2; 3],
            statistics: vec![0.3; 2],
            best_parameters: vec![0.4; 3],
            best_statistics: vec![0.5; 2],
        },
    }
}

#[test]
fn what_is_saved_is_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(Checkpoint::load(folder.path()).expect("no error"), None);
    checkpoint().save(folder.path()).expect("saved");
    assert_eq!(
        Checkpoint::load(folder.path()).expect("no error"),
        Some(checkpoint())
    );
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .collect();
    assert_eq!(names.len(), 1, "no temporary file is left");
}

#[test]
fn a_writer_takes_one_at_a_time_and_says_when_it_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::start(folder.path().to_owned()).expect("a thread");
    assert_eq!(writer.collect().expect("no error"), None);
    for epoch in [7, 8] {
        let mut newer = checkpoint();
        newer.progress.epoch = epoch;
        writer.write(newer.clone()).expect("it is idle");
        assert!(writer.is_busy());
        let written = writer.wait().expect("no error").expect("it was busy");
        assert_eq!(written.epoch, epoch);
        assert!(written.seconds > 0.0 && !writer.is_busy());
        let loaded = Checkpoint::load(folder.path()).expect("no error");
        assert_eq!(loaded, Some(newer), "it is there when it is said to be");
    }
    let mut last = checkpoint();
    last.progress.epoch = 9;
    writer.write(last.clone()).expect("it is idle");
    drop(writer);
    let loaded = Checkpoint::load(folder.path()).expect("no error");
    assert_eq!(loaded, Some(last), "what was begun is written to its end");
}

#[test]
fn a_writer_that_cannot_write_says_so_once_it_is_asked() {
    let folder = tempfile::tempdir().expect("a folder").path().join("gone");
    let mut writer = Writer::start(folder).expect("a thread");
    writer.write(checkpoint()).expect("it is idle");
    assert!(matches!(writer.wait(), Err(LearnError::Write { .. })));
}

#[test]
fn any_flipped_bit_or_missing_tail_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    checkpoint().save(folder.path()).expect("saved");
    let path = folder.path().join(CHECKPOINT);
    let bytes = std::fs::read(&path).expect("bytes");
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 4;
        std::fs::write(&path, damaged).expect("written");
        let loaded = Checkpoint::load(folder.path()).expect("no error");
        // A flipped bit in the header's white space or in the order of its names changes nothing that counts.
        assert!(
            loaded.is_none() || loaded == Some(checkpoint()),
            "byte {place}"
        );
    }
    std::fs::write(&path, &bytes[..bytes.len() - 1]).expect("written");
    assert_eq!(Checkpoint::load(folder.path()).expect("no error"), None);
}

#[test]
fn a_run_with_a_damaged_checkpoint_begins_anew_and_ends_the_same() {
    let data = mixed_for("price", 100, 4);
    let recipe = recipe(&data, "price", LearningTask::Regression);
    let folder = tempfile::tempdir().expect("a folder");
    let mut job = job(data, recipe, folder.path());
    let expected = run(&job).expect("a run");
    std::fs::write(folder.path().join(CHECKPOINT), b"not a checkpoint").expect("written");
    job.resume = true;
    let mut heard = Heard::default();
    let resumed = train(&job, &Control::default(), &mut heard).expect("a run");
    assert_eq!(heard.epochs[0].0, 1);
    assert_eq!(resumed.report.metrics, expected.report.metrics);
}

#[test]
fn a_checkpoint_of_other_data_or_another_recipe_is_refused() {
    let data = mixed_for("price", 100, 4);
    let recipe = recipe(&data, "price", LearningTask::Regression);
    let folder = tempfile::tempdir().expect("a folder");
    let mut job = job(data, recipe, folder.path());
    run(&job).expect("a run");
    job.resume = true;
    run(&job).expect("its own checkpoint is fine");

    job.recipe.training.learning_rate *= 2.0;
    assert!(matches!(
        run(&job),
        Err(LearnError::ForeignCheckpoint { .. })
    ));
    job.recipe.training.learning_rate /= 2.0;
    job.frame = mixed_for("price", 100, 5);
    assert!(matches!(
        run(&job),
        Err(LearnError::ForeignCheckpoint { .. })
    ));
}
