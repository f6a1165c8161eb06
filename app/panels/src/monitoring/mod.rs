//! Monitoring: how an endpoint does, and how far what it is asked has moved from what it was trained on.

mod column;
mod data;
mod table;

use std::sync::Arc;

use contract::{Command, DriftReport, DriftVerdict, ModelName, RunState, Snapshot};
use egui::Ui;
use look::{Tone, format, icon};

use crate::parts::{exact_time, head_ui, inset_ui};
use crate::states::{self, Sample};
use crate::{Ctx, Place, Selection};

/// From this width on the column stands beside the table.
const WIDE: f32 = 900.0;
const COLUMN_WIDTH: f32 = 360.0;

/// View state: the endpoint, the window to measure, and the column that is looked at.
pub struct MonitoringPanel {
    open: Option<ModelName>,
    window: u64,
    column: Option<Arc<str>>,
}

impl Default for MonitoringPanel {
    fn default() -> Self {
        Self {
            open: None,
            window: 1_000,
            column: None,
        }
    }
}

impl MonitoringPanel {
    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        if let Some(Selection::Endpoint(name)) = ctx.view.selection() {
            self.open = Some(name);
        }
        let Some(view) = data::open_endpoint(ctx.snapshot, self.open.as_ref()).cloned() else {
            empty_ui(ctx, ui);
            return;
        };
        let name = view.endpoint.name.clone();
        let report = ctx
            .snapshot
            .drift
            .get(&name)
            .filter(|report| report.model == view.endpoint.version)
            .cloned();
        inset_ui(ctx.look, ui, |ui| {
            self.choose_ui(ctx, ui, &name);
            numbers_ui(ctx, ui, &data::headlines(&view, report.as_deref()));
            ui.add_space(ctx.look.space.m);
            match &report {
                Some(report) if report.not_enough.is_none() => self.report_ui(ctx, ui, report),
                other => nothing_ui(ctx, ui, other.as_deref()),
            }
        });
    }

    fn choose_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, name: &ModelName) {
        let look = ctx.look;
        let said = format!("{name}: what it is asked, against what it was trained on");
        let has_choice = ctx.snapshot.endpoints.len() > 1;
        let width = if has_choice { 460.0 } else { 304.0 };
        head_ui(look, ui, ("Monitoring", &said), width, |ui| {
            if has_choice {
                ui.spacing_mut().combo_width = 140.0;
                let mut picked = name.clone();
                let endpoints: Vec<(ModelName, String)> = ctx
                    .snapshot
                    .endpoints
                    .iter()
                    .map(|view| (view.endpoint.name.clone(), view.endpoint.name.to_string()))
                    .collect();
                if look
                    .select_ui(ui, "Endpoint", &mut picked, &endpoints)
                    .changed()
                {
                    ctx.view.select(Selection::Endpoint(picked));
                }
            }
            let windows = data::WINDOWS.map(|window| {
                (
                    window,
                    format!("Last {} predictions", format::count(window)),
                )
            });
            ui.spacing_mut().combo_width = 188.0;
            look.select_ui(ui, "Window", &mut self.window, &windows);
            if look
                .primary_icon_button_ui(ui, icon::REFRESH, "Measure")
                .clicked()
            {
                ctx.commands.push(Command::MeasureDrift {
                    model: name.clone(),
                    window: self.window,
                });
            }
        });
    }

    fn report_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, report: &Arc<DriftReport>) {
        let look = ctx.look;
        let rows = data::drift_rows(report);
        let open = rows
            .iter()
            .find(|row| Some(&row.name) == self.column.as_ref())
            .or_else(|| {
                // The most moved feature says more than the prediction that follows it.
                rows.iter().find(|row| !row.is_prediction)
            })
            .or_else(|| rows.first())
            .cloned();
        let said = format!(
            "{} compared with training, {}",
            format::counted(report.window, "prediction", "predictions"),
            format::ago(ctx.view.now.unix_millis, report.at.unix_millis)
        );
        ui.label(look.secondary(said))
            .on_hover_text(exact_time(report.at));
        let is_wide = ui.available_width() >= WIDE;
        if let Some(row) = &open
            && let Some(column) = report.columns.get(row.place)
        {
            let panel = if is_wide {
                egui::Panel::right("drift column").exact_size(COLUMN_WIDTH)
            } else {
                let height = (ui.available_height() * 0.5).min(320.0);
                egui::Panel::bottom("drift column below").exact_size(height)
            };
            panel
                .resizable(false)
                .show_separator_line(false)
                .frame(egui::Frame::new().inner_margin(egui::Margin {
                    left: if is_wide { look.space.l as i8 } else { 0 },
                    top: look.space.s as i8,
                    ..egui::Margin::ZERO
                }))
                .show(ui, |ui| column::column_ui(ctx, ui, row, column));
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            let open = open.as_ref().map(|row| row.place);
            if let Some(name) = table::drift_table_ui(ctx, ui, &rows, open) {
                self.column = Some(name);
            }
        });
    }

    pub fn states() -> Vec<(&'static str, Snapshot)> {
        let wine = states::wine();
        let sales = states::sales_of_ten_million_rows();
        let served = || {
            Sample::new()
                .dataset(vec![wine.clone()])
                .run_of(&wine, RunState::Finished)
                .model("wine", 1)
                .served("wine")
        };
        vec![
            ("empty", states::empty()),
            ("not_measured", served().done()),
            ("too_few", served().too_few_predictions("wine").done()),
            (
                "stable",
                served().drifting("wine", DriftVerdict::Stable).done(),
            ),
            (
                "moving",
                served().drifting("wine", DriftVerdict::Moving).done(),
            ),
            (
                "drifted",
                served().drifting("wine", DriftVerdict::Drifted).done(),
            ),
            (
                "categories",
                Sample::new()
                    .dataset(vec![sales.clone()])
                    .run_of(&sales, RunState::Finished)
                    .model("revenue", 1)
                    .served("revenue")
                    .drifting("revenue", DriftVerdict::Drifted)
                    .done(),
            ),
            (
                "two_endpoints_long_names",
                served()
                    .dataset(vec![states::long_names()])
                    .run_of(&states::long_names(), RunState::Finished)
                    .model("customer_churn_europe_middle_east_and_africa_2026", 2)
                    .served("customer_churn_europe_middle_east_and_africa_2026")
                    .drifting("wine", DriftVerdict::Drifted)
                    .done(),
            ),
        ]
    }
}

