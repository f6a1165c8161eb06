//! What panels ask for arrives, once, in order.

use std::sync::Arc;

use contract::{Command, DataVersionRef, DatasetName, ModelName, RunState, Timestamp};

use crate::{Commands, Place, Request, Selection, View, states};

#[test]
fn asked_in_order() {
    let commands = Commands::default();
    commands.push(Command::VerifyJournal);
    commands.push(Command::StopEndpoint {
        model: ModelName::new("wine"),
    });
    let taken = commands.take();
    assert_eq!(taken.first(), Some(&Command::VerifyJournal));
    assert_eq!(taken.len(), 2);
    assert!(commands.take().is_empty());

    let view = View::new(Timestamp { unix_millis: 7 });
    view.navigate(Place::Serving);
    view.copy("key");
    view.pick_files_to_import();
    view.pick_folder_to_watch();
    assert_eq!(
        view.take_requests(),
        [
            Request::Navigate(Place::Serving),
            Request::Copy("key".into()),
            Request::PickFilesToImport,
            Request::PickFolderToWatch,
        ]
    );
    assert!(view.take_requests().is_empty());
    assert_eq!(view.now.unix_millis, 7);
}

#[test]
fn one_selection_for_the_whole_window() {
    let view = View::default();
    assert_eq!(view.selection(), None);
    view.select(Selection::Fact(3));
    view.select(Selection::Endpoint(ModelName::new("wine")));
    assert_eq!(
        view.selection(),
        Some(Selection::Endpoint(ModelName::new("wine")))
    );
    view.clear_selection();
    assert_eq!(view.selection(), None);
}

#[test]
fn training_is_asked_for_once_and_leads_to_the_datasets() {
    let view = View::default();
    let version = DataVersionRef {
        dataset: DatasetName::new("wine"),
        version: 2,
    };
    view.train(version.clone());
    assert_eq!(
        view.selection(),
        Some(Selection::DataVersion(version.clone()))
    );
    assert_eq!(view.take_requests(), [Request::Navigate(Place::Datasets)]);
    assert_eq!(view.take_training(), Some(version));
    assert_eq!(view.take_training(), None);
}

#[test]
fn a_run_that_was_asked_for_is_given_when_it_comes() {
    let wine = states::wine();
    let road = states::road();
    let mut view = View::new(states::NOW);
    let run = |number: u64| Arc::new(states::run(number, &wine, RunState::Running));
    view.expect_run(&road, &run(7).recipe);
    assert_eq!(view.take_expected_run(&road), None, "it has not started");
    let mut started = road.clone();
    let iris = states::run(7, &states::iris(), RunState::Running);
    started.runs.push(Arc::new(iris));
    assert_eq!(view.take_expected_run(&started), None, "somebody else's");
    started.runs.push(run(8));
    let found = view.take_expected_run(&started).map(|run| run.number);
    assert_eq!(found, Some(8));
    assert_eq!(view.take_expected_run(&started), None, "once");

    view.expect_run(&road, &run(7).recipe);
    view.now.unix_millis += 3_600_000;
    assert_eq!(view.take_expected_run(&road), None);
    assert_eq!(
        view.take_expected_run(&started),
        None,
        "it was refused long ago"
    );
}

#[test]
fn one_place_is_asked_for_its_overview_once() {
    let view = View::default();
    assert!(!view.take_overview(Place::Experiments));
    view.show_overview(Place::Experiments);
    assert!(!view.take_overview(Place::Datasets));
    assert!(view.take_overview(Place::Experiments));
    assert!(!view.take_overview(Place::Experiments));
}

#[test]
fn an_exact_time_is_local_and_says_its_offset() {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
    let at = Timestamp {
        unix_millis: 1_763_475_960_000,
    };
    assert_eq!(
        crate::parts::exact_time_in(at, zone),
        "2025-11-18 16:26:00 +02:00"
    );
}
