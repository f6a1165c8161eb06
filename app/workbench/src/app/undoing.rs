//! Undo and redo: asked of the engine like everything else, said when they have come true.

use egui::Context;
use look::Tone;

use super::App;
use crate::toasts::Offer;
use crate::undo::{Begun, Now, Settled, Way};

impl App {
    /// Looks what of the things that were asked for has come true, and offers to take it back.
    pub(super) fn settle_history(&mut self) {
        for settled in self.history.settle(&self.snapshot, self.view.now) {
            match settled {
                Settled::Done { step, said, notice } => {
                    let way = Way::Undo;
                    let offer = Offer { way, step };
                    match notice {
                        Some(notice) => self.toasts.offer_beside(notice, offer),
                        None => self.toasts.push_offer(said, None, offer),
                    }
                }
                Settled::Went {
                    way,
                    step,
                    title,
                    said,
                } => self.say_went(way, step, (&title, said)),
                // The step waits for it already.
                Settled::AskAgain { command } => self.hand_down(command),
            }
        }
        let history = &self.history;
        self.toasts
            .keep_offers(|offer| history.holds(offer.way, offer.step));
    }

    /// Undoes or redoes a step, the newest when none is named.
    pub(super) fn go_back(&mut self, ctx: &Context, way: Way, step: Option<u64>) {
        let layout = self.layout.written();
        let now = Now {
            snapshot: &self.snapshot,
            layout: &layout,
            at: self.view.now,
        };
        match self.history.begin(way, step, now) {
            Begun::Nothing => {}
            Begun::Waits { title } => self.toasts.push(
                Tone::Accent,
                format!("Not yet: {title} is still under way"),
                None,
                Some("Try again in a moment".to_owned()),
            ),
            Begun::Stale { title, why } => {
                let not = match way {
                    Way::Undo => "Not undone",
                    Way::Redo => "Not redone",
                };
                self.toasts
                    .push(Tone::Warn, format!("{not}: {title}"), Some(why), None);
            }
            Begun::Ask { step, command } => {
                let answer = match self.project.link() {
                    Some(link) => link.submit(command),
                    None => Ok(()),
                };
                if let Err(refusal) = answer {
                    self.history.give_back(step);
                    self.refused(refusal);
                }
            }
            Begun::Lay {
                step,
                title,
                layout,
            } => {
                self.layout.lay(&layout);
                self.say_went(way, step, (&title, None));
            }
        }
        ctx.request_repaint();
    }

    /// The work area is remembered too where an arrangement would be lost.
    pub(super) fn remember_layout(&mut self) {
        if let Some(left) = self.layout.take_left() {
            let after = self.layout.written();
            self.history
                .remember_layout(&left.title, left.before, after);
        }
    }

    fn say_went(&mut self, way: Way, step: u64, (title, said): (&str, Option<String>)) {
        let verb = match way {
            Way::Undo => "Undone",
            Way::Redo => "Redone",
        };
        let offer = Offer {
            way: way.back(),
            step,
        };
        self.toasts
            .push_offer(format!("{verb}: {title}"), said, offer);
    }
}
