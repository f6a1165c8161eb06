//! The exhibits: a panel, one of its states, and how to draw it.

mod learning;

use contract::Snapshot;
use egui::Ui;
use panels::{
    Ctx, DatasetTab, DatasetsPanel, HomePanel, Inspector, MonitoringPanel, Selection, ServingPanel,
    ServingTab, TasksPanel,
};

/// A panel in a named state.
pub struct Exhibit {
    /// Such as `datasets rows`.
    pub panel: &'static str,
    /// Such as `ten_million_rows`.
    pub state: &'static str,
    pub snapshot: Snapshot,
    pub selection: Option<Selection>,
    /// The usual size of the tile, in logical pixels.
    pub size: [f32; 2],
    make: fn(&Snapshot) -> Drawing,
}

/// Draws the panel and keeps its view state.
pub(crate) type Drawing = Box<dyn FnMut(&Ctx<'_>, &mut Ui)>;

const PAGE: [f32; 2] = [1_180.0, 760.0];
const SIDE: [f32; 2] = [320.0, 760.0];

impl Exhibit {
    /// A fresh panel, as it is when it is opened.
    pub(crate) fn drawing(&self) -> Drawing {
        (self.make)(&self.snapshot)
    }

    /// Such as `datasets rows, ten_million_rows`.
    pub fn name(&self) -> String {
        format!("{}, {}", self.panel, self.state)
    }
}

/// All of them, in the order of the rail.
pub fn exhibits() -> Vec<Exhibit> {
    let mut all = Vec::new();
    all.extend(pages("home", HomePanel::states(), |_| {
        let mut panel = HomePanel::default();
        Box::new(move |ctx, ui| panel.ui(ctx, ui))
    }));
    all.extend(datasets());
    all.extend(learning::exhibits());
    all.extend(serving());
    all.extend(pages("monitoring", MonitoringPanel::states(), |_| {
        let mut panel = MonitoringPanel::default();
        Box::new(move |ctx, ui| panel.ui(ctx, ui))
    }));
    all.extend(pages("tasks", TasksPanel::states(), |_| {
        let mut panel = TasksPanel::default();
        Box::new(move |ctx, ui| panel.ui(ctx, ui))
    }));
    all.extend(inspector());
    all
}

fn pages(
    panel: &'static str,
    states: Vec<(&'static str, Snapshot)>,
    make: fn(&Snapshot) -> Drawing,
) -> Vec<Exhibit> {
    states
        .into_iter()
        .map(|(state, snapshot)| Exhibit {
            panel,
            state,
            snapshot,
            selection: None,
            size: PAGE,
            make,
        })
        .collect()
}

fn datasets() -> Vec<Exhibit> {
    fn on(tab: DatasetTab) -> Drawing {
        let mut panel = DatasetsPanel::on(tab);
        Box::new(move |ctx, ui| panel.ui(ctx, ui))
    }
    let only = |names: &[&str]| only(DatasetsPanel::states(), names);
    let with_rows = [
        "wine",
        "rejected_rows",
        "ten_million_rows",
        "rows_on_their_way",
        "long_names",
        "thousand_columns",
    ];
    let with_rejects = [
        "wine",
        "rejected_rows",
        "long_rejected_rows",
        "three_million_rejected_rows",
        "rejected_rows_on_their_way",
        "rejected_rows_damaged",
    ];
    [
        pages("datasets", DatasetsPanel::states(), |_| {
            on(DatasetTab::Profile)
        }),
        pages("datasets rows", only(&with_rows), |_| on(DatasetTab::Rows)),
        pages("datasets chart", only(&with_rows), |_| {
            on(DatasetTab::Chart)
        }),
        pages("datasets rejected", only(&with_rejects), |_| {
            on(DatasetTab::Rejected)
        }),
        pages("datasets versions", only(&["wine", "long_names"]), |_| {
            on(DatasetTab::Versions)
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn serving() -> Vec<Exhibit> {
    fn on(tab: ServingTab) -> Drawing {
        let mut panel = ServingPanel::on(tab);
        Box::new(move |ctx, ui| panel.ui(ctx, ui))
    }
    let only = |names: &[&str]| only(ServingPanel::states(), names);
    let busy = ["serving", "not_asked_yet", "many_endpoints"];
    [
        pages("serving", ServingPanel::states(), |_| on(ServingTab::Try)),
        pages("serving log", only(&busy), |_| on(ServingTab::Log)),
        pages(
            "serving snippets",
            only(&["serving", "regression_with_categories"]),
            |_| on(ServingTab::Snippets),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Those states in which a page of a panel says something that the others do not.
fn only(states: Vec<(&'static str, Snapshot)>, names: &[&str]) -> Vec<(&'static str, Snapshot)> {
    states
        .into_iter()
        .filter(|state| names.contains(&state.0))
        .collect()
}

fn inspector() -> Vec<Exhibit> {
    Inspector::states()
        .into_iter()
        .map(|(state, snapshot, selection)| Exhibit {
            panel: "inspector",
            state,
            snapshot,
            selection,
            size: SIDE,
            make: |_| {
                let mut panel = Inspector::default();
                Box::new(move |ctx, ui| panel.ui(ctx, ui))
            },
        })
        .collect()
}
