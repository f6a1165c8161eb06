//! Serving: a card per endpoint, and of the open one a form to try it, the live log and snippets.

mod card;
mod data;
mod filling;
mod log;
mod snippets;
mod trying;

use contract::{
    Command, EndpointView, ModelName, ModelSelector, PredictedOutput, RunState, Snapshot,
    VersionSelector,
};
use egui::Ui;
use look::icon;

pub(crate) use data::{EndpointCard, contract_in_words, rate};

use crate::parts::{code_ui, from_right_ui, inset_ui, two_lines_ui};
use crate::states::{self, Sample};
use crate::{Ctx, Place, Selection};

/// The pages of an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServingTab {
    #[default]
    Try,
    Log,
    Snippets,
}

/// View state: the open endpoint and what was typed.
#[derive(Default)]
pub struct ServingPanel {
    open: Option<ModelName>,
    tab: ServingTab,
    form: data::TryForm,
    filling: filling::Filling,
    language: snippets::Language,
    log_all: bool,
}

impl ServingPanel {
    /// Opens on this page.
    pub fn on(tab: ServingTab) -> Self {
        Self {
            tab,
            ..Self::default()
        }
    }

    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        let servables = data::servables(ctx.snapshot);
        if ctx.snapshot.endpoints.is_empty() && servables.is_empty() {
            empty_ui(ctx, ui);
            return;
        }
        if let Some(Selection::Endpoint(name)) = ctx.view.selection() {
            self.open = Some(name);
        }
        let open = ctx
            .snapshot
            .endpoints
            .iter()
            .find(|view| Some(&view.endpoint.name) == self.open.as_ref())
            .or_else(|| ctx.snapshot.endpoints.first())
            .cloned();
        inset_ui(ctx.look, ui, |ui| {
            head_ui(ctx, ui);
            card::cards_ui(ctx, ui, open.as_ref().map(|view| &view.endpoint.name));
            servables_ui(ctx, ui, &servables, open.is_none());
            if let Some(view) = &open {
                self.endpoint_ui(ctx, ui, view);
            }
        });
    }

    fn endpoint_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, view: &EndpointView) {
        let look = ctx.look;
        ui.add_space(look.space.s);
        let tabs = [
            (ServingTab::Try, "Try it"),
            (ServingTab::Log, "Log"),
            (ServingTab::Snippets, "Snippets"),
        ];
        look.tabs_ui(ui, &mut self.tab, &tabs);
        match self.tab {
            ServingTab::Try => {
                let state = (&mut self.form, &mut self.filling);
                trying::try_ui(ctx, ui, view, state);
            }
            ServingTab::Log => log::log_ui(ctx, ui, &view.endpoint.name, &mut self.log_all),
            ServingTab::Snippets => self.snippets_ui(ctx, ui, view),
        }
    }

    fn snippets_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, view: &EndpointView) {
        let look = ctx.look;
        let Some(server) = &ctx.snapshot.server else {
            look.nothing_ui(ui, icon::SNIPPET, "The server does not listen");
            return;
        };
        egui::ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| {
                let options = snippets::Language::ALL.map(|language| (language, language.title()));
                look.field_ui(ui, "Language", |ui| {
                    look.select_ui(ui, "Language", &mut self.language, &options)
                });
                let code = snippets::snippet(
                    self.language,
                    server,
                    &view.endpoint.name,
                    &view.model.signature,
                );
                code_ui(look, ui, self.language.title(), &code);
                ui.label(look.secondary(
                    "The key is the whole project's; anyone who has it may ask every endpoint",
                ));
            });
    }

    pub fn states() -> Vec<(&'static str, Snapshot)> {
        let wine = states::wine();
        let sales = states::sales_of_ten_million_rows();
        let trained = || {
            Sample::new()
                .dataset(vec![wine.clone()])
                .run_of(&wine, RunState::Finished)
        };
        let served = || trained().model("wine", 2).served("wine");
        vec![
            ("empty", trained().done()),
            ("registered", trained().model("wine", 2).done()),
            ("serving", served().done()),
            ("not_asked_yet", served().quiet().done()),
            ("tried", served().tried("wine", class_answer()).done()),
            (
                "refused",
                served()
                    .tried(
                        "wine",
                        Err("column “hue” is 14, but the model expects 0 to 2".into()),
                    )
                    .done(),
            ),
            (
                "regression_with_categories",
                Sample::new()
                    .dataset(vec![sales.clone()])
                    .run_of(&sales, RunState::Finished)
                    .model("revenue", 1)
                    .served("revenue")
                    .tried("revenue", Ok(PredictedOutput::Value(1_284.37)))
                    .done(),
            ),
            ("many_inputs", many_inputs()),
            (
                "many_endpoints",
                served()
                    .model("wine-small", 1)
                    .served("wine-small")
                    .model("wine-shadow", 1)
                    .served("wine-shadow")
                    .model(
                        "a-model-with-a-name-that-is-far-longer-than-any-card-can-show",
                        1,
                    )
                    .served("a-model-with-a-name-that-is-far-longer-than-any-card-can-show")
                    .model("not-served", 1)
                    .done(),
            ),
        ]
    }
}

/// A model of more numbers than a page shows, and a row of its data in the snapshot.
fn many_inputs() -> Snapshot {
    let expression = states::wide(65);
    Sample::new()
        .dataset(vec![expression.clone()])
        .run_of(&expression, RunState::Finished)
        .model("expression", 1)
        .served("expression")
        .rows(&expression, 0, 1)
        .done()
}

fn class_answer() -> Result<PredictedOutput, String> {
    Ok(PredictedOutput::Class {
        index: 1,
        probabilities: vec![0.071, 0.917, 0.012],
    })
}

fn head_ui(ctx: &Ctx<'_>, ui: &mut Ui) {
    let said = match &ctx.snapshot.server {
        Some(server) => format!("{} answers on this machine only", server.url),
        None => "Nothing is served".to_owned(),
    };
    crate::parts::head_ui(ctx.look, ui, ("Serving", &said), 0.0, |_| {});
}

fn empty_ui(ctx: &Ctx<'_>, ui: &mut Ui) {
    let says = (
        "An endpoint answers with a registered model's predictions over HTTP",
        "Register a finished run first; then serve it here with one click",
    );
    if ctx
        .look
        .empty_ui(ui, icon::SERVING, says, "Open the experiments")
        .clicked()
    {
        ctx.view.navigate(Place::Experiments);
    }
}

/// Models that have no endpoint; the first one is the thing to do while nothing is served.
fn servables_ui(ctx: &Ctx<'_>, ui: &mut Ui, servables: &[data::Servable], is_nothing_served: bool) {
    let look = ctx.look;
    if servables.is_empty() {
        return;
    }
    look.section_ui(ui, "Ready to serve");
    for (place, servable) in servables.iter().enumerate() {
        from_right_ui(ui, 44.0, |ui| {
            let is_primary = is_nothing_served && place == 0;
            let label = format!("Serve {}", servable.model);
            let button = if is_primary {
                look.primary_icon_button_ui(ui, icon::PLAY, &label)
            } else {
                look.button_with_icon_ui(ui, icon::PLAY, &label)
            };
            if button.clicked() {
                ctx.commands.push(Command::StartEndpoint {
                    selector: ModelSelector {
                        model: servable.model.clone(),
                        version: VersionSelector::ChampionOrNewest,
                    },
                    port: 0,
                });
            }
            let width = ui.available_width();
            let version = servable.version.to_string();
            two_lines_ui(look, ui, width, &version, servable.why);
        });
    }
}

#[cfg(test)]
mod tests;
