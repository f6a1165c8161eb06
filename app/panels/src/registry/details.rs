//! The open version: its head with Serve, its aliases, its metrics, and what makes it trustworthy.

use contract::{Command, Metrics, Model, ModelSelector, ModelVersion, VersionSelector};
use egui::{Popup, PopupCloseBehavior, ScrollArea, Ui};
use look::{Tone, icon};

use super::data::{CHAMPION, alias_complaint, endpoint_of, flags, parity};
use super::{flag, package};
use crate::experiments::{metric_rows, metrics_ui};
use crate::parts::{ago_ui, cut_label_ui};
use crate::{Ctx, Place, Selection};

/// In a narrower head the name is worth more than a chip that says what the button says.
const WIDE_HEAD: f32 = 500.0;
/// Room that the version's chip and its age need after the name.
const VERSION_AND_AGE: f32 = 116.0;

pub(super) fn head_ui(ctx: &Ctx<'_>, ui: &mut Ui, model: &Model, version: &ModelVersion) {
    let look = ctx.look;
    let has_room = ui.available_width() > WIDE_HEAD;
    let name = |ui: &mut Ui| {
        let room = ui.available_width() - VERSION_AND_AGE;
        cut_label_ui(ui, room, look.page(model.name.as_str()));
        look.chip_ui(ui, Tone::Neutral, &format!("v{}", version.id.version));
        ago_ui(ctx, ui, version.created);
    };
    look.ends_ui(ui, 32.0, name, |ui| {
        serve_ui(ctx, ui, (model, version), has_room);
        let more = look.icon_button_ui(ui, icon::MORE, "More actions");
        look.menu_ui(&more, |ui| {
            if ui.button("Show lineage").clicked() {
                show_lineage(ctx, &Selection::ModelVersion(version.id.clone()));
            }
            if ui.button("Show the run").clicked() {
                ctx.view.select(Selection::Run(version.run.clone()));
                ctx.view.navigate(Place::Experiments);
            }
            if ui.button("Copy the name").clicked() {
                ctx.view.copy(version.id.to_string());
            }
        });
    });
    ui.add_space(look.space.s);
}

fn serve_ui(ctx: &Ctx<'_>, ui: &mut Ui, (model, version): (&Model, &ModelVersion), has_room: bool) {
    let look = ctx.look;
    let served = endpoint_of(ctx.snapshot, &model.name);
    if served.is_some_and(|endpoint| endpoint.version == version.id) {
        if has_room {
            look.chip_ui(ui, Tone::Done, "Served");
        }
        if look.button_ui(ui, "Show endpoint").clicked() {
            ctx.view.select(Selection::Endpoint(model.name.clone()));
            ctx.view.navigate(Place::Serving);
        }
        return;
    }
    let text = match served {
        Some(_) => format!("Serve v{} instead", version.id.version),
        None => format!("Serve v{}", version.id.version),
    };
    if look
        .primary_icon_button_ui(ui, icon::SERVING, &text)
        .clicked()
    {
        ctx.commands.push(Command::StartEndpoint {
            selector: ModelSelector {
                model: model.name.clone(),
                version: VersionSelector::Number(version.id.version),
            },
            port: 0,
        });
        ctx.view.select(Selection::Endpoint(model.name.clone()));
        ctx.view.navigate(Place::Serving);
    }
}

pub(super) fn details_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    model: &Model,
    version: &ModelVersion,
    alias: &mut String,
) {
    let look = ctx.look;
    ScrollArea::vertical()
        .id_salt("version details")
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 12.0);
            look.section_ui(ui, "Aliases");
            aliases_ui(ctx, ui, model, version, alias);
            ui.add_space(look.space.s);
            look.section_ui(ui, "Metrics");
            let run = ctx.snapshot.runs.iter().find(|run| run.id == version.run);
            let none = Metrics::new();
            let baseline = run
                .and_then(|run| run.report.as_deref())
                .map_or(&none, |report| &report.baseline);
            let rows = metric_rows(&version.metrics, baseline, version.signature.task);
            metrics_ui(look, ui, &rows);
            ui.add_space(look.space.s);
            look.section_ui(ui, "Parity");
            parity_ui(ctx, ui, version);
            ui.add_space(look.space.s);
            look.section_ui(ui, "Signature");
            package::signature_ui(ctx, ui, &version.signature);
            ui.add_space(look.space.s);
            look.section_ui(ui, "Package");
            package::files_ui(ctx, ui, version);
        });
}

fn parity_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &ModelVersion) {
    let look = ctx.look;
    let parity = parity(version);
    ui.horizontal(|ui| {
        look.chip_ui(ui, parity.tone, &parity.figure);
        ui.add(egui::Label::new(look.secondary(parity.sentence)).wrap());
    });
}

fn aliases_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    model: &Model,
    version: &ModelVersion,
    alias: &mut String,
) {
    let look = ctx.look;
    let flags = flags(model, version.id.version);
    ui.horizontal_wrapped(|ui| {
        for flag in &flags {
            flag::flag_ui(look, ui, flag);
            let label = format!("Take {flag} away from v{}", version.id.version);
            if look.icon_button_ui(ui, icon::CLOSE, &label).clicked() {
                ctx.commands.push(Command::RemoveAlias {
                    model: model.name.clone(),
                    alias: flag.clone(),
                });
            }
        }
        if !flags.iter().any(|flag| &**flag == CHAMPION) {
            let text = match model.aliases.get(CHAMPION) {
                Some(now) => format!("Make {CHAMPION}, now v{now}"),
                None => format!("Make {CHAMPION}"),
            };
            if look.button_with_icon_ui(ui, icon::FLAG, &text).clicked() {
                set_alias(ctx, version, CHAMPION);
            }
        }
        other_alias_ui(ctx, ui, model, version, alias);
    });
}

fn other_alias_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    model: &Model,
    version: &ModelVersion,
    alias: &mut String,
) {
    let look = ctx.look;
    let button = look.quiet_icon_button_ui(ui, icon::ADD, "Alias…");
    Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(260.0)
        .show(|ui| {
            let field = look.text_field_ui(ui, "Alias", alias, "challenger");
            if field.gained_focus() || alias.is_empty() {
                field.request_focus();
            }
            let complaint = alias_complaint(alias);
            let moves = model.aliases.get(alias.trim());
            let said = match (complaint, moves) {
                (Some(complaint), _) if !alias.is_empty() => complaint.to_owned(),
                (None, Some(now)) => format!("Moves from v{now} to v{}", version.id.version),
                _ => format!(
                    "A name that points at v{} until it is moved",
                    version.id.version
                ),
            };
            ui.label(look.caption(said));
            let is_entered =
                field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let set = ui.add_enabled_ui(complaint.is_none(), |ui| look.button_ui(ui, "Set alias"));
            if complaint.is_none() && (set.inner.clicked() || is_entered) {
                set_alias(ctx, version, alias.trim());
                alias.clear();
                ui.close();
            }
        });
}

fn set_alias(ctx: &Ctx<'_>, version: &ModelVersion, alias: &str) {
    ctx.commands.push(Command::SetAlias {
        version: version.id.clone(),
        alias: alias.into(),
    });
}

pub(super) fn show_lineage(ctx: &Ctx<'_>, selection: &Selection) {
    ctx.commands.push(Command::ShowLineage {
        of: selection.written_id().into(),
    });
    ctx.view.select(selection.clone());
    ctx.view.navigate(Place::Lineage);
}
