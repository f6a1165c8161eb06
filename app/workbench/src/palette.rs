//! The command palette: every action and everything in the project, by a few letters.

use contract::Snapshot;
use egui::{
    Align, Align2, Area, Color32, CornerRadius, Frame, Id, Key, Layout, Margin, Modal, Modifiers,
    Order, Response, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2,
};
use look::{Icon, Look, icon, paint};
use panels::{Place, Selection};

use crate::action::{Action, Situation, Wish};
use crate::frame::Parts;
use crate::fuzzy::fuzzy;

const WIDTH: f32 = 620.0;
const ROW: f32 = 36.0;
const FIELD: f32 = 48.0;
const SHOWN_ROWS: f32 = 10.0;
/// Nobody reads on after this many; typing another letter is quicker.
const MOST_ROWS: usize = 60;

#[derive(Default)]
pub(crate) struct Palette {
    is_open: bool,
    query: String,
    chosen: usize,
    /// What the rows were made of, so that they are not matched anew in every frame.
    matched: Option<(String, u64)>,
    rows: Vec<Row>,
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) title: String,
    pub(crate) hint: String,
    pub(crate) icon: Icon,
    pub(crate) keys: String,
    pub(crate) wish: Wish,
    /// Characters of the title that matched.
    pub(crate) places: Vec<usize>,
}

impl Palette {
    pub(crate) fn open(&mut self) {
        *self = Self {
            is_open: true,
            ..Self::default()
        };
    }

    pub(crate) fn close(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(crate) fn ui(&mut self, ui: &Ui, parts: Parts<'_>, situation: &Situation<'_>) {
        if !self.is_open {
            return;
        }
        self.find(parts, situation);
        let enter = self.keys(ui);
        let look = parts.look;
        let id = Id::unique("palette");
        let area = Area::new(id)
            .kind(egui::UiKind::Modal)
            .order(Order::Foreground)
            .anchor(Align2::CENTER_TOP, vec2(0.0, 72.0))
            .default_height(FIELD + SHOWN_ROWS * ROW + 64.0)
            .interactable(true);
        let frame = look.floating_frame().inner_margin(Margin::same(0));
        let modal = Modal::new(id)
            .area(area)
            .frame(frame)
            .backdrop_color(look.palette.backdrop.gamma_multiply(0.5));
        let shown = modal.show(ui.ctx(), |ui| self.content_ui(ui, look));
        let clicked = shown.inner;
        let is_done = if let Some(row) = clicked.or(enter.then_some(self.chosen)) {
            if let Some(row) = self.rows.get(row) {
                parts.wishes.push(row.wish.clone());
            }
            true
        } else {
            shown.should_close()
        };
        if is_done {
            self.close();
        }
    }

    fn find(&mut self, parts: Parts<'_>, situation: &Situation<'_>) {
        let key = (self.query.clone(), parts.snapshot.revision);
        if self.matched.as_ref() == Some(&key) {
            return;
        }
        self.rows = rows(&self.query, situation, |action| parts.keymap.text(action));
        self.chosen = self.chosen.min(self.rows.len().saturating_sub(1));
        self.matched = Some(key);
    }

    /// Up and down move, Enter runs.
    fn keys(&mut self, ui: &Ui) -> bool {
        let last = self.rows.len().saturating_sub(1);
        ui.ctx().input_mut(|input| {
            let mut press = |key: Key| input.consume_key(Modifiers::NONE, key);
            if press(Key::ArrowDown) {
                self.chosen = if self.chosen >= last {
                    0
                } else {
                    self.chosen + 1
                };
            }
            if press(Key::ArrowUp) {
                self.chosen = if self.chosen == 0 {
                    last
                } else {
                    self.chosen - 1
                };
            }
            if press(Key::PageDown) {
                self.chosen = (self.chosen + SHOWN_ROWS as usize).min(last);
            }
            if press(Key::PageUp) {
                self.chosen = self.chosen.saturating_sub(SHOWN_ROWS as usize);
            }
            press(Key::Enter)
        })
    }

    fn field_ui(&mut self, ui: &mut Ui, look: &Look) -> Response {
        let size = vec2(ui.available_width(), FIELD);
        let row = Layout::left_to_right(Align::Center);
        ui.allocate_ui_with_layout(size, row, |ui| {
            ui.set_min_size(size);
            ui.add_space(look.space.l);
            look.icon_ui(ui, icon::SEARCH, 20.0, look.palette.text_faint);
            let font = egui::FontId::proportional(look.text.section);
            let hint = egui::RichText::new("An action, a dataset, a run, a model…")
                .font(font.clone())
                .color(look.palette.text_faint);
            ui.add(
                TextEdit::singleline(&mut self.query)
                    .frame(Frame::NONE)
                    .font(font)
                    .hint_text(hint)
                    .align(Align2::LEFT_CENTER)
                    .desired_width(ui.available_width() - look.space.l),
            )
        })
        .inner
        .accessible_name("Search or run")
    }

    /// The row that was clicked.
    fn content_ui(&mut self, ui: &mut Ui, look: &Look) -> Option<usize> {
        let room = (ui.ctx().content_rect().width() - 64.0).min(WIDTH);
        ui.set_width(room);
        ui.spacing_mut().item_spacing.y = 0.0;
        let before = self.query.clone();
        let field = self.field_ui(ui, look);
        field.request_focus();
        if self.query != before {
            self.chosen = 0;
        }
        look.hairline_ui(ui);
        if self.rows.is_empty() {
            ui.add_space(look.space.l);
            ui.vertical_centered(|ui| ui.label(look.secondary("Nothing is called that")));
            ui.add_space(look.space.l);
            return None;
        }
        let mut clicked = None;
        Frame::new().inner_margin(Margin::same(6)).show(ui, |ui| {
            ScrollArea::vertical()
                .max_height(SHOWN_ROWS * ROW)
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    for (index, row) in self.rows.iter().enumerate() {
                        let is_chosen = index == self.chosen;
                        let response = row_ui(ui, look, row, is_chosen);
                        if is_chosen && (self.query != before || moved(ui)) {
                            response.scroll_to_me(None);
                        }
                        if response.clicked() {
                            clicked = Some(index);
                        }
                    }
                });
        });
        clicked
    }
}

