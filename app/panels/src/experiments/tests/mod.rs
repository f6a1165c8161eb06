//! What the experiments say as text: the table, the filter, the differences, the curves, the evaluation.

mod curves;
mod evaluation;
mod page;
mod speed;
mod table;
