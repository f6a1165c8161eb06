//! Lineage: from source files to endpoints, layer by layer, the path of what is selected lit and the rest quiet.

mod fold;
mod layout;
mod picture;
mod place;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use contract::{
    Command, DataVersionRef, DatasetName, LineageGraph, LineageKind, LineageNode, ModelName,
    ModelVersionRef, RunId, RunState, Snapshot, Timestamp,
};
use egui::Ui;
use look::icon;

use crate::parts::inset_ui;
use crate::states::{self, Sample};
use crate::{Ctx, Place, Selection};

/// View state: what was asked for, which groups are unfolded, and the picture made of the graph.
#[derive(Debug, Default)]
pub struct LineagePanel {
    asked: Option<Asked>,
    unfolded: HashSet<Arc<str>>,
    picture: Option<picture::Picture>,
}

/// What the engine was asked for, and how much there was then: more of anything means asking again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    of: Arc<str>,
    things: [usize; 4],
}

impl LineagePanel {
    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        let Some(of) = wanted(ctx) else {
            empty_ui(ctx, ui);
            return;
        };
        self.ask(ctx, &of);
        let graph = ctx.snapshot.lineage.as_ref().filter(|graph| graph.of == of);
        inset_ui(ctx.look, ui, |ui| {
            head_ui(ctx, ui, graph);
            // While the answer is on its way, the picture of before stays.
            if let Some(graph) = graph.or(ctx.snapshot.lineage.as_ref()) {
                self.picture_ui(ctx, ui, graph);
            } else {
                ctx.look.skeleton_ui(ui, 6);
            }
        });
    }

    fn picture_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, graph: &Arc<LineageGraph>) {
        let is_made = self.picture.as_ref().is_some_and(|made| made.is_of(graph));
        if !is_made {
            self.picture = Some(picture::Picture::new(graph, &self.unfolded));
        }
        let Some(made) = &self.picture else {
            return;
        };
        match made.ui(ctx, ui) {
            Some(picture::Clicked::Thing(selection)) => ctx.view.select(selection),
            Some(picture::Clicked::Source(seq)) => ctx.view.select(Selection::Fact(seq)),
            Some(picture::Clicked::Group(group)) => {
                self.unfolded.insert(group);
                self.picture = None;
            }
            None => {}
        }
    }

    fn ask(&mut self, ctx: &Ctx<'_>, of: &Arc<str>) {
        let wanted = Asked {
            of: of.clone(),
            things: things(ctx.snapshot),
        };
        let is_here = ctx
            .snapshot
            .lineage
            .as_ref()
            .is_some_and(|graph| graph.of == *of);
        let is_first = self.asked.is_none();
        if self.asked.as_ref() == Some(&wanted) {
            return;
        }
        self.asked = Some(wanted);
        // What stands there when the panel opens was asked for by the one who led here.
        if !(is_first && is_here) {
            ctx.commands.push(Command::ShowLineage { of: of.clone() });
        }
    }

    pub fn states() -> Vec<(&'static str, Snapshot)> {
        let wine = states::wine();
        let trained = Sample::new()
            .dataset(vec![wine.clone()])
            .run_of(&wine, RunState::Finished);
        let mut ten_thousand = states::road();
        ten_thousand.lineage = Some(Arc::new(runs_of_one_version(10_000)));
        let mut long = states::road();
        long.lineage = Some(Arc::new(long_labels()));
        vec![
            ("empty", states::empty()),
            ("on_its_way", trained.done()),
            ("road", states::road()),
            ("ten_thousand_runs", ten_thousand),
            ("long_names", long),
        ]
    }
}

/// What the window has selected, or else the newest thing that there is.
fn wanted(ctx: &Ctx<'_>) -> Option<Arc<str>> {
    match ctx.view.selection() {
        Some(Selection::Fact(_)) | None => {}
        Some(selection) => return Some(selection.written_id().into()),
    }
    let snapshot = ctx.snapshot;
    if let Some(graph) = &snapshot.lineage {
        return Some(graph.of.clone());
    }
    let newest = None
        .or_else(|| {
            let view = snapshot.endpoints.last()?;
            Some(Selection::Endpoint(view.endpoint.name.clone()))
        })
        .or_else(|| Some(Selection::Run(snapshot.runs.last()?.id.clone())))
        .or_else(|| {
            let version = snapshot.datasets.last()?.versions.last()?;
            Some(Selection::DataVersion(version.id.clone()))
        })?;
    Some(newest.written_id().into())
}

fn things(snapshot: &Snapshot) -> [usize; 4] {
    let versions = |snapshot: &Snapshot| -> usize {
        let datasets = snapshot.datasets.iter();
        datasets.map(|dataset| dataset.versions.len()).sum()
    };
    let models = snapshot.models.iter();
    [
        versions(snapshot),
        snapshot.runs.len(),
        models.map(|model| model.versions.len()).sum(),
        snapshot.endpoints.len(),
    ]
}

