//! Names of columns: trimmed, never empty, never twice.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Taken by the reader for the row's own number.
pub(crate) const ROW_NUMBER: &str = "file_row_number";

/// Makes names that can be told apart, also where letter case is not looked at (SQL): an empty one becomes `column_3`, the second
/// `price` becomes `price_2`, spaces around a name and line ends in it go.
pub(crate) fn tidy<'n>(raw: impl IntoIterator<Item = &'n str>) -> Vec<Arc<str>> {
    let mut taken = HashSet::from([ROW_NUMBER.to_owned()]);
    // How often a name came, so that ten thousand equal names take no time.
    let mut copies = HashMap::new();
    let mut names = Vec::new();
    for (index, raw) in raw.into_iter().enumerate() {
        let mut name = raw.trim().replace(['\n', '\r', '\t', '\0'], " ");
        if name.is_empty() {
            name = format!("column_{}", index + 1);
        }
        let mut unique = name.clone();
        let copies = copies.entry(name.to_lowercase()).or_insert(1_u32);
        while !taken.insert(unique.to_lowercase()) {
            *copies += 1;
            unique = format!("{name}_{copies}");
        }
        names.push(unique.into());
    }
    names
}
