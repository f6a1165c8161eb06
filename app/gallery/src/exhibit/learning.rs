//! The exhibits of training, experiments, the registry, lineage and the journal.

use contract::Snapshot;
use egui::Ui;
use panels::{
    CompareTab, Ctx, ExperimentsPanel, JournalPanel, LineagePanel, RegistryPanel, Selection,
    TrainDialog,
};

use super::{Drawing, Exhibit, PAGE, only, pages};

/// A run's page without scrolling.
const WHOLE_PAGE: [f32; 2] = [1_180.0, 1_500.0];

/// In the order of the rail.
pub(super) fn exhibits() -> Vec<Exhibit> {
    [
        training(),
        experiments(),
        pages("registry", RegistryPanel::states(), |_| {
            let mut panel = RegistryPanel::default();
            Box::new(move |ctx, ui| panel.ui(ctx, ui))
        }),
        pages("lineage", LineagePanel::states(), |_| {
            let mut panel = LineagePanel::default();
            Box::new(move |ctx, ui| panel.ui(ctx, ui))
        }),
        journal(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn training() -> Vec<Exhibit> {
    pages("training", TrainDialog::states(), |snapshot| {
        let mut dialog = TrainDialog::default();
        let newest = snapshot
            .datasets
            .last()
            .and_then(|dataset| dataset.versions.last());
        if let Some(version) = newest {
            dialog.open(version);
        }
        Box::new(move |ctx: &Ctx<'_>, ui: &mut Ui| dialog.ui(ctx, ui))
    })
}

fn experiments() -> Vec<Exhibit> {
    fn comparing(count: u64, tab: CompareTab) -> Drawing {
        let mut panel = ExperimentsPanel::comparing(1..=count, tab);
        Box::new(move |ctx, ui| panel.ui(ctx, ui))
    }
    let only = |names: &[&str]| only(ExperimentsPanel::states(), names);
    let mut all = pages("experiments", ExperimentsPanel::states(), |_| {
        let mut panel = ExperimentsPanel::default();
        Box::new(move |ctx, ui| panel.ui(ctx, ui))
    });
    let several = ["finished", "long_names"];
    all.extend(pages("experiments compared", only(&several), |_| {
        comparing(6, CompareTab::Curves)
    }));
    let many = ["ten_thousand_runs"];
    all.extend(pages("experiments thousand compared", only(&many), |_| {
        comparing(1_000, CompareTab::Curves)
    }));
    let parameters = ["finished", "long_names", "equal_runs"];
    all.extend(pages("experiments parameters", only(&parameters), |_| {
        comparing(6, CompareTab::Parameters)
    }));
    fn page() -> Drawing {
        let mut panel = ExperimentsPanel::default();
        Box::new(move |ctx, ui| panel.ui(ctx, ui))
    }
    all.extend(selected("run", ExperimentsPanel::page_states(), |_| page()));
    let mut whole = ExperimentsPanel::page_states();
    whole.retain(|state| ["finished", "regression", "many_classes"].contains(&state.0));
    all.extend(
        selected("run whole", whole, |_| page())
            .into_iter()
            .map(|exhibit| Exhibit {
                size: WHOLE_PAGE,
                ..exhibit
            }),
    );
    all
}

fn journal() -> Vec<Exhibit> {
    fn panel() -> Drawing {
        let mut panel = JournalPanel::default();
        Box::new(move |ctx, ui| panel.ui(ctx, ui))
    }
    let mut all = pages("journal", JournalPanel::states(), |_| panel());
    let with_fact = only(JournalPanel::states(), &["verified"])
        .into_iter()
        .map(|(state, snapshot)| (state, snapshot, Some(Selection::Fact(31))))
        .collect();
    all.extend(selected("journal details", with_fact, |_| panel()));
    all
}

/// Pages that follow what is selected in the window.
fn selected(
    panel: &'static str,
    states: Vec<(&'static str, Snapshot, Option<Selection>)>,
    make: fn(&Snapshot) -> Drawing,
) -> Vec<Exhibit> {
    states
        .into_iter()
        .map(|(state, snapshot, selection)| Exhibit {
            panel,
            state,
            snapshot,
            selection,
            size: PAGE,
            make,
        })
        .collect()
}
