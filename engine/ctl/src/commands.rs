//! Each action as commands and queries to whoever holds the project, and the shape of its JSON.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::{
    Answer, Ask, ColumnRole, Command, DataVersion, DatasetName, LineageGraph, ModelName,
    ModelSelector, ModelVersionRef, Query, ReaderOptions, Refusal, RunId,
};
use host::{Connection, HostError};
use serde_json::json;

use crate::arguments::{
    Action, Arguments, AuditAction, DataAction, GraphFormat, ModelsAction, RunsAction,
};
use crate::{bench, doctor, output, serving, show, training};

pub(crate) fn run(arguments: &Arguments) -> Result<(), Refusal> {
    let json = arguments.json;
    match &arguments.action {
        Action::New { dir } => new(dir, json),
        Action::Doctor => doctor::doctor(json),
        Action::Bench { parts, megabytes } => bench::bench(parts, *megabytes, json),
        Action::Repair => repair(&project(arguments)?, json),
        Action::Serve { models, port } => serving::serve(&project(arguments)?, models, *port),
        action => {
            let desk = Desk {
                connection: connect(arguments)?,
                json,
            };
            let result = desk.act(action);
            desk.connection.close();
            result
        }
    }
}

fn new(dir: &Path, json: bool) -> Result<(), Refusal> {
    host::create_project(dir).map_err(|error| error.refusal())?;
    let path = std::fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    if json {
        output::json(&json!({ "project": path }));
    } else {
        output::line(&format!("Made {}", path.display()));
    }
    Ok(())
}

fn repair(path: &Path, json: bool) -> Result<(), Refusal> {
    let repaired = host::repair(path).map_err(|error| error.refusal())?;
    let host::Repaired {
        facts,
        predictions,
        points,
        notes,
    } = &repaired;
    if json {
        output::json(&json!({
            "facts": facts, "predictions": predictions, "points": points, "notes": notes,
        }));
        return Ok(());
    }
    output::line(&format!("The catalog was rebuilt from {facts} facts"));
    output::line(&format!(
        "{predictions} logged predictions and {points} metric points were kept"
    ));
    notes.iter().for_each(|note| output::line(note));
    Ok(())
}

fn project(arguments: &Arguments) -> Result<PathBuf, Refusal> {
    arguments.project.clone().ok_or_else(|| {
        Refusal::with_hint(
            "no project was named",
            "use -p DIR, or set MILLRACE_PROJECT",
        )
    })
}

/// Over in a moment, so that nobody else need be answered meanwhile.
fn is_errand(action: &Action) -> bool {
    match action {
        Action::Data(action) => !matches!(action, DataAction::Add { .. }),
        Action::Runs(action) => !matches!(action, RunsAction::Resume { .. }),
        Action::Models(action) => !matches!(action, ModelsAction::Register { .. }),
        Action::Lineage { .. } | Action::Drift { .. } => true,
        _ => false,
    }
}

/// What a window calls the `millctl` that holds its project.
fn program(action: &Action) -> &'static str {
    match action {
        Action::Data(_) => "millctl data",
        Action::Train(_) => "millctl train",
        Action::Runs(_) => "millctl runs",
        Action::Models(_) => "millctl models",
        Action::Serve { .. } => serving::PROGRAM,
        Action::Audit(_) => "millctl audit",
        Action::Backup { .. } => "millctl backup",
        _ => "millctl",
    }
}

fn connect(arguments: &Arguments) -> Result<Connection, Refusal> {
    let path = project(arguments)?;
    let connection = if is_errand(&arguments.action) {
        Connection::for_errand(&path)
    } else {
        Connection::for_work(&path, program(&arguments.action))
    };
    connection.map_err(|error: HostError| error.refusal())
}

/// The project, and how to print.
pub(crate) struct Desk {
    pub connection: Connection,
    pub json: bool,
}

impl Desk {
    fn act(&self, action: &Action) -> Result<(), Refusal> {
        match action {
            Action::Data(action) => self.data(action),
            Action::Train(arguments) => training::train(self, arguments),
            Action::Runs(action) => self.runs(action),
            Action::Models(action) => self.models(action),
            Action::Drift { model, window } => self.drift(model, *window),
            Action::Lineage { id, format } => self.lineage(id, *format),
            Action::Audit(AuditAction::Verify) => self.verify(),
            Action::Backup { file } => self.backup(file),
            // Answered before a project is needed.
            Action::New { .. }
            | Action::Doctor
            | Action::Bench { .. }
            | Action::Repair
            | Action::Serve { .. } => Ok(()),
        }
    }

