//! Watching what is served without being asked: drift is measured again when enough was predicted, or a while after the last prediction.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use contract::{ModelName, RequestLine};

use crate::room::Room;

/// As many new rows are worth a look of their own.
const ROWS_WORTH_A_LOOK: u64 = 200;
/// Looks cost the catalog some milliseconds; this long lies between two, however much is asked.
const SHORTEST_PAUSE: Duration = Duration::from_secs(10);
/// Fewer rows are looked at after this long.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Until a person chooses another.
const WINDOW: u64 = 1_000;

/// Which endpoints are due for a look.
#[derive(Default)]
pub(crate) struct Vigil(HashMap<ModelName, Watched>);

struct Watched {
    new_rows: u64,
    window: u64,
    looked: Option<Instant>,
}

impl Default for Watched {
    fn default() -> Self {
        Self {
            new_rows: 0,
            window: WINDOW,
            looked: None,
        }
    }
}

impl Vigil {
    /// Rows that were predicted; what was refused is no prediction.
    pub(crate) fn count(&mut self, lines: &[RequestLine]) {
        for line in lines.iter().filter(|line| line.status < 300) {
            if let Some(model) = &line.model {
                let watched = self.0.entry(model.model.clone()).or_default();
                watched.new_rows += u64::from(line.rows);
            }
        }
    }

    /// An endpoint that starts may have been asked before.
    pub(crate) fn begin(&mut self, model: &ModelName) {
        let watched = self.0.entry(model.clone()).or_default();
        watched.new_rows = watched.new_rows.max(1);
        watched.looked = None;
    }

    /// A person looked: so many predictions back is what is wanted.
    pub(crate) fn looked(&mut self, model: &ModelName, window: u64) {
        let watched = Watched {
            new_rows: 0,
            window,
            looked: Some(Instant::now()),
        };
        self.0.insert(model.clone(), watched);
    }

    /// The endpoints to look at now, each with its window. They count as looked at.
    pub(crate) fn take_due(&mut self, now: Instant) -> Vec<(ModelName, u64)> {
        let mut due = Vec::new();
        for (model, watched) in &mut self.0 {
            let pause = watched.looked.map(|looked| now.duration_since(looked));
            let is_due = watched.new_rows > 0
                && pause.is_none_or(|pause| {
                    pause >= LONGEST_PAUSE
                        || (pause >= SHORTEST_PAUSE && watched.new_rows >= ROWS_WORTH_A_LOOK)
                });
            if is_due {
                watched.new_rows = 0;
                watched.looked = Some(now);
                due.push((model.clone(), watched.window));
            }
        }
        due
    }
}

impl Room {
    /// Measures drift where it is due, beside the loop.
    pub(crate) fn keep_vigil(&mut self) {
        for (model, window) in self.vigil.take_due(Instant::now()) {
            let is_served = self
                .state
                .endpoints
                .iter()
                .any(|endpoint| endpoint.name == model);
            if is_served {
                self.look_at_drift(model, window);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::{ModelVersionRef, RequestId, Timestamp};

    use super::*;

    fn line(status: u16, rows: u32) -> RequestLine {
        RequestLine {
            id: RequestId::new("1"),
            at: Timestamp { unix_millis: 0 },
            method: "POST".into(),
            path: "/predict/wine".into(),
            status,
            rows,
            micros: 10,
            model: Some(ModelVersionRef {
                model: wine(),
                version: 1,
            }),
            error: None,
        }
    }

    fn wine() -> ModelName {
        ModelName::new("wine")
    }

    #[test]
    fn many_predictions_are_worth_a_look_and_few_wait_a_minute() {
        let mut vigil = Vigil::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        vigil.begin(&wine());
        assert_eq!(
            vigil.take_due(at(0)),
            [(wine(), WINDOW)],
            "it was asked before"
        );
        assert!(vigil.take_due(at(99)).is_empty(), "nothing came since");
        vigil.count(&[line(422, 500)]);
        assert!(vigil.take_due(at(99)).is_empty(), "refused rows are none");

        let mut vigil = Vigil::default();
        vigil.begin(&wine());
        assert_eq!(vigil.take_due(at(0)).len(), 1);
        vigil.count(&[line(200, 3)]);
        assert!(vigil.take_due(at(59)).is_empty());
        assert_eq!(vigil.take_due(at(60)).len(), 1, "a minute has passed");
        vigil.count(&[line(200, 200)]);
        assert!(vigil.take_due(at(69)).is_empty());
        assert_eq!(vigil.take_due(at(70)).len(), 1, "that many are worth it");
    }
}
