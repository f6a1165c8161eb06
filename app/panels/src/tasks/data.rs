//! The view model of the task list: what each task says of its progress, with shares that never run backwards.

use std::collections::HashMap;

use contract::{TaskId, TaskState, TaskView};
use look::format;

/// One task as text and shares.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TaskRow {
    pub title: String,
    pub stage: String,
    /// 0 to 1; `None` when the total is not known.
    pub share: Option<f32>,
    /// `12.3 MB of 1.02 GB`, `34 of 100 epochs`.
    pub amount: String,
    /// `8.1 MB/s`, `3.2 epochs/s`; empty before there is one.
    pub rate: String,
    /// `about 3 min left`, `took 12 s`.
    pub time: String,
    pub error: Option<String>,
    pub hint: Option<String>,
}

/// The largest share that was shown of each running task.
#[derive(Debug, Default)]
pub(crate) struct ShownShares {
    shares: HashMap<TaskId, f32>,
}

impl ShownShares {
    /// The share to show now; a total that grows does not take back what a person has seen.
    pub(crate) fn advance(&mut self, task: &TaskView) -> Option<f32> {
        let share = share(task)?;
        let shown = self.shares.entry(task.id.clone()).or_insert(0.0);
        *shown = shown.max(share);
        Some(*shown)
    }

    /// Forgets tasks that are no longer listed.
    pub(crate) fn keep_only(&mut self, tasks: &[std::sync::Arc<TaskView>]) {
        self.shares
            .retain(|id, _| tasks.iter().any(|task| task.id == *id));
    }
}

impl TaskRow {
    pub(crate) fn of(task: &TaskView, shares: &mut ShownShares) -> Self {
        let (error, hint) = match &task.state {
            TaskState::Failed(text) => {
                let (error, hint) = error_and_hint(text);
                (Some(error), hint)
            }
            TaskState::Running | TaskState::Finished | TaskState::Cancelled => (None, None),
        };
        let is_running = task.state == TaskState::Running;
        Self {
            title: task.title.clone(),
            stage: if is_running {
                task.stage.clone()
            } else {
                String::new()
            },
            share: shares.advance(task),
            amount: amount(task),
            rate: if is_running {
                rate(task)
            } else {
                String::new()
            },
            time: match task.state {
                TaskState::Running => task
                    .seconds_left
                    .map_or_else(String::new, format::time_left),
                TaskState::Finished => format!("took {}", format::duration(task.seconds)),
                TaskState::Cancelled => {
                    format!("cancelled after {}", format::duration(task.seconds))
                }
                TaskState::Failed(_) => format!("failed after {}", format::duration(task.seconds)),
            },
            error,
            hint,
        }
    }
}

/// An error's sentence and its next step, as the engine writes them: `the disk is full (free some space)`.
/// Both begin with a capital letter, as they stand alone on the screen, unless they begin with a name.
pub(crate) fn error_and_hint(text: &str) -> (String, Option<String>) {
    let text = text.trim();
    let split = text
        .strip_suffix(')')
        .and_then(|inside| Some((inside, opening_of_last(inside)?)));
    match split {
        // The system's own number of an error is no next step.
        Some((inside, opening))
            if opening > 0 && !inside[opening + 1..].starts_with("os error ") =>
        {
            (
                sentence(inside[..opening].trim_end()),
                Some(sentence(&inside[opening + 1..])),
            )
        }
        _ => (sentence(text), None),
    }
}

/// Where the parenthesis opens that is still open at the end; those in between are pairs of their own.
fn opening_of_last(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().rev().find_map(|(at, letter)| {
        match letter {
            ')' => depth += 1,
            '(' if depth == 0 => return Some(at),
            '(' => depth -= 1,
            _ => {}
        }
        None
    })
}

fn sentence(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let word = first.trim_end_matches([',', ':', ';']);
    // `nul.csv`, `f(x)` and `malic_acid` are written as they are called.
    let is_word = word
        .chars()
        .all(|letter| letter.is_alphabetic() || matches!(letter, '-' | '\'' | '’'));
    if !is_word {
        return text.to_owned();
    }
    format::capitalised(text)
}

fn share(task: &TaskView) -> Option<f32> {
    if task.state == TaskState::Finished {
        return Some(1.0);
    }
    let total = task.total.filter(|total| *total > 0)?;
    Some((task.done as f64 / total as f64).clamp(0.0, 1.0) as f32)
}

fn amount(task: &TaskView) -> String {
    let of = |done: String, total: Option<String>| match total {
        Some(total) => format!("{done} of {total}"),
        None => done,
    };
    if task.unit == "bytes" {
        return of(format::bytes(task.done), task.total.map(format::bytes));
    }
    if task.done == 0 && task.total.is_none() {
        return String::new();
    }
    let amount = of(format::count(task.done), task.total.map(format::count));
    format!("{amount} {}", task.unit).trim_end().into()
}

