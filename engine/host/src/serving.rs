//! Serving: registered models behind one loopback server; the room joins `serve`'s port with `infer`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use contract::{
    Answer, Cell, EndpointView, Fact, Frame, ModelName, ModelSelector, ModelVersion,
    ModelVersionRef, NoticeLevel, Predicted, PredictedOutput, Prediction, Refusal, RequestId,
    RequestLine, ServerAddress, Signature, TriedPrediction,
};
use infer::Predictor;
use serve::{Afterwards, Predict, ServeError, Server, ServerOptions, Sink};

use crate::asker::Asker;
use crate::catalog_thread::CatalogDesk;
use crate::clock;
use crate::error::{refuse, sentence};
use crate::kept_address::{KeptAddress, port_of};
use crate::registry;
use crate::room::{Input, Room};
use crate::state::State;

/// Requests that the live log shows.
const REQUEST_LINES: usize = 200;
/// Requests in flight get this long when the server stops.
const DRAIN: Duration = Duration::from_secs(5);
/// How often the end of a request that somebody waits for is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// A drain that was cut off still takes a moment to end.
const LONGEST_RELEASE: Duration = Duration::from_secs(10);
/// Together a fifth of a second at most, and only at the port of last time.
const PORT_TRIES: u32 = 20;
const PORT_PAUSE: Duration = Duration::from_millis(10);

#[derive(Default)]
pub(crate) struct Serving {
    server: Option<Server>,
    /// Servers that still finish what is in flight.
    drains: Vec<Drain>,
    models: BTreeMap<ModelName, Arc<Served>>,
    /// Who started each. It ends when somebody here stops it, or when the last of these has left.
    starters: BTreeMap<ModelName, BTreeSet<Starter>>,
    views: Vec<Arc<EndpointView>>,
    requests: VecDeque<Arc<RequestLine>>,
}

