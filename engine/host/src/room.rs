//! The engine room: one closed loop on one thread. Take an input, start or do the work, append the fact, publish.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use catalog::Objects;
use contract::{
    Answer, Command, DeviceInfo, Fact, FactRecord, JournalView, Notice, NoticeLevel, ProjectInfo,
    Query, Refusal, RequestLine, Snapshot,
};
use journal::{Draft, Journal};

use crate::asker::Asker;
use crate::board::Board;
use crate::catalog_thread::CatalogThread;
use crate::curves::CurveBook;
use crate::error::refuse;
use crate::folders::FolderWatch;
use crate::imports::{ImportEnded, Imports};
use crate::project::Layout;
use crate::reader::ReaderThread;
use crate::registry::RegistrationEnded;
use crate::runs::{RunEvent, Runs};
use crate::serving::Serving;
use crate::state::State;
use crate::tasks::Tasks;
use crate::views::Views;
use crate::vigil::Vigil;
use crate::{clock, memory};

/// Inputs that may wait. A full queue is answered with "busy".
pub(crate) const INBOX: usize = 1_024;
/// How often meters and figures are read while something moves.
const TICK: Duration = Duration::from_millis(150);
/// While something moves that nobody asked for, the snapshot is made at most this often.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A longer turn is logged: somebody waits for the loop.
const LONG_TURN: Duration = Duration::from_millis(100);
/// Inputs that are handled before the snapshot is published again.
const INPUTS_PER_TURN: usize = 64;
const MOST_NOTICES: usize = 50;

pub(crate) enum Input {
    Asked {
        command: Command,
        asker: Asker,
    },
    Queried {
        query: Query,
        asker: Asker,
    },
    ImportEnded(Box<ImportEnded>),
    Run(RunEvent),
    RegistrationEnded(Box<RegistrationEnded>),
    Requests(Vec<RequestLine>),
    /// Something that a reader or the catalog found for the snapshot, or to answer.
    Found(Box<dyn FnOnce(&mut Room) + Send>),
    FilesSettled(Vec<std::path::PathBuf>),
    Devices(Vec<DeviceInfo>),
    Close {
        done: SyncSender<()>,
    },
}

pub(crate) type Wake = Arc<dyn Fn() + Send + Sync>;

/// Everything that the loop owns. Each duty has a file with its own `impl Room`.
pub(crate) struct Room {
    pub layout: Layout,
    pub project: Arc<ProjectInfo>,
    pub inbox: SyncSender<Input>,
    pub journal: Journal,
    pub state: State,
    pub catalog: CatalogThread,
    pub reader: ReaderThread,
    pub objects: Arc<Objects>,
    pub tasks: Tasks,
    pub imports: Imports,
    pub runs: Runs,
    pub curves: CurveBook,
    pub serving: Serving,
    pub vigil: Vigil,
    pub views: Views,
    pub folders: Option<FolderWatch>,
    /// A window has come, and what only windows need was looked for.
    pub has_looked_around: bool,
    pub board: Arc<Board>,
    pub devices: Vec<DeviceInfo>,
    pub notices: Vec<Arc<Notice>>,
    pub next_notice: u64,
    pub published: Arc<ArcSwap<Snapshot>>,
    pub wake: Wake,
    /// Something changed since the last snapshot.
    pub dirty: bool,
    /// Long work that nobody waits for ends early.
    pub is_closing: Arc<AtomicBool>,
}