/// The selection that a node's written id stands for. A source file has none of its own.
fn selection_of(node: &LineageNode) -> Option<Selection> {
    let versioned = |text: &str| -> Option<(String, u32)> {
        let (name, version) = text.rsplit_once('@')?;
        Some((name.to_owned(), version.parse().ok()?))
    };
    Some(match node.kind {
        LineageKind::Source => return None,
        LineageKind::DataVersion => {
            let (name, version) = versioned(&node.id)?;
            Selection::DataVersion(DataVersionRef {
                dataset: DatasetName::new(name),
                version,
            })
        }
        LineageKind::Run => Selection::Run(RunId::new(node.id.clone())),
        LineageKind::ModelVersion => {
            let (name, version) = versioned(node.id.strip_prefix("model:")?)?;
            Selection::ModelVersion(ModelVersionRef {
                model: ModelName::new(name),
                version,
            })
        }
        LineageKind::Endpoint => {
            Selection::Endpoint(ModelName::new(node.id.strip_prefix("endpoint:")?))
        }
    })
}

fn head_ui(ctx: &Ctx<'_>, ui: &mut Ui, graph: Option<&Arc<LineageGraph>>) {
    let look = ctx.look;
    let node = graph.and_then(|graph| graph.nodes.iter().find(|node| node.id == graph.of));
    let explanation = match node {
        // On a narrow page the button says what is shown.
        Some(_) if ui.available_width() < 560.0 => String::new(),
        Some(node) => format!("Where {} comes from and what came of it", node.label),
        None => "Where a thing comes from and what came of it".into(),
    };
    look.page_head_ui(ui, "Lineage", &explanation, |ui| {
        let Some(node) = node else {
            return;
        };
        let Some(selection) = selection_of(node) else {
            return;
        };
        let place = match selection {
            Selection::DataVersion(_) => Place::Datasets,
            Selection::Run(_) => Place::Experiments,
            Selection::ModelVersion(_) => Place::Registry,
            Selection::Endpoint(_) => Place::Serving,
            Selection::Fact(_) => Place::Journal,
        };
        let text = format!("Open {}", shortened(&node.label));
        if look.primary_icon_button_ui(ui, icon::OPEN, &text).clicked() {
            ctx.view.select(selection.clone());
            ctx.view.navigate(place);
        }
    });
}

/// A name that fits on a button.
fn shortened(name: &str) -> String {
    const MOST: usize = 24;
    if name.chars().count() <= MOST {
        return name.into();
    }
    name.chars().take(MOST).chain(['…']).collect()
}

fn empty_ui(ctx: &Ctx<'_>, ui: &mut Ui) {
    let says = (
        "Lineage shows what everything was made of: file, data version, run, model, endpoint",
        "Or drop a file anywhere on the window",
    );
    if ctx
        .look
        .empty_ui(ui, icon::LINEAGE, says, "Import…")
        .clicked()
    {
        ctx.view.pick_files_to_import();
    }
}

/// One file, one version, and as many runs of it; the newest was registered and is served.
fn runs_of_one_version(count: u64) -> LineageGraph {
    let mut graph = states::lineage();
    graph.of = "wine@1".into();
    graph.nodes.truncate(3);
    graph.nodes.remove(1);
    graph.edges = vec![(graph.nodes[0].id.clone(), "wine@1".into())];
    let node = |id: &str, kind, label: String, detail: &str, seq| LineageNode {
        id: id.into(),
        kind,
        label,
        detail: detail.into(),
        at: Timestamp {
            unix_millis: states::ago(600).unix_millis,
        },
        seq,
    };
    for number in 1..=count {
        let id = format!("run-{number:08}");
        let label = format!("Run {number}");
        graph.nodes.push(node(
            &id,
            LineageKind::Run,
            label,
            "accuracy 0.962",
            number + 10,
        ));
        graph.edges.push(("wine@1".into(), id.as_str().into()));
    }
    let last = format!("run-{count:08}");
    let model = node(
        "model:wine@1",
        LineageKind::ModelVersion,
        "wine@1".into(),
        "champion",
        count + 11,
    );
    let endpoint = node(
        "endpoint:wine",
        LineageKind::Endpoint,
        "wine".into(),
        "serves wine@1",
        count + 12,
    );
    graph.nodes.extend([model, endpoint]);
    graph
        .edges
        .push((last.as_str().into(), "model:wine@1".into()));
    graph
        .edges
        .push(("model:wine@1".into(), "endpoint:wine".into()));
    graph
}

fn long_labels() -> LineageGraph {
    let mut graph = states::lineage();
    for node in &mut graph.nodes {
        node.label = format!(
            "{} of the northern test plant in the second half of the year",
            node.label
        );
        node.detail = format!(
            "{}, measured again after the pump was exchanged",
            node.detail
        );
    }
    graph
}
