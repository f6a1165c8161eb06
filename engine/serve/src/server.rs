//! The server's life: listening, putting and removing models, draining.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use contract::{EndpointFigures, ModelName, ServerAddress};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};
use tower::Service;

use crate::guard::{Guard, SHORTEST_KEY};
use crate::log::Log;
use crate::options::LARGEST_HEAD_BYTES;
use crate::routes;
use crate::shared::Shared;
use crate::{Predict, ServeError, ServerOptions, Sink};

/// Requests are short; more threads than this only take turns with training.
const MOST_THREADS: usize = 4;
/// A port that is free on IPv4 may be taken on IPv6; a few tries find one that is free on both.
const PORT_TRIES: usize = 8;
/// After a failed accept (out of file descriptors) the system gets this long to recover.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// What blocking work may take to end once everything is drained.
const LAST_WORK: Duration = Duration::from_secs(1);

/// A running server. Dropping it stops it at once; [`Server::shut_down`] lets requests end first.
pub struct Server {
    address: ServerAddress,
    shared: Arc<Shared>,
    parts: Option<Parts>,
}

/// Does work after the log of a server, also while the server drains and when it has gone.
#[derive(Clone)]
pub struct Afterwards(Arc<Log>);

/// What ends with the server.
struct Parts {
    runtime: Runtime,
    stop: watch::Sender<bool>,
    acceptors: Vec<tokio::task::JoinHandle<()>>,
    flusher: JoinHandle<()>,
}

impl Server {
    /// Listens on loopback and answers from then on. `sink` is told what happens from one thread.
    ///
    /// # Errors
    /// When the port is taken, the key is weak, or the system gives no sockets, threads or random numbers.
    pub fn start(options: ServerOptions, sink: Arc<dyn Sink>) -> Result<Self, ServeError> {
        let key = match &options.key {
            Some(key) => check_key(key)?,
            None => random_key()?,
        };
        let listeners = listen(options.port)?;
        let port = port_of(&listeners, options.port)?;
        let address = ServerAddress {
            url: format!("http://127.0.0.1:{port}"),
            key: key.clone(),
        };
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(ServeError::Random)?;

        let log = Arc::new(Log::new());
        let shared = Arc::new(Shared::new(
            Guard::new(port, key, options.free_wrong_keys),
            options,
            address.url.clone(),
            u64::from_le_bytes(random),
            log.clone(),
        ));
        let runtime = runtime().map_err(ServeError::Threads)?;
        let flusher = thread::Builder::new()
            .name("serve-log".into())
            .spawn(move || log.run(&*sink))
            .map_err(ServeError::Threads)?;
        let (stop, stopped) = watch::channel(false);
        let acceptor = Acceptor {
            router: routes::router(shared.clone()),
            connections: Arc::new(Semaphore::new(shared.options.most_connections)),
            read_timeout: shared.options.read_timeout,
        };
        let mut acceptors = Vec::new();
        for listener in listeners {
            let _guard = runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener)
                .map_err(|source| ServeError::Listen { port, source })?;
            acceptors.push(runtime.spawn(acceptor.clone().run(listener, stopped.clone())));
        }
        Ok(Self {
            address,
            shared,
            parts: Some(Parts {
                runtime,
                stop,
                acceptors,
                flusher,
            }),
        })
    }

    pub fn address(&self) -> &ServerAddress {
        &self.address
    }

    /// Serves a model under its name. Another version under that name is replaced in one step: requests that came before are
    /// answered by the old version, those after by the new, none by neither.
    pub fn put(&self, model: Arc<dyn Predict>) {
        self.shared.put(&model);
    }

    /// Stops serving a model; says whether it was served.
    pub fn remove(&self, model: &ModelName) -> bool {
        self.shared.remove(model)
    }

    /// Figures since the model was first put; empty if it is not served.
    pub fn figures(&self, model: &ModelName) -> EndpointFigures {
        self.shared.figures(model)
    }

    /// For work that must see every prediction that was answered.
    pub fn afterwards(&self) -> Afterwards {
        Afterwards(self.shared.log.clone())
    }

    /// Takes no more connections, lets requests end for at most `drain`, and hands everything to the sink before it returns.
    pub fn shut_down(mut self, drain: Duration) {
        self.stop(drain);
    }

    fn stop(&mut self, drain: Duration) {
        let Some(parts) = self.parts.take() else {
            return;
        };
        self.shared.is_draining.store(true, Ordering::Relaxed);
        parts.stop.send_replace(true);
        let all = async {
            for acceptor in parts.acceptors {
                if let Err(error) = acceptor.await {
                    tracing::error!(%error, "a listener broke off");
                }
            }
        };
        let drained = parts
            .runtime
            .block_on(async { tokio::time::timeout(drain, all).await });
        if drained.is_err() && !drain.is_zero() {
            tracing::warn!(?drain, "some requests were cut off");
        }
        parts.runtime.shutdown_timeout(LAST_WORK);
        self.shared.log.close();
        if parts.flusher.join().is_err() {
            tracing::error!("the log of the server broke off");
        }
    }
}

