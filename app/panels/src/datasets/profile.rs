//! The profile: one row a column, with its type and role to edit, its shape, its numbers and its warnings.

use contract::{ColumnRole, ColumnSpec, ColumnType, Command, DataVersion};
use egui::{Rect, Role, Sense, Ui, pos2, vec2};
use egui_table::{AutoSizeMode, CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};
use look::{Look, Tone, format, paint};

use super::data::{NUMBERS, ProfileRow, Shape};
use crate::Ctx;
use crate::sight::{Heads, Sight};
use crate::table::{Side, head_cell_ui, padded_cell_ui, row_ground, skip_measuring, text_cell_ui};

/// Tall enough for a control and a histogram that can be read.
const ROW: f32 = 36.0;
/// The columns that every version has; the numbers of [`NUMBERS`] follow.
const COLUMNS: [(&str, f32, Side); 7] = [
    ("Column", 152.0, Side::Left),
    ("Type", 122.0, Side::Left),
    ("Role", 106.0, Side::Left),
    ("Values", 112.0, Side::Left),
    ("Missing", 92.0, Side::Left),
    ("Warnings", 132.0, Side::Left),
    ("Distinct", 68.0, Side::Right),
];
const NUMBER_WIDTH: f32 = 76.0;
/// The name of the column never scrolls away.
const STICKY: usize = 1;

/// Types and roles that were changed and not yet applied.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub columns: Vec<ColumnSpec>,
}

impl Draft {
    pub(super) fn of(version: &DataVersion) -> Self {
        Self {
            columns: version.columns.clone(),
        }
    }

    pub(super) fn is_empty(&self, version: &DataVersion) -> bool {
        self.columns == version.columns
    }

    pub(super) fn changed(&self, version: &DataVersion) -> u64 {
        let pairs = self.columns.iter().zip(&version.columns);
        pairs.filter(|(draft, column)| draft != column).count() as u64
    }

    /// A version has one target, so that another column that was it becomes a feature.
    pub(super) fn set_role(&mut self, place: usize, role: ColumnRole) {
        if role == ColumnRole::Target {
            for column in &mut self.columns {
                if column.role == ColumnRole::Target {
                    column.role = ColumnRole::Feature;
                }
            }
        }
        if let Some(column) = self.columns.get_mut(place) {
            column.role = role;
        }
    }

    pub(super) fn set_type(&mut self, place: usize, column_type: ColumnType) {
        if let Some(column) = self.columns.get_mut(place) {
            column.column_type = column_type;
        }
    }
}

pub(super) fn profile_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    version: &DataVersion,
    (draft, sight): (&mut Option<Draft>, &mut Sight),
) {
    draft_ui(ctx, ui, version, draft);
    if sight.hides_some() {
        ui.horizontal(|ui| sight.ui(ctx.look, ui));
    }
    let specs = draft
        .as_ref()
        .map_or(&version.columns, |draft| &draft.columns)
        .clone();
    let room = ui.available_width();
    let columns = table_columns(room);
    let table = Table::new()
        .id_salt(("profile", version.id.to_string()))
        .num_rows(specs.len() as u64)
        .columns(columns.clone())
        .num_sticky_cols(STICKY)
        .headers([HeaderRow::new(ctx.look.size.row)])
        .auto_size_mode(AutoSizeMode::Never);
    skip_measuring(ui, &table);
    let table = sight.aim(ui, table, &columns, room);
    let mut delegate = ProfileTable {
        look: ctx.look,
        version,
        columns: &specs,
        row: None,
        edits: Vec::new(),
        heads: Heads::from(STICKY),
    };
    table.show(ui, &mut delegate);
    let ProfileTable { edits, heads, .. } = delegate;
    sight.take(ui, heads, STICKY..columns.len());
    if edits.is_empty() {
        return;
    }
    let draft = draft.get_or_insert_with(|| Draft::of(version));
    for edit in edits {
        match edit {
            Edit::Type(place, column_type) => draft.set_type(place, column_type),
            Edit::Role(place, role) => draft.set_role(place, role),
        }
    }
}

/// What the columns leave of the room goes to the names, which are cut first.
fn table_columns(room: f32) -> Vec<Column> {
    let mut widths: Vec<f32> = COLUMNS.iter().map(|column| column.1).collect();
    widths.extend([NUMBER_WIDTH; NUMBERS.len()]);
    let spare = room - widths.iter().sum::<f32>() - 12.0;
    widths[0] += spare.clamp(0.0, 160.0);
    let column = |width: f32| Column::new(width).resizable(false);
    widths.into_iter().map(column).collect()
}

