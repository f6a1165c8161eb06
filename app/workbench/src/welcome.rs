//! The welcome screen: the first frame when no project is open.

use egui::{Align, CornerRadius, Layout, Rect, Sense, Stroke, Ui, UiBuilder, pos2, vec2};
use look::{Look, format, icon};

use crate::action::{Action, Wish};
use crate::arrival::Problem;
use crate::disk;
use crate::frame::Parts;
use crate::recent::{Recent, RecentProject};

/// What the screen says beside its buttons.
#[derive(Default)]
pub(crate) struct Welcome {
    pub(crate) problem: Option<Problem>,
}

const WIDTH: f32 = 760.0;
const COLUMN_GAP: f32 = 48.0;
const LEFT: f32 = 280.0;

impl Welcome {
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        parts: Parts<'_>,
        recent: &Recent,
        opening: Option<&str>,
    ) {
        let look = parts.look;
        let outer = ui.max_rect();
        ui.painter()
            .rect_filled(outer, CornerRadius::ZERO, look.palette.ground);
        let width = WIDTH.min(outer.width() - 2.0 * look.space.xl);
        let top = outer.top() + ((outer.height() - 420.0) * 0.42).max(look.space.xl);
        let rect = Rect::from_min_max(
            pos2(outer.center().x - width / 2.0, top),
            pos2(outer.center().x + width / 2.0, outer.bottom()),
        );
        ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            head_ui(ui, look);
            ui.add_space(look.space.xxl);
            if let Some(problem) = &self.problem {
                look.error_ui(ui, &problem.what, &problem.why, problem.hint.as_deref());
                ui.add_space(look.space.l);
            }
            if let Some(name) = opening {
                opening_ui(ui, look, name);
                return;
            }
            let left = LEFT.min(width * 0.45);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = COLUMN_GAP;
                column_ui(ui, look, left, |ui| start_ui(ui, parts, recent));
                column_ui(ui, look, width - left - COLUMN_GAP, |ui| {
                    recent_ui(ui, parts, recent)
                });
            });
        });
    }
}

fn column_ui(ui: &mut Ui, look: &Look, width: f32, add: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.x = look.space.s;
        add(ui);
    });
}

fn head_ui(ui: &mut Ui, look: &Look) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = look.space.l;
        let (rect, _) = ui.allocate_exact_size(vec2(56.0, 56.0), Sense::hover());
        mark(ui, look, rect);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(look.hero("Millrace"));
            ui.label(
                look.secondary(
                    "From a file to a model that is served and watched, on this machine",
                ),
            );
        });
    });
}

/// The mark: a wheel over running water.
fn mark(ui: &Ui, look: &Look, rect: Rect) {
    let painter = ui.painter();
    let palette = &look.palette;
    painter.rect(
        rect,
        CornerRadius::same(12),
        palette.surface,
        Stroke::new(1.0, palette.line),
        egui::StrokeKind::Inside,
    );
    let center = rect.center() - vec2(0.0, 4.0);
    let stroke = Stroke::new(2.0, palette.text);
    painter.circle_stroke(center, 10.0, stroke);
    for spoke in 0..8 {
        let angle = std::f32::consts::TAU * (spoke as f32 + 0.5) / 8.0;
        let way = vec2(angle.cos(), angle.sin());
        let blade = vec2(-way.y, way.x) * 2.8;
        let tip = center + way * 14.5;
        painter.line_segment([center + way * 5.5, tip], stroke);
        painter.line_segment([tip - blade, tip + blade], stroke);
    }
    painter.circle_filled(center, 3.0, palette.text);
    let wave = |y: f32| -> Vec<egui::Pos2> {
        (0..=24)
            .map(|step| {
                let share = step as f32 / 24.0;
                let x = egui::lerp(rect.left() + 10.0..=rect.right() - 10.0, share);
                pos2(x, y + (share * std::f32::consts::TAU * 1.5).sin() * 2.0)
            })
            .collect()
    };
    painter.add(egui::Shape::line(
        wave(rect.bottom() - 10.0),
        Stroke::new(2.5, palette.accent),
    ));
}

fn opening_ui(ui: &mut Ui, look: &Look, name: &str) {
    look.card_ui(ui, |ui| {
        ui.label(look.strong(format!("Opening {name}")));
        ui.label(look.secondary("Reading its journal and checking its catalog"));
    });
}

fn start_ui(ui: &mut Ui, parts: Parts<'_>, recent: &Recent) {
    let look = parts.look;
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.label(look.section("Start"));
    ui.add_space(look.space.s);
    // One primary button: who comes for the first time is led to the sample, who comes back to a project of their own.
    let (first, then) = if recent.projects.is_empty() {
        (Action::SampleProject, Action::NewProject)
    } else {
        (Action::NewProject, Action::SampleProject)
    };
    let button = look.primary_icon_button_ui(ui, first.icon(), first.title());
    if button.on_hover_text(first.hint()).clicked() {
        parts.wishes.push(first);
    }
    ui.add_space(look.space.s);
    for action in [then, Action::OpenProject] {
        row_ui(ui, parts, action);
    }
    ui.add_space(look.space.m);
    ui.add(
        egui::Label::new(look.secondary(
            "Or drop a CSV, JSON, Parquet or Excel file on this window: it becomes the first dataset of a new project",
        ))
        .wrap(),
    );
}

/// An action as a row: icon, title, keys.
fn row_ui(ui: &mut Ui, parts: Parts<'_>, action: Action) {
    let look = parts.look;
    let row = look.tall_row_ui(ui, action.title(), (false, 32.0), |ui| {
        look.icon_ui(ui, action.icon(), 18.0, look.palette.text_second);
        ui.label(look.body(action.title()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(look.caption(parts.keymap.text(action)));
        });
    });
    if row.response.on_hover_text(action.hint()).clicked() {
        parts.wishes.push(action);
    }
}

fn recent_ui(ui: &mut Ui, parts: Parts<'_>, recent: &Recent) {
    let look = parts.look;
    ui.label(look.section("Recent projects"));
    ui.add_space(look.space.xs);
    if recent.projects.is_empty() {
        ui.add(
            egui::Label::new(look.secondary("Projects that you open stand here. A project is a folder: it can be copied, zipped or put on a stick."))
                .wrap(),
        );
        return;
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    for project in &recent.projects {
        project_ui(ui, parts, project);
    }
}

fn project_ui(ui: &mut Ui, parts: Parts<'_>, project: &RecentProject) {
    let look = parts.look;
    let name = format!("Open {}", project.name);
    let row = look.tall_row_ui(ui, &name, (false, 46.0), |ui| {
        look.icon_ui(ui, icon::FOLDER, 20.0, look.palette.text_second);
        let room = ui.available_width() - 100.0;
        ui.allocate_ui_with_layout(vec2(room, 36.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(room);
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add(egui::Label::new(look.strong(&project.name)).truncate());
            let place = project.path.display().to_string();
            ui.add(egui::Label::new(look.caption(place)).truncate());
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let ago = format::ago(parts.view.now.unix_millis, project.opened);
            ui.label(look.caption(ago));
        });
    });
    if row.response.clicked() {
        parts.wishes.push(Wish::OpenPath(project.path.clone()));
    }
    row.response.context_menu(|ui| {
        if ui.button("Remove from this list").clicked() {
            parts.wishes.push(Wish::ForgetPath(project.path.clone()));
            ui.close();
        }
    });
}

/// Recent projects that still are where they were.
pub(crate) fn present(recent: Recent) -> Recent {
    Recent {
        projects: recent
            .projects
            .into_iter()
            .filter(|project| disk::exists(&project.path))
            .collect(),
    }
}