/// Whether the chosen row was moved by a key in this frame.
fn moved(ui: &Ui) -> bool {
    ui.input(|input| {
        input.key_down(Key::ArrowDown)
            || input.key_down(Key::ArrowUp)
            || input.key_down(Key::PageDown)
            || input.key_down(Key::PageUp)
    })
}

fn row_ui(ui: &mut Ui, look: &Look, row: &Row, is_chosen: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let mut is_cut = false;
    if ui.is_rect_visible(rect) {
        let palette = &look.palette;
        let painter = ui.painter();
        let fill = match (is_chosen, response.hovered()) {
            (true, _) => palette.selected,
            (false, true) => palette.hover,
            (false, false) => Color32::TRANSPARENT,
        };
        painter.rect_filled(rect, CornerRadius::same(6), fill);
        let ink = if is_chosen {
            palette.accent
        } else {
            palette.text_second
        };
        let center = pos2(rect.left() + 18.0, rect.center().y);
        painter.text(
            center,
            Align2::CENTER_CENTER,
            row.icon.0,
            look.icon_font(18.0),
            ink,
        );
        let keys = paint::line(
            ui,
            &row.keys,
            look.caption_font(),
            palette.text_second,
            120.0,
        );
        let right = rect.right() - 16.0 - keys.size().x;
        let left = rect.left() + 38.0;
        let title_room = (right - 12.0 - left).max(0.0);
        let title = ui.fonts_mut(|fonts| fonts.layout_job(marked(look, row, title_room)));
        is_cut = title.elided;
        let middle = |height: f32| rect.center().y - height / 2.0;
        let hint_left = left + title.size().x + 12.0;
        let hint_room = (right - 12.0 - hint_left).max(0.0);
        let hint = paint::line(
            ui,
            &row.hint,
            look.secondary_font(),
            palette.text_second,
            hint_room,
        );
        painter.galley(pos2(left, middle(title.size().y)), title, palette.text);
        if hint_room > 40.0 {
            painter.galley(
                pos2(hint_left, middle(hint.size().y)),
                hint,
                palette.text_second,
            );
        }
        painter.galley(
            pos2(right, middle(keys.size().y)),
            keys,
            palette.text_second,
        );
    }
    let enabled = ui.is_enabled();
    response
        .widget_info(|| WidgetInfo::selected(Role::ListBoxOption, enabled, is_chosen, &row.title));
    let response = response.on_hover_cursor(egui::CursorIcon::PointingHand);
    if is_cut {
        response.on_hover_text(&row.title)
    } else {
        response
    }
}

