//! Sample snapshots, realistic and the same every time: what the panels' named states, the gallery and the tests show.

mod data;
mod learning;
mod pages;
mod serving;
mod story;

use std::path::PathBuf;
use std::sync::Arc;

use contract::{
    DataVersion, Dataset, DeviceInfo, DriftVerdict, Endpoint, EndpointFigures, EndpointView,
    JournalHead, JournalView, Model, ModelName, Notice, PredictedOutput, ProjectId, ProjectInfo,
    RejectsView, Run, RunState, ServerAddress, Snapshot, TaskView, Timestamp, TriedPrediction,
    Verified,
};

pub use data::{
    iris, long_names, rejected_rows, sales_of_ten_million_rows, small, three_million_rejects, wide,
    wine, wine_second_version,
};
pub use learning::{curves_of, recipe, run};
pub use pages::{points_of, rejects_of, rows_of};
pub use serving::{
    drift_report, figures, model_version, not_enough_predictions, requests, signature,
};
pub use story::{facts, lineage, notice, task};

use crate::View;

/// The moment at which every sample is looked at: 18 November 2026, 14:26 UTC.
pub const NOW: Timestamp = Timestamp {
    unix_millis: 1_795_011_960_000,
};

/// A moment before [`NOW`].
pub fn ago(seconds: u64) -> Timestamp {
    Timestamp {
        unix_millis: NOW.unix_millis - i64::try_from(seconds).unwrap_or(0) * 1_000,
    }
}

/// A view at [`NOW`] with nothing selected.
pub fn view() -> View {
    View::new(NOW)
}

/// The window before any project is open.
pub fn no_project() -> Snapshot {
    Snapshot {
        revision: 1,
        devices: devices(),
        memory_bytes: 182_000_000,
        ..Snapshot::default()
    }
}

/// A project that was just made.
pub fn empty() -> Snapshot {
    Sample::new().done()
}

/// The whole road: two datasets, runs in every state, a registered model, an endpoint under load, drift.
pub fn road() -> Snapshot {
    Sample::new()
        .dataset(vec![wine(), wine_second_version()])
        .dataset(vec![iris()])
        .run_of(&wine(), RunState::Finished)
        .run_of(&wine(), RunState::Stopped)
        .run_of(&wine_second_version(), RunState::Finished)
        .run_of(&iris(), RunState::Failed)
        .run_of(&wine_second_version(), RunState::Interrupted)
        .run_of(&wine_second_version(), RunState::Running)
        .model("wine", 1)
        .served("wine")
        .drifting("wine", DriftVerdict::Drifted)
        .task(task(1))
        .story()
        .done()
}

/// A project that somebody has worked in for a long time.
pub fn many_datasets(count: usize) -> Snapshot {
    (0..count)
        .fold(Sample::new(), |sample, number| {
            sample.dataset(vec![small(&format!("measurements-{number:03}"))])
        })
        .done()
}

/// Builds a snapshot step by step; every step leaves a state that the engine could have published.
pub struct Sample {
    snapshot: Snapshot,
}

impl Default for Sample {
    fn default() -> Self {
        Self::new()
    }
}

impl Sample {
    /// An open project with nothing in it.
    pub fn new() -> Self {
        let project = ProjectInfo {
            id: ProjectId::from_random(0x51_2f0c_9a77),
            name: "Wine cellar".into(),
            path: PathBuf::from("/home/ada/wine-cellar.millrace"),
        };
        let facts = facts(1);
        Self {
            snapshot: Snapshot {
                project: Some(Arc::new(project)),
                journal: JournalView {
                    head: facts.last().map(|record| JournalHead {
                        seq: record.seq,
                        hash: record.hash.clone(),
                    }),
                    ..JournalView::default()
                },
                ..no_project()
            },
        }
    }

