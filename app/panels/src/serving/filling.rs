//! Filling the form of a request at once: with typical values, from a row of the data that the model was trained on, or
//! from JSON.

use std::sync::Arc;

use contract::{
    Cell, ColumnType, DataVersion, EndpointView, InputSpec, ModelVersionRef, RowsPage, RowsView,
    Signature, Snapshot,
};
use egui::{Ui, ViewportCommand};
use look::{Tone, format};
use serde_json::{Map, Value};

use super::data::TryForm;
use crate::Ctx;
use crate::datasets::{find_version, rows_question};

/// The members under which clients of the server wrap their records.
const WRAPPED_IN: [&str; 3] = ["records", "dataframe_records", "instances"];

/// View state: the row that is meant, what was pasted, and what came of the last filling.
#[derive(Debug, Default)]
pub(super) struct Filling {
    of: Option<ModelVersionRef>,
    /// Counted from 1, as the rows of a dataset are.
    row: u64,
    asked: Option<Asked>,
    json: Option<Json>,
    said: Option<(Tone, String)>,
}

/// A row that is on its way.
#[derive(Debug)]
struct Asked {
    row: u64,
    /// What stood in the snapshot when it was asked for: that is no answer.
    before: Option<Arc<RowsView>>,
}

/// The field for JSON, while it is open.
#[derive(Debug, Default)]
struct Json {
    text: String,
    has_had_focus: bool,
}

impl Filling {
    /// What was typed for another version says nothing here.
    fn follow(&mut self, version: &ModelVersionRef) {
        if self.of.as_ref() != Some(version) {
            *self = Self {
                of: Some(version.clone()),
                row: 1,
                ..Self::default()
            };
        }
    }

    /// The ways to fill the form, over its fields.
    pub(super) fn ui(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &mut Ui,
        view: &EndpointView,
        form: &mut TryForm,
    ) {
        let look = ctx.look;
        let signature: &Signature = &view.model.signature;
        self.follow(&view.model.id);
        ui.horizontal_wrapped(|ui| {
            if look.button_ui(ui, "Typical values").clicked() {
                form.model = None;
                form.follow(&view.model.id, signature);
                self.said = None;
            }
            if let Some(version) = trained_on(ctx.snapshot, view) {
                self.row_ui(ctx, ui, &version);
                self.take_row(ctx, &version, (signature, &mut *form));
            }
            let paste = look.button_ui(ui, "Paste JSON");
            let hint = "Takes a record as clients send it, from the clipboard or typed";
            if paste.on_hover_text(hint).clicked() {
                self.open_or_close_json(ui);
            }
        });
        self.json_ui(ctx, ui, (signature, form));
        if let Some((tone, said)) = &self.said {
            ui.horizontal(|ui| {
                look.state_dot_ui(ui, *tone, tone_word(*tone));
                ui.add(egui::Label::new(look.secondary(said)).wrap());
            });
        }
    }

    fn open_or_close_json(&mut self, ui: &Ui) {
        self.said = None;
        if self.json.take().is_none() {
            self.json = Some(Json::default());
            // What is on the clipboard arrives in the field, which has the focus by then.
            ui.ctx().send_viewport_cmd(ViewportCommand::RequestPaste);
        }
    }

    fn row_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion) {
        let look = ctx.look;
        if version.rows == 0 {
            return;
        }
        let hint = format!(
            "A row of {}, which the model was trained on; the first is row 1",
            version.id
        );
        look.number_field_ui(ui, "Row", &mut self.row, 1..=version.rows)
            .on_hover_text(&hint);
        let fill = look.button_ui(ui, "Fill from row");
        if fill.on_hover_text(hint).clicked() {
            let row = self.row - 1;
            self.asked = Some(Asked {
                row,
                before: ctx.snapshot.rows.clone(),
            });
            self.said = None;
            if page_with(ctx.snapshot, version, row).is_none() {
                ctx.commands
                    .push(rows_question(&version.id, (row, 1), None));
            }
        }
    }

    /// Fills the form once the row is here, or says why it does not come.
    fn take_row(
        &mut self,
        ctx: &Ctx<'_>,
        version: &DataVersion,
        (signature, form): (&Signature, &mut TryForm),
    ) {
        let Some(asked) = &self.asked else {
            return;
        };
        if let Some(page) = page_with(ctx.snapshot, version, asked.row) {
            self.said = Some(from_row(form, signature, version, (page, asked.row)));
            self.asked = None;
            return;
        }
        let view = ctx.snapshot.rows.as_ref();
        let is_new = |view: &&Arc<RowsView>| {
            let mut before = asked.before.iter();
            !before.any(|before| Arc::ptr_eq(before, view))
        };
        let answer = view
            .filter(|view| view.version == version.id)
            .filter(is_new);
        if let Some(Err(refusal)) = answer.map(|view| &view.page) {
            self.said = Some((Tone::Fail, format::capitalised(&refusal.error)));
            self.asked = None;
        }
    }

    /// What is typed or pasted fills the form as soon as it can be read.
    fn json_ui(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &mut Ui,
        (signature, form): (&Signature, &mut TryForm),
    ) {
        let Some(json) = &mut self.json else {
            return;
        };
        let hint = signature.inputs.first().map_or_else(String::new, |input| {
            format!("{{\"{}\": {}, …}}", input.name, shown(input))
        });
        let field = ctx.look.text_area_ui(ui, "JSON", &mut json.text, &hint);
        if !std::mem::replace(&mut json.has_had_focus, true) {
            field.request_focus();
        }
        if !field.changed() {
            return;
        }
        match from_json(form, signature, &json.text) {
            Ok(said) => {
                self.said = Some((Tone::Done, said));
                self.json = None;
            }
            Err(problem) if !json.text.trim().is_empty() => {
                self.said = Some((Tone::Fail, problem));
            }
            Err(_) => self.said = None,
        }
    }
}