fn numbers_ui(ctx: &Ctx<'_>, ui: &mut Ui, headlines: &[data::Headline]) {
    const NARROWEST: f32 = 128.0;
    const WIDEST: f32 = 220.0;
    let in_a_row = ((ui.available_width() / NARROWEST) as usize).clamp(1, headlines.len());
    let width = (ui.available_width() / in_a_row as f32).min(WIDEST);
    for row in headlines.chunks(in_a_row) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for headline in row {
                number_ui(ctx, ui, width, headline);
            }
        });
    }
}

fn number_ui(ctx: &Ctx<'_>, ui: &mut Ui, width: f32, headline: &data::Headline) {
    let look = ctx.look;
    let layout = egui::Layout::top_down(egui::Align::Min);
    ui.allocate_ui_with_layout(egui::vec2(width, 56.0), layout, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = egui::vec2(look.space.xs, 0.0);
        ui.horizontal(|ui| {
            ui.set_height(16.0);
            ui.label(look.caption(headline.name));
            if headline.tone != Tone::Neutral {
                look.state_dot_ui(ui, headline.tone, tone_word(headline.tone));
            }
        });
        ui.horizontal(|ui| {
            ui.label(look.hero(&headline.value));
            ui.label(look.secondary(headline.unit));
        });
    });
}

fn tone_word(tone: Tone) -> &'static str {
    match tone {
        Tone::Done => "In order",
        Tone::Warn => "Look at this",
        Tone::Fail => "Drifted",
        Tone::Accent | Tone::Neutral => "",
    }
}

fn nothing_ui(ctx: &Ctx<'_>, ui: &mut Ui, report: Option<&DriftReport>) {
    let sentence = match report.and_then(|report| report.not_enough.as_ref()) {
        Some(count) => format!("Not enough to say anything yet: {count}"),
        None => {
            "Not measured yet; Measure compares the newest predictions with training".to_owned()
        }
    };
    ctx.look.nothing_ui(ui, icon::MONITORING, &sentence);
}

fn empty_ui(ctx: &Ctx<'_>, ui: &mut Ui) {
    let says = (
        "Monitoring watches what is served: its pulse, and the drift of every column",
        "Serve a registered model first",
    );
    if ctx
        .look
        .empty_ui(ui, icon::MONITORING, says, "Open Serving")
        .clicked()
    {
        ctx.view.navigate(Place::Serving);
    }
}

#[cfg(test)]
mod tests;
