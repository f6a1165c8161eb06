//! Datasets: the list, and of the open version its profile, rows, chart, rejected rows and versions.

mod asking;
mod chart;
mod data;
mod head;
mod list;
mod points;
mod profile;
mod reader;
mod rejects;
mod rows;
mod scroll;
mod versions;

use std::sync::Arc;

use contract::{DataVersion, DataVersionRef, RunState, Snapshot};
use egui::Ui;
use look::icon;

pub(crate) use data::find_version;
pub(crate) use points::first_query;
pub(crate) use rows::question as rows_question;

use crate::parts::inset_ui;
use crate::sight::Sight;
use crate::states::{self, Sample};
use crate::train::TrainDialog;
use crate::{Ctx, Selection};

/// Below this width the list folds into the head.
const NARROW: f32 = 760.0;
const LIST_WIDTH: f32 = 232.0;

/// The pages of a version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatasetTab {
    #[default]
    Profile,
    Rows,
    Chart,
    Rejected,
    Versions,
}

/// View state: what is open, what was typed and not yet applied.
#[derive(Default)]
pub struct DatasetsPanel {
    open: Option<DataVersionRef>,
    tab: DatasetTab,
    filter: String,
    draft: Option<profile::Draft>,
    reader: Option<reader::ReaderForm>,
    rows: rows::RowsTable,
    chart: chart::Chart,
    rejects: rejects::RejectsTable,
    has_folders_open: bool,
    train: TrainDialog,
    /// Of the profile.
    sight: Sight,
}