impl Afterwards {
    /// Has the sink told at once of everything that was answered up to now, and then does `work`: on the log's thread, which waits for
    /// nothing but the sink, or here if the server has gone.
    pub fn run(&self, work: impl FnOnce() + Send + 'static) {
        self.0.afterwards(Box::new(work));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop(Duration::ZERO);
    }
}

/// Visible ASCII only, as headers carry it.
fn check_key(key: &str) -> Result<String, ServeError> {
    if key.len() >= SHORTEST_KEY && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(key.to_owned())
    } else {
        Err(ServeError::WeakKey {
            shortest: SHORTEST_KEY,
        })
    }
}

fn random_key() -> Result<String, ServeError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(ServeError::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Loopback on IPv4, and on IPv6 where the system has it.
fn listen(port: u16) -> Result<Vec<TcpListener>, ServeError> {
    let mut tries = PORT_TRIES;
    loop {
        let v4 = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .map_err(|source| refused(port, source))?;
        let own = port_of(std::slice::from_ref(&v4), port)?;
        match bind(SocketAddr::from((Ipv6Addr::LOCALHOST, own))) {
            Ok(v6) => return Ok(vec![v4, v6]),
            // Somebody else must not answer under our name and port.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                tries -= 1;
                if port != 0 || tries == 0 {
                    return Err(refused(own, error));
                }
            }
            Err(_) => return Ok(vec![v4]),
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn refused(port: u16, source: io::Error) -> ServeError {
    match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortInUse { port, source },
        _ => ServeError::Listen { port, source },
    }
}

fn port_of(listeners: &[TcpListener], asked: u16) -> Result<u16, ServeError> {
    match listeners.first().map(TcpListener::local_addr) {
        Some(Ok(address)) => Ok(address.port()),
        Some(Err(source)) => Err(ServeError::Listen {
            port: asked,
            source,
        }),
        None => Ok(asked),
    }
}

pub(crate) fn runtime() -> io::Result<Runtime> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    Builder::new_multi_thread()
        .worker_threads(cores.min(MOST_THREADS))
        .thread_name("serve-http")
        .enable_io()
        .enable_time()
        .build()
}

#[derive(Clone)]
struct Acceptor {
    router: Router,
    connections: Arc<Semaphore>,
    read_timeout: Duration,
}

impl Acceptor {
    /// Accepts until it is told to stop, then waits for the connections to end.
    async fn run(self, listener: tokio::net::TcpListener, mut stopped: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        loop {
            let next = async {
                let slot = self.connections.clone().acquire_owned().await;
                (slot, listener.accept().await)
            };
            let (slot, accepted) = tokio::select! {
                next = next => next,
                _ = stopped.wait_for(|stopped| *stopped) => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let connection = self.connection((stream, peer), graceful.watcher());
                    tokio::spawn(async move {
                        connection.await;
                        drop(slot);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(listener);
        graceful.shutdown().await;
    }

    /// Serves one connection, and closes it when it asks for nothing.
    ///
    /// Hyper has a timeout of its own for heads, but it sets a timer for every request. Here one timer a connection looks whether a
    /// head came since it last looked; so a client has between one and two timeouts to send one.
    fn connection(
        &self,
        (stream, peer): (TcpStream, SocketAddr),
        watcher: Watcher,
    ) -> impl Future<Output = ()> + Send + 'static {
        let router = self.router.clone();
        let activity = Arc::new(Activity::default());
        let service = {
            let activity = activity.clone();
            service_fn(move |mut request: Request<Incoming>| {
                let turn = Turn::begin(&activity);
                request.extensions_mut().insert(ConnectInfo(peer));
                // A router is always ready.
                let answer = router.clone().call(request.map(Body::new));
                async move {
                    let answer = answer.await;
                    drop(turn);
                    answer
                }
            })
        };
        // Small answers must not wait for more to send.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no delay could not be set");
        }
        let connection = http1::Builder::new()
            .max_header_size(LARGEST_HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        let watched = watcher.watch(connection);
        let timeout = self.read_timeout;
        async move {
            let mut watched = pin!(watched);
            let mut seen = 0;
            loop {
                match tokio::time::timeout(timeout, &mut watched).await {
                    Ok(Ok(())) => return,
                    // A client that breaks off is its own affair.
                    Ok(Err(error)) => {
                        tracing::debug!(%error, "a connection ended early");
                        return;
                    }
                    Err(_) => match activity.since(seen) {
                        Some(now) => seen = now,
                        None => return,
                    },
                }
            }
        }
    }
}

/// What a connection asks for.
#[derive(Default)]
struct Activity {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Activity {
    /// Requests begun, if any were since `seen` or one is being answered.
    fn since(&self, seen: u64) -> Option<u64> {
        let begun = self.begun.load(Ordering::Relaxed);
        let is_answering = begun != self.ended.load(Ordering::Relaxed);
        (begun != seen || is_answering).then_some(begun)
    }
}

/// One request that is being answered; it ends also when the client breaks off.
struct Turn(Arc<Activity>);

impl Turn {
    fn begin(activity: &Arc<Activity>) -> Self {
        activity.begun.fetch_add(1, Ordering::Relaxed);
        Self(activity.clone())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}
