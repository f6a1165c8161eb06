//! Predicted against actual: a regression's answers on the test rows, with the line on which a perfect one lies.

use canvas::{Range, Scale, ScatterPoints, ScatterView, nearest, ticks};
use egui::{Align2, Rect, Role, Sense, Stroke, Ui, pos2, vec2};
use look::{Look, format, paint};

use super::super::evaluation::FitData;
use crate::Ctx;

const LARGEST: f32 = 380.0;
const LEFT: f32 = 56.0;
const BOTTOM: f32 = 36.0;
/// How near the pointer has to be to a point that it reads, in logical pixels.
const REACH: f32 = 10.0;

pub(super) fn fit_ui(ctx: &Ctx<'_>, ui: &mut Ui, data: &FitData) {
    let look = ctx.look;
    look.section_with_ui(ui, "Predicted against actual", |ui| {
        let rows = format::counted(data.points.len() as u64, "test row", "test rows");
        ui.label(look.caption(rows));
    });
    let side = (ui.available_width() - LEFT).clamp(160.0, LARGEST);
    let (rect, response) = ui.allocate_exact_size(vec2(LEFT + side, side + BOTTOM), Sense::hover());
    let plot = Rect::from_min_size(pos2(rect.left() + LEFT, rect.top()), vec2(side, side));
    let range = Range::new(data.bounds[0], data.bounds[1]);
    if ui.is_rect_visible(rect) {
        paint_axes(look, ui, plot, range);
        let perfect = Stroke::new(1.0, look.palette.text_faint);
        ui.painter()
            .line_segment([plot.left_bottom(), plot.right_top()], perfect);
        ScatterView {
            id: response.id.with("points"),
            data: ScatterPoints {
                points: &data.points,
                classes: None,
                colors: &[look.palette.accent.gamma_multiply(0.6)],
            },
            x: range,
            y: range,
            radius: 2.5,
        }
        .paint(ui, plot);
    }
    let name = format!("Predicted against actual, {} points", data.points.len());
    let response = paint::named(ui, response, Role::Image, &name);
    let read = response
        .hover_pos()
        .filter(|at| plot.contains(*at))
        .and_then(|at| point_at(data, range, plot, at));
    if let Some([actual, predicted]) = read {
        let off = super::super::columns::signed(predicted - actual);
        response.on_hover_text_at_pointer(format!(
            "actual {}\npredicted {}\noff by {off}",
            format::number(actual),
            format::number(predicted),
        ));
    }
}

fn point_at(data: &FitData, range: Range, plot: Rect, at: egui::Pos2) -> Option<[f64; 2]> {
    let x = range.at_share(f64::from((at.x - plot.left()) / plot.width()));
    let y = range.at_share(f64::from((plot.bottom() - at.y) / plot.height()));
    let reach = f64::from(REACH / plot.width());
    let found = nearest(&data.points, (range, range), [x, y], [reach, reach])?;
    data.points.get(found).copied()
}

fn paint_axes(look: &Look, ui: &Ui, plot: Rect, range: Range) {
    let painter = ui.painter();
    let grid = Stroke::new(1.0, look.palette.text.gamma_multiply(0.08));
    let font = look.caption_font();
    let ink = look.palette.text_faint;
    for tick in ticks(range, Scale::Linear, 6) {
        let share = range.share(tick.place) as f32;
        let x = plot.left() + share * plot.width();
        let y = plot.bottom() - share * plot.height();
        painter.vline(x, plot.y_range(), grid);
        painter.hline(plot.x_range(), y, grid);
        let text = format::number(tick.value);
        let below = pos2(x, plot.bottom() + 4.0);
        painter.text(below, Align2::CENTER_TOP, &text, font.clone(), ink);
        let before = pos2(plot.left() - 6.0, y);
        painter.text(before, Align2::RIGHT_CENTER, &text, font.clone(), ink);
    }
    let second = look.palette.text_second;
    let inside = plot.shrink(6.0);
    painter.text(
        inside.left_top(),
        Align2::LEFT_TOP,
        "predicted",
        font.clone(),
        second,
    );
    painter.text(
        inside.right_bottom(),
        Align2::RIGHT_BOTTOM,
        "actual",
        font,
        second,
    );
}
