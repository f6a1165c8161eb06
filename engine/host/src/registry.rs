//! Registration: a run's package becomes a model version after its ONNX was held against the trainer's own predictions.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalog::Objects;
use contract::{
    Answer, Cell, ColumnType, Fact, Frame, FrameColumn, Holdout, ModelName, ModelPackage,
    ModelVersion, ModelVersionRef, NoticeLevel, Predicted, Refusal, RunId, Signature, TaskId,
    TaskState, Values,
};
use infer::Predictor;

use crate::asker::Asker;
use crate::clock;
use crate::error::{HostError, failed, guarded, refuse};
use crate::room::{Input, Room};

/// What the registration thread sends back.
pub(crate) struct RegistrationEnded {
    task: TaskId,
    asker: Asker,
    run: RunId,
    name: ModelName,
    checked: Result<Checked, Refusal>,
}

struct Checked {
    signature: Signature,
    max_abs_diff: f64,
    rows: u64,
    file_bytes: BTreeMap<Arc<str>, u64>,
}

impl Room {
    pub(crate) fn register_run(&mut self, run: &RunId, name: ModelName, asker: &Asker) {
        let package = check_name(&name).and_then(|()| self.package_of(run));
        let (run, package) = match package {
            Ok(found) => found,
            Err(refusal) => return self.conclude(asker, Err(refusal)),
        };
        let (task, meter) = self.tasks.start(format!("Register {name}"), None, asker);
        meter.set("comparing the ONNX with the trainer", 0, None, "rows");
        let (objects, inbox, asker) = (self.objects.clone(), self.inbox.clone(), asker.clone());
        let spawned = std::thread::Builder::new().name("register".into()).spawn({
            let (task, asker, run, name) = (task.clone(), asker.clone(), run.clone(), name.clone());
            move || {
                let checked = guarded("the comparison", || check_package(&objects, &package));
                let ended = RegistrationEnded {
                    task,
                    asker,
                    run,
                    name,
                    checked,
                };
                let _closing = inbox.send(Input::RegistrationEnded(Box::new(ended)));
            }
        });
        if let Err(error) = spawned {
            let refusal = HostError::Threads(error).refusal();
            self.tasks.end(&task, failed(&refusal));
            self.conclude(&asker, Err(refusal));
        }
        self.dirty = true;
    }

    fn package_of(&self, run: &RunId) -> Result<(RunId, ModelPackage), Refusal> {
        let run = self.state.run(run)?;
        let package = run.package.clone().ok_or_else(|| {
            let error = format!(
                "run {} is {} and has no model yet",
                run.number,
                run.state.word()
            );
            Refusal::with_hint(
                error,
                "a run can be registered when it has finished or was stopped",
            )
        })?;
        Ok((run.id.clone(), package))
    }

    pub(crate) fn end_registration(&mut self, ended: RegistrationEnded) {
        let RegistrationEnded {
            task,
            asker,
            run,
            name,
            checked,
        } = ended;
        let answer =
            checked.and_then(|checked| self.add_model_version(&run, name, checked, &asker));
        let state = answer.as_ref().map_or_else(failed, |_| TaskState::Finished);
        self.tasks.end(&task, state);
        if let (false, Ok(version)) = (asker.is_waiting(), &answer) {
            let detail = format!(
                "its ONNX differs from the trainer by at most {:.1e}",
                version.onnx_max_abs_diff
            );
            self.tell(
                NoticeLevel::Done,
                &format!("Registered {}", version.id),
                Some(detail),
                None,
            );
        }
        self.conclude(&asker, answer.map(Answer::ModelVersion));
    }

