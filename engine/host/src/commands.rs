//! One way in: every command finds its duty here, and every query its answer.

use contract::{Answer, Command, Dataset, Fact, Query, Refusal};

use crate::asker::Asker;
use crate::error::refuse;
use crate::pages::RowsWanted;
use crate::room::Room;

impl Room {
    pub(crate) fn obey(&mut self, command: Command, asker: &Asker) {
        match command {
            Command::ImportFiles {
                paths,
                name,
                options,
                roles,
            } => self.import(&paths, name, (options, roles), asker),
            Command::EditColumns { version, columns } => self.edit_columns(version, columns, asker),
            Command::WatchFolder { path } => self.watch_folder(path, asker),
            Command::ForgetFolder { path } => self.forget_folder(path, asker),
            Command::ShowRows {
                version,
                first_row,
                count,
                columns,
            } => {
                let wanted = RowsWanted {
                    first_row,
                    count,
                    columns,
                };
                self.show_rows(version, wanted, asker);
            }
            Command::ShowRejects {
                version,
                first,
                count,
            } => self.show_rejects(version, (first, count), asker),
            Command::ExportRejects { version, path } => self.export_rejects(version, path, asker),
            Command::ShowPoints { version, query } => self.show_points(version, query, asker),
            Command::StartRun { recipe } => self.start_run(*recipe, asker),
            Command::PauseRun { run } => self.pause_run(&run, asker),
            Command::ResumeRun { run, device } => self.resume_run(&run, device, asker),
            Command::StopRun { run } => self.stop_run(&run, asker),
            Command::RegisterRun { run, name } => self.register_run(&run, name, asker),
            Command::SetAlias { version, alias } => self.set_alias(version, alias, asker),
            Command::RemoveAlias { model, alias } => self.remove_alias(model, alias, asker),
            Command::StartEndpoint { selector, port } => {
                self.start_endpoint(&selector, port, asker)
            }
            Command::StopEndpoint { model } => self.stop_endpoint(&model, asker),
            Command::TryPrediction { model, inputs } => self.try_prediction(&model, &inputs, asker),
            Command::MeasureDrift { model, window } => self.measure_drift(model, window, asker),
            Command::ShowLineage { of } => self.show_lineage(of, asker),
            Command::ShowFacts { first_seq, count } => self.show_facts(first_seq, count, asker),
            Command::VerifyJournal => self.verify_journal(asker),
            Command::WriteBackup { path } => self.write_backup(path, asker),
            Command::CancelTask { task } => self.cancel_task(&task, asker),
            Command::DismissNotice { notice } => {
                match asker.seat() {
                    Some(seat) => seat.dismiss(notice),
                    None => self.notices.retain(|shown| shown.id != notice),
                }
                self.dirty = true;
                asker.answer(Ok(Answer::Done));
            }
        }
    }

    fn cancel_task(&mut self, task: &contract::TaskId, asker: &Asker) {
        match self.tasks.cancel(task) {
            Some(Some(run)) => self.stop_run(&run, asker),
            Some(None) => asker.answer(Ok(Answer::Done)),
            None => self.conclude(asker, Err(Refusal::new("the task has ended already"))),
        }
        self.dirty = true;
    }

    fn watch_folder(&mut self, path: std::path::PathBuf, asker: &Asker) {
        let path = std::fs::canonicalize(&path).unwrap_or(path);
        let answer = if !path.is_dir() {
            Err(Refusal::with_hint(
                format!("{} is not a folder", path.display()),
                "choose a folder that exists",
            ))
        } else if self.state.watched_folders.contains(&path) {
            Ok(Answer::Done)
        } else {
            self.commit(
                &asker.actor,
                vec![Fact::FolderWatched { path: path.clone() }],
            )
            .map(|_| Answer::Done)
        };
        if answer.is_ok()
            && let Some(folders) = &mut self.folders
            && let Err(reason) = folders.add(&path)
        {
            self.tell_unwatched(&path, reason);
        }
        self.conclude(asker, answer);
    }

    fn forget_folder(&mut self, path: std::path::PathBuf, asker: &Asker) {
        let answer = if self.state.watched_folders.contains(&path) {
            self.commit(
                &asker.actor,
                vec![Fact::FolderForgotten { path: path.clone() }],
            )
            .map(|_| Answer::Done)
        } else {
            Err(Refusal::new(format!("{} is not watched", path.display())))
        };
        if answer.is_ok()
            && let Some(folders) = &mut self.folders
        {
            folders.remove(&path);
        }
        self.conclude(asker, answer);
    }

    pub(crate) fn answer_query(&mut self, query: Query, asker: &Asker) {
        match query {
            Query::Datasets => {
                let newest = |dataset: &std::sync::Arc<Dataset>| dataset.versions.last().cloned();
                asker.answer(Ok(Answer::DataVersions(
                    self.state.datasets.iter().filter_map(newest).collect(),
                )));
            }
            Query::DataVersion { dataset, version } => {
                let found = self.state.data_version(&dataset, version).cloned();
                asker.answer(found.map(|version| Answer::DataVersions(vec![version])));
            }
            Query::Rejects {
                version,
                first,
                count,
            } => self.answer_rejects(&version, (first, count), asker),
            Query::Runs => asker.answer(Ok(Answer::Runs(self.state.runs.clone()))),
            Query::Run { run } => asker.answer(
                self.state
                    .run(&run)
                    .cloned()
                    .map(|run| Answer::Runs(vec![run])),
            ),
            Query::Metrics { run, key } => self.answer_metrics(&run, key, asker),
            Query::Models => asker.answer(Ok(Answer::Models(self.state.models.clone()))),
            Query::ModelVersion { selector } => {
                asker.answer(
                    self.state
                        .model_version(&selector)
                        .cloned()
                        .map(Answer::ModelVersion),
                );
            }
            Query::Lineage { of } => self.show_lineage(of, asker),
            Query::ObjectPath { digest } => {
                let path = self
                    .objects
                    .path(&digest)
                    .map_err(|error| refuse(&error, error.hint()));
                asker.answer(path.map(Answer::Path));
            }
            Query::Server => asker.answer(Ok(Answer::Server(self.serving.address()))),
        }
    }
}
