//! From columns to trees, predictions and their explanation, and everything that may be wrong with the input.

mod binning;
mod boosting;
mod constraints;
mod explaining;
mod exporting;
mod faults;
mod forests;
mod growing;
mod histograms;
mod objectives;
mod support;