/// The version of the data that the model was trained on, where the project has it.
pub(crate) fn trained_on(snapshot: &Snapshot, view: &EndpointView) -> Option<Arc<DataVersion>> {
    let run = snapshot.runs.iter().find(|run| run.id == view.model.run)?;
    find_version(snapshot, &run.recipe.data)
}

/// The page of the snapshot, if it has this row of the version with all of its columns.
fn page_with<'a>(snapshot: &'a Snapshot, version: &DataVersion, row: u64) -> Option<&'a RowsPage> {
    let view = snapshot.rows.as_ref()?;
    let page = view.page.as_ref().ok()?;
    let rows = page.first_row..page.first_row + page.rows.len() as u64;
    let is_whole = page.columns == (0..version.columns.len());
    (view.version == version.id && is_whole && rows.contains(&row)).then_some(page)
}

/// Writes a row of the data into the form; what the row lacks is missing.
pub(crate) fn from_row(
    form: &mut TryForm,
    signature: &Signature,
    version: &DataVersion,
    (page, row): (&RowsPage, u64),
) -> (Tone, String) {
    let cells = row
        .checked_sub(page.first_row)
        .and_then(|place| page.rows.get(usize::try_from(place).ok()?));
    let Some(cells) = cells else {
        return (
            Tone::Fail,
            format!("There is no row {}", format::count(row + 1)),
        );
    };
    let mut found = 0;
    for input in &signature.inputs {
        let mut columns = version.columns.iter();
        let place = columns.position(|column| column.name == input.name);
        let cell = place.and_then(|place| cells.get(place));
        found += usize::from(cell.is_some());
        let text = cell.and_then(|cell| cell.as_deref()).unwrap_or_default();
        form.fields
            .insert(input.name.clone(), as_typed(input, text));
    }
    let said = format!("Row {} of {}", format::count(row + 1), version.id);
    match signature.inputs.len() - found {
        0 => (Tone::Done, said),
        absent => (Tone::Warn, format!("{said}; {}", are_missing(absent))),
    }
}

/// Writes a record into the form: an object of columns and values, alone or as the first of those that a client sends.
///
/// # Errors
/// A sentence that says what cannot be read; the form stays as it was.
pub(crate) fn from_json(
    form: &mut TryForm,
    signature: &Signature,
    text: &str,
) -> Result<String, String> {
    let value: Value =
        serde_json::from_str(text.trim()).map_err(|error| format!("This is no JSON: {error}"))?;
    let record = record(&value).ok_or("The JSON holds no object of columns and values")?;
    let named = |input: &&InputSpec| record.contains_key(&*input.name);
    let found = signature.inputs.iter().filter(named).count();
    if found == 0 {
        return Err("The JSON names no column of the model".to_owned());
    }
    let fields: Vec<_> = signature
        .inputs
        .iter()
        .map(|input| {
            let value = record.get(&*input.name).unwrap_or(&Value::Null);
            Ok((input.name.clone(), written(input, value)?))
        })
        .collect::<Result<_, String>>()?;
    form.fields.extend(fields);
    let said = format::counted(found as u64, "column", "columns");
    let mut said = format!("Filled {said}");
    match signature.inputs.len() - found {
        0 => {}
        absent => said.push_str(&format!("; {}", are_missing(absent))),
    }
    match record.len() - found {
        0 => {}
        unknown => {
            let unknown = format::counted(unknown as u64, "other is", "others are");
            said.push_str(&format!("; {unknown} none of the model"));
        }
    }
    Ok(said)
}

fn tone_word(tone: Tone) -> &'static str {
    match tone {
        Tone::Fail => "failed",
        Tone::Warn => "look again",
        Tone::Done | Tone::Neutral | Tone::Accent => "done",
    }
}

fn are_missing(count: usize) -> String {
    format!("{} missing", format::counted(count as u64, "is", "are"))
}

/// The object that was meant: itself, the first of a list, or the first of a client's records.
fn record(value: &Value) -> Option<&Map<String, Value>> {
    match value {
        Value::Array(records) => record(records.first()?),
        Value::Object(members) => {
            let wrapped = WRAPPED_IN.iter().find_map(|name| members.get(*name));
            match wrapped {
                Some(records @ Value::Array(_)) => record(records),
                _ => Some(members),
            }
        }
        _ => None,
    }
}

/// A value as a person would have typed it.
fn written(input: &InputSpec, value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(number) => Ok(as_typed(input, &number.to_string())),
        Value::String(text) => Ok(as_typed(input, text)),
        Value::Array(_) | Value::Object(_) => {
            Err(format!("{} needs one value, not several", input.name))
        }
    }
}

/// Yes and no are picked from a list, where they are called `true` and `false`.
fn as_typed(input: &InputSpec, text: &str) -> String {
    match (input.column_type, text) {
        (ColumnType::Boolean, "1" | "1.0") => "true".to_owned(),
        (ColumnType::Boolean, "0" | "0.0") => "false".to_owned(),
        _ => text.to_owned(),
    }
}

/// The example of the field as it stands in JSON.
fn shown(input: &InputSpec) -> String {
    let typical = super::data::typical(input);
    match super::data::cell(input, &typical) {
        Ok(Cell::Number(_)) if input.column_type != ColumnType::Timestamp => typical,
        _ => format!("{typical:?}"),
    }
}
