//! One column, large: its two distributions over each other, what moved most, and every statistic.

use contract::ColumnDrift;
use egui::{Align, Align2, Layout, Rect, Role, Sense, Ui, pos2, vec2};
use look::{Look, format, paint};

use super::data::{DriftRow, change_in_words, verdict_tone, verdict_word};
use super::table::verdict_fill;
use crate::Ctx;
use crate::parts::{from_right_ui, paint_distributions};

const PICTURE: f32 = 168.0;
const AXIS: f32 = 20.0;

pub(super) fn column_ui(ctx: &Ctx<'_>, ui: &mut Ui, row: &DriftRow, column: &ColumnDrift) {
    let look = ctx.look;
    egui::ScrollArea::vertical()
        .id_salt("drift column")
        .auto_shrink(false)
        .show(ui, |ui| {
            from_right_ui(ui, look.size.control, |ui| {
                look.chip_ui(ui, verdict_tone(row.verdict), verdict_word(row.verdict));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(look.section(&*row.name)).truncate());
                });
            });
            legend_ui(look, ui, row);
            picture_ui(look, ui, row, column);
            if let Some(said) = change_in_words(column) {
                ui.add(egui::Label::new(look.secondary(said)).wrap());
            }
            ui.add_space(look.space.s);
            look.key_value_ui(ui, "PSI", &row.psi);
            for (name, value) in &row.statistics {
                look.key_value_ui(ui, name, value);
            }
            look.key_value_ui(ui, "Missing", &row.missing);
        });
}

fn legend_ui(look: &Look, ui: &mut Ui, row: &DriftRow) {
    ui.horizontal(|ui| {
        look.swatch_ui(ui, look.palette.text_second, "Training (outline)");
        look.swatch_ui(ui, verdict_fill(look, row.verdict), "Now (fill)");
    });
}

fn picture_ui(look: &Look, ui: &mut Ui, row: &DriftRow, column: &ColumnDrift) {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), PICTURE + AXIS), Sense::hover());
    let plot = Rect::from_min_max(
        pos2(rect.left(), rect.top() + 14.0),
        pos2(rect.right(), rect.bottom() - AXIS),
    );
    let highest = row
        .bins
        .iter()
        .map(|bin| bin.0.max(bin.1))
        .fold(0.0_f32, f32::max);
    let painter = ui.painter();
    paint_distributions(
        look,
        painter,
        plot,
        &row.bins,
        verdict_fill(look, row.verdict),
    );
    paint::hairline(
        painter,
        plot.left(),
        plot.right(),
        plot.bottom() + 0.5,
        look.palette.line,
    );
    painter.text(
        rect.left_top(),
        Align2::LEFT_TOP,
        format::percent(f64::from(highest)),
        look.caption_font(),
        look.palette.text_faint,
    );
    labels_ui(look, ui, plot, column);
    let bin = response
        .hover_pos()
        .map(|at| ((at.x - plot.left()) / plot.width() * row.bins.len() as f32) as usize)
        .and_then(|bin| column.bins.get(bin));
    let said = format!("Distribution of {} in training and now", row.name);
    let response = paint::named(ui, response, Role::Image, &said);
    if let Some(bin) = bin {
        response.on_hover_text_at_pointer(format!(
            "{}\nTraining {}\nNow {}",
            bin.label,
            format::percent(bin.reference),
            format::percent(bin.current)
        ));
    }
}

/// As many labels as have room, each under its bar.
fn labels_ui(look: &Look, ui: &Ui, plot: Rect, column: &ColumnDrift) {
    const EACH: f32 = 88.0;
    let count = column.bins.len();
    if count == 0 {
        return;
    }
    let step = plot.width() / count as f32;
    let every = (EACH / step).ceil().max(1.0) as usize;
    for (index, bin) in column.bins.iter().enumerate().step_by(every) {
        let room = step * every as f32 - 6.0;
        let galley = paint::line(
            ui,
            &bin.label,
            look.caption_font(),
            look.palette.text_faint,
            room,
        );
        let center = plot.left() + (index as f32 + 0.5) * step;
        let left = (center - galley.size().x / 2.0).clamp(
            plot.left(),
            (plot.right() - galley.size().x).max(plot.left()),
        );
        ui.painter().galley(
            pos2(left, plot.bottom() + 4.0),
            galley,
            look.palette.text_faint,
        );
    }
}