    fn add_model_version(
        &mut self,
        run: &RunId,
        name: ModelName,
        checked: Checked,
        asker: &Asker,
    ) -> Result<Arc<ModelVersion>, Refusal> {
        let run = self.state.run(run)?;
        let version = self.state.model(&name).map_or(1, |model| {
            model
                .versions
                .last()
                .map_or(1, |newest| newest.id.version + 1)
        });
        let id = ModelVersionRef {
            model: name,
            version,
        };
        let version = ModelVersion {
            id: id.clone(),
            run: run.id.clone(),
            created: clock::now(),
            package: run.package.clone().unwrap_or_default(),
            file_bytes: checked.file_bytes,
            signature: Arc::new(checked.signature),
            metrics: finite(&run.metrics),
            onnx_max_abs_diff: checked.max_abs_diff,
            onnx_compared_rows: checked.rows,
        };
        self.commit(
            &asker.actor,
            vec![Fact::ModelRegistered {
                version: Box::new(version),
            }],
        )?;
        let selector = contract::ModelSelector {
            model: id.model,
            version: contract::VersionSelector::Number(id.version),
        };
        self.state.model_version(&selector).cloned()
    }

    pub(crate) fn set_alias(&mut self, version: ModelVersionRef, alias: Arc<str>, asker: &Asker) {
        let answer = check_alias(&alias).and_then(|()| {
            let selector = contract::ModelSelector {
                model: version.model.clone(),
                version: contract::VersionSelector::Number(version.version),
            };
            let found = self.state.model_version(&selector)?.clone();
            self.commit(&asker.actor, vec![Fact::AliasSet { version, alias }])?;
            Ok(Answer::ModelVersion(found))
        });
        self.conclude(asker, answer);
    }

    pub(crate) fn remove_alias(&mut self, name: ModelName, alias: Arc<str>, asker: &Asker) {
        let answer = self
            .state
            .model(&name)
            .map(|model| model.aliases.contains_key(&alias))
            .and_then(|exists| {
                if !exists {
                    return Err(Refusal::new(format!("{name} has no alias “{alias}”")));
                }
                self.commit(
                    &asker.actor,
                    vec![Fact::AliasRemoved { model: name, alias }],
                )?;
                Ok(Answer::Done)
            });
        self.conclude(asker, answer);
    }
}

/// What has no value is left out: a fact holds numbers only.
fn finite(metrics: &contract::Metrics) -> contract::Metrics {
    let finite = metrics.iter().filter(|(_, value)| value.is_finite());
    finite.map(|(key, value)| (key.clone(), *value)).collect()
}

/// A model's name stands in URLs and before `@`.
fn check_name(name: &ModelName) -> Result<(), Refusal> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let text = name.as_str();
    if text.is_empty() || text.len() > 64 || !text.chars().all(fits) || text.starts_with('.') {
        return Err(Refusal::with_hint(
            format!("“{text}” cannot be a model's name"),
            "use letters, digits, “-”, “_” and “.”, at most 64, for example wine-quality",
        ));
    }
    Ok(())
}

fn check_alias(alias: &str) -> Result<(), Refusal> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if alias.is_empty()
        || alias.len() > 32
        || !alias.chars().all(fits)
        || alias.trim_start_matches('v').parse::<u32>().is_ok()
    {
        return Err(Refusal::with_hint(
            format!("“{alias}” cannot be an alias"),
            "use letters, digits, “-” and “_”, and not just a number, for example champion",
        ));
    }
    Ok(())
}

/// Loads a model the way it will be served.
pub(crate) fn load(
    objects: &Objects,
    package: &ModelPackage,
) -> Result<(Predictor, Signature), Refusal> {
    let signature: Signature = read_json(objects, package, "signature.json")?;
    let onnx = read_file(objects, package, "model.onnx")?;
    let predictor =
        Predictor::load(&onnx, &signature).map_err(|error| refuse(&error, error.hint()))?;
    Ok((predictor, signature))
}

pub(crate) fn read_json<T: serde::de::DeserializeOwned>(
    objects: &Objects,
    package: &ModelPackage,
    name: &str,
) -> Result<T, Refusal> {
    let bytes = read_file(objects, package, name)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Refusal::new(format!(
            "{name} of the model package is unreadable: {error}"
        ))
    })
}