/// What would be applied, with the two ways out.
fn draft_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, draft: &mut Option<Draft>) {
    let look = ctx.look;
    let Some(open) = draft.as_ref().filter(|draft| !draft.is_empty(version)) else {
        *draft = None;
        return;
    };
    let changed = format::counted(open.changed(version), "column", "columns");
    let columns = open.columns.clone();
    ui.horizontal(|ui| {
        look.state_dot_ui(ui, Tone::Accent, "Not applied yet");
        ui.label(look.body(format!("{changed} changed; the profile is measured anew")));
        if look.primary_button_ui(ui, "Apply").clicked() {
            ctx.commands.push(Command::EditColumns {
                version: version.id.clone(),
                columns,
            });
        }
        if look.quiet_button_ui(ui, "Discard").clicked() {
            *draft = None;
        }
    });
    ui.add_space(look.space.xs);
}

enum Edit {
    Type(usize, ColumnType),
    Role(usize, ColumnRole),
}

struct ProfileTable<'a> {
    look: &'a Look,
    version: &'a DataVersion,
    columns: &'a [ColumnSpec],
    /// The row that is being drawn, made once for all of its cells.
    row: Option<(u64, Option<ProfileRow>)>,
    edits: Vec<Edit>,
    heads: Heads,
}

impl TableDelegate for ProfileTable<'_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let column = cell.col_range.start;
        self.heads.see(ui, column);
        let (name, side) = match COLUMNS.get(column) {
            Some(column) => (column.0, column.2),
            None => {
                let number = NUMBERS.get(column - COLUMNS.len());
                (number.copied().unwrap_or_default(), Side::Right)
            }
        };
        head_cell_ui(self.look, ui, name, side);
    }

    fn row_ui(&mut self, ui: &mut Ui, row_nr: u64) {
        row_ground(self.look, ui, false);
        self.row = Some((
            row_nr,
            ProfileRow::new(self.version, self.columns, row_nr as usize),
        ));
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let Some((_, Some(row))) = self.row.take_if(|row| row.0 == cell.row_nr) else {
            return;
        };
        let place = cell.row_nr as usize;
        match cell.col_nr {
            0 => name_ui(self.look, ui, &row),
            1 => self.type_ui(ui, &row, place),
            2 => self.role_ui(ui, &row, place),
            3 => shape_ui(self.look, ui, &row),
            4 => missing_ui(self.look, ui, &row),
            5 => warnings_ui(self.look, ui, &row),
            6 => number_ui(self.look, ui, &row.distinct),
            column => {
                if let Some(number) = row.numbers.get(column - COLUMNS.len()) {
                    number_ui(self.look, ui, number);
                }
            }
        }
        self.row = Some((cell.row_nr, Some(row)));
    }

    fn default_row_height(&self) -> f32 {
        ROW
    }
}

impl ProfileTable<'_> {
    fn type_ui(&mut self, ui: &mut Ui, row: &ProfileRow, place: usize) {
        let options = ColumnType::ALL.map(|column_type| (column_type, column_type.word()));
        let mut picked = row.column_type;
        let label = format!("Type of {}", row.name);
        padded_cell_ui(ui, |ui| {
            ui.spacing_mut().combo_width = ui.available_width();
            ui.spacing_mut().button_padding.x = 6.0;
            if self
                .look
                .select_ui(ui, &label, &mut picked, &options)
                .changed()
            {
                self.edits.push(Edit::Type(place, picked));
            }
        });
    }

    fn role_ui(&mut self, ui: &mut Ui, row: &ProfileRow, place: usize) {
        let options = ColumnRole::ALL.map(|role| (role, role.word()));
        let mut picked = row.role;
        let label = format!("Role of {}", row.name);
        padded_cell_ui(ui, |ui| {
            ui.spacing_mut().combo_width = ui.available_width();
            ui.spacing_mut().button_padding.x = 6.0;
            if self
                .look
                .select_ui(ui, &label, &mut picked, &options)
                .changed()
            {
                self.edits.push(Edit::Role(place, picked));
            }
        });
    }
}

fn name_ui(look: &Look, ui: &mut Ui, row: &ProfileRow) {
    let ink = match row.role {
        ColumnRole::Ignore => look.palette.text_faint,
        _ => look.palette.text,
    };
    let rect = ui.max_rect();
    text_cell_ui(ui, &row.name, (look.medium_font(), ink), Side::Left);
    if row.is_edited || row.role == ColumnRole::Target {
        let bar = Rect::from_min_size(
            pos2(rect.left(), rect.top() + 8.0),
            vec2(2.0, rect.height() - 16.0),
        );
        ui.painter().rect_filled(bar, 1, look.palette.accent);
    }
}

