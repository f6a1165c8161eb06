//! What panels ask for arrives, once, in order.

use contract::{Command, DataVersionRef, DatasetName, ModelName, Timestamp};

use crate::{Commands, Place, Request, Selection, View};

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
