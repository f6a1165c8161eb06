//! What a panel asked to see: a page of rows, a lineage, a page of facts, drift. Looked up beside the loop.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use contract::{
    Answer, DataVersionRef, DriftReport, Fact, FactRecord, LineageGraph, ModelName, ModelSelector,
    Reference, Refusal, RowsView, TaskState, TriedPrediction, VersionSelector,
};

use crate::asker::Asker;
use crate::error::{refuse, sentence};
use crate::room::{Input, Room};
use crate::{backup, clock, registry};

/// Rows and facts that one look may ask for.
const MOST_AT_ONCE: u32 = 2_000;
/// Predictions that one comparison may use: enough for any effect that matters.
pub(crate) const LARGEST_WINDOW: u64 = 100_000;

#[derive(Default)]
pub(crate) struct Views {
    pub rows: Option<Arc<RowsView>>,
    pub lineage: Option<Arc<LineageGraph>>,
    pub facts: Arc<[FactRecord]>,
    pub tried: Option<Arc<TriedPrediction>>,
    pub drift: HashMap<ModelName, Arc<DriftReport>>,
}

impl Room {
    pub(crate) fn show_rows(
        &mut self,
        id: DataVersionRef,
        first_row: u64,
        count: u32,
        asker: &Asker,
    ) {
        let version = match self.state.data_version(&id.dataset, Some(id.version)) {
            Ok(version) => version.clone(),
            Err(refusal) => return self.conclude(asker, Err(refusal)),
        };
        let (objects, inbox, asker) = (self.objects.clone(), self.inbox.clone(), asker.clone());
        let looked = self.reader.ask(move || {
            let page = objects
                .path(&version.object)
                .map_err(|error| refuse(&error, error.hint()))
                .and_then(|path| {
                    data::read_rows(&path, &version.columns, first_row, count.min(MOST_AT_ONCE))
                        .map_err(|error| refuse(&error, error.hint()))
                });
            let found = move |room: &mut Room| match page {
                Ok(page) => {
                    room.views.rows = Some(Arc::new(RowsView { version: id, page }));
                    asker.answer(Ok(Answer::Done));
                }
                Err(refusal) => room.conclude(&asker, Err(refusal)),
            };
            let _closing = inbox.send(Input::Found(Box::new(found)));
        });
        if !looked {
            tracing::debug!("a page of rows was skipped: newer ones are asked for");
        }
    }

    pub(crate) fn show_lineage(&mut self, of: Arc<str>, asker: &Asker) {
        let (inbox, asker) = (self.inbox.clone(), asker.clone());
        self.catalog.desk.work(move |catalog| {
            let graph = catalog
                .lineage(&of)
                .map_err(|error| refuse(&error, error.hint()))
                .and_then(|graph| {
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
                    room.views.lineage = Some(graph.clone());
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
            let facts = catalog
                .facts(first_seq, count.min(MOST_AT_ONCE))
                .map_err(|error| refuse(&error, error.hint()));
            let found = move |room: &mut Room| {
                let answer = facts.map(|facts| {
                    room.views.facts = facts.clone().into();
                    Answer::Facts(facts)
                });
                room.conclude(&asker, answer);
            };
            let _closing = inbox.send(Input::Found(Box::new(found)));
        });
    }

    /// Compares the newest predictions of the served version (or the one that would be served) with its reference.
    pub(crate) fn measure_drift(&mut self, model: ModelName, window: u64, asker: &Asker) {
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
            Err(refusal) => return self.conclude(asker, Err(refusal)),
        };
        let (objects, inbox, asker) = (self.objects.clone(), self.inbox.clone(), asker.clone());
        self.catalog.desk.work(move |catalog| {
            let report = catalog
                .recent_predictions(&version.id, window.clamp(1, LARGEST_WINDOW))
                .map_err(|error| refuse(&error, error.hint()))
                .and_then(|predictions| {
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
                let answer = report.map(|report| {
                    let report = Arc::new(report);
                    room.views.drift.insert(model, report.clone());
                    Answer::Drift(report)
                });
                room.conclude(&asker, answer);
            };
            let _closing = inbox.send(Input::Found(Box::new(found)));
        });
    }

    pub(crate) fn write_backup(&mut self, path: PathBuf, asker: &Asker) {
        let (task, meter) = self
            .tasks
            .start(format!("Back up to {}", path.display()), None, asker);
        let facts = self.head().map_or(0, |head| head.seq);
        let (layout, inbox, asker) = (self.layout.clone(), self.inbox.clone(), asker.clone());
        self.catalog.desk.work(move |catalog| {
            let written = backup::write(&layout, catalog, &path, &meter);
            let found = move |room: &mut Room| {
                let answer = written.map_err(|error| error.refusal()).and_then(|()| {
                    room.commit(
                        &asker.actor,
                        vec![Fact::BackupWritten {
                            path: path.clone(),
                            facts,
                        }],
                    )?;
                    Ok(Answer::Path(path))
                });
                let state = answer.as_ref().map_or_else(
                    |refusal| TaskState::Failed(refusal.error.clone()),
                    |_| TaskState::Finished,
                );
                room.tasks.end(&task, state);
                room.conclude(&asker, answer);
            };
            let _closing = inbox.send(Input::Found(Box::new(found)));
        });
    }

    /// Finished runs whose points the catalog has lost get them back from their sealed series.
    pub(crate) fn restore_series(&mut self) {
        for (run, digest) in self.state.series.clone() {
            if self.curves.last_step(&run) > 0 {
                continue;
            }
            let (objects, inbox) = (self.objects.clone(), self.inbox.clone());
            self.catalog.desk.work(move |catalog| {
                let loaded = objects.path(&digest).and_then(|path| {
                    catalog.load_points(&run, &path)?;
                    catalog.points(&run, None)
                });
                match loaded {
                    Ok(points) => {
                        let found = move |room: &mut Room| room.curves.add(&run, &points);
                        let _closing = inbox.send(Input::Found(Box::new(found)));
                    }
                    Err(error) => tracing::error!(
                        "the curves of {run} could not be restored: {}",
                        sentence(&error)
                    ),
                }
            });
        }
    }
}
