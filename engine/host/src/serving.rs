//! Serving: registered models behind one loopback server; the room joins `serve`'s port with `infer`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use contract::{
    Answer, Cell, EndpointView, Fact, Frame, ModelName, ModelSelector, ModelVersion,
    ModelVersionRef, NoticeLevel, Predicted, PredictedOutput, Prediction, Refusal, RequestLine,
    ServerAddress, Signature, TriedPrediction,
};
use infer::Predictor;
use serve::{Predict, Server, ServerOptions, Sink};

use crate::asker::Asker;
use crate::catalog_thread::CatalogDesk;
use crate::error::{refuse, sentence};
use crate::registry;
use crate::room::{Input, Room};
use crate::state::State;

/// Requests that the live log shows.
const REQUEST_LINES: usize = 200;
/// Requests in flight get this long when the server stops.
const DRAIN: Duration = Duration::from_secs(5);

#[derive(Default)]
pub(crate) struct Serving {
    server: Option<Server>,
    models: BTreeMap<ModelName, Arc<Served>>,
    views: Vec<Arc<EndpointView>>,
    requests: VecDeque<Arc<RequestLine>>,
}

/// One loaded version: what `serve` asks, answered by `infer`.
pub(crate) struct Served {
    version: Arc<ModelVersion>,
    predictor: Predictor,
}

impl Predict for Served {
    fn version(&self) -> &ModelVersionRef {
        &self.version.id
    }

    fn signature(&self) -> &Signature {
        &self.version.signature
    }

    fn predict(&self, frame: &Frame) -> Result<Predicted, String> {
        self.predictor
            .predict(frame)
            .map_err(|error| sentence(&error))
    }
}

/// Takes what the server logs: lines to the loop, predictions to the catalog.
struct LogSink {
    inbox: SyncSender<Input>,
    catalog: CatalogDesk,
}

impl Sink for LogSink {
    fn requests(&self, lines: Vec<RequestLine>) {
        // Lines are for looking at; a busy loop does without them rather than make the server wait.
        let _late_is_allowed = self.inbox.try_send(Input::Requests(lines));
    }

    fn predictions(&self, batch: Vec<Prediction>) {
        self.catalog.predictions(batch);
    }
}

impl Serving {
    pub(crate) fn is_on(&self) -> bool {
        self.server.is_some()
    }

    pub(crate) fn address(&self) -> Option<ServerAddress> {
        self.server.as_ref().map(|server| server.address().clone())
    }

    pub(crate) fn take_requests(&mut self, lines: Vec<RequestLine>) {
        self.requests.extend(lines.into_iter().map(Arc::new));
        let surplus = self.requests.len().saturating_sub(REQUEST_LINES);
        self.requests.drain(..surplus);
    }

    pub(crate) fn request_lines(&self) -> Vec<Arc<RequestLine>> {
        self.requests.iter().cloned().collect()
    }

    pub(crate) fn views(&self) -> Vec<Arc<EndpointView>> {
        self.views.clone()
    }

    /// Reads the figures again. True if they moved.
    pub(crate) fn refresh(&mut self, state: &State) -> bool {
        let Some(server) = &self.server else {
            let had = !self.views.is_empty();
            self.views.clear();
            return had;
        };
        let view = |endpoint: &contract::Endpoint| {
            let served = self.models.get(&endpoint.name)?;
            let figures = server.figures(&endpoint.name);
            Some(EndpointView {
                endpoint: endpoint.clone(),
                model: served.version.clone(),
                figures,
            })
        };
        let views: Vec<EndpointView> = state.endpoints.iter().filter_map(view).collect();
        let moved = views.len() != self.views.len()
            || views
                .iter()
                .zip(&self.views)
                .any(|(new, old)| *new != **old);
        if moved {
            self.views = views.into_iter().map(Arc::new).collect();
        }
        moved
    }
}

impl Room {
    pub(crate) fn start_endpoint(&mut self, selector: &ModelSelector, port: u16, asker: &Asker) {
        let answer = self.try_start_endpoint(selector, port, asker);
        if let (false, Ok(Answer::Server(Some(address)))) = (asker.is_waiting(), &answer) {
            let title = format!("{} is served", selector.model);
            self.tell(NoticeLevel::Done, &title, Some(address.url.clone()), None);
        }
        self.conclude(asker, answer);
    }

