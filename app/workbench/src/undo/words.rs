//! What a step is called after “Undo”, and what is said when it was done.

use std::path::Path;

use contract::{ColumnSpec, DataVersionRef, ModelName};
use look::format;

use super::standing::Standing;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// Goes on after “Undo”: “alias champion → wine@3”.
    pub(crate) title: String,
    /// Stands alone: “Endpoint wine stopped”.
    pub(crate) done: String,
}

impl Words {
    fn new(title: String, done: String) -> Self {
        Self { title, done }
    }

    /// The way from one standing of a thing to another.
    pub(crate) fn of(before: &Standing, after: &Standing) -> Self {
        match after {
            Standing::Alias { model, alias, .. } => alias_words(model, alias, before, after),
            Standing::Served { model, .. } => served_words(model, before, after),
            Standing::Watched { path, is_watched } => folder_words(path, *is_watched),
            Standing::Columns { version, columns } => {
                let old = match before {
                    Standing::Columns { columns, .. } => columns.as_slice(),
                    _ => &[],
                };
                column_words(version, old, columns)
            }
        }
    }
}

fn alias_words(model: &ModelName, alias: &str, before: &Standing, after: &Standing) -> Words {
    match (before.version(), after.version()) {
        (_, Some(version)) => Words::new(
            format!("alias {alias} → {model}@{version}"),
            format!("Alias {alias} → {model}@{version}"),
        ),
        (Some(version), None) => Words::new(
            format!("taking {alias} away from {model}@{version}"),
            format!("Alias {alias} taken away from {model}@{version}"),
        ),
        (None, None) => Words::new(
            format!("taking {alias} away from {model}"),
            format!("Alias {alias} taken away from {model}"),
        ),
    }
}

fn served_words(model: &ModelName, before: &Standing, after: &Standing) -> Words {
    match (before.version(), after.version()) {
        (Some(old), Some(new)) => Words::new(
            format!("serving {model}@{new} in place of {model}@{old}"),
            format!("{model}@{new} is served in place of {model}@{old}"),
        ),
        (None, Some(new)) => Words::new(
            format!("serving {model}@{new}"),
            format!("{model}@{new} is served"),
        ),
        (_, None) => Words::new(
            format!("stopping endpoint {model}"),
            format!("Endpoint {model} stopped"),
        ),
    }
}

fn folder_words(path: &Path, is_watched: bool) -> Words {
    let name = format::file_name(path);
    if is_watched {
        Words::new(
            format!("watching “{name}”"),
            format!("Folder “{name}” is watched"),
        )
    } else {
        Words::new(
            format!("forgetting “{name}”"),
            format!("Folder “{name}” is no longer watched"),
        )
    }
}

fn column_words(version: &DataVersionRef, old: &[ColumnSpec], new: &[ColumnSpec]) -> Words {
    let pairs = old.iter().zip(new);
    let changed: Vec<_> = pairs.filter(|(old, new)| old != new).collect();
    match changed.as_slice() {
        [(before, after)] if before.column_type == after.column_type => {
            let said = format!("role of {} → {}", after.name, after.role.word());
            Words::new(said.clone(), said.replacen("role", "Role", 1))
        }
        [(before, after)] if before.role == after.role => {
            let said = format!("type of {} → {}", after.name, after.column_type.word());
            Words::new(said.clone(), said.replacen("type", "Type", 1))
        }
        several => {
            let count = format::counted(several.len() as u64, "column", "columns");
            Words::new(
                format!("edit of {count} of {version}"),
                format!("{count} of {version} edited"),
            )
        }
    }
}
