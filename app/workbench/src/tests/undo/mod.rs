//! Undo and redo: the steps as text, the window over a picture, and the window over the real engine.

mod engine;
mod steps;
mod window;

use std::sync::Arc;

use contract::{Command, Endpoint, EndpointView, Model, Snapshot};
use panels::states;

/// A model with three versions that nobody has named or served yet, and two watched folders.
pub(super) fn project() -> Snapshot {
    let mut snapshot = states::Sample::new()
        .dataset(vec![states::wine()])
        .runs(3, &states::wine())
        .model("wine", 3)
        .watched_folder("/data/inbox")
        .quiet()
        .done();
    edit_model(&mut snapshot, |model| model.aliases.clear());
    snapshot
}

fn edit_model(snapshot: &mut Snapshot, edit: impl FnOnce(&mut Model)) {
    let model = snapshot.models.first_mut().expect("a model");
    edit(Arc::make_mut(model));
}

/// What the engine makes of the commands that can be undone.
pub(super) fn obeyed(snapshot: &Snapshot, command: &Command) -> Snapshot {
    let mut after = snapshot.clone();
    after.revision += 1;
    match command.clone() {
        Command::SetAlias { version, alias } => edit_model(&mut after, |model| {
            model.aliases.insert(alias, version.version);
        }),
        Command::RemoveAlias { alias, .. } => edit_model(&mut after, |model| {
            model.aliases.remove(&alias);
        }),
        Command::StartEndpoint { selector, .. } => {
            let model = after.models[0]
                .select(&selector.version)
                .expect("a version");
            let view = EndpointView {
                endpoint: Endpoint {
                    name: selector.model.clone(),
                    version: model.id.clone(),
                    started: states::NOW,
                },
                model: Arc::clone(model),
                figures: contract::EndpointFigures::default(),
            };
            after.endpoints = vec![Arc::new(view)];
        }
        Command::StopEndpoint { .. } => after.endpoints.clear(),
        Command::WatchFolder { path } => after.watched_folders.push(path),
        Command::ForgetFolder { path } => after.watched_folders.retain(|known| *known != path),
        Command::EditColumns { columns, .. } => {
            let dataset = Arc::make_mut(&mut after.datasets[0]);
            Arc::make_mut(&mut dataset.versions[0]).columns = columns;
        }
        other => panic!("{other:?} is no step"),
    }
    after
}
