//! Toasts: notices of the engine and of the window itself, at the corner, until they are read.

use std::collections::HashMap;

use contract::{Command, NoticeLevel, Snapshot};
use egui::{Align, Align2, Area, Id, Layout, Order, Rect, Ui, Vec2, vec2};
use look::{Tone, icon};
use panels::Place;

use crate::action::Wish;
use crate::frame::Parts;
use crate::undo::Way;

const WIDTH: f32 = 360.0;
/// Room for the button with the way back.
const OFFER: f32 = 64.0;
/// What is good news goes by itself; warnings and errors stay until somebody has seen them.
const SECONDS: f64 = 6.0;
/// Time to read and to change one's mind.
const SECONDS_WITH_OFFER: f64 = 12.0;
const MOST: usize = 4;
/// The actions of a page stand in its head.
const PAGE_HEAD: f32 = 72.0;

/// One toast as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Toast {
    pub(crate) key: Key,
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) offer: Option<Offer>,
}

/// The way back, as a button of a toast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) way: Way,
    pub(crate) step: u64,
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
    /// Ways back beside notices of the engine.
    offers: HashMap<u64, Offer>,
    /// Where they lie, for the page and the toasts it was chosen for.
    corner: Option<((Place, Vec<Key>), Align2)>,
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
            offer: None,
        });
    }

    /// A toast of something that was done, with the way back.
    pub(crate) fn push_offer(&mut self, title: String, detail: Option<String>, offer: Offer) {
        // One toast a step: it says how things stand now.
        self.own
            .retain(|toast| toast.offer.is_none_or(|old| old.step != offer.step));
        self.push(Tone::Done, title, detail, None);
        if let Some(toast) = self.own.last_mut() {
            toast.offer = Some(offer);
        }
    }

    /// The way back beside what the engine says itself.
    pub(crate) fn offer_beside(&mut self, notice: u64, offer: Offer) {
        self.offers.insert(notice, offer);
    }

    /// Takes back the offers that no longer hold; a toast that was there for its offer goes with it.
    pub(crate) fn keep_offers(&mut self, holds: impl Fn(Offer) -> bool) {
        self.own.retain(|toast| toast.offer.is_none_or(&holds));
        self.offers.retain(|_, offer| holds(*offer));
    }

    /// Another engine counts its notices anew.
    pub(crate) fn forget_notices(&mut self) {
        let is_own = |key: &Key| matches!(key, Key::Own(_));
        self.gone.retain(is_own);
        self.shown_since.retain(|key, _| is_own(key));
        self.offers.clear();
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
            offer: self.offers.get(&notice.id).copied(),
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
                let seconds = match toast.offer {
                    Some(_) => SECONDS_WITH_OFFER,
                    None => SECONDS,
                };
                let left = since + seconds - now;
                if left <= 0.0 {
                    closed.push(toast.key);
                } else {
                    next = Some(next.map_or(left, |next: f64| next.min(left)));
                }
            }
        }
        if !toasts.is_empty() {
            let corner = self.corner(ui, parts, &toasts);
            let at = place(room(ui, parts), guessed_size(&toasts), corner);
            Area::new(Id::unique("toasts"))
                .order(Order::Foreground)
                .pivot(corner)
                .fixed_pos(corner.pos_in_rect(&at))
                .interactable(true)
                .show(ui.ctx(), |ui| {
                    ui.spacing_mut().item_spacing.y = parts.look.space.s;
                    for toast in toasts.iter().rev() {
                        if toast_ui(ui, parts, toast) {
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

    /// Chosen when toasts come or go and when the page changes, so that they do not jump.
    fn corner(&mut self, ui: &Ui, parts: Parts<'_>, toasts: &[Toast]) -> Align2 {
        let keys: Vec<Key> = toasts.iter().map(|toast| toast.key).collect();
        let shown = (parts.place, keys);
        match &self.corner {
            Some((known, corner)) if *known == shown => *corner,
            _ => {
                let size = guessed_size(toasts);
                let corner = clear_corner(room(ui, parts), size, &buttons(ui));
                self.corner = Some((shown, corner));
                corner
            }
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

/// The part of the window that toasts may lie over: under the page's head and over the status bar.
fn room(ui: &Ui, parts: Parts<'_>) -> Rect {
    let look = parts.look;
    let mut room = ui.ctx().content_rect().shrink(look.space.l);
    room.min.x += look.size.rail;
    room.min.y += look.size.top_bar + PAGE_HEAD;
    room.max.y -= look.size.status_bar;
    room
}

/// Before they were drawn nobody knows how high they are; a little more than most are.
fn guessed_size(toasts: &[Toast]) -> Vec2 {
    let height = |toast: &Toast| {
        let lines = usize::from(toast.detail.is_some()) + usize::from(toast.hint.is_some());
        68.0 + 36.0 * lines as f32
    };
    vec2(WIDTH, toasts.iter().map(height).sum())
}

/// The buttons under the toasts as they lay in the frame before; a row of a list is wider or higher than a button.
fn buttons(ui: &Ui) -> Vec<Rect> {
    const WIDEST: f32 = 280.0;
    const HIGHEST: f32 = 40.0;
    ui.ctx().viewport(|viewport| {
        let layers = viewport.prev_pass.widgets.layers();
        layers
            .filter(|(layer, _)| matches!(layer.order, Order::Background | Order::Middle))
            .flat_map(|(_, widgets)| widgets)
            .filter(|widget| widget.enabled && widget.sense.senses_click())
            .map(|widget| widget.interact_rect)
            .filter(|rect| rect.is_positive())
            .filter(|rect| rect.width() <= WIDEST && rect.height() <= HIGHEST)
            .collect()
    })
}

/// The first corner at which toasts of this size cover no button, the lower right one before the others and where there
/// is none.
pub(crate) fn clear_corner(room: Rect, size: Vec2, buttons: &[Rect]) -> Align2 {
    let corners = [
        Align2::RIGHT_BOTTOM,
        Align2::CENTER_BOTTOM,
        Align2::LEFT_BOTTOM,
        Align2::RIGHT_TOP,
    ];
    corners
        .into_iter()
        .find(|corner| {
            let covered = place(room, size, *corner);
            !buttons.iter().any(|button| covered.intersects(*button))
        })
        .unwrap_or(Align2::RIGHT_BOTTOM)
}

fn place(room: Rect, size: Vec2, corner: Align2) -> Rect {
    corner.align_size_within_rect(size, room)
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

/// True when it is to go.
fn toast_ui(ui: &mut Ui, parts: Parts<'_>, toast: &Toast) -> bool {
    let look = parts.look;
    let frame = look.floating_frame().inner_margin(egui::Margin::same(12));
    frame
        .show(ui, |ui| {
            ui.set_width(WIDTH - 24.0);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = look.space.s;
                // The first line stands level with the cross.
                let line = ui.fonts_mut(|fonts| fonts.row_height(&look.medium_font()));
                let above = ((look.size.control - line) / 2.0).max(0.0);
                ui.vertical(|ui| {
                    ui.add_space(above);
                    look.state_dot_ui(ui, toast.tone, said(toast.tone));
                });
                let offered = match toast.offer {
                    Some(_) => OFFER + look.space.s,
                    None => 0.0,
                };
                let text_width = ui.available_width() - look.size.control - look.space.s - offered;
                ui.allocate_ui_with_layout(
                    vec2(text_width, 0.0),
                    Layout::top_down(Align::Min),
                    |ui| {
                        ui.set_width(text_width);
                        ui.spacing_mut().item_spacing.y = 3.0;
                        ui.add_space(above);
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
                let is_taken = toast.offer.is_some_and(|offer| offer_ui(ui, parts, offer));
                let name = format!("Dismiss “{}”", toast.title);
                look.icon_button_ui(ui, icon::CLOSE, &name).clicked() || is_taken
            })
            .inner
        })
        .inner
}

/// True when it was taken.
fn offer_ui(ui: &mut Ui, parts: Parts<'_>, offer: Offer) -> bool {
    let verb = offer.way.verb();
    let size = vec2(OFFER, parts.look.size.control);
    let layout = Layout::right_to_left(Align::Center);
    let button = ui.allocate_ui_with_layout(size, layout, |ui| parts.look.button_ui(ui, verb));
    let is_taken = button.inner.clicked();
    if is_taken {
        parts.wishes.push(Wish::GoBack(offer.way, offer.step));
    }
    is_taken
}

fn said(tone: Tone) -> &'static str {
    match tone {
        Tone::Done => "done",
        Tone::Warn => "warning",
        Tone::Fail => "error",
        Tone::Neutral | Tone::Accent => "note",
    }
}
