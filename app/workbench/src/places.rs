//! The places: one panel each, made once, so that what a person scrolled and filtered stays while other places are shown.

use egui::Ui;
use panels::{
    Ctx, DatasetsPanel, ExperimentsPanel, HomePanel, Inspector, JournalPanel, LineagePanel,
    MonitoringPanel, Place, RegistryPanel, ServingPanel, TasksPanel,
};

#[derive(Default)]
pub(crate) struct Places {
    home: HomePanel,
    datasets: DatasetsPanel,
    experiments: ExperimentsPanel,
    registry: RegistryPanel,
    serving: ServingPanel,
    monitoring: MonitoringPanel,
    lineage: LineagePanel,
    journal: JournalPanel,
    tasks: TasksPanel,
    inspector: Inspector,
}

impl Places {
    /// Draws a place; the settings are the window's own and are drawn by it.
    pub(crate) fn ui(&mut self, place: Place, ctx: &Ctx<'_>, ui: &mut Ui) {
        match place {
            Place::Home => self.home.ui(ctx, ui),
            Place::Datasets => self.datasets.ui(ctx, ui),
            Place::Experiments => self.experiments.ui(ctx, ui),
            Place::Registry => self.registry.ui(ctx, ui),
            Place::Serving => self.serving.ui(ctx, ui),
            Place::Monitoring => self.monitoring.ui(ctx, ui),
            Place::Lineage => self.lineage.ui(ctx, ui),
            Place::Journal => self.journal.ui(ctx, ui),
            Place::Tasks => self.tasks.ui(ctx, ui),
            Place::Settings => {}
        }
    }

    pub(crate) fn inspector_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        self.inspector.ui(ctx, ui);
    }
}
