//! Which runs are selected in the table, and how clicks with and without keys change that.

use std::collections::BTreeSet;

use super::rows::RunsTable;

/// The selected runs by number. A run keeps its place here when the filter hides it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SelectedRuns {
    numbers: BTreeSet<u64>,
    /// The run that the last plain click was on; a shift click selects from there.
    anchor: Option<u64>,
    /// Grows with every change, so that what is derived can be kept.
    pub generation: u64,
}

/// How a row was clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Click {
    /// Selects this run alone.
    Plain,
    /// Adds or removes this run.
    Toggle,
    /// Selects everything from the last click to here.
    Extend,
}

impl SelectedRuns {
    pub(crate) fn click(&mut self, table: &RunsTable, row: usize, click: Click) {
        let Some(number) = table.row(row).map(|entry| entry.run.number) else {
            return;
        };
        self.generation += 1;
        match click {
            Click::Plain => {
                self.numbers = BTreeSet::from([number]);
                self.anchor = Some(number);
            }
            Click::Toggle => {
                if !self.numbers.remove(&number) {
                    self.numbers.insert(number);
                }
                self.anchor = Some(number);
            }
            Click::Extend => {
                let from = self
                    .anchor
                    .and_then(|anchor| table.row_of(anchor))
                    .unwrap_or(row);
                self.numbers = table.numbers_between(from, row).collect();
                self.anchor.get_or_insert(number);
            }
        }
    }

    /// Selects every run that the filter lets through.
    pub(crate) fn select_all(&mut self, table: &RunsTable) {
        self.generation += 1;
        self.numbers = match table.len() {
            0 => BTreeSet::new(),
            rows => table.numbers_between(0, rows - 1).collect(),
        };
    }

    pub(crate) fn select_these(&mut self, numbers: impl IntoIterator<Item = u64>) {
        self.generation += 1;
        self.numbers = numbers.into_iter().collect();
        self.anchor = self.numbers.first().copied();
    }

    pub(crate) fn clear(&mut self) {
        self.generation += 1;
        self.numbers.clear();
        self.anchor = None;
    }

    pub(crate) fn contains(&self, number: u64) -> bool {
        self.numbers.contains(&number)
    }

    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// In the order of their numbers.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u64> + '_ {
        self.numbers.iter().copied()
    }
}
