//! Editing a version's columns: new types and roles, with the profile measured anew.

use std::path::Path;

use contract::{
    Answer, ColumnProfile, ColumnSpec, DataVersion, DataVersionRef, Fact, Refusal, TaskState,
};
use data::{Control, Progress};

use crate::asker::Asker;
use crate::error::{failed, guarded, refuse};
use crate::room::{Input, Room};
use crate::tasks::Meter;

/// What is edited: the version, and its columns as they should be.
struct Edit {
    version: DataVersionRef,
    columns: Vec<ColumnSpec>,
}

impl Room {
    /// Types are checked by measuring the profile with them.
    pub(crate) fn edit_columns(
        &mut self,
        id: DataVersionRef,
        columns: Vec<ColumnSpec>,
        asker: &Asker,
    ) {
        let version = match self.editable(&id, &columns) {
            Ok(version) => version,
            Err(refusal) => return self.conclude(asker, Err(refusal)),
        };
        let (task, meter) = self.tasks.start(format!("Profile {id}"), None, asker);
        let (objects, inbox) = (self.objects.clone(), self.inbox.clone());
        let (asking, ending) = (asker.clone(), task.clone());
        let looked = self.reader.ask(move || {
            let profiled = guarded("the profile", || {
                let path = objects
                    .path(&version.object)
                    .map_err(|error| refuse(&error, error.hint()))?;
                profile(&path, &columns, &meter)
            });
            let found = move |room: &mut Room| {
                let edit = Edit {
                    version: id,
                    columns,
                };
                let answer = profiled.and_then(|profile| room.end_edit(edit, profile, &asking));
                let state = match &answer {
                    Ok(_) => TaskState::Finished,
                    Err(refusal) => failed(refusal),
                };
                room.tasks.end(&ending, state);
                room.conclude(&asking, answer);
            };
            let _closing = inbox.send(Input::Found(Box::new(found)));
        });
        if !looked {
            self.tasks.end(&task, TaskState::Failed("busy".into()));
            let busy = Refusal::with_hint("too many look-ups wait", "try again in a moment");
            self.conclude(asker, Err(busy));
        }
    }

    fn editable(
        &self,
        id: &DataVersionRef,
        columns: &[ColumnSpec],
    ) -> Result<DataVersion, Refusal> {
        let version = self.state.data_version(&id.dataset, Some(id.version))?;
        let stored = version.columns.iter().map(|column| &column.name);
        if stored.eq(columns.iter().map(|column| &column.name)) {
            return Ok((**version).clone());
        }
        Err(Refusal::with_hint(
            "the columns of a version stay as they are",
            "only their types and roles can be edited",
        ))
    }

    fn end_edit(
        &mut self,
        edit: Edit,
        profile: Vec<ColumnProfile>,
        asker: &Asker,
    ) -> Result<Answer, Refusal> {
        let Edit { version, columns } = edit;
        let fact = Fact::ColumnsEdited {
            version: version.clone(),
            columns,
            profile,
        };
        self.commit(&asker.actor, vec![fact])?;
        self.forget_values_of(&version);
        let edited = self
            .state
            .data_version(&version.dataset, Some(version.version))?;
        Ok(Answer::DataVersions(vec![edited.clone()]))
    }
}

fn profile(
    parquet: &Path,
    columns: &[ColumnSpec],
    meter: &Meter,
) -> Result<Vec<ColumnProfile>, Refusal> {
    let report = |progress: Progress| {
        meter.set(progress.stage, progress.done, progress.total, progress.unit);
    };
    let control = Control {
        cancel: meter.cancel_flag(),
        progress: &report,
    };
    data::profile(parquet, columns, &control).map_err(|error| refuse(&error, error.hint()))
}
