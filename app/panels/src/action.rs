//! What a click asks for, as a value: view models offer it, tests read it, `act` does it.

use contract::{Command, DataVersionRef, RunId};

use crate::{Ctx, Place, Selection};

/// Goes on with a run where it stopped, on the device that its recipe names.
pub fn resume(run: &RunId) -> Command {
    Command::ResumeRun {
        run: run.clone(),
        device: None,
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    PickFiles,
    Train(DataVersionRef),
    Ask(Box<Command>),
    Open(Place),
    Show(Selection, Place),
    /// Asks for the lineage of this written id and goes there.
    ShowLineage(String),
}

impl Action {
    pub(crate) fn ask(command: Command) -> Self {
        Self::Ask(Box::new(command))
    }

    pub(crate) fn act(&self, ctx: &Ctx<'_>) {
        match self {
            Self::PickFiles => ctx.view.pick_files_to_import(),
            Self::Train(version) => ctx.view.train(version.clone()),
            Self::Ask(command) => ctx.commands.push((**command).clone()),
            Self::Open(place) => ctx.view.navigate(*place),
            Self::Show(selection, place) => {
                ctx.view.select(selection.clone());
                ctx.view.navigate(*place);
            }
            Self::ShowLineage(of) => {
                ctx.commands.push(Command::ShowLineage {
                    of: of.as_str().into(),
                });
                ctx.view.navigate(Place::Lineage);
            }
        }
    }
}
