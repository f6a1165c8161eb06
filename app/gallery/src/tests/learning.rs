//! Clicks through training, experiments, a run's page, the registry, lineage, the journal and the tasks.

use contract::{Command, LearningTask, VersionSelector};
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use panels::{Place, Request, Selection};

use super::{Stage, find};

pub(super) fn stage(panel: &str, state: &str) -> Stage {
    let exhibit = find(panel, state);
    let mut stage = Stage::new(exhibit);
    stage.harness.run();
    stage.asked();
    stage
}

#[test]
fn train_starts_the_run_that_is_shown() {
    let mut stage = stage("training", "wine");
    stage.click("Train");
    let (commands, requests) = stage.asked();
    let [Command::StartRun { recipe }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(recipe.data.to_string(), "wine@1");
    assert_eq!(&*recipe.target, "cultivar");
    assert_eq!(recipe.task, LearningTask::MultiClassClassification);
    assert_eq!(recipe.features.len(), 13);
    assert_eq!(requests, [Request::Navigate(Place::Experiments)]);
    assert!(!stage.says("Train on wine@1"), "the dialog is closed");
}

#[test]
fn features_and_target_are_chosen_in_the_dialog() {
    let mut stage = stage("training", "wine");
    stage.click("alcohol");
    stage.click("Train");
    let (commands, _) = stage.asked();
    let [Command::StartRun { recipe }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert!(
        recipe
            .features
            .iter()
            .all(|feature| &*feature.name != "alcohol")
    );

    let mut stage = self::stage("training", "wine");
    stage.click("Target, cultivar");
    // The check box of the feature has the same name.
    stage
        .harness
        .get_by_role_and_label(Role::Button, "malic_acid")
        .click();
    stage.harness.run();
    assert!(stage.says("regression"));
    stage.click("Train");
    let (commands, _) = stage.asked();
    assert!(
        matches!(commands.as_slice(), [Command::StartRun { recipe }] if &*recipe.target == "malic_acid"),
        "{commands:?}"
    );
}

#[test]
fn a_draft_with_a_mistake_cannot_be_trained() {
    let mut stage = stage("training", "wine");
    stage.click("Choose none of the listed");
    assert!(stage.says("Choose at least one feature"));
    stage.click("Train");
    assert_eq!(stage.asked().0, []);
    stage.click("Choose all of the listed");
    stage.click("Train");
    assert_eq!(stage.asked().0.len(), 1);
}

#[test]
fn a_click_on_a_run_selects_it_and_the_button_opens_it() {
    let mut stage = stage("experiments", "finished");
    stage.click_first("Run 3, finished");
    let selected = stage.view.borrow().selection();
    let Some(Selection::Run(run)) = selected else {
        panic!("{selected:?}");
    };
    assert!(!stage.says("Evaluation"), "selected, not opened");
    stage.click("Open run");
    assert!(stage.says("Evaluation"));
    assert_eq!(stage.view.borrow().selection(), Some(Selection::Run(run)));
    stage.click("All runs");
    assert!(!stage.says("Evaluation"), "back in the table");
}

#[test]
fn a_head_sorts_and_a_second_click_turns() {
    let mut stage = stage("experiments", "finished");
    stage.click("Sort by Duration");
    assert!(stage.says("Duration, sorted upwards"));
    stage.click("Duration, sorted upwards");
    assert!(stage.says("Duration, sorted downwards"));
}

#[test]
fn a_column_is_shown_and_hidden() {
    let mut stage = stage("experiments", "finished");
    assert!(!stage.says("Sort by Baseline"));
    stage.click("Columns");
    stage.click("Baseline");
    assert!(stage.says("Sort by Baseline"));
    stage.click("Baseline");
    assert!(!stage.says("Sort by Baseline"));
}

#[test]
fn runs_are_paused_stopped_and_resumed() {
    let mut running = stage("run", "running");
    running.click("Pause");
    running.click("Stop");
    let (commands, _) = running.asked();
    assert!(
        matches!(
            commands.as_slice(),
            [Command::PauseRun { .. }, Command::StopRun { .. }]
        ),
        "{commands:?}"
    );
    for state in ["paused", "interrupted"] {
        let mut stage = stage("run", state);
        stage.click("Resume");
        let (commands, _) = stage.asked();
        assert!(
            matches!(commands.as_slice(), [Command::ResumeRun { .. }]),
            "{commands:?}"
        );
    }
}

#[test]
fn a_finished_run_is_registered_under_the_proposed_name() {
    let mut stage = stage("run", "finished");
    stage.click("Register…");
    assert!(stage.says("Becomes wine@2"));
    stage.click("Register");
    let (commands, _) = stage.asked();
    assert!(
        matches!(commands.as_slice(), [Command::RegisterRun { name, .. }] if name.as_str() == "wine"),
        "{commands:?}"
    );
}

#[test]
fn a_failed_run_says_why_and_can_be_tried_again() {
    let mut stage = stage("run", "failed");
    assert!(stage.says("The loss became NaN at epoch 12"));
    stage.click("Train again…");
    assert!(stage.says("Train on iris@1"));
}

#[test]
fn a_cell_of_the_matrix_is_read_by_a_click() {
    let mut stage = stage("run", "finished");
    let cell = "7 of 8 rows of class_0 were recognised";
    assert!(
        stage
            .harness
            .query_by_label("Click a cell to read it")
            .is_some()
    );
    stage.click_first(cell);
    assert!(
        stage
            .harness
            .query_by_label("Click a cell to read it")
            .is_none()
    );
}

#[test]
fn the_strip_leads_to_the_data() {
    let mut stage = stage("run", "registered_and_served");
    stage.click("wine.csv");
    let (_, requests) = stage.asked();
    assert_eq!(requests, [Request::Navigate(Place::Datasets)]);
}

#[test]
fn a_version_is_served_and_made_champion() {
    let mut stage = stage("registry", "several_models");
    stage.click_first("Version 1");
    stage.click("Serve v1");
    let (commands, requests) = stage.asked();
    let [Command::StartEndpoint { selector, port: 0 }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(selector.version, VersionSelector::Number(1));
    assert_eq!(requests, [Request::Navigate(Place::Serving)]);

    let mut stage = self::stage("registry", "several_models");
    stage.click_first("Version 1");
    stage.click("Make champion, now v2");
    let (commands, _) = stage.asked();
    assert!(
        matches!(commands.as_slice(), [Command::SetAlias { version, alias }]
            if version.version == 1 && &**alias == "champion"),
        "{commands:?}"
    );
    stage.click_first("Version 2");
    stage.click("Take champion away from v2");
    let (commands, _) = stage.asked();
    assert!(
        matches!(commands.as_slice(), [Command::RemoveAlias { .. }]),
        "{commands:?}"
    );
}

#[test]
fn lineage_asks_once_and_follows_clicks() {
    let exhibit = find("lineage", "on_its_way");
    let mut stage = Stage::new(exhibit);
    stage.harness.run();
    stage.harness.run();
    let (commands, _) = stage.asked();
    assert!(
        matches!(commands.as_slice(), [Command::ShowLineage { .. }]),
        "{commands:?}"
    );

    let mut stage = self::stage("lineage", "road");
    stage.click_first("Run 1, accuracy");
    let selected = stage.view.borrow().selection();
    let Some(Selection::Run(run)) = &selected else {
        panic!("{selected:?}");
    };
    let (commands, _) = stage.asked();
    assert!(
        matches!(commands.as_slice(), [Command::ShowLineage { of }] if **of == *run.as_str()),
        "{commands:?}"
    );
}

#[test]
fn many_siblings_are_shown_by_a_click() {
    let mut stage = stage("lineage", "ten_thousand_runs");
    assert!(!stage.says("Run 9990, accuracy"));
    stage.click_first("9\u{202f}994 more runs");
    assert!(stage.says("Run 9990, accuracy"));
}

#[test]
fn facts_are_asked_for_once_and_shown_in_full() {
    let exhibit = find("journal", "facts_on_their_way");
    let mut stage = Stage::new(exhibit);
    stage.harness.run();
    stage.harness.run();
    let (commands, _) = stage.asked();
    assert!(
        matches!(
            commands.as_slice(),
            [Command::ShowFacts {
                first_seq: 1,
                count: 39
            }]
        ),
        "{commands:?}"
    );

    let mut stage = self::stage("journal", "verified");
    stage.click("Verify");
    assert_eq!(stage.asked().0, [Command::VerifyJournal]);
    stage.click_first("Fact 31, Run finished");
    assert_eq!(stage.view.borrow().selection(), Some(Selection::Fact(31)));
    assert!(stage.says("\"type\": \"run_finished\""));
    stage.click("Show the run");
    let (_, requests) = stage.asked();
    assert_eq!(requests, [Request::Navigate(Place::Experiments)]);
}

#[test]
fn a_task_is_cancelled() {
    let mut stage = stage("tasks", "running");
    stage.click("Cancel Import sales.csv");
    let (commands, _) = stage.asked();
    assert!(
        matches!(commands.as_slice(), [Command::CancelTask { .. }]),
        "{commands:?}"
    );
    stage.click("Show run");
    let (_, requests) = stage.asked();
    assert_eq!(requests, [Request::Navigate(Place::Experiments)]);
}
