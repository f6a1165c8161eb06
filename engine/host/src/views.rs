//! What a panel asked to see: a lineage, a page of facts, drift, and what `pages` found. Looked up beside the loop.

use std::collections::HashMap;
use std::sync::Arc;

use catalog::Catalog;
use contract::{
    Answer, DataVersionRef, DriftReport, FactRecord, LineageGraph, ModelName, ModelSelector,
    PointsView, Reference, Refusal, RejectsView, RowsView, Snapshot, TriedPrediction,
    VersionSelector,
};

use crate::asker::Asker;
use crate::error::{guarded, refuse};
use crate::pages::OpenRejects;
use crate::room::{Input, Room};
use crate::{clock, registry};

/// Rows and facts that one look may ask for.
pub(crate) const MOST_AT_ONCE: u32 = 2_000;
/// Predictions that one comparison may use: enough for any effect that matters.
pub(crate) const LARGEST_WINDOW: u64 = 100_000;

#[derive(Default)]
pub(crate) struct Views {
    pub rows: Option<Arc<RowsView>>,
    pub rejects: Option<Arc<RejectsView>>,
    pub rejects_file: Arc<OpenRejects>,
    pub points: Option<Arc<PointsView>>,
    pub lineage: Option<Arc<LineageGraph>>,
    pub facts: Arc<[FactRecord]>,
    pub tried: Option<Arc<TriedPrediction>>,
    pub drift: HashMap<ModelName, Arc<DriftReport>>,
}

impl Views {
    /// Values of this version read otherwise from now on.
    fn forget_values_of(&mut self, version: &DataVersionRef) {
        self.rows.take_if(|rows| rows.version == *version);
        self.points.take_if(|points| points.version == *version);
    }

    /// As they are seen from a seat of their own. Drift is the same for everybody.
    pub(crate) fn put_into(&self, snapshot: &mut Snapshot) {
        let Self {
            rows,
            rejects,
            rejects_file: _,
            points,
            lineage,
            facts,
            tried,
            drift: _,
        } = self;
        snapshot.rows.clone_from(rows);
        snapshot.rejects.clone_from(rejects);
        snapshot.points.clone_from(points);
        snapshot.lineage.clone_from(lineage);
        snapshot.journal.page.clone_from(facts);
        snapshot.tried.clone_from(tried);
    }
}

impl Room {
    /// Values of this version read otherwise from now on, for whoever looks at them.
    pub(crate) fn forget_values_of(&mut self, version: &DataVersionRef) {
        self.views.forget_values_of(version);
        for seat in self.board.seats() {
            seat.show(|views| views.forget_values_of(version));
        }
    }

    pub(crate) fn show_lineage(&mut self, of: Arc<str>, asker: &Asker) {
        let (inbox, asker) = (self.inbox.clone(), asker.clone());
        self.catalog.desk.work(move |catalog| {
            let graph = guarded("the look at the lineage", || {
                #[cfg(test)]
                assert!(&*of != "a fault", "an index is 3 and the length is 2");
                let graph = catalog
                    .lineage(&of)
                    .map_err(|error| refuse(&error, error.hint()))?;
                graph.ok_or_else(|| {
                    Refusal::with_hint(
                        format!("nothing is called “{of}”"),
                        "name a dataset, run, model, digest or endpoint",
                    )
                })
            });
            let found = move |room: &mut Room| {
                let answer = graph.map(|graph| {
                    let graph = Arc::new(graph);
                    room.show(&asker, |views| views.lineage = Some(graph.clone()));
                    Answer::Lineage(graph)
                });
                room.conclude(&asker, answer);
            };
            let _closing = inbox.send(Input::Found(Box::new(found)));
        });
    }

    pub(crate) fn show_facts(&mut self, first_seq: u64, count: u32, asker: &Asker) {
        let (inbox, asker) = (self.inbox.clone(), asker.clone());
        self.catalog.desk.work(move |catalog| {
            let facts = guarded("the look at the facts", || {
                catalog
                    .facts(first_seq, count.min(MOST_AT_ONCE))
                    .map_err(|error| refuse(&error, error.hint()))
            });
            let found = move |room: &mut Room| {
                let answer = facts.map(|facts| {
                    room.show(&asker, |views| views.facts = facts.clone().into());
                    Answer::Facts(facts)
                });
                room.conclude(&asker, answer);
            };
            let _closing = inbox.send(Input::Found(Box::new(found)));
        });
    }

    /// Compares the newest predictions of the served version (or the one that would be served) with its reference.
    pub(crate) fn measure_drift(&mut self, model: ModelName, window: u64, asker: &Asker) {
        self.vigil.looked(&model, window);
        let asker = asker.clone();
        self.drift_then(model, window, move |room, answer| {
            room.conclude(&asker, answer.map(Answer::Drift));
        });
    }

    /// The same without anybody's asking: what cannot be measured is told to nobody.
    pub(crate) fn look_at_drift(&mut self, model: ModelName, window: u64) {
        self.drift_then(model, window, |_, answer| {
            if let Err(refusal) = answer {
                tracing::debug!("drift was not measured: {}", refusal.error);
            }
        });
    }

    fn drift_then(
        &mut self,
        model: ModelName,
        window: u64,
        then: impl FnOnce(&mut Room, Result<Arc<DriftReport>, Refusal>) + Send + 'static,
    ) {
        let served = self
            .state
            .endpoints
            .iter()
            .find(|endpoint| endpoint.name == model);
        let version = match served {
            Some(endpoint) => VersionSelector::Number(endpoint.version.version),
            None => VersionSelector::ChampionOrNewest,
        };
        let version = match self.state.model_version(&ModelSelector {
            model: model.clone(),
            version,
        }) {
            Ok(version) => version.clone(),
            Err(refusal) => return then(self, Err(refusal)),
        };
        let (objects, inbox) = (self.objects.clone(), self.inbox.clone());
        let desk = self.catalog.desk.clone();
        let look = move |catalog: &mut Catalog| {
            let report = guarded("measuring drift", || {
                let predictions = catalog
                    .recent_predictions(&version.id, window.clamp(1, LARGEST_WINDOW))
                    .map_err(|error| refuse(&error, error.hint()))?;
                let reference: Reference =
                    registry::read_json(&objects, &version.package, "reference.json")?;
                Ok(watch::drift(
                    &reference,
                    &version.signature,
                    &version.id,
                    &predictions,
                    clock::now(),
                ))
            });
            let found = move |room: &mut Room| {
                let report = report.map(Arc::new);
                if let Ok(report) = &report {
                    room.views.drift.insert(model, report.clone());
                }
                then(room, report);
            };
            let _closing = inbox.send(Input::Found(Box::new(found)));
        };
        // Who predicts and then asks sees the own predictions counted.
        self.serving.after_log(move || desk.work(look));
    }
}