    pub fn dataset(mut self, versions: Vec<DataVersion>) -> Self {
        let Some(first) = versions.first() else {
            return self;
        };
        self.snapshot.datasets.push(Arc::new(Dataset {
            name: first.id.dataset.clone(),
            versions: versions.into_iter().map(Arc::new).collect(),
        }));
        self
    }

    pub fn watched_folder(mut self, path: &str) -> Self {
        self.snapshot.watched_folders.push(PathBuf::from(path));
        self
    }

    /// The rows of `version` from `first_row` on, as `Command::ShowRows` would have put them.
    pub fn rows(mut self, version: &DataVersion, first_row: u64, count: u32) -> Self {
        self.snapshot.rows = Some(Arc::new(rows_of(version, first_row, count)));
        self
    }

    /// The points of the first chart of `version` over at most `count` rows, as `Command::ShowPoints` would have put them.
    pub fn points(mut self, version: &DataVersion, count: u32) -> Self {
        if let Some(query) = crate::datasets::first_query(version) {
            self.snapshot.points = Some(Arc::new(points_of(version, query, count)));
        }
        self
    }

    /// The rejected rows of `version` from `first` on, as `Command::ShowRejects` would have put them.
    pub fn rejects(mut self, version: &DataVersion, first: u64, count: u32) -> Self {
        self.snapshot.rejects = Some(Arc::new(rejects_of(version, first, count)));
        self
    }

    /// The same, of any kind.
    pub fn rejects_view(mut self, view: RejectsView) -> Self {
        self.snapshot.rejects = Some(Arc::new(view));
        self
    }

    /// One more run of this version, with its curves.
    pub fn run_of(mut self, version: &DataVersion, state: RunState) -> Self {
        let number = self.snapshot.runs.len() as u64 + 1;
        let run = run(number, version, state);
        self.add_run(run);
        self
    }

    /// This very run, with its curves.
    pub fn run(mut self, run: Run) -> Self {
        self.add_run(run);
        self
    }

    /// `count` more runs: mostly finished, now and then stopped or failed.
    pub fn runs(mut self, count: u64, version: &DataVersion) -> Self {
        for _ in 0..count {
            let number = self.snapshot.runs.len() as u64 + 1;
            let state = match number % 23 {
                0 => RunState::Failed,
                7 => RunState::Stopped,
                _ => RunState::Finished,
            };
            self.add_run(run(number, version, state));
        }
        self
    }

    /// Registers versions `1..=versions` of a model from the first finished runs; the last one is `champion`.
    pub fn model(mut self, name: &str, versions: u32) -> Self {
        let name = ModelName::new(name);
        let finished: Vec<Arc<Run>> = self
            .snapshot
            .runs
            .iter()
            .filter(|run| run.report.is_some())
            .cloned()
            .collect();
        let versions: Vec<_> = (1..=versions)
            .zip(finished.iter().cycle())
            .map(|(version, run)| Arc::new(model_version(&name, version, run)))
            .collect();
        let aliases = versions
            .last()
            .map(|version| ("champion".into(), version.id.version))
            .into_iter()
            .collect();
        self.snapshot.models.push(Arc::new(Model {
            name,
            versions,
            aliases,
        }));
        self
    }

    /// Serves the newest version of a registered model, with traffic and a request log.
    pub fn served(mut self, name: &str) -> Self {
        let newest = self
            .snapshot
            .models
            .iter()
            .find(|model| model.name.as_str() == name)
            .and_then(|model| model.versions.last().cloned());
        let Some(model) = newest else {
            return self;
        };
        self.snapshot.server = Some(ServerAddress {
            url: "http://127.0.0.1:41234".into(),
            key: "mk_8vq2h7k5m1x9w3n6".into(),
        });
        self.snapshot.requests.extend(requests(&model, 80));
        let seed = self.snapshot.endpoints.len() as u64;
        self.snapshot.endpoints.push(Arc::new(EndpointView {
            endpoint: Endpoint {
                name: model.id.model.clone(),
                version: model.id.clone(),
                started: ago(5_400),
            },
            figures: figures(seed),
            model,
        }));
        self
    }

