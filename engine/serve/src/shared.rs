//! What all handlers share: the models, the guard, the log, the limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use axum::http::StatusCode;
use contract::{EndpointFigures, ModelName};

use crate::figures::Counters;
use crate::guard::Guard;
use crate::ids::Ids;
use crate::log::Log;
use crate::refusal::{Refusal, listed, quoted};
use crate::served::Served;
use crate::{Predict, ServerOptions};

pub(crate) struct Shared {
    pub(crate) guard: Guard,
    pub(crate) options: ServerOptions,
    pub(crate) url: String,
    pub(crate) ids: Ids,
    pub(crate) log: Arc<Log>,
    pub(crate) turns: Turns,
    pub(crate) is_draining: AtomicBool,
    /// In the order in which they were first put; a handful, so a list. Readers never wait for a change.
    models: ArcSwap<Vec<Arc<Served>>>,
}

/// Prediction requests that may be worked on at the same time.
pub(crate) struct Turns {
    most: usize,
    taken: AtomicUsize,
}

/// A request's turn; over when it is dropped.
pub(crate) struct Turn<'a>(&'a AtomicUsize);

impl Shared {
    pub(crate) fn new(
        guard: Guard,
        options: ServerOptions,
        url: String,
        random: u64,
        log: Arc<Log>,
    ) -> Self {
        Self {
            guard,
            url,
            ids: Ids::new(random),
            log,
            turns: Turns::new(options.most_concurrent),
            is_draining: AtomicBool::new(false),
            models: ArcSwap::default(),
            options,
        }
    }

    pub(crate) fn models(&self) -> Arc<Vec<Arc<Served>>> {
        self.models.load_full()
    }

    pub(crate) fn put(&self, model: &Arc<dyn Predict>) {
        let name = &model.version().model;
        self.models.rcu(|models| {
            let mut models = Vec::clone(models);
            let old = models.iter_mut().find(|old| old.version.model == *name);
            match old {
                Some(old) => {
                    *old = Arc::new(Served::new(model.clone(), old.counters.clone()));
                }
                None => {
                    let counters = Arc::new(Counters::new());
                    models.push(Arc::new(Served::new(model.clone(), counters)));
                }
            }
            models
        });
    }

    pub(crate) fn remove(&self, model: &ModelName) -> bool {
        let before = self.models.rcu(|models| {
            let mut models = Vec::clone(models);
            models.retain(|served| served.version.model != *model);
            models
        });
        before.iter().any(|served| served.version.model == *model)
    }

    pub(crate) fn figures(&self, model: &ModelName) -> EndpointFigures {
        self.models
            .load()
            .iter()
            .find(|served| served.version.model == *model)
            .map(|served| served.counters.figures())
            .unwrap_or_default()
    }

    /// The model of a path; without a name the first.
    pub(crate) fn served(
        &self,
        name: Option<&str>,
        version: Option<&str>,
    ) -> Result<Arc<Served>, Refusal> {
        let models = self.models.load();
        let Some(name) = name else {
            return models.first().cloned().ok_or_else(|| {
                Refusal::new(StatusCode::NOT_FOUND, "No model is served")
                    .hint("serve one and ask again")
            });
        };
        let found = models
            .iter()
            .find(|served| served.version.model.as_str() == name)
            .ok_or_else(|| {
                let names: Vec<&str> = models
                    .iter()
                    .map(|served| served.version.model.as_str())
                    .collect();
                let refusal = Refusal::new(
                    StatusCode::NOT_FOUND,
                    format!("No model {} is served", quoted(name)),
                );
                match names.is_empty() {
                    true => refusal.hint("no model is served yet"),
                    false => refusal.hint(format!("served are {}", listed(&names))),
                }
            })?;
        if let Some(version) = version
            && version.parse() != Ok(found.version.version)
        {
            return Err(Refusal::new(
                StatusCode::NOT_FOUND,
                format!("Version {} of {name} is not served", quoted(version)),
            )
            .hint(format!("version {} is", found.version.version)));
        }
        Ok(found.clone())
    }
}

impl Turns {
    fn new(most: usize) -> Self {
        Self {
            most,
            taken: AtomicUsize::new(0),
        }
    }

    /// A turn, if one is free.
    pub(crate) fn take(&self) -> Option<Turn<'_>> {
        let turn = Turn(&self.taken);
        (self.taken.fetch_add(1, Ordering::Relaxed) < self.most).then_some(turn)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