    pub(crate) fn command(&self, command: Command) -> Result<Answer, Refusal> {
        self.connection
            .ask(Ask::Command(command), &mut output::progress)
    }

    pub(crate) fn query(&self, query: Query) -> Result<Answer, Refusal> {
        self.connection
            .ask(Ask::Query(query), &mut output::progress)
    }

    pub(crate) fn data_version(&self, text: &str) -> Result<Arc<DataVersion>, Refusal> {
        let (name, version) = match text.rsplit_once('@') {
            None => (text, None),
            Some((name, number)) => {
                let number = number.trim_start_matches('v').parse().map_err(|_| {
                    Refusal::with_hint(
                        format!("“{number}” is not a version"),
                        "write NAME or NAME@2",
                    )
                })?;
                (name, Some(number))
            }
        };
        match self.query(Query::DataVersion {
            dataset: DatasetName::new(name),
            version,
        })? {
            Answer::DataVersions(versions) => versions
                .into_iter()
                .next()
                .ok_or_else(|| Refusal::new(format!("there is no dataset “{name}”"))),
            _ => Err(unexpected()),
        }
    }

    fn runs(&self, action: &RunsAction) -> Result<(), Refusal> {
        let run = |text: &String| RunId::new(text.as_str());
        match action {
            RunsAction::List => match self.query(Query::Runs)? {
                Answer::Runs(runs) => show::runs(&runs, self.json),
                _ => return Err(unexpected()),
            },
            RunsAction::Show { run: text } => match self.query(Query::Run { run: run(text) })? {
                Answer::Runs(runs) => runs.iter().for_each(|run| show::run(run, self.json)),
                _ => return Err(unexpected()),
            },
            RunsAction::Metrics { run: text, key } => {
                match self.query(Query::Metrics {
                    run: run(text),
                    key: key.as_deref().map(Into::into),
                })? {
                    Answer::Metrics(points) => show::points(&points, self.json),
                    _ => return Err(unexpected()),
                }
            }
            RunsAction::Resume { run: text, device } => match self.command(Command::ResumeRun {
                run: run(text),
                device: device.map(Into::into),
            })? {
                Answer::Runs(runs) => runs.iter().for_each(|run| show::trained(run, self.json)),
                _ => match self.query(Query::Run { run: run(text) })? {
                    Answer::Runs(runs) => runs.iter().for_each(|run| show::trained(run, self.json)),
                    _ => return Err(unexpected()),
                },
            },
        }
        Ok(())
    }

    fn models(&self, action: &ModelsAction) -> Result<(), Refusal> {
        match action {
            ModelsAction::Register { run, name } => {
                let command = Command::RegisterRun {
                    run: RunId::new(run.as_str()),
                    name: ModelName::new(name.as_str()),
                };
                match self.command(command)? {
                    Answer::ModelVersion(version) => show::registered(&version, self.json),
                    _ => return Err(unexpected()),
                }
            }
            ModelsAction::List => match self.query(Query::Models)? {
                Answer::Models(models) => show::models(&models, self.json),
                _ => return Err(unexpected()),
            },
            ModelsAction::Show { model } => {
                let version = self.model_version(model)?;
                show::model_version(&version, self.json);
            }
            ModelsAction::Alias {
                model,
                alias,
                version,
            } => {
                let version = ModelVersionRef {
                    model: ModelName::new(model.as_str()),
                    version: *version,
                };
                self.command(Command::SetAlias {
                    version: version.clone(),
                    alias: alias.as_str().into(),
                })?;
                if self.json {
                    output::json(
                        &json!({ "model": version.model, "alias": alias, "version": version.version }),
                    );
                } else {
                    output::line(&format!(
                        "{}@{alias} is now version {}",
                        version.model, version.version
                    ));
                }
            }
            ModelsAction::Export { model, dir } => self.export(model, dir)?,
        }
        Ok(())
    }

    fn model_version(&self, text: &str) -> Result<Arc<contract::ModelVersion>, Refusal> {
        match self.query(Query::ModelVersion {
            selector: selector(text)?,
        })? {
            Answer::ModelVersion(version) => Ok(version),
            _ => Err(unexpected()),
        }
    }

    fn export(&self, model: &str, dir: &Path) -> Result<(), Refusal> {
        let version = self.model_version(model)?;
        let failed = |error: std::io::Error| {
            Refusal::new(format!("{} cannot be written: {error}", dir.display()))
        };
        std::fs::create_dir_all(dir).map_err(failed)?;
        let mut files = Vec::new();
        for (name, digest) in &version.package.files {
            let Answer::Path(object) = self.query(Query::ObjectPath {
                digest: digest.clone(),
            })?
            else {
                return Err(unexpected());
            };
            let to = dir.join(&**name);
            std::fs::copy(&object, &to).map_err(failed)?;
            files.push(to);
        }
        if self.json {
            output::json(
                &json!({ "model": version.id.model, "version": version.id.version, "files": files }),
            );
        } else {
            output::line(&format!(
                "Wrote the {} files of {} to {}",
                files.len(),
                version.id,
                dir.display()
            ));
        }
        Ok(())
    }

