//! What is printed: one JSON document on stdout, or a few lines for people; errors and progress on stderr.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use contract::{Refusal, TaskView};
use serde_json::Value;

/// A line of progress stands on the terminal and wants to be overwritten.
static LINE_IS_OPEN: AtomicBool = AtomicBool::new(false);

/// Output was lost, so that the program did not do what was asked.
static IS_LOST: AtomicBool = AtomicBool::new(false);

pub(crate) fn refusal(refusal: &Refusal) {
    close_line();
    eprintln!("error: {}", refusal.error);
    if let Some(hint) = &refusal.hint {
        eprintln!("hint: {hint}");
    }
}

/// One document on one line, flushed: a script that waits for it gets it now.
pub(crate) fn json(document: &Value) {
    close_line();
    put(&document.to_string());
}

pub(crate) fn line(text: &str) {
    close_line();
    put(text);
}

/// Whether something could not be written where somebody would have read it.
pub(crate) fn was_lost() -> bool {
    IS_LOST.load(Ordering::Relaxed)
}

fn put(text: &str) {
    let mut stdout = std::io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        // A reader that has gone wants no more output.
        Err(error)
            if error.kind() != ErrorKind::BrokenPipe && !IS_LOST.swap(true, Ordering::Relaxed) =>
        {
            refusal(&Refusal::new(format!(
                "the output could not be written: {error}"
            )));
        }
        _ => {}
    }
}

/// Columns for people: as wide as their widest cell, numbers to the right.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        cells
            .chain([header[column].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    // A line of somebody's file may begin with a digit and is no number.
    let is_number = |cell: &str| {
        cell.starts_with(|first: char| first.is_ascii_digit() || first == '-' || first == '–')
            && !cell.contains([',', ';', '|', '"', '\\'])
    };
    let print = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| {
            let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
            if is_number(cell) {
                format!("{pad}{cell}")
            } else {
                format!("{cell}{pad}")
            }
        });
        line(padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    print(
        &header
            .iter()
            .map(|&word| word.to_owned())
            .collect::<Vec<_>>(),
    );
    for row in rows {
        print(row);
    }
}

/// Progress on one line of a terminal; silent where nobody looks.
pub(crate) fn progress(task: &TaskView) {
    let mut stderr = std::io::stderr();
    if !stderr.is_terminal() {
        return;
    }
    let share = task
        .total
        .filter(|total| *total > 0)
        .map(|total| format!(" {:3.0} %", 100.0 * task.done as f64 / total as f64));
    let left = task
        .seconds_left
        .map(|seconds| format!(", {seconds:.0} s left"));
    let text = format!(
        "{}: {}{}{}",
        task.title,
        task.stage,
        share.unwrap_or_default(),
        left.unwrap_or_default()
    );
    let _gone = write!(stderr, "\r\x1b[2K{text}").and_then(|()| stderr.flush());
    LINE_IS_OPEN.store(true, Ordering::Relaxed);
}

fn close_line() {
    if LINE_IS_OPEN.swap(false, Ordering::Relaxed) {
        eprint!("\r\x1b[2K");
    }
}
