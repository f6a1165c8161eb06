//! The real window over the real engine: the sample project is made, opened and imported.

use std::time::{Duration, Instant};

use egui_kittest::kittest::Queryable;
use panels::Place;

use super::TestWindow;
use crate::app::App;

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
    use crate::action::Wish;
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
    window.harness.step();
    until(&mut window, "the project that waited", |app| {
        let project = app.snapshot_of_test().project.as_ref();
        project.is_some_and(|project| project.path.ends_with("waiting.millrace"))
    });
}
