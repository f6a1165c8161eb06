//! Permutation importance: a bar for each feature with its error, the most important at the top.

use contract::LearningTask;
use egui::{Rect, Role, ScrollArea, Sense, Stroke, Ui, pos2, vec2};
use look::{Look, format, paint};

use super::super::columns::signed;
use super::super::evaluation::{ImportanceBar, Verdict, reach};
use super::super::naming::metric_word;
use crate::Ctx;

const ROW: f32 = 24.0;
const NUMBER: f32 = 72.0;
/// Features that are seen before all are asked for.
const FIRST: usize = 14;

pub(super) fn importance_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    bars: &[ImportanceBar],
    task: LearningTask,
    shows_all: &mut bool,
) {
    let look = ctx.look;
    look.section_with_ui(ui, "Importance", |ui| {
        let metric = metric_word(task.main_metric());
        ui.label(look.caption(format!(
            "how much {metric} worsens when a column is shuffled"
        )));
    });
    if bars.is_empty() {
        ui.label(look.secondary("It was not measured"));
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let shown = if *shows_all {
        bars.len()
    } else {
        bars.len().min(FIRST)
    };
    let reach = reach(bars);
    let height = ROW * shown.min(FIRST * 2) as f32;
    ScrollArea::vertical()
        .id_salt("importance")
        .max_height(height)
        .min_scrolled_height(height)
        .auto_shrink([false, true])
        .show_rows(ui, ROW, shown, |ui, rows| {
            for bar in bars.get(rows).unwrap_or_default() {
                bar_ui(look, ui, (bar, reach));
            }
        });
    ui.spacing_mut().item_spacing.y = look.space.s;
    legend_ui(look, ui, bars);
    if bars.len() > FIRST {
        let text = if *shows_all {
            "Show the most important only".to_owned()
        } else {
            format!("Show all {} features", format::count(bars.len() as u64))
        };
        if look.link_ui(ui, &text).clicked() {
            *shows_all = !*shows_all;
        }
    }
}

fn bar_ui(look: &Look, ui: &mut Ui, (bar, reach): (&ImportanceBar, [f64; 2])) {
    let palette = &look.palette;
    let width = ui.available_width();
    let names = (width * 0.36).clamp(72.0, 200.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
    if ui.is_rect_visible(rect) {
        let ink = match bar.verdict {
            Verdict::Unsure => palette.text_second,
            Verdict::Helps | Verdict::Hurts => palette.text,
        };
        let name = paint::line(ui, &bar.feature, look.secondary_font(), ink, names - 8.0);
        let y = rect.center().y - name.size().y / 2.0;
        ui.painter().galley(pos2(rect.left(), y), name, ink);
        let area = Rect::from_min_max(
            pos2(rect.left() + names, rect.top()),
            pos2(rect.right() - NUMBER, rect.bottom()),
        );
        paint_bar(look, ui, area, (bar, reach));
        let number = figure(bar.mean);
        let number = paint::line(ui, &number, look.secondary_font(), ink, NUMBER);
        let at = pos2(
            rect.right() - number.size().x,
            rect.center().y - number.size().y / 2.0,
        );
        ui.painter().galley(at, number, ink);
    }
    let said = format!(
        "{} {}, give or take {}",
        bar.feature,
        signed(bar.mean),
        format::number(bar.std)
    );
    let response = paint::named(ui, response, Role::Label, &said);
    let meaning = meaning(bar.verdict);
    response.on_hover_text(format!(
        "{}\n{} ± {} over the shuffles: {meaning}",
        bar.feature,
        format::number(bar.mean),
        format::number(bar.std)
    ));
}

/// Four decimals, so that the digits stand under each other; what is smaller is nothing.
fn figure(value: f64) -> String {
    if value.abs() < 5e-5 {
        return "0".into();
    }
    if value.abs() < 1e-4 {
        return format::number(0.000_1_f64.copysign(value));
    }
    format::metric(value)
}

/// From the line of zero: to the right what helps, to the left what hurts.
fn paint_bar(look: &Look, ui: &Ui, area: Rect, (bar, [low, high]): (&ImportanceBar, [f64; 2])) {
    let painter = ui.painter();
    let share = |value: f64| ((value - low) / (high - low)).clamp(0.0, 1.0) as f32;
    let at = |value: f64| area.left() + area.width() * share(value);
    let middle = area.center().y;
    let zero = at(0.0);
    let line = Stroke::new(1.0, look.palette.line_strong);
    painter.vline(zero, area.y_range(), line);
    let end = at(bar.end);
    let body = Rect::from_min_max(
        pos2(zero.min(end), middle - 4.0),
        pos2(zero.max(end).max(zero.min(end) + 1.0), middle + 4.0),
    );
    painter.rect_filled(body, 1, ink(look, bar.verdict).gamma_multiply(0.75));
    let whisker = Stroke::new(1.25, look.palette.text);
    let (low, high) = (at(bar.error[0]), at(bar.error[1]));
    painter.hline(low..=high, middle, whisker);
    for end in [low, high] {
        painter.vline(end, middle - 3.0..=middle + 3.0, whisker);
    }
}

fn ink(look: &Look, verdict: Verdict) -> egui::Color32 {
    match verdict {
        Verdict::Helps => look.palette.accent,
        Verdict::Unsure => look.palette.text_faint,
        Verdict::Hurts => look.palette.warn,
    }
}

fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Helps => "helps",
        Verdict::Unsure => "may do nothing, its error reaches zero",
        Verdict::Hurts => "hurts, answers are better without it",
    }
}

/// What the colours that occur mean.
fn legend_ui(look: &Look, ui: &mut Ui, bars: &[ImportanceBar]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = look.space.m;
        for verdict in [Verdict::Helps, Verdict::Unsure, Verdict::Hurts] {
            if bars.iter().any(|bar| bar.verdict == verdict) {
                look.swatch_ui(ui, ink(look, verdict), meaning(verdict));
            }
        }
    });
}