impl Room {
    /// Runs until it is asked to close.
    pub(crate) fn run(mut self, inbox: &Receiver<Input>) {
        let mut looked = Instant::now();
        loop {
            let first = if self.tasks.any_running() || self.serving.is_on() {
                match inbox.recv_timeout(TICK) {
                    Ok(input) => Some(input),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            } else {
                match inbox.recv() {
                    Ok(input) => Some(input),
                    Err(_) => return,
                }
            };
            let turn = Instant::now();
            let mut next = first;
            for _ in 0..INPUTS_PER_TURN {
                let Some(input) = next.take() else { break };
                if let Input::Close { done } = input {
                    return self.close(&done);
                }
                self.handle(input);
                next = inbox.try_recv().ok();
            }
            if let Some(input) = next {
                if let Input::Close { done } = input {
                    return self.close(&done);
                }
                self.handle(input);
            }
            self.dirty |= self.curves.publish_due();
            if self.dirty || looked.elapsed() >= LOOK_EVERY {
                looked = Instant::now();
                self.dirty |= self.tasks.refresh();
                self.dirty |= self.serving.refresh(&self.state);
                self.keep_vigil();
            }
            if self.dirty {
                self.publish();
            }
            if turn.elapsed() > LONG_TURN {
                tracing::warn!(
                    "a turn of the engine room took {} ms",
                    turn.elapsed().as_millis()
                );
            }
        }
    }

    fn handle(&mut self, input: Input) {
        match input {
            Input::Asked { command, asker } => {
                let asker = asker.asking(&command);
                self.obey(command, &asker);
                if let Some(seat) = asker.seat() {
                    seat.count_obeyed();
                    self.dirty = true;
                }
            }
            Input::Queried { query, asker } => self.answer_query(query, &asker),
            Input::ImportEnded(ended) => self.end_import(*ended),
            Input::Run(event) => self.take_run_event(event),
            Input::RegistrationEnded(ended) => self.end_registration(*ended),
            Input::Requests(lines) => {
                self.vigil.count(&lines);
                self.serving.take_requests(lines);
                self.dirty = true;
            }
            Input::Found(found) => {
                found(self);
                self.dirty = true;
            }
            Input::FilesSettled(paths) => self.import_settled(paths),
            Input::Devices(devices) => {
                self.devices = devices;
                self.dirty = true;
            }
            // The loop answers it before it gets here.
            Input::Close { .. } => {}
        }
    }

    /// Makes facts durable, folds them and hands them to the catalog. Nothing is acknowledged before this returns.
    ///
    /// # Errors
    /// When the journal cannot be written, for example on a full disk: then nothing has happened.
    pub(crate) fn commit(
        &mut self,
        actor: &Arc<str>,
        facts: Vec<Fact>,
    ) -> Result<Vec<FactRecord>, Refusal> {
        let at = clock::now();
        let drafts: Vec<Draft> = facts
            .into_iter()
            .map(|fact| Draft {
                at,
                actor: actor.clone(),
                fact,
            })
            .collect();
        let records = self
            .journal
            .append(&drafts)
            .map_err(|error| refuse(&error, error.hint()))?;
        for record in &records {
            self.state.fold(record);
        }
        self.catalog.desk.apply(records.clone());
        self.dirty = true;
        Ok(records)
    }

    /// Commits what happened without anybody's asking; a failure can only be shown.
    pub(crate) fn commit_or_tell(&mut self, facts: Vec<Fact>) {
        if let Err(refusal) = self.commit(&Asker::engine().actor, facts) {
            self.tell(
                NoticeLevel::Error,
                "A fact could not be written",
                Some(refusal.error),
                refusal.hint,
            );
        }
    }

    /// Answers, and tells the window that asked if nobody else would.
    pub(crate) fn conclude(&mut self, asker: &Asker, answer: Result<Answer, Refusal>) {
        if let (false, Err(refusal)) = (asker.is_waiting(), &answer) {
            let (error, hint) = (&refusal.error, refusal.hint.clone());
            let mut notice = self.notice(NoticeLevel::Error, error, None, hint);
            notice.refused = asker.about().cloned();
            match asker.seat() {
                Some(seat) => seat.tell(Arc::new(notice)),
                None => self.put_notice(notice),
            }
        }
        asker.answer(answer);
    }

    /// Shows something to the one who asked for it, in the place of what was shown there before.
    pub(crate) fn show(&mut self, asker: &Asker, put: impl FnOnce(&mut Views)) {
        match asker.seat() {
            Some(seat) => seat.show(put),
            None => put(&mut self.views),
        }
        self.dirty = true;
    }

    pub(crate) fn tell(
        &mut self,
        level: NoticeLevel,
        title: &str,
        detail: Option<String>,
        hint: Option<String>,
    ) {
        let notice = self.notice(level, title, detail, hint);
        self.put_notice(notice);
    }

    fn put_notice(&mut self, notice: Notice) {
        self.notices.push(Arc::new(notice));
        if self.notices.len() > MOST_NOTICES {
            self.notices.remove(0);
        }
    }

    fn notice(
        &mut self,
        level: NoticeLevel,
        title: &str,
        detail: Option<String>,
        hint: Option<String>,
    ) -> Notice {
        self.next_notice += 1;
        self.dirty = true;
        Notice {
            id: self.next_notice,
            at: clock::now(),
            level,
            title: title.to_owned(),
            detail,
            hint,
            refused: None,
        }
    }

    pub(crate) fn publish(&mut self) {
        self.dirty = false;
        let before = self.published.load();
        let snapshot = Snapshot {
            revision: before.revision + 1,
            project: Some(self.project.clone()),
            datasets: self.state.datasets.clone(),
            watched_folders: self.state.watched_folders.clone(),
            runs: self.state.runs.clone(),
            curves: self.curves.published(),
            models: self.state.models.clone(),
            server: self.serving.address(),
            endpoints: self.serving.views(),
            requests: self.serving.request_lines(),
            drift: self.views.drift.clone(),
            tasks: self.tasks.views(),
            notices: self.notices.clone(),
            journal: JournalView {
                head: self.journal.head(),
                verified: self.state.verified,
                page: self.views.facts.clone(),
            },
            rows: self.views.rows.clone(),
            rejects: self.views.rejects.clone(),
            points: self.views.points.clone(),
            lineage: self.views.lineage.clone(),
            tried: self.views.tried.clone(),
            devices: self.devices.clone(),
            memory_bytes: memory::resident_bytes(),
        };
        self.published.store(Arc::new(snapshot));
        (self.wake)();
    }

    /// Stops work that can be taken up again, drains the server, closes the catalog.
    fn close(mut self, done: &SyncSender<()>) {
        self.folders = None;
        self.is_closing.store(true, Ordering::Release);
        self.tasks.cancel_all();
        let mut facts = self.interrupt_runs();
        facts.extend(self.stop_serving());
        if !facts.is_empty() {
            self.commit_or_tell(facts);
        }
        self.reader.stop();
        self.catalog.stop();
        // The one who closes may have gone; then nobody waits.
        let _nobody_waits = done.send(());
    }
}
