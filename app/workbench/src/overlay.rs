//! What lies over the window while files hang over it: the frame lights up and says what would happen.

use std::path::{Path, PathBuf};

use egui::{Align2, Id, LayerId, Order, Rect, Stroke, StrokeKind, Ui, pos2, vec2};
use look::{Look, icon, paint};

use crate::dropping::{Plan, plan, sentence};
use crate::frame::Parts;

/// The files that hang over the window now.
pub(crate) fn hovering(ui: &Ui) -> Vec<PathBuf> {
    ui.input(|input| {
        input
            .raw
            .hovered_files
            .iter()
            .filter_map(|file| file.path.clone())
            .collect()
    })
}

pub(crate) fn overlay_ui(ui: &Ui, parts: Parts<'_>, projects: &Path) {
    let is_hovering = ui.input(|input| !input.raw.hovered_files.is_empty());
    if !is_hovering {
        return;
    }
    let look = parts.look;
    let paths = hovering(ui);
    let (is_refused, (first, second)) = if paths.is_empty() {
        (false, ("Let go to import".to_owned(), String::new()))
    } else {
        let plan = plan(&paths, parts.snapshot, projects);
        let is_refused = matches!(plan, Plan::Refuse(_));
        (is_refused, sentence(&plan, parts.snapshot))
    };
    let layer = LayerId::new(Order::Foreground, Id::unique("drop-overlay"));
    let painter = ui.ctx().layer_painter(layer);
    let screen = ui.ctx().content_rect();
    let palette = &look.palette;
    let ink = if is_refused {
        palette.fail
    } else {
        palette.accent
    };
    painter.rect_filled(screen, 0.0, palette.backdrop.gamma_multiply(0.7));
    let edge = screen.shrink(6.0);
    painter.rect_stroke(
        edge,
        look.card_corner(),
        Stroke::new(2.0, ink),
        StrokeKind::Inside,
    );
    card(ui, &painter, look, (screen, ink), (&first, &second));
}

fn card(
    ui: &Ui,
    painter: &egui::Painter,
    look: &Look,
    (screen, ink): (Rect, egui::Color32),
    (first, second): (&str, &str),
) {
    let palette = &look.palette;
    let room = (screen.width() - 160.0).max(120.0);
    let title = paint::line(ui, first, look.section_font(), palette.text, room);
    let note = paint::line(ui, second, look.secondary_font(), palette.text_second, room);
    let width = title.size().x.max(note.size().x) + 96.0;
    let height = if second.is_empty() { 64.0 } else { 84.0 };
    let rect = Rect::from_center_size(screen.center(), vec2(width, height));
    painter.rect(
        rect,
        look.card_corner(),
        palette.raised,
        Stroke::new(1.0, palette.line),
        StrokeKind::Inside,
    );
    painter.text(
        pos2(rect.left() + 36.0, rect.center().y),
        Align2::CENTER_CENTER,
        icon::IMPORT.0,
        look.icon_font(28.0),
        ink,
    );
    let left = rect.left() + 68.0;
    if second.is_empty() {
        let y = rect.center().y - title.size().y / 2.0;
        painter.galley(pos2(left, y), title, palette.text);
    } else {
        painter.galley(pos2(left, rect.top() + 20.0), title, palette.text);
        painter.galley(pos2(left, rect.top() + 46.0), note, palette.text_second);
    }
}