impl DatasetsPanel {
    /// Opens on this page.
    pub fn on(tab: DatasetTab) -> Self {
        Self {
            tab,
            ..Self::default()
        }
    }

    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        if let Some(wanted) = ctx.view.take_training()
            && let Some(version) = data::find_version(ctx.snapshot, &wanted)
        {
            self.train.open(&version);
        }
        self.train.ui(ctx, ui);
        if ctx.snapshot.datasets.is_empty() {
            self.empty_ui(ctx, ui);
            return;
        }
        let selection = ctx.view.selection();
        let Some(version) =
            data::open_version(ctx.snapshot, selection.as_ref(), self.open.as_ref())
        else {
            return;
        };
        let was_opened = self.follow(&version);
        let has_list = ui.available_width() >= NARROW;
        if has_list {
            list_panel(ctx).show(ui, |ui| {
                let open = (&version.id, was_opened);
                let state = (&mut self.filter, &mut self.has_folders_open);
                list::list_ui(ctx, ui, open, state);
            });
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            inset_ui(ctx.look, ui, |ui| {
                self.version_ui(ctx, ui, &version, has_list)
            });
        });
    }

    /// What was typed belongs to the version that it was typed for.
    /// True when another one was opened.
    fn follow(&mut self, version: &Arc<DataVersion>) -> bool {
        if self.open.as_ref() == Some(&version.id) {
            return false;
        }
        self.open = Some(version.id.clone());
        self.draft = None;
        self.reader = None;
        self.rows = rows::RowsTable::default();
        self.chart = chart::Chart::default();
        self.rejects = rejects::RejectsTable::default();
        true
    }

    fn version_ui(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &mut Ui,
        version: &Arc<DataVersion>,
        has_list: bool,
    ) {
        let has_draft = self
            .draft
            .as_ref()
            .is_some_and(|draft| !draft.is_empty(version));
        let style = head::HeadStyle {
            is_primary: !has_draft,
            has_list,
            shows_rejected: self.tab == DatasetTab::Rejected,
        };
        if head::head_ui(ctx, ui, version, style, &mut self.reader) {
            self.tab = DatasetTab::Rejected;
        }
        if let Some(form) = &mut self.reader
            && reader::reader_ui(ctx, ui, version, form)
        {
            self.reader = None;
        }
        let tabs = self.tabs(ctx.snapshot, version);
        ctx.look.tabs_ui(ui, &mut self.tab, &tabs);
        match self.tab {
            DatasetTab::Profile => {
                profile::profile_ui(ctx, ui, version, (&mut self.draft, &mut self.sight));
            }
            DatasetTab::Rows => self.rows.ui(ctx, ui, version),
            DatasetTab::Chart => self.chart.ui(ctx, ui, version),
            DatasetTab::Rejected => self.rejects.ui(ctx, ui, version),
            DatasetTab::Versions => versions::versions_ui(ctx, ui, &version.id),
        }
    }

    fn tabs(&self, snapshot: &Snapshot, version: &DataVersion) -> Vec<(DatasetTab, String)> {
        let versions =
            data::dataset_of(snapshot, &version.id).map_or(1, |dataset| dataset.versions.len());
        let mut tabs = vec![
            (DatasetTab::Profile, "Profile".to_owned()),
            (DatasetTab::Rows, "Rows".to_owned()),
            (DatasetTab::Chart, "Chart".to_owned()),
        ];
        // It stays while it is open: another version may have none.
        if version.rejected_rows > 0 || self.tab == DatasetTab::Rejected {
            let count = look::format::count(version.rejected_rows);
            tabs.push((DatasetTab::Rejected, format!("Rejected ({count})")));
        }
        tabs.push((DatasetTab::Versions, format!("Versions ({versions})")));
        tabs
    }

    fn empty_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        let says = (
            "Datasets are files that became versions: profiled, checked, never lost",
            "Or drop a CSV, JSON, Parquet or Excel file anywhere on the window",
        );
        if !ctx.snapshot.watched_folders.is_empty() {
            let is_open = &mut self.has_folders_open;
            if ui.available_width() >= NARROW {
                list_panel(ctx).show(ui, |ui| list::without_datasets_ui(ctx, ui, is_open));
            } else {
                inset_ui(ctx.look, ui, |ui| {
                    let room = ui.available_height() / 3.0;
                    list::folders_ui(ctx, ui, is_open, room);
                });
            }
        }
        if ctx
            .look
            .empty_ui(ui, icon::DATASETS, says, "Import…")
            .clicked()
        {
            ctx.view.pick_files_to_import();
        }
    }

    pub fn states() -> Vec<(&'static str, Snapshot)> {
        let wine = states::wine();
        let newer = states::wine_second_version();
        let sales = states::sales_of_ten_million_rows();
        let mut all = vec![
            ("empty", states::empty()),
            (
                "wine",
                Sample::new()
                    .dataset(vec![states::iris()])
                    .dataset(vec![wine.clone(), newer.clone()])
                    .watched_folder("/home/ada/data/incoming")
                    .run_of(&newer, RunState::Finished)
                    .rows(&newer, 0, 160)
                    .points(&newer, 160)
                    .done(),
            ),
            (
                "ten_million_rows",
                Sample::new()
                    .dataset(vec![sales.clone()])
                    .rows(&sales, 0, 2_000)
                    .points(&sales, 40_000)
                    .done(),
            ),
            (
                "rows_on_their_way",
                Sample::new().dataset(vec![sales.clone()]).done(),
            ),
            (
                "thousand_columns",
                Sample::new().dataset(vec![states::wide(1_000)]).done(),
            ),
            (
                "long_names",
                Sample::new()
                    .dataset(vec![wine])
                    .dataset(vec![states::long_names()])
                    .rows(&states::long_names(), 0, 2_000)
                    .points(&states::long_names(), 4_000)
                    .done(),
            ),
            ("many_datasets", states::many_datasets(60)),
            (
                "many_folders",
                many_folders(Sample::new().dataset(vec![newer])),
            ),
            ("folders_and_nothing_in_them", many_folders(Sample::new())),
        ];
        all.extend(rejects::states());
        all
    }
}

fn list_panel(ctx: &Ctx<'_>) -> egui::Panel {
    egui::Panel::left("dataset list")
        .resizable(true)
        .default_size(LIST_WIDTH)
        .size_range(180.0..=420.0)
        .frame(egui::Frame::new().inner_margin(ctx.look.space.m))
}

fn many_folders(sample: Sample) -> Snapshot {
    (1..=12)
        .fold(sample, |sample, month| {
            sample.watched_folder(&format!("/home/ada/data/2026-{month:02}"))
        })
        .done()
}

fn select(ctx: &Ctx<'_>, version: &DataVersionRef) {
    ctx.view.select(Selection::DataVersion(version.clone()));
}

#[cfg(test)]
mod tests;
