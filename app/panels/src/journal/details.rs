//! The details of one fact: its hashes, what it is about, and the fact itself as it stands in the journal.

use contract::{Command, FactRecord};
use egui::{ScrollArea, Ui};
use look::{format, icon};

use super::data::{FactLine, RunNumbers, on_page};
use crate::parts::{ago_ui, code_ui};
use crate::{Ctx, Place, Selection};

/// A fact of a wide dataset has a line for every number of its profile; more lines than this say nothing to the eye.
const MOST_LINES: usize = 400;

/// The text of the fact that is shown, kept so that it is written once and not every frame.
#[derive(Debug, Default)]
pub(super) struct Details {
    written: Option<Written>,
}

#[derive(Debug)]
struct Written {
    record: FactRecord,
    whole: String,
    /// The first lines, when there are too many.
    shown: String,
    lines: usize,
}

impl Details {
    /// Takes the selected fact from the page. It stays when the page moves on; `false` when there is nothing to show.
    pub(super) fn follow(&mut self, selected: Option<u64>, page: &[FactRecord]) -> bool {
        let Some(seq) = selected else {
            self.written = None;
            return false;
        };
        let is_written = self
            .written
            .as_ref()
            .is_some_and(|written| written.record.seq == seq);
        if !is_written {
            self.written = on_page(page, seq).map(Written::of);
        }
        self.written.is_some()
    }

    pub(super) fn ui(&self, ctx: &Ctx<'_>, ui: &mut Ui, runs: &RunNumbers) {
        let look = ctx.look;
        let Some(written) = &self.written else {
            return;
        };
        let record = &written.record;
        let line = FactLine::of(&record.fact, runs);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            look.section_with_ui(ui, line.what, |ui| {
                if look
                    .icon_button_ui(ui, icon::CLOSE, "Close the details")
                    .clicked()
                {
                    ctx.view.clear_selection();
                }
            });
            look.key_value_ui(ui, "Fact", &format::count(record.seq));
            look.key_value_with_ui(ui, "When", |ui| ago_ui(ctx, ui, record.at));
            look.key_value_ui(ui, "Who", &record.actor);
            for (key, digest) in [("Hash", &record.hash), ("Before it", &record.prev)] {
                look.key_value_with_ui(ui, key, |ui| {
                    look.copy_text_ui(ui, digest.short(), digest.as_str());
                });
            }
            if let Some(about) = &line.about {
                ui.horizontal(|ui| about_ui(ctx, ui, about));
            }
            ui.add_space(look.space.s);
            code_ui(look, ui, "fact", &written.shown);
            if written.lines > MOST_LINES {
                let others = format::count((written.lines - MOST_LINES) as u64);
                ui.horizontal(|ui| {
                    ui.label(look.caption(format!("{others} more lines")));
                    if look.link_ui(ui, "Copy the whole fact").clicked() {
                        ctx.view.copy(written.whole.as_str());
                    }
                });
            }
        });
    }
}

impl Written {
    fn of(record: &FactRecord) -> Self {
        let whole = serde_json::to_string_pretty(record)
            .unwrap_or_else(|error| format!("The fact cannot be written as JSON: {error}"));
        let lines = whole.lines().count();
        let shown = if lines > MOST_LINES {
            let first: Vec<&str> = whole.lines().take(MOST_LINES).collect();
            first.join("\n")
        } else {
            whole.clone()
        };
        Self {
            record: record.clone(),
            whole,
            shown,
            lines,
        }
    }
}

fn about_ui(ctx: &Ctx<'_>, ui: &mut Ui, about: &Selection) {
    let (word, place) = match about {
        Selection::DataVersion(_) => ("Show the data", Place::Datasets),
        Selection::Run(_) => ("Show the run", Place::Experiments),
        Selection::ModelVersion(_) => ("Show the model", Place::Registry),
        Selection::Endpoint(_) => ("Show the endpoint", Place::Serving),
        Selection::Fact(_) => return,
    };
    if ctx.look.button_ui(ui, word).clicked() {
        ctx.view.select(about.clone());
        ctx.view.navigate(place);
    }
    if ctx.look.button_ui(ui, "Show lineage").clicked() {
        ctx.commands.push(Command::ShowLineage {
            of: about.written_id().into(),
        });
        ctx.view.select(about.clone());
        ctx.view.navigate(Place::Lineage);
    }
}