fn missing_ui(look: &Look, ui: &mut Ui, row: &ProfileRow) {
    padded_cell_ui(ui, |ui| {
        if row.missing_share <= 0.0 {
            ui.label(look.secondary(&row.missing));
            return;
        }
        let label = format!("{} of {} missing", row.missing, row.name);
        look.bar_ui(ui, vec2(28.0, 16.0), row.missing_share, &label);
        ui.label(look.secondary(&row.missing));
    });
}

fn number_ui(look: &Look, ui: &mut Ui, number: &str) {
    text_cell_ui(
        ui,
        number,
        (look.secondary_font(), look.palette.text),
        Side::Right,
    );
}

fn warnings_ui(look: &Look, ui: &mut Ui, row: &ProfileRow) {
    padded_cell_ui(ui, |ui| {
        let Some((first, _)) = row.warnings.first() else {
            return;
        };
        let said = match row.warnings.len() {
            1 => (*first).to_owned(),
            more => format!("{first} +{}", more - 1),
        };
        let sentences: Vec<&str> = row.warnings.iter().map(|warning| &*warning.1).collect();
        look.chip_ui(ui, Tone::Warn, &said)
            .on_hover_text(sentences.join("\n"));
    });
}

/// A histogram, or the most frequent values as bars; larger under the pointer.
fn shape_ui(look: &Look, ui: &mut Ui, row: &ProfileRow) {
    let said = shape_in_words(row);
    padded_cell_ui(ui, |ui| {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
        if ui.is_rect_visible(rect) {
            paint_shape(look, ui, rect, &row.shape);
        }
        let response = paint::named(ui, response, Role::Image, &said);
        if row.shape != Shape::Nothing {
            response.on_hover_ui(|ui| large_shape_ui(look, ui, row));
        }
    });
}

fn paint_shape(look: &Look, ui: &Ui, rect: Rect, shape: &Shape) {
    let painter = ui.painter();
    match shape {
        Shape::Nothing => {}
        Shape::Bins(bins) => {
            let step = rect.width() / bins.len() as f32;
            let gap = if step >= 4.0 { 1.0 } else { 0.0 };
            for (index, share) in bins.iter().enumerate().filter(|bin| *bin.1 > 0.0) {
                let left = rect.left() + index as f32 * step;
                let top = rect.bottom() - (share * rect.height()).max(1.0);
                let bar =
                    Rect::from_min_max(pos2(left, top), pos2(left + step - gap, rect.bottom()));
                painter.rect_filled(bar, 0, look.palette.text_faint);
            }
        }
        Shape::Top(values) => {
            // The shares of the most frequent values side by side, the rest as the ground.
            painter.rect_filled(rect.shrink2(vec2(0.0, 6.0)), 2, look.palette.line);
            let mut left = rect.left();
            for (index, (_, share)) in values.iter().enumerate() {
                let width = (rect.width() * share).min(rect.right() - left);
                let part = Rect::from_min_max(
                    pos2(left, rect.top() + 6.0),
                    pos2((left + width - 1.0).max(left), rect.bottom() - 6.0),
                );
                let ink = if index % 2 == 0 {
                    look.palette.text_faint
                } else {
                    look.palette.line_strong
                };
                painter.rect_filled(part, 1, ink);
                left += width;
            }
        }
    }
}

fn large_shape_ui(look: &Look, ui: &mut Ui, row: &ProfileRow) {
    ui.set_width(280.0);
    ui.label(look.strong(&*row.name));
    match &row.shape {
        Shape::Nothing => {}
        Shape::Bins(_) => {
            let (rect, _) = ui.allocate_exact_size(vec2(280.0, 96.0), Sense::hover());
            paint_shape(look, ui, rect, &row.shape);
            ui.horizontal(|ui| {
                ui.label(look.caption(&row.numbers[2]));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.label(look.caption(&row.numbers[4]));
                });
            });
        }
        Shape::Top(values) => {
            for (value, share) in values {
                crate::parts::labelled_bar_ui(look, ui, value, *share, false);
            }
        }
    }
}

fn shape_in_words(row: &ProfileRow) -> String {
    match &row.shape {
        Shape::Nothing => format!("No values of {}", row.name),
        Shape::Bins(_) => format!(
            "Histogram of {} from {} to {}",
            row.name, row.numbers[2], row.numbers[4]
        ),
        Shape::Top(values) => {
            let top: Vec<String> = values
                .iter()
                .take(3)
                .map(|(value, share)| format!("{value} {}", format::percent(f64::from(*share))))
                .collect();
            format!("Most frequent of {}: {}", row.name, top.join(", "))
        }
    }
}