fn read_file(objects: &Objects, package: &ModelPackage, name: &str) -> Result<Vec<u8>, Refusal> {
    let digest = package
        .files
        .get(name)
        .ok_or_else(|| Refusal::new(format!("the model package has no {name}")))?;
    objects
        .read(digest)
        .map_err(|error| refuse(&error, error.hint()))
}

fn check_package(objects: &Objects, package: &ModelPackage) -> Result<Checked, Refusal> {
    let (predictor, signature) = load(objects, package)?;
    let holdout: Holdout = read_json(objects, package, "holdout.json")?;
    let frame = frame_of_cells(&signature, &holdout.columns)?;
    let predicted = predictor
        .predict(&frame)
        .map_err(|error| refuse(&error, error.hint()))?;
    let max_abs_diff = largest_difference(&predicted, &holdout)?;
    Ok(Checked {
        signature,
        max_abs_diff,
        rows: frame.rows as u64,
        file_bytes: file_bytes(objects, package)?,
    })
}

fn file_bytes(
    objects: &Objects,
    package: &ModelPackage,
) -> Result<BTreeMap<Arc<str>, u64>, Refusal> {
    let files = package.files.iter();
    files
        .map(|(name, digest)| Ok((name.clone(), objects.size(digest)?)))
        .collect::<Result<_, catalog::CatalogError>>()
        .map_err(|error| refuse(&error, error.hint()))
}

/// Columns of cells, in the order of the signature's inputs, as a frame.
pub(crate) fn frame_of_cells(
    signature: &Signature,
    columns: &[Vec<Cell>],
) -> Result<Frame, Refusal> {
    let rows = columns.first().map_or(0, Vec::len);
    if columns.len() != signature.inputs.len() || columns.iter().any(|column| column.len() != rows)
    {
        return Err(Refusal::new("the held-out rows do not fit the signature"));
    }
    let column = |(input, cells): (&contract::InputSpec, &Vec<Cell>)| {
        let values = if input.column_type == ColumnType::Text {
            Values::Text(cells.iter().map(text_of).collect())
        } else {
            Values::Number(cells.iter().map(number_of).collect())
        };
        FrameColumn {
            name: input.name.clone(),
            values,
        }
    };
    Ok(Frame {
        rows,
        columns: signature.inputs.iter().zip(columns).map(column).collect(),
    })
}

fn text_of(cell: &Cell) -> Option<Arc<str>> {
    match cell {
        Cell::Missing => None,
        Cell::Number(number) => Some(number.to_string().into()),
        Cell::Text(text) => Some(text.clone()),
    }
}

fn number_of(cell: &Cell) -> f64 {
    match cell {
        Cell::Missing => f64::NAN,
        Cell::Number(number) => *number,
        Cell::Text(text) => text.parse().unwrap_or(f64::NAN),
    }
}

fn largest_difference(predicted: &Predicted, holdout: &Holdout) -> Result<f64, Refusal> {
    let flat: Vec<f64> = match predicted {
        Predicted::Classes { probabilities, .. } => {
            probabilities.iter().map(|p| f64::from(*p)).collect()
        }
        Predicted::Values(values) => values.clone(),
    };
    let expected: Vec<f64> = holdout.predictions.iter().flatten().copied().collect();
    if flat.len() != expected.len() {
        return Err(Refusal::new(
            "the ONNX answers in another shape than the trainer",
        ));
    }
    let scale = if holdout.scale > 0.0 {
        holdout.scale
    } else {
        1.0
    };
    let difference = |(left, right): (&f64, &f64)| (left - right).abs() / scale;
    let largest = flat
        .iter()
        .zip(&expected)
        .map(difference)
        .fold(0.0, |largest: f64, next| {
            // NaN must not hide behind `max`.
            if next.is_nan() {
                f64::INFINITY
            } else {
                largest.max(next)
            }
        });
    if largest.is_finite() {
        Ok(largest)
    } else {
        Err(Refusal::new("the ONNX gives values that are not numbers"))
    }
}