    /// A drift report of a registered model whose worst column has this verdict.
    pub fn drifting(mut self, name: &str, worst: DriftVerdict) -> Self {
        let newest = self.newest(name);
        if let Some(model) = newest {
            let report = drift_report(&model, worst);
            self.snapshot
                .drift
                .insert(model.id.model.clone(), Arc::new(report));
        }
        self
    }

    /// Too few predictions of a registered model to say anything about drift.
    pub fn too_few_predictions(mut self, name: &str) -> Self {
        if let Some(model) = self.newest(name) {
            let report = not_enough_predictions(&model);
            self.snapshot
                .drift
                .insert(model.id.model.clone(), Arc::new(report));
        }
        self
    }

    /// What the form of a served model got back.
    pub fn tried(mut self, name: &str, answer: Result<PredictedOutput, String>) -> Self {
        if let Some(model) = self.newest(name) {
            self.snapshot.tried = Some(Arc::new(TriedPrediction {
                version: model.id.clone(),
                answer,
                micros: 412,
            }));
        }
        self
    }

    /// As if nobody had asked the endpoints yet.
    pub fn quiet(mut self) -> Self {
        self.snapshot.requests.clear();
        for view in &mut self.snapshot.endpoints {
            *view = Arc::new(EndpointView {
                figures: EndpointFigures {
                    per_second: vec![0; 60],
                    ..EndpointFigures::default()
                },
                ..(**view).clone()
            });
        }
        self
    }

    pub fn task(mut self, task: TaskView) -> Self {
        self.snapshot.tasks.push(Arc::new(task));
        self
    }

    pub fn notice(mut self, notice: Notice) -> Self {
        self.snapshot.notices.push(Arc::new(notice));
        self
    }

    /// The facts and the lineage that belong to the whole road, verified two minutes ago.
    pub fn story(mut self) -> Self {
        let page = facts(40);
        self.snapshot.journal = JournalView {
            head: page.last().map(|record| JournalHead {
                seq: record.seq,
                hash: record.hash.clone(),
            }),
            verified: Some(Verified {
                at: ago(120),
                facts: 38,
            }),
            page: page.into(),
        };
        self.snapshot.lineage = Some(Arc::new(lineage()));
        self
    }

    pub fn done(self) -> Snapshot {
        self.snapshot
    }

    fn add_run(&mut self, run: Run) {
        self.snapshot
            .curves
            .insert(run.id.clone(), Arc::new(curves_of(&run)));
        self.snapshot.runs.push(Arc::new(run));
    }

    fn newest(&self, name: &str) -> Option<Arc<contract::ModelVersion>> {
        self.snapshot
            .models
            .iter()
            .find(|model| model.name.as_str() == name)
            .and_then(|model| model.versions.last().cloned())
    }
}

fn devices() -> Vec<DeviceInfo> {
    vec![
        DeviceInfo {
            name: "NVIDIA RTX 4070".into(),
            backend: "Vulkan".into(),
            is_gpu: true,
            is_software: false,
        },
        DeviceInfo {
            name: "AMD Ryzen 7 7840U".into(),
            backend: "flex".into(),
            is_gpu: false,
            is_software: false,
        },
    ]
}

/// A fixed sequence of numbers in 0..1 that looks random: SplitMix64 (Steele, Lea and Flood 2014).
fn noise(seed: u64) -> f64 {
    let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((state ^ (state >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// 64 hexadecimal digits that stand for the content of `seed`.
fn digest(seed: u64) -> contract::Digest {
    let digits: String = (0..4)
        .map(|part| {
            let bits = (noise(seed * 4 + part + 1) * (1_u64 << 52) as f64) as u64;
            format!("{:016x}", bits.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        })
        .collect();
    contract::Digest::new(digits)
}
