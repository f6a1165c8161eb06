//! Journal: every fact in the order it happened, the details of one, and the check of the whole chain.

mod data;
mod details;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use contract::{Command, JournalHead, JournalView, Snapshot};
use egui::Ui;
use look::icon;

use crate::parts::inset_ui;
use crate::states::{self, Sample};
use crate::{Ctx, Selection};

/// From this width on the details stand beside the table, else under it.
const WIDE: f32 = 860.0;

/// View state: what was asked of the engine, and the details as text.
#[derive(Debug, Default)]
pub struct JournalPanel {
    asked: table::Asked,
    details: details::Details,
    runs: data::RunNumbers,
    /// The selection that was seen last: a fact that is selected elsewhere is scrolled to.
    seen: Option<u64>,
}

impl JournalPanel {
    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        let journal = &ctx.snapshot.journal;
        let Some(head) = &journal.head else {
            ctx.look.nothing_ui(
                ui,
                icon::AUDIT,
                "Everything that happens in a project is kept here, in order; no project is open",
            );
            return;
        };
        let selected = match ctx.view.selection() {
            Some(Selection::Fact(seq)) => Some(seq),
            _ => None,
        };
        let scroll_to = selected.filter(|_| self.seen != selected);
        self.seen = selected;
        self.runs.refresh(&ctx.snapshot.runs);
        inset_ui(ctx.look, ui, |ui| {
            head_ui(ctx, ui, journal);
            if self.details.follow(selected, &journal.page) {
                let panel = if ui.available_width() >= WIDE {
                    egui::Panel::right("fact beside")
                        .default_size(380.0)
                        .size_range(280.0..=640.0)
                } else {
                    egui::Panel::bottom("fact below")
                        .default_size(260.0)
                        .size_range(140.0..=520.0)
                };
                let frame = egui::Frame::new().inner_margin(ctx.look.space.m);
                panel.resizable(true).frame(frame).show(ui, |ui| {
                    self.details.ui(ctx, ui, &self.runs);
                });
            }
            egui::CentralPanel::no_frame().show(ui, |ui| {
                let question = table::Question {
                    facts: head.seq,
                    selected,
                    scroll_to,
                    runs: &self.runs,
                };
                table::table_ui(ctx, ui, &question, &mut self.asked);
            });
        });
    }

    pub fn states() -> Vec<(&'static str, Snapshot)> {
        let mut changed = states::road();
        changed.journal.verified = None;
        let mut on_their_way = states::road();
        on_their_way.journal.page = Arc::new([]);
        let mut million = states::road();
        million.journal = JournalView {
            head: million.journal.head.map(|head| JournalHead {
                seq: 1_000_000,
                ..head
            }),
            ..JournalView::default()
        };
        vec![
            ("no_project", states::no_project()),
            ("new_project", Sample::new().done()),
            ("verified", states::road()),
            ("not_verified", changed),
            ("facts_on_their_way", on_their_way),
            ("a_million_facts", million),
        ]
    }
}

fn head_ui(ctx: &Ctx<'_>, ui: &mut Ui, journal: &JournalView) {
    let look = ctx.look;
    let explanation = if ui.available_width() >= WIDE {
        "Every fact in the order it happened, each sealed with the hash of the one before"
    } else {
        "Every fact, sealed by hashes"
    };
    look.page_head_ui(ui, "Journal", explanation, |ui| {
        let verify = look.primary_icon_button_ui(ui, icon::VERIFY, "Verify");
        if verify
            .on_hover_text(
                "Reads every fact and every object again and compares them with their hashes",
            )
            .clicked()
        {
            ctx.commands.push(Command::VerifyJournal);
        }
    });
    let trust = data::Trust::of(journal, ctx.view.now);
    ui.horizontal(|ui| {
        let chip = look.chip_ui(ui, trust.tone, &trust.text);
        if let Some(verified) = journal.verified {
            chip.on_hover_text(crate::parts::exact_time(verified.at));
        }
        if let Some(head) = &journal.head {
            ui.label(look.caption("newest hash"));
            let hash = head.hash.as_str();
            look.copy_text_ui(ui, head.hash.short(), hash);
        }
    });
    ui.add_space(look.space.s);
}
