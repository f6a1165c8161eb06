//! The real window over the real engine: the sample project is made, opened and imported.

use std::time::{Duration, Instant};

use egui_kittest::kittest::Queryable;
use panels::Place;

use super::TestWindow;
use crate::action::Wish;
use crate::app::App;
use crate::closing::Closing;

/// The cross of the toast that says so.
const ONE_AT_A_TIME: &str = "Dismiss “One project at a time”";

/// Steps the window until `wanted`, as long as a slow machine may take.
pub(super) fn until(window: &mut TestWindow, what: &str, wanted: impl Fn(&App) -> bool) {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(60) {
        window.harness.step();
        if wanted(window.harness.state()) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("never {what}");
}

#[test]
fn the_sample_project_opens_with_its_data_and_closes() {
    let mut window = TestWindow::new();
    window.harness.run();
    window.harness.get_by_label("Open the wine sample").click();
    window.harness.run();
    until(&mut window, "a dataset", |app| {
        !app.snapshot_of_test().datasets.is_empty()
    });
    let app = window.harness.state();
    assert_eq!(app.place(), Place::Datasets);
    let dataset = &app.snapshot_of_test().datasets[0];
    assert_eq!(
        (dataset.name.as_str(), dataset.versions[0].rows),
        ("wine", 178)
    );
    until(&mut window, "quiet", |app| {
        crate::closing::at_work(app.snapshot_of_test()).is_none()
    });
    let ctx = window.harness.ctx.clone();
    window
        .harness
        .state_mut()
        .act_of_test(&ctx, crate::action::Action::CloseProject);
    until(&mut window, "the welcome screen", |app| {
        app.snapshot_of_test().project.is_none()
    });
    window.harness.run();
    // It stands among the recent ones now, and opens again.
    window
        .harness
        .get_by_label_contains("Open Wine sample")
        .click();
    until(&mut window, "the project again", |app| {
        !app.snapshot_of_test().datasets.is_empty()
    });
}

#[test]
fn a_project_that_waits_for_another_to_close_is_not_lost_to_a_third() {
    let mut window = TestWindow::over(panels::states::Sample::new().quiet().done());
    let waiting = window.folder.path().join("waiting.millrace");
    host::Engine::create(&waiting, std::sync::Arc::new(|| {}))
        .expect("a project")
        .close();
    let third = window.folder.path().join("third.millrace");
    // Both in one frame: the first is still closing when the third comes.
    for path in [&waiting, &third] {
        let wish = Wish::OpenPath(path.clone());
        window.harness.state_mut().click_notification_of_test(wish);
    }
    // A toast is measured in its first frame and seen in the next.
    window.harness.run_steps(3);
    window.harness.get_by_label(ONE_AT_A_TIME);
    until(&mut window, "the project that waited", |app| {
        is_open(app, "waiting.millrace")
    });
}

#[test]
fn a_second_project_does_not_take_the_place_of_the_one_that_work_is_asked_about_for() {
    let mut task = panels::states::task(0);
    task.state = contract::TaskState::Running;
    let working = panels::states::Sample::new().quiet().task(task).done();
    let mut window = TestWindow::over(working);
    let first = window.folder.path().join("first.millrace");
    host::Engine::create(&first, std::sync::Arc::new(|| {}))
        .expect("a project")
        .close();
    let second = window.folder.path().join("second.millrace");
    for path in [&first, &second] {
        let wish = Wish::OpenPath(path.clone());
        window.harness.state_mut().click_notification_of_test(wish);
        window.harness.run_steps(3);
    }
    assert_eq!(window.harness.state().closing_of_test(), Closing::Asking);
    window.harness.get_by_label(ONE_AT_A_TIME);
    window.harness.get_by_label("Stop and close").click();
    until(&mut window, "the first project", |app| {
        is_open(app, "first.millrace")
    });
}

#[test]
fn a_project_does_not_take_the_place_of_the_sample_that_is_being_written() {
    let mut window = TestWindow::new();
    window.harness.run();
    let ctx = window.harness.ctx.clone();
    let other = window.folder.path().join("other.millrace");
    let app = window.harness.state_mut();
    app.act_of_test(&ctx, crate::action::Action::SampleProject);
    app.click_notification_of_test(Wish::OpenPath(other));
    window.harness.run_steps(3);
    window.harness.get_by_label(ONE_AT_A_TIME);
    until(&mut window, "the sample", |app| {
        let mut datasets = app.snapshot_of_test().datasets.iter();
        datasets.any(|dataset| dataset.name.as_str() == "wine")
    });
}

fn is_open(app: &App, name: &str) -> bool {
    let project = app.snapshot_of_test().project.as_ref();
    project.is_some_and(|project| project.path.ends_with(name))
}
