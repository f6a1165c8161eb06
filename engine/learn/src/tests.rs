//! Training from raw rows to a package, and everything that may be wrong on the way.

mod checkpoints;
mod devices;
mod faults;
mod gpu;
mod metrics;
mod networks;
mod packages;
mod preparing;
mod random;
mod runs;
mod splits;
mod support;