struct Drain {
    /// It still has predictions to log.
    log: Afterwards,
    thread: JoinHandle<()>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Starter {
    /// A window, or the program that holds the project.
    Here,
    /// A `millctl serve` elsewhere.
    Keeper(u64),
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

    /// Does work once every prediction that was answered up to now, by whatever server, is on its way to the catalog. The loop does not
    /// wait for it.
    pub(crate) fn after_log(&self, work: impl FnOnce() + Send + 'static) {
        after_logs(self.logs(), Box::new(work));
    }

    /// Of the server, and of those that drain.
    fn logs(&self) -> Vec<Afterwards> {
        let drains = self.drains.iter().map(|drain| drain.log.clone());
        drains
            .chain(self.server.as_ref().map(Server::afterwards))
            .collect()
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
        if let (Some(address), true) = (self.serving.address(), asker.is_waiting() && port != 0)
            && port_of(&address) != Some(port)
        {
            return Err(Refusal::with_hint(
                format!("this project is served already, at {}", address.url),
                "leave --port out to be served there too",
            ));
        }
        if self.serving.server.is_none() {
            let server = self.start_server(port)?;
            KeptAddress::write(&self.layout.server(), server.address());
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
        let starter = asker.keeper.map_or(Starter::Here, Starter::Keeper);
        let model = &version.id.model;
        self.serving.models.insert(model.clone(), served.clone());
        let starters = self.serving.starters.entry(model.clone()).or_default();
        starters.insert(starter);
        self.vigil.begin(model);
        if let Some(server) = &self.serving.server {
            server.put(served);
        }
        Ok(Answer::Server(self.serving.address()))
    }

    /// At the address of last time if it is free: clients and snippets know it. There the server before may let go of its port a moment
    /// later than it was told to.
    fn start_server(&mut self, port: u16) -> Result<Server, Refusal> {
        let kept = KeptAddress::read(&self.layout.server());
        let known = kept.as_ref().map(|kept| kept.port);
        let mut key = kept.map(|kept| kept.key);
        let mut wanted = known.filter(|_| port == 0).unwrap_or(port);
        let mut tries = if known == Some(wanted) { PORT_TRIES } else { 1 };
        loop {
            let sink = LogSink {
                inbox: self.inbox.clone(),
                catalog: self.catalog.desk.clone(),
            };
            let options = ServerOptions {
                port: wanted,
                key: key.clone(),
                ..ServerOptions::default()
            };
            tries -= 1;
            match Server::start(options, Arc::new(sink)) {
                Ok(server) => {
                    if port == 0 && wanted == 0 && known.is_some() {
                        self.tell_of_another_port(server.address(), known);
                    }
                    return Ok(server);
                }
                Err(ServeError::PortInUse { .. }) if tries > 0 => {
                    std::thread::sleep(PORT_PAUSE);
                }
                // Nobody asked for the port of before; whatever keeps it from being used, another one does.
                Err(ServeError::PortInUse { .. } | ServeError::Listen { .. })
                    if port == 0 && wanted != 0 =>
                {
                    (wanted, tries) = (0, 1);
                }
                // Somebody edited the file.
                Err(ServeError::WeakKey { .. }) if key.is_some() => (key, tries) = (None, 1),
                Err(error) => return Err(refuse(&error, error.hint())),
            }
        }
    }

    fn tell_of_another_port(&mut self, address: &ServerAddress, known: Option<u16>) {
        let title = format!(
            "Port {} is taken; the server is at {} now",
            known.unwrap_or_default(),
            address.url
        );
        tracing::warn!("{title}");
        let hint = Some("clients of before need the new address; the key is the same".into());
        self.tell(NoticeLevel::Warning, &title, None, hint);
    }

    pub(crate) fn stop_endpoint(&mut self, model: &ModelName, asker: &Asker) {
        let answer = self.try_stop_endpoint(model, asker);
        self.conclude(asker, answer);
    }

    fn try_stop_endpoint(&mut self, model: &ModelName, asker: &Asker) -> Result<Answer, Refusal> {
        if !self.serving.models.contains_key(model) {
            return Err(Refusal::new(format!("{model} is not served")));
        }
        let fact = Fact::EndpointStopped {
            model: model.clone(),
        };
        self.commit(&asker.actor, vec![fact])?;
        self.serving.models.remove(model);
        self.serving.starters.remove(model);
        if self.serving.models.is_empty() {
            // The last model answers what is in flight.
            self.drain_server();
        } else if let Some(server) = &self.serving.server {
            server.remove(model);
        }
        Ok(Answer::Done)
    }

    /// A `millctl serve` elsewhere has ended: what nobody else started ends with it, and `done` is told when all of that is answered and
    /// logged.
    pub(crate) fn release_endpoints(&mut self, keeper: u64, done: Option<SyncSender<()>>) {
        let keeper = Starter::Keeper(keeper);
        let mut orphans = Vec::new();
        for (model, starters) in &mut self.serving.starters {
            if starters.remove(&keeper) && starters.is_empty() {
                orphans.push(model.clone());
            }
        }
        let models = &self.serving.models;
        let released: Vec<Weak<Served>> = orphans
            .iter()
            .filter_map(|model| models.get(model).map(Arc::downgrade))
            .collect();
        if orphans.len() == models.len() {
            // All of them answer what is in flight.
            self.drain_server();
        }
        let asker = Asker::engine();
        for model in orphans {
            self.stop_endpoint(&model, &asker);
        }
        if let Some(done) = done {
            self.tell_when_logged(released, done);
        }
    }

    /// A request holds its model until its log is handed over, and so does a server that drains.
    fn tell_when_logged(&self, released: Vec<Weak<Served>>, done: SyncSender<()>) {
        let logs = self.serving.logs();
        let wait = move || {
            let started = Instant::now();
            let is_held = || released.iter().any(|served| served.strong_count() > 0);
            while is_held() && started.elapsed() < LONGEST_RELEASE {
                std::thread::sleep(LOOK_AGAIN);
            }
            // The one who waits may have gone.
            let tell = move || {
                let _gone = done.send(());
            };
            after_logs(logs, Box::new(tell));
        };
        let spawned = std::thread::Builder::new()
            .name("release".into())
            .spawn(wait);
        if let Err(error) = spawned {
            tracing::warn!("nobody is told when the server has drained: {error}");
        }
    }

    /// Draining waits for requests in flight, so it happens beside the loop.
    fn drain_server(&mut self) {
        let Some(server) = self.serving.server.take() else {
            return;
        };
        self.dirty = true;
        let is_over = |drain: &Drain| drain.thread.is_finished();
        self.serving.drains.retain(|drain| !is_over(drain));
        let log = server.afterwards();
        let spawned = std::thread::Builder::new()
            .name("drain".into())
            .spawn(move || server.shut_down(DRAIN));
        match spawned {
            Ok(thread) => self.serving.drains.push(Drain { log, thread }),
            Err(error) => tracing::warn!("the server was stopped without draining: {error}"),
        }
    }

    /// At closing time the loop itself waits: nothing comes after, and every answered prediction is with the catalog by then.
    pub(crate) fn stop_serving(&mut self) -> Vec<Fact> {
        if let Some(server) = self.serving.server.take() {
            server.shut_down(DRAIN);
        }
        // Each has the same limit, and has begun before.
        for drain in self.serving.drains.drain(..) {
            if drain.thread.join().is_err() {
                tracing::error!("a server broke off while it drained");
            }
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
            .and_then(|frame| {
                let predicted = served.predictor.predict(&frame);
                predicted.map_err(|error| refuse(&error, error.hint()))
            })
            .and_then(|predicted| {
                first_output(&predicted).ok_or_else(|| Refusal::new("the model gave no answer"))
            });
        let said = answer.clone().map_err(|refusal| refusal.error);
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let version = served.version.id.clone();
        let line = RequestLine {
            id: RequestId::new(format!("try-{:016x}", clock::random_bits())),
            at: clock::now(),
            method: "TRY".into(),
            path: "the form".into(),
            status: if answer.is_ok() { 200 } else { 422 },
            rows: u32::from(answer.is_ok()),
            micros,
            model: Some(version.clone()),
            error: said.as_ref().err().cloned(),
        };
        // Seen in the log, but no prediction that is watched: a form that is filled with typical values says nothing of the world.
        self.serving.take_requests(vec![line]);
        let tried = TriedPrediction {
            version: version.clone(),
            answer: said,
            micros,
        };
        self.show(asker, |views| views.tried = Some(Arc::new(tried)));
        asker.answer(answer.map(|output| Answer::Prediction { version, output }));
    }
}

/// Each log has the next one handed over before the work is done.
fn after_logs(logs: Vec<Afterwards>, work: Box<dyn FnOnce() + Send>) {
    let chained = logs.into_iter().fold(work, |then, log| {
        Box::new(move || log.run(then)) as Box<dyn FnOnce() + Send>
    });
    chained();
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
