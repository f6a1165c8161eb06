//! How the tasks are drawn: the running ones as cards with a bar, the ended ones as rows.

use contract::{Command, TaskState, TaskView};
use egui::{Align, Layout, Ui, vec2};
use look::{Tone, format, icon};

use super::data::{ShownShares, TaskRow};
use crate::parts::{page_ui, two_lines_ui};
use crate::{Ctx, Place, Selection};

/// Older ones have nothing to say that the journal does not.
const MOST_ENDED: usize = 100;
const ROW: f32 = 44.0;

pub(super) fn tasks_ui(ctx: &Ctx<'_>, ui: &mut Ui, shares: &mut ShownShares) {
    let look = ctx.look;
    let tasks = &ctx.snapshot.tasks;
    if tasks.is_empty() {
        look.nothing_ui(
            ui,
            icon::TASKS,
            "Long work shows here with its progress and can be cancelled; nothing is running",
        );
        return;
    }
    page_ui(look, ui, |ui| {
        let (running, ended): (Vec<_>, Vec<_>) = tasks
            .iter()
            .partition(|task| task.state == TaskState::Running);
        let said = match running.len() {
            0 => "Nothing is running".to_owned(),
            count => format::counted(count as u64, "task is running", "tasks are running"),
        };
        look.page_head_ui(ui, "Tasks", &said, |_| {});
        for task in running {
            let row = TaskRow::of(task, shares);
            running_ui(ctx, ui, task, &row);
            ui.add_space(look.space.xs);
        }
        if !ended.is_empty() {
            look.section_ui(ui, "Earlier in this session");
            for task in ended.iter().take(MOST_ENDED) {
                let row = TaskRow::of(task, shares);
                ended_ui(ctx, ui, task, &row);
            }
        }
        if ended.len() > MOST_ENDED {
            let others = format::count((ended.len() - MOST_ENDED) as u64);
            ui.label(look.caption(format!("{others} older ones are not shown")));
        }
    });
}

fn running_ui(ctx: &Ctx<'_>, ui: &mut Ui, task: &TaskView, row: &TaskRow) {
    let look = ctx.look;
    look.card_ui(ui, |ui| {
        let title = |ui: &mut Ui| {
            let width = ui.available_width();
            two_lines_ui(look, ui, width, &row.title, &row.stage);
        };
        look.ends_ui(ui, 36.0, title, |ui| {
            open_run_ui(ctx, ui, task);
            if task.can_cancel {
                let label = format!("Cancel {}", row.title);
                if look.icon_button_ui(ui, icon::CLOSE, &label).clicked() {
                    ctx.commands.push(Command::CancelTask {
                        task: task.id.clone(),
                    });
                }
            }
        });
        let figures = [&*row.amount, &row.rate, &row.time];
        look.progress_ui(ui, row.share, &joined(&figures));
    });
}

fn ended_ui(ctx: &Ctx<'_>, ui: &mut Ui, task: &TaskView, row: &TaskRow) {
    let look = ctx.look;
    if let Some(error) = &row.error {
        let why = format!("{error}. It {}", row.time);
        look.error_ui(
            ui,
            &format!("{} failed", row.title),
            &why,
            row.hint.as_deref(),
        );
        ui.add_space(look.space.xs);
        return;
    }
    let (tone, word) = match task.state {
        TaskState::Cancelled => (Tone::Neutral, "Cancelled"),
        _ => (Tone::Done, "Finished"),
    };
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), ROW),
        Layout::left_to_right(Align::Center),
        |ui| {
            look.state_dot_ui(ui, tone, word);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                open_run_ui(ctx, ui, task);
                let width = ui.available_width();
                let figures = joined(&[&row.amount, &row.time]);
                two_lines_ui(look, ui, width, &row.title, &figures);
            });
        },
    );
}

fn open_run_ui(ctx: &Ctx<'_>, ui: &mut Ui, task: &TaskView) {
    if let Some(run) = &task.run
        && ctx.look.quiet_button_ui(ui, "Show run").clicked()
    {
        ctx.view.select(Selection::Run(run.clone()));
        ctx.view.navigate(Place::Experiments);
    }
}

/// What is not empty, with dots between.
fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("  ·  ")
}
