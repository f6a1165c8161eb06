//! What happens after Train was pressed, and where the road goes on from a finished run.

use std::sync::Arc;

use contract::{Command, RunState, VersionSelector};
use panels::{Place, Request, Selection, states};

use super::Stage;
use super::learning::stage;

impl Stage {
    /// The engine starts the run that was asked for.
    fn run_starts(&mut self, number: u64, recipe: &contract::Recipe) -> contract::RunId {
        let version = states::wine_second_version();
        let mut run = states::run(number, &version, RunState::Running);
        run.recipe = recipe.clone();
        let id = run.id.clone();
        {
            let snapshot = &mut self.shown.borrow_mut().snapshot;
            snapshot
                .curves
                .insert(id.clone(), Arc::new(states::curves_of(&run)));
            snapshot.runs.push(Arc::new(run));
            snapshot.revision += 1;
        }
        self.harness.run();
        id
    }
}

#[test]
fn the_run_that_was_asked_for_is_opened_in_place_of_the_old_one() {
    let mut stage = stage("run", "finished");
    stage.click("Train again…");
    stage.click("Train");
    let (commands, _) = stage.asked();
    let [Command::StartRun { recipe }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    let id = stage.run_starts(7, recipe);
    assert_eq!(stage.view.borrow().selection(), Some(Selection::Run(id)));
    assert!(stage.says("Run 7") && stage.says("Pause"));
    assert!(
        !stage.says("Register…"),
        "the old run is gone from the screen"
    );
    stage.click("All runs");
    assert!(stage.says("Run 7, running"));
}

#[test]
fn from_the_list_too() {
    let mut stage = stage("experiments", "finished");
    stage.click_first("Run 3, finished");
    let recipe = states::recipe(&states::wine_second_version(), 7);
    let snapshot = stage.shown.borrow().snapshot.clone();
    stage.view.borrow().expect_run(&snapshot, &recipe);
    stage.harness.run();
    assert!(!stage.says("All runs"), "nothing has started yet");
    stage.run_starts(7, &recipe);
    assert!(stage.says("All runs") && stage.says("Pause"));
}

#[test]
fn letting_go_of_the_run_leads_back_to_all_of_them() {
    let mut stage = stage("run", "finished");
    assert!(stage.says("All runs"));
    stage.view.borrow().clear_selection();
    stage.harness.run();
    assert!(!stage.says("All runs"));

    let mut stage = self::stage("run", "finished");
    stage.view.borrow().show_overview(Place::Experiments);
    stage.harness.run();
    assert!(!stage.says("All runs"));
}

#[test]
fn a_registered_run_is_served_and_a_served_one_is_shown() {
    let mut stage = stage("run", "registered");
    stage.click("Serve wine-cultivar@1");
    let (commands, requests) = stage.asked();
    let [Command::StartEndpoint { selector, port: 0 }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(selector.model.as_str(), "wine-cultivar");
    assert_eq!(selector.version, VersionSelector::Number(1));
    assert_eq!(requests, [Request::Navigate(Place::Serving)]);

    let mut stage = self::stage("run", "registered_and_served");
    stage.click("Show endpoint");
    let (commands, requests) = stage.asked();
    assert_eq!(commands, []);
    assert_eq!(requests, [Request::Navigate(Place::Serving)]);
    assert!(matches!(
        stage.view.borrow().selection(),
        Some(Selection::Endpoint(_))
    ));
}

#[test]
fn a_first_model_is_called_by_what_it_answers() {
    let mut stage = stage("run", "stopped");
    stage.click("Register…");
    assert!(stage.says("Becomes wine-cultivar@1, a new model"));
    stage.click("Register");
    let (commands, _) = stage.asked();
    assert!(
        matches!(commands.as_slice(), [Command::RegisterRun { name, .. }]
            if name.as_str() == "wine-cultivar"),
        "{commands:?}"
    );
}

#[test]
fn the_colours_of_the_importance_are_explained() {
    let stage = stage("run whole", "finished");
    for meaning in ["helps", "may do nothing", "hurts"] {
        assert!(stage.says(meaning), "{meaning}");
    }
}
