//! Toasts: notices of the engine and of the window itself, at the corner, until they are read.

use std::collections::HashMap;

use contract::{Command, NoticeLevel, Snapshot};
use egui::{Align, Align2, Area, Id, Layout, Order, Ui, vec2};
use look::{Look, Tone, icon};

use crate::action::Wish;
use crate::frame::Parts;

const WIDTH: f32 = 360.0;
/// What is good news goes by itself; warnings and errors stay until somebody has seen them.
const SECONDS: f64 = 6.0;
const MOST: usize = 4;

/// One toast as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Toast {
    pub(crate) key: Key,
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Notice(u64),
    Own(u64),
}

#[derive(Default)]
pub(crate) struct Toasts {
    own: Vec<Toast>,
    counter: u64,
    /// When each was first shown, in seconds of the window.
    shown_since: HashMap<Key, f64>,
    /// Notices that went by themselves or were closed here.
    gone: std::collections::HashSet<Key>,
}

impl Toasts {
    /// A toast of the window itself.
    pub(crate) fn push(
        &mut self,
        tone: Tone,
        title: impl Into<String>,
        detail: Option<String>,
        hint: Option<String>,
    ) {
        self.counter += 1;
        self.own.push(Toast {
            key: Key::Own(self.counter),
            tone,
            title: title.into(),
            detail,
            hint,
        });
    }

    pub(crate) fn dismiss_all(&mut self, snapshot: &Snapshot) {
        self.own.clear();
        self.gone
            .extend(snapshot.notices.iter().map(|notice| Key::Notice(notice.id)));
    }

    /// What is to be shown, newest first.
    pub(crate) fn current(&self, snapshot: &Snapshot) -> Vec<Toast> {
        let notices = snapshot.notices.iter().rev().map(|notice| Toast {
            key: Key::Notice(notice.id),
            tone: tone(notice.level),
            title: notice.title.clone(),
            detail: notice.detail.clone(),
            hint: notice.hint.clone(),
        });
        let own = self.own.iter().rev().cloned();
        own.chain(notices)
            .filter(|toast| !self.gone.contains(&toast.key))
            .take(MOST)
            .collect()
    }

    pub(crate) fn ui(&mut self, ui: &Ui, parts: Parts<'_>) {
        let toasts = self.current(parts.snapshot);
        let now = ui.input(|input| input.time);
        let mut next: Option<f64> = None;
        let mut closed = Vec::new();
        for toast in &toasts {
            let since = *self.shown_since.entry(toast.key).or_insert(now);
            if !stays(toast.tone) {
                let left = since + SECONDS - now;
                if left <= 0.0 {
                    closed.push(toast.key);
                } else {
                    next = Some(next.map_or(left, |next: f64| next.min(left)));
                }
            }
        }
        if !toasts.is_empty() {
            let offset = -vec2(
                parts.look.space.l,
                parts.look.space.l + parts.look.size.status_bar,
            );
            Area::new(Id::unique("toasts"))
                .order(Order::Foreground)
                .anchor(Align2::RIGHT_BOTTOM, offset)
                .interactable(true)
                .show(ui.ctx(), |ui| {
                    ui.spacing_mut().item_spacing.y = parts.look.space.s;
                    for toast in toasts.iter().rev() {
                        if toast_ui(ui, parts.look, toast) {
                            closed.push(toast.key);
                        }
                    }
                });
        }
        for key in closed {
            self.close(key, parts);
        }
        if let Some(left) = next {
            ui.ctx().request_repaint_after_secs(left as f32);
        }
    }

    fn close(&mut self, key: Key, parts: Parts<'_>) {
        self.own.retain(|toast| toast.key != key);
        self.shown_since.remove(&key);
        if let Key::Notice(notice) = key {
            self.gone.insert(key);
            parts
                .wishes
                .push(Wish::Ask(Box::new(Command::DismissNotice { notice })));
        }
    }
}

fn stays(tone: Tone) -> bool {
    matches!(tone, Tone::Warn | Tone::Fail)
}

fn tone(level: NoticeLevel) -> Tone {
    match level {
        NoticeLevel::Done => Tone::Done,
        NoticeLevel::Info => Tone::Accent,
        NoticeLevel::Warning => Tone::Warn,
        NoticeLevel::Error => Tone::Fail,
    }
}

/// True when its cross was clicked.
fn toast_ui(ui: &mut Ui, look: &Look, toast: &Toast) -> bool {
    let frame = look.floating_frame().inner_margin(egui::Margin::same(12));
    frame
        .show(ui, |ui| {
            ui.set_width(WIDTH - 24.0);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = look.space.s;
                look.state_dot_ui(ui, toast.tone, said(toast.tone));
                let text_width = ui.available_width() - look.size.control - look.space.s;
                ui.allocate_ui_with_layout(
                    vec2(text_width, 0.0),
                    Layout::top_down(Align::Min),
                    |ui| {
                        ui.set_width(text_width);
                        ui.spacing_mut().item_spacing.y = 3.0;
                        ui.add(egui::Label::new(look.strong(&toast.title)).wrap());
                        if let Some(detail) = &toast.detail {
                            ui.add(egui::Label::new(look.secondary(detail)).wrap());
                        }
                        if let Some(hint) = &toast.hint {
                            ui.add(
                                egui::Label::new(look.secondary(hint).color(look.palette.text))
                                    .wrap(),
                            );
                        }
                    },
                );
                let name = format!("Dismiss “{}”", toast.title);
                look.icon_button_ui(ui, icon::CLOSE, &name).clicked()
            })
            .inner
        })
        .inner
}

fn said(tone: Tone) -> &'static str {
    match tone {
        Tone::Done => "done",
        Tone::Warn => "warning",
        Tone::Fail => "error",
        Tone::Neutral | Tone::Accent => "note",
    }
}