    /// Loading takes milliseconds for the models of today; a swap drops no request, the old version answers until then.
    fn try_start_endpoint(
        &mut self,
        selector: &ModelSelector,
        port: u16,
        asker: &Asker,
    ) -> Result<Answer, Refusal> {
        let version = self.state.model_version(selector)?.clone();
        let (predictor, _signature) = registry::load(&self.objects, &version.package)?;
        if self.serving.server.is_none() {
            let sink = LogSink {
                inbox: self.inbox.clone(),
                catalog: self.catalog.desk.clone(),
            };
            let options = ServerOptions {
                port,
                ..ServerOptions::default()
            };
            let server = Server::start(options, Arc::new(sink))
                .map_err(|error| refuse(&error, error.hint()))?;
            self.serving.server = Some(server);
        }
        self.commit(
            &asker.actor,
            vec![Fact::EndpointStarted {
                version: version.id.clone(),
            }],
        )?;
        let served = Arc::new(Served {
            version: version.clone(),
            predictor,
        });
        self.serving
            .models
            .insert(version.id.model.clone(), served.clone());
        if let Some(server) = &self.serving.server {
            server.put(served);
        }
        Ok(Answer::Server(self.serving.address()))
    }

    pub(crate) fn stop_endpoint(&mut self, model: &ModelName, asker: &Asker) {
        let answer = if self.serving.models.contains_key(model) {
            self.commit(
                &asker.actor,
                vec![Fact::EndpointStopped {
                    model: model.clone(),
                }],
            )
            .map(|_| {
                self.serving.models.remove(model);
                if let Some(server) = &self.serving.server {
                    server.remove(model);
                }
                if self.serving.models.is_empty() {
                    self.drain_server();
                }
                Answer::Done
            })
        } else {
            Err(Refusal::new(format!("{model} is not served")))
        };
        self.conclude(asker, answer);
    }

    /// Draining waits for requests in flight, so it happens beside the loop.
    fn drain_server(&mut self) {
        let Some(server) = self.serving.server.take() else {
            return;
        };
        self.dirty = true;
        let spawned = std::thread::Builder::new()
            .name("drain".into())
            .spawn(move || server.shut_down(DRAIN));
        if let Err(error) = spawned {
            tracing::warn!("the server was stopped without draining: {error}");
        }
    }

    /// At closing time the loop itself waits: nothing comes after.
    pub(crate) fn stop_serving(&mut self) -> Vec<Fact> {
        if let Some(server) = self.serving.server.take() {
            server.shut_down(DRAIN);
        }
        let models = std::mem::take(&mut self.serving.models);
        models
            .into_keys()
            .map(|model| Fact::EndpointStopped { model })
            .collect()
    }

    pub(crate) fn try_prediction(
        &mut self,
        model: &ModelName,
        inputs: &BTreeMap<Arc<str>, Cell>,
        asker: &Asker,
    ) {
        let Some(served) = self.serving.models.get(model) else {
            return self.conclude(
                asker,
                Err(Refusal::with_hint(
                    format!("{model} is not served"),
                    "press Serve first",
                )),
            );
        };
        let columns: Vec<Vec<Cell>> = served
            .version
            .signature
            .inputs
            .iter()
            .map(|input| vec![inputs.get(&input.name).cloned().unwrap_or(Cell::Missing)])
            .collect();
        let started = Instant::now();
        let answer = registry::frame_of_cells(&served.version.signature, &columns)
            .map_err(|refusal| refusal.error)
            .and_then(|frame| served.predict(&frame))
            .and_then(|predicted| {
                first_output(&predicted).ok_or_else(|| "the model gave no answer".to_owned())
            });
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let version = served.version.id.clone();
        let tried = TriedPrediction {
            version: version.clone(),
            answer: answer.clone(),
            micros,
        };
        self.views.tried = Some(Arc::new(tried));
        self.dirty = true;
        asker.answer(
            answer
                .map(|output| Answer::Prediction { version, output })
                .map_err(Refusal::new),
        );
    }
}

fn first_output(predicted: &Predicted) -> Option<PredictedOutput> {
    match predicted {
        Predicted::Values(values) => values.first().map(|value| PredictedOutput::Value(*value)),
        Predicted::Classes {
            probabilities,
            class_count,
        } => {
            let row = probabilities.get(..*class_count)?;
            let index = row
                .iter()
                .enumerate()
                .max_by(|left, right| left.1.total_cmp(right.1))?
                .0;
            Some(PredictedOutput::Class {
                index,
                probabilities: row.to_vec(),
            })
        }
    }
}