    fn drift(&self, model: &str, window: u64) -> Result<(), Refusal> {
        match self.command(Command::MeasureDrift {
            model: ModelName::new(model),
            window,
        })? {
            Answer::Drift(report) => show::drift(&report, self.json),
            _ => return Err(unexpected()),
        }
        Ok(())
    }

    fn lineage(&self, id: &str, format: GraphFormat) -> Result<(), Refusal> {
        let Answer::Lineage(graph) = self.query(Query::Lineage { of: id.into() })? else {
            return Err(unexpected());
        };
        match format {
            GraphFormat::Json => {
                output::json(&json!({ "of": graph.of, "nodes": graph.nodes, "edges": graph.edges }))
            }
            GraphFormat::Dot => output::line(&dot(&graph)),
        }
        Ok(())
    }

    fn verify(&self) -> Result<(), Refusal> {
        let Answer::Verified { facts, objects } = self.command(Command::VerifyJournal)? else {
            return Err(unexpected());
        };
        if self.json {
            output::json(&json!({ "facts": facts, "objects": objects, "intact": true }));
        } else {
            output::line(&format!(
                "{facts} facts and {objects} objects are as they were written"
            ));
        }
        Ok(())
    }

    fn backup(&self, file: &Path) -> Result<(), Refusal> {
        let Answer::Path(path) = self.command(Command::WriteBackup {
            path: absolute(file)?,
        })?
        else {
            return Err(unexpected());
        };
        if self.json {
            output::json(&json!({ "file": path }));
        } else {
            output::line(&format!("Wrote {}", path.display()));
        }
        Ok(())
    }
}

pub(crate) fn selector(text: &str) -> Result<ModelSelector, Refusal> {
    ModelSelector::parse(text).ok_or_else(|| {
        Refusal::with_hint(
            format!("“{text}” names no model"),
            "write NAME, NAME@2 or NAME@champion",
        )
    })
}

pub(crate) fn unexpected() -> Refusal {
    Refusal::with_hint(
        "the other Millrace answered something else",
        "use the millctl of the same version as the window",
    )
}

/// Another process may hold the project and has another working directory.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, Refusal> {
    std::path::absolute(path).map_err(|error| Refusal::new(format!("{}: {error}", path.display())))
}

pub(crate) fn role(text: &str) -> Result<(Arc<str>, ColumnRole), Refusal> {
    let parsed = text
        .rsplit_once('=')
        .and_then(|(column, word)| Some((column.into(), ColumnRole::from_word(word)?)));
    parsed.ok_or_else(|| {
        Refusal::with_hint(
            format!("“{text}” is no role"),
            "write COLUMN=target, feature, id, time or ignore",
        )
    })
}

pub(crate) fn reader_options(action: &DataAction) -> Result<ReaderOptions, Refusal> {
    let DataAction::Add {
        delimiter,
        encoding,
        decimal,
        date_order,
        header,
        sheet,
        ..
    } = action
    else {
        return Ok(ReaderOptions::default());
    };
    let delimiter = match delimiter.as_deref() {
        None => None,
        Some("tab" | "\\t") => Some('\t'),
        Some(text) if text.chars().count() == 1 => text.chars().next(),
        Some(text) => {
            return Err(Refusal::with_hint(
                format!("“{text}” is no delimiter"),
                "give one character, or tab",
            ));
        }
    };
    Ok(ReaderOptions {
        delimiter,
        encoding: encoding.clone(),
        decimal_separator: *decimal,
        date_order: date_order.map(Into::into),
        has_header: *header,
        sheet: sheet.clone(),
        ..ReaderOptions::default()
    })
}

/// Graphviz, left to right.
fn dot(graph: &LineageGraph) -> String {
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut text =
        String::from("digraph lineage {\n  rankdir=LR;\n  node [shape=box, fontname=\"Inter\"];\n");
    for node in &graph.nodes {
        text.push_str(&format!(
            "  {} [label={}];\n",
            quote(&node.id),
            quote(&node.label)
        ));
    }
    for (from, to) in &graph.edges {
        text.push_str(&format!("  {} -> {};\n", quote(from), quote(to)));
    }
    text.push('}');
    text
}
