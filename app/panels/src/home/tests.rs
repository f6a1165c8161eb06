//! What Home says, as text.

use contract::{RunState, Snapshot};
use expect_test::{Expect, expect};

use super::data::{HomeData, Progress};
use crate::states::{self, NOW, Sample};

fn check(snapshot: &Snapshot, expected: &Expect) {
    let Some(data) = HomeData::new(snapshot, NOW) else {
        expected.assert_eq("no project\n");
        return;
    };
    let mut text = format!("{} in {}\n", data.title, data.path);
    for station in &data.stations {
        let mark = match station.progress {
            Progress::Done => 'x',
            Progress::Next => '>',
            Progress::Later => ' ',
        };
        text += &format!("[{mark}] {}: {}\n", station.name, station.detail);
    }
    if let Some(next) = &data.next {
        text += &format!("next: {} ({}) [{}]\n", next.title, next.detail, next.button);
    }
    for running in &data.running {
        text += &format!(
            "running: {} ({}) {:?}\n",
            running.title, running.detail, running.share
        );
    }
    for need in &data.needs {
        text += &format!(
            "{:?}: {} ({}) [{}]\n",
            need.tone, need.title, need.detail, need.button
        );
    }
    for recent in &data.recent {
        text += &format!("{:?} {} ({})\n", recent.kind, recent.title, recent.detail);
    }
    expected.assert_eq(&text);
}

#[test]
fn without_a_project_there_is_nothing_to_say() {
    check(
        &states::no_project(),
        &expect![[r#"
        no project
    "#]],
    );
}

#[test]
fn an_empty_project_asks_for_data() {
    check(
        &states::empty(),
        &expect![[r#"
        Wine cellar in /home/ada/wine-cellar.millrace
        [>] Data: 0 datasets
        [ ] Train: 0 runs
        [ ] Register: 0 models
        [ ] Serve: 0 endpoints
        [ ] Watch: not measured
        next: Import your first data (Drop a CSV, JSON, Parquet or Excel file anywhere on the window) [Import…]
    "#]],
    );
}

#[test]
fn the_best_comparable_run_is_offered_for_the_registry() {
    let wine = states::wine();
    let snapshot = Sample::new()
        .dataset(vec![wine.clone()])
        .run_of(&wine, RunState::Finished)
        .run_of(&wine, RunState::Finished)
        .run_of(&wine, RunState::Finished)
        .done();
    check(
        &snapshot,
        &expect![[r#"
        Wine cellar in /home/ada/wine-cellar.millrace
        [x] Data: 1 dataset
        [x] Train: 3 runs
        [>] Register: 0 models
        [ ] Serve: 0 endpoints
        [ ] Watch: not measured
        next: Register run 2 as wine-cultivar (Its accuracy on held-out rows is 0.9231) [Register]
        Run Run 3 (finished on wine@1)
        Run Run 2 (finished on wine@1)
        Run Run 1 (finished on wine@1)
        Data wine@1 (178 rows, 14 columns)
    "#]],
    );
}

#[test]
fn a_served_model_without_requests_wants_one() {
    let wine = states::wine();
    let snapshot = Sample::new()
        .dataset(vec![wine.clone()])
        .run_of(&wine, RunState::Finished)
        .model("wine", 1)
        .served("wine")
        .quiet()
        .done();
    check(
        &snapshot,
        &expect![[r#"
            Wine cellar in /home/ada/wine-cellar.millrace
            [x] Data: 1 dataset
            [x] Train: 1 run
            [x] Register: 1 model
            [x] Serve: 1 endpoint
            [>] Watch: not measured
            next: Ask wine for a prediction (The form in Serving is filled with typical values) [Try it]
            running: wine@1 answers (ready, not asked yet) None
            Endpoint wine (serves wine@1)
            Model wine@1 (registered from run 1)
            Run Run 1 (finished on wine@1)
            Data wine@1 (178 rows, 14 columns)
        "#]],
    );
}

#[test]
fn the_whole_road_says_what_runs_and_what_needs_a_person() {
    check(
        &states::road(),
        &expect![[r#"
            Wine cellar in /home/ada/wine-cellar.millrace
            [x] Data: 2 datasets
            [x] Train: 6 runs
            [x] Register: 1 model
            [x] Serve: 1 endpoint
            [x] Watch: 2 drifted
            running: Train run 6 on wine@2 (epoch 45, about 15 s left) Some(0.45)
            running: wine@1 answers (15.1 requests/s, p99 2.87 ms) None
            Fail: Run 4 failed (The loss became NaN at epoch 12; the learning rate 10 is too high for this data) [Show run]
            Warn: 2 columns of wine drifted (malic_acid, magnesium) [Show drift]
            Run Run 6 (running on wine@2)
            Data wine@2 (160 rows, 14 columns)
            Endpoint wine (serves wine@1)
            Model wine@1 (registered from run 1)
            Run Run 3 (finished on wine@2)
            Run Run 5 (interrupted on wine@2)
            Run Run 1 (finished on wine@1)
            Run Run 4 (failed on iris@1)
        "#]],
    );
}

#[test]
fn failures_need_a_person() {
    let rejected = states::rejected_rows();
    let snapshot = Sample::new()
        .dataset(vec![rejected.clone()])
        .run_of(&rejected, RunState::Failed)
        .task(states::task(4))
        .done();
    check(
        &snapshot,
        &expect![[r#"
            Wine cellar in /home/ada/wine-cellar.millrace
            [x] Data: 1 dataset
            [>] Train: 1 run
            [ ] Register: 0 models
            [ ] Serve: 0 endpoints
            [ ] Watch: not measured
            next: Train a model on messpunkte@1 (Pick the column to predict; everything else has a sensible default) [Train…]
            Fail: Run 1 failed (The loss became NaN at epoch 12; the learning rate 10 is too high for this data) [Show run]
            Fail: Import notes.txt failed (notes.txt holds no table: no line has the same number of fields as another) [Show task]
            Warn: 41 rows were rejected in messpunkte@1 (They did not fit the columns; other reader options may read them) [Show rows]
            Data messpunkte@1 (18 204 rows, 6 columns)
            Run Run 1 (failed on messpunkte@1)
        "#]],
    );
}

#[test]
fn a_newer_run_means_that_the_failed_one_was_seen() {
    let wine = states::wine();
    let snapshot = Sample::new()
        .dataset(vec![wine.clone()])
        .run_of(&wine, RunState::Failed)
        .run_of(&wine, RunState::Running)
        .done();
    let data = HomeData::new(&snapshot, NOW).expect("a project is open");
    assert_eq!(data.needs, []);
}

#[test]
fn what_was_dismissed_does_not_come_back_before_it_changes() {
    let wine = states::wine();
    let snapshot = Sample::new()
        .dataset(vec![wine.clone()])
        .run_of(&wine, RunState::Failed)
        .done();
    let mut dismissed = super::Dismissed::default();
    let mut data = HomeData::new(&snapshot, NOW).expect("a project is open");
    let need = data.needs[0].clone();
    dismissed.dismiss(&need);
    dismissed.leave_out(&mut data.needs);
    assert_eq!(data.needs, []);
    let changed = super::data::Need {
        detail: "it failed in another way".into(),
        ..need
    };
    let mut needs = vec![changed.clone()];
    dismissed.leave_out(&mut needs);
    assert_eq!(needs, [changed]);
}