/// The title with the matched letters lit, on one line that is cut at `room`.
pub(crate) fn marked(look: &Look, row: &Row, room: f32) -> egui::text::LayoutJob {
    let mut job = egui::text::LayoutJob {
        wrap: egui::text::TextWrapping::truncate_at_width(room),
        break_on_newline: false,
        ..egui::text::LayoutJob::default()
    };
    for (place, letter) in row.title.chars().enumerate() {
        let is_match = row.places.contains(&place);
        let (font, color) = if is_match {
            (look.medium_font(), look.palette.accent)
        } else {
            (look.body_font(), look.palette.text)
        };
        let format = egui::TextFormat::simple(font, color);
        job.append(&letter.to_string(), 0.0, format);
    }
    job
}

/// The lines for what was typed: best first; without a query everything that can be done, in its own order.
pub(crate) fn rows(
    query: &str,
    situation: &Situation<'_>,
    keys: impl Fn(Action) -> String,
) -> Vec<Row> {
    let query = query.trim();
    let mut found: Vec<(i32, Row)> = Vec::new();
    let actions = Action::all();
    let possible = actions
        .into_iter()
        .filter(|action| *action != Action::Palette && action.is_possible(situation));
    for action in possible {
        let row = Row {
            title: action.title_now(situation),
            hint: action.hint().to_owned(),
            icon: action.icon(),
            keys: keys(action),
            wish: action.into(),
            places: Vec::new(),
        };
        found.extend(matched(query, row));
    }
    // Things come after actions while nothing is typed: there may be thousands.
    for row in things(situation.snapshot) {
        found.extend(matched(query, row));
    }
    if !query.is_empty() {
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    }
    found
        .into_iter()
        .take(MOST_ROWS)
        .map(|(_, row)| row)
        .collect()
}

fn matched(query: &str, mut row: Row) -> Option<(i32, Row)> {
    if let Some(found) = fuzzy(query, &row.title) {
        row.places = found.places;
        return Some((found.score, row));
    }
    // Words of the hint count less, and only when they stand there whole.
    let is_in_hint = row.hint.to_lowercase().contains(&query.to_lowercase());
    is_in_hint.then_some((0, row))
}

/// Everything in the project that has a name, newest first.
fn things(snapshot: &Snapshot) -> Vec<Row> {
    let row = |title: String, hint: String, icon: Icon, selection: Selection, place: Place| Row {
        title,
        hint,
        icon,
        keys: String::new(),
        wish: Wish::Show(selection, place),
        places: Vec::new(),
    };
    let mut rows = Vec::new();
    for dataset in snapshot.datasets.iter().rev() {
        if let Some(version) = dataset.versions.last() {
            rows.push(row(
                dataset.name.to_string(),
                format!(
                    "Dataset, {}",
                    look::format::counted(version.rows, "row", "rows")
                ),
                icon::DATASETS,
                Selection::DataVersion(version.id.clone()),
                Place::Datasets,
            ));
        }
    }
    for run in snapshot.runs.iter().rev() {
        rows.push(row(
            format!("Run {}", run.number),
            format!(
                "{} on {}, {}",
                run.recipe.target,
                run.recipe.data,
                run.state.word()
            ),
            icon::EXPERIMENTS,
            Selection::Run(run.id.clone()),
            Place::Experiments,
        ));
    }
    for model in snapshot.models.iter().rev() {
        for version in model.versions.iter().rev() {
            rows.push(row(
                version.id.to_string(),
                "Model version".to_owned(),
                icon::REGISTRY,
                Selection::ModelVersion(version.id.clone()),
                Place::Registry,
            ));
        }
    }
    for view in &snapshot.endpoints {
        rows.push(row(
            view.endpoint.name.to_string(),
            format!("Endpoint, serves {}", view.endpoint.version),
            icon::SERVING,
            Selection::Endpoint(view.endpoint.name.clone()),
            Place::Serving,
        ));
    }
    rows
}