/// A rate is a guess until this many seconds have passed.
const FIRST_RATE_SECONDS: f64 = 0.5;

fn rate(task: &TaskView) -> String {
    if task.seconds < FIRST_RATE_SECONDS || task.done == 0 {
        return String::new();
    }
    let each_second = task.done as f64 / task.seconds;
    if task.unit == "bytes" {
        format!("{}/s", format::bytes(each_second as u64))
    } else {
        format!("{} {}/s", rate_number(each_second), task.unit).replace(" /s", "/s")
    }
}

/// A rate with no more digits than it holds still.
pub(crate) fn rate_number(each_second: f64) -> String {
    if each_second >= 100.0 {
        return format::count(each_second.round() as u64);
    }
    format::number((each_second * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use expect_test::{Expect, expect};

    use super::*;

    fn task(done: u64, total: Option<u64>, unit: &str, state: TaskState) -> TaskView {
        TaskView {
            id: TaskId::new("task-1"),
            title: "Import wine.csv".into(),
            stage: "profiling".into(),
            done,
            total,
            unit: unit.into(),
            seconds: 4.0,
            seconds_left: Some(170.0),
            state,
            can_cancel: true,
            run: None,
        }
    }

    fn check(task: &TaskView, expected: Expect) {
        let row = TaskRow::of(task, &mut ShownShares::default());
        let text = format!(
            "{} | {} | {:?} | {} | {} | {} | {:?} | {:?}",
            row.title, row.stage, row.share, row.amount, row.rate, row.time, row.error, row.hint
        );
        // The narrow space between thousands is hard to read in a test.
        expected.assert_eq(&text.replace('\u{202f}', " "));
    }

    #[test]
    fn a_running_task_says_how_far_how_fast_and_how_long() {
        check(
            &task(50 << 20, Some(200 << 20), "bytes", TaskState::Running),
            expect![
                "Import wine.csv | profiling | Some(0.25) | 50.0 MB of 200 MB | 12.5 MB/s | about 3 min left | None | None"
            ],
        );
        check(
            &task(34, Some(100), "epochs", TaskState::Running),
            expect![
                "Import wine.csv | profiling | Some(0.34) | 34 of 100 epochs | 8.5 epochs/s | about 3 min left | None | None"
            ],
        );
    }

    #[test]
    fn an_unknown_total_has_no_share() {
        check(
            &task(12_000, None, "rows", TaskState::Running),
            expect![
                "Import wine.csv | profiling | None | 12 000 rows | 3 000 rows/s | about 3 min left | None | None"
            ],
        );
    }

    #[test]
    fn what_ended_says_how() {
        check(
            &task(34, Some(100), "epochs", TaskState::Cancelled),
            expect![
                "Import wine.csv |  | Some(0.34) | 34 of 100 epochs |  | cancelled after 4.00 s | None | None"
            ],
        );
        check(
            &task(
                0,
                None,
                "",
                TaskState::Failed("the disk is full (free 2 GB and import again)".into()),
            ),
            expect![[
                r#"Import wine.csv |  | None |  |  | failed after 4.00 s | Some("The disk is full") | Some("Free 2 GB and import again")"#
            ]],
        );
    }

    #[test]
    fn the_hint_is_what_stands_in_parentheses_at_the_end() {
        let check = |text: &str, error: &str, hint: Option<&str>| {
            assert_eq!(error_and_hint(text), (error.into(), hint.map(Into::into)));
        };
        check("the disk is full", "The disk is full", None);
        check(
            "no thread: out of threads (os error 11)",
            "No thread: out of threads (os error 11)",
            None,
        );
        check(
            "the loss is NaN (lower the rate (a tenth is a good try), and look again)",
            "The loss is NaN",
            Some("Lower the rate (a tenth is a good try), and look again"),
        );
        check("f(x) is no column", "f(x) is no column", None);
        check(
            "nul.csv holds no table (pick another file)",
            "nul.csv holds no table",
            Some("Pick another file"),
        );
        check("malic_acid is empty", "malic_acid is empty", None);
        check("cannot read it: gone", "Cannot read it: gone", None);
        check("(all of it)", "(all of it)", None);
        check("a bracket is missing)", "A bracket is missing)", None);
        check("", "", None);
    }

    #[test]
    fn a_share_never_runs_backwards() {
        let mut shares = ShownShares::default();
        let share = |done, total, shares: &mut ShownShares| {
            shares.advance(&task(done, Some(total), "rows", TaskState::Running))
        };
        assert_eq!(share(50, 100, &mut shares), Some(0.5));
        // The total was found to be larger: the bar waits.
        assert_eq!(share(60, 200, &mut shares), Some(0.5));
        assert_eq!(share(120, 200, &mut shares), Some(0.6));
        shares.keep_only(&[Arc::new(TaskView {
            id: TaskId::new("task-2"),
            ..task(0, None, "", TaskState::Running)
        })]);
        assert_eq!(share(10, 100, &mut shares), Some(0.1));
    }
}
