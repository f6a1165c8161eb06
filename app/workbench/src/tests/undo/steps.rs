//! The steps themselves: what is remembered, what leads back, what no longer does.

use std::sync::Arc;

use contract::{
    ColumnRole, ColumnType, Command, ModelName, ModelSelector, ModelVersionRef, NoticeLevel,
    ServerAddress, Snapshot, Timestamp, VersionSelector,
};
use expect_test::{Expect, expect};
use panels::states;

use super::{edit_model, obeyed, project};
use crate::undo::{Begun, History, MOST_STEPS, Now, Settled, Way};

/// A history over an engine that obeys at once, and what was said, line by line.
struct Bench {
    history: History,
    snapshot: Snapshot,
    said: String,
    now: Timestamp,
    /// What was handed down last.
    asked: Option<Command>,
}

impl Bench {
    fn new() -> Self {
        Self {
            history: History::default(),
            snapshot: project(),
            said: String::new(),
            now: states::NOW,
            asked: None,
        }
    }

    fn ask(&mut self, command: &Command) {
        self.history.remember(command, &self.snapshot, self.now);
        self.asked = Some(command.clone());
    }

    fn begin(&mut self, way: Way) -> Begun {
        let now = Now {
            snapshot: &self.snapshot,
            layout: "",
            at: self.now,
        };
        let begun = self.history.begin(way, None, now);
        if let Begun::Ask { command, .. } = &begun {
            self.asked = Some(command.clone());
        }
        begun
    }

    fn publish(&mut self, snapshot: Snapshot) {
        self.snapshot = snapshot;
        for settled in self.history.settle(&self.snapshot, self.now) {
            let line = match settled {
                Settled::Done { said, .. } => said,
                Settled::Went {
                    way, title, said, ..
                } => format!("{}: {title} ({})", way.verb(), said.unwrap_or_default()),
                Settled::AskAgain { command } => {
                    let line = format!("again: {}", written(&command));
                    self.asked = Some(command);
                    line
                }
            };
            self.said.push_str(&line);
            self.said.push('\n');
        }
    }

    fn does(&mut self, command: Command) -> &mut Self {
        self.ask(&command);
        let after = obeyed(&self.snapshot, &command);
        self.publish(after);
        self
    }

    fn goes(&mut self, way: Way) -> &mut Self {
        match self.begin(way) {
            Begun::Ask { command, .. } => {
                self.said.push_str(&format!("  {}\n", written(&command)));
                let after = obeyed(&self.snapshot, &command);
                self.publish(after);
            }
            other => self.said.push_str(&format!("{other:?}\n")),
        }
        self
    }

    /// The engine refuses what it was asked last.
    fn fails(&mut self, id: u64) {
        self.errs(id, self.asked.clone());
    }

    /// An error is told: the refusal of this command, or of nothing that was asked.
    fn errs(&mut self, id: u64, refused: Option<Command>) {
        let mut notice = states::notice(id, NoticeLevel::Error);
        notice.refused = refused.map(Arc::new);
        let mut after = self.snapshot.clone();
        after.notices.push(Arc::new(notice));
        self.publish(after);
    }

    fn check(&self, expected: Expect) {
        expected.assert_eq(&self.said);
    }
}

fn written(command: &Command) -> String {
    match command {
        Command::EditColumns { version, columns } => {
            let changed = columns
                .iter()
                .map(|column| column.role.word())
                .collect::<Vec<_>>();
            format!("columns of {version}: {}", changed.join(" "))
        }
        other => serde_json::to_string(other).expect("plain"),
    }
}

fn alias(version: u32) -> Command {
    Command::SetAlias {
        version: ModelVersionRef {
            model: ModelName::new("wine"),
            version,
        },
        alias: "champion".into(),
    }
}

fn serve(version: VersionSelector) -> Command {
    Command::StartEndpoint {
        selector: ModelSelector {
            model: ModelName::new("wine"),
            version,
        },
        port: 0,
    }
}

fn stop() -> Command {
    Command::StopEndpoint {
        model: ModelName::new("wine"),
    }
}

#[test]
fn an_alias_goes_back_to_where_it_pointed_and_away_where_there_was_none() {
    let mut bench = Bench::new();
    bench.does(alias(2)).does(alias(3));
    bench.goes(Way::Undo).goes(Way::Undo).goes(Way::Undo);
    bench.goes(Way::Redo).goes(Way::Redo);
    bench.does(Command::RemoveAlias {
        model: ModelName::new("wine"),
        alias: "champion".into(),
    });
    bench.goes(Way::Undo);
    bench.check(expect![[r#"
        Alias champion → wine@2
        Alias champion → wine@3
          {"type":"set_alias","version":{"model":"wine","version":2},"alias":"champion"}
        Undo: alias champion → wine@3 (“champion” points at wine@2)
          {"type":"remove_alias","model":"wine","alias":"champion"}
        Undo: alias champion → wine@2 (wine has no alias “champion”)
        Nothing
          {"type":"set_alias","version":{"model":"wine","version":2},"alias":"champion"}
        Redo: alias champion → wine@2 (“champion” points at wine@2)
          {"type":"set_alias","version":{"model":"wine","version":3},"alias":"champion"}
        Redo: alias champion → wine@3 (“champion” points at wine@3)
        Alias champion taken away from wine@3
          {"type":"set_alias","version":{"model":"wine","version":3},"alias":"champion"}
        Undo: taking champion away from wine@3 (“champion” points at wine@3)
    "#]]);
}

#[test]
fn a_deployment_goes_back_to_the_version_before_and_a_stop_to_the_same_port() {
    let mut bench = Bench::new();
    bench
        .does(serve(VersionSelector::Number(1)))
        .does(serve(VersionSelector::ChampionOrNewest));
    bench.goes(Way::Undo);
    bench.snapshot.server = Some(ServerAddress {
        url: "http://127.0.0.1:41234".to_owned(),
        key: "a key".to_owned(),
    });
    bench.does(stop());
    bench.snapshot.server = None;
    bench.goes(Way::Undo);
    bench.check(expect![[r#"
        wine@1 is served
        wine@3 is served in place of wine@1
          {"type":"start_endpoint","selector":{"model":"wine","version":{"number":1}},"port":0}
        Undo: serving wine@3 in place of wine@1 (wine@1 is served)
        Endpoint wine stopped
          {"type":"start_endpoint","selector":{"model":"wine","version":{"number":1}},"port":41234}
        Undo: stopping endpoint wine (wine@1 is served)
    "#]]);
}

#[test]
fn types_roles_and_folders_go_back() {
    let mut bench = Bench::new();
    let version = bench.snapshot.datasets[0].versions[0].clone();
    let mut columns = version.columns.clone();
    columns[0].role = ColumnRole::Ignore;
    let edit = |columns: &Vec<contract::ColumnSpec>| Command::EditColumns {
        version: version.id.clone(),
        columns: columns.clone(),
    };
    bench.does(edit(&columns));
    columns[1].column_type = ColumnType::Text;
    bench.does(edit(&columns));
    columns[2].role = ColumnRole::Id;
    columns[3].role = ColumnRole::Id;
    bench.does(edit(&columns));
    for _ in 0..3 {
        bench.goes(Way::Undo);
    }
    assert_eq!(
        bench.snapshot.datasets[0].versions[0].columns,
        version.columns
    );
    bench.said = bench
        .said
        .lines()
        .filter(|line| !line.starts_with("  "))
        .map(|line| format!("{line}\n"))
        .collect();
    bench.does(Command::ForgetFolder {
        path: "/data/inbox".into(),
    });
    bench.goes(Way::Undo);
    bench.check(expect![[r#"
        Role of alcohol → ignore
        Type of malic_acid → text
        2 columns of wine@1 edited
        Undo: edit of 2 columns of wine@1 ()
        Undo: type of malic_acid → text ()
        Undo: role of alcohol → ignore ()
        Folder “inbox” is no longer watched
          {"type":"watch_folder","path":"/data/inbox"}
        Undo: forgetting “inbox” (/data/inbox is watched)
    "#]]);
}

#[test]
fn what_somebody_else_changed_meanwhile_is_left_alone() {
    let mut bench = Bench::new();
    bench.does(alias(2)).does(serve(VersionSelector::Number(2)));
    edit_model(&mut bench.snapshot, |model| {
        model.aliases.insert("champion".into(), 1);
    });
    bench.snapshot.endpoints.clear();
    bench.goes(Way::Undo).goes(Way::Undo).goes(Way::Undo);
    bench.check(expect![[r#"
        Alias champion → wine@2
        wine@2 is served
        Stale { title: "serving wine@2", why: "wine is not served by now" }
        Stale { title: "alias champion → wine@2", why: "“champion” points at wine@1 by now" }
        Nothing
    "#]]);
}

#[test]
fn what_changes_nothing_or_cannot_be_undone_is_no_step() {
    let mut bench = Bench::new();
    bench.does(alias(2)).does(alias(2));
    for command in [
        Command::VerifyJournal,
        Command::StopRun {
            run: bench.snapshot.runs[0].id.clone(),
        },
        serve(VersionSelector::Number(9)),
    ] {
        bench.ask(&command);
    }
    assert_eq!(
        bench.history.title(Way::Undo),
        Some("alias champion → wine@2")
    );
    bench.goes(Way::Undo).goes(Way::Undo);
    assert!(bench.said.ends_with("Nothing\n"), "{}", bench.said);
}

#[test]
fn a_new_step_forgets_what_was_undone() {
    let mut bench = Bench::new();
    bench.does(alias(1)).goes(Way::Undo);
    assert_eq!(
        bench.history.title(Way::Redo),
        Some("alias champion → wine@1")
    );
    bench.does(alias(3));
    assert_eq!(bench.history.title(Way::Redo), None);
}

#[test]
fn two_that_overtake_each_other_are_still_two() {
    let mut bench = Bench::new();
    bench.ask(&alias(2));
    bench.ask(&alias(3));
    assert!(matches!(bench.begin(Way::Undo), Begun::Waits { .. }));
    // The engine did both before it published.
    let after = obeyed(&bench.snapshot, &alias(3));
    bench.publish(after);
    bench.goes(Way::Undo).goes(Way::Undo);
    bench.check(expect![[r#"
        Alias champion → wine@2
        Alias champion → wine@3
          {"type":"set_alias","version":{"model":"wine","version":2},"alias":"champion"}
        Undo: alias champion → wine@3 (“champion” points at wine@2)
          {"type":"remove_alias","model":"wine","alias":"champion"}
        Undo: alias champion → wine@2 (wine has no alias “champion”)
    "#]]);
}

#[test]
fn what_was_refused_is_not_remembered_and_an_undo_that_was_refused_stays() {
    let mut bench = Bench::new();
    // An error of something else that nobody has dismissed.
    bench.errs(900, None);
    bench.ask(&alias(2));
    bench.fails(901);
    assert_eq!(bench.history.title(Way::Undo), None);
    bench.does(alias(2));
    let begun = bench.begin(Way::Undo);
    assert!(matches!(begun, Begun::Ask { .. }));
    assert_eq!(bench.history.title(Way::Undo), None, "under way");
    bench.fails(902);
    assert_eq!(
        bench.history.title(Way::Undo),
        Some("alias champion → wine@2")
    );
    // Nothing was ever heard of it.
    bench.ask(&alias(3));
    bench.now.unix_millis += 16_000;
    bench.publish(bench.snapshot.clone());
    assert_eq!(
        bench.history.title(Way::Undo),
        Some("alias champion → wine@2")
    );
    bench.goes(Way::Undo);
    assert!(
        bench.said.ends_with("no alias “champion”)\n"),
        "{}",
        bench.said
    );
}

#[test]
fn an_error_of_something_else_is_no_refusal_of_what_is_under_way() {
    let mut bench = Bench::new();
    bench.ask(&alias(2));
    // An import that failed, and another command that was refused, while the alias is on its way.
    bench.errs(901, None);
    bench.errs(902, Some(Command::VerifyJournal));
    let after = obeyed(&bench.snapshot, &alias(2));
    bench.publish(after);
    assert!(matches!(bench.begin(Way::Undo), Begun::Ask { .. }));
    bench.errs(903, None);
    // The same command of the time before says nothing of this one.
    bench.errs(904, Some(alias(2)));
    assert_eq!(bench.history.title(Way::Undo), None, "still under way");
    bench.fails(905);
    assert_eq!(
        bench.history.title(Way::Undo),
        Some("alias champion → wine@2")
    );
    bench.check(expect![[r#"
        Alias champion → wine@2
    "#]]);
}

#[test]
fn a_port_that_was_taken_meanwhile_is_replaced_by_another() {
    let mut bench = Bench::new();
    bench.does(serve(VersionSelector::Number(2)));
    bench.snapshot.server = Some(ServerAddress {
        url: "http://127.0.0.1:41234".to_owned(),
        key: "a key".to_owned(),
    });
    bench.does(stop());
    bench.snapshot.server = None;
    let begun = bench.begin(Way::Undo);
    let Begun::Ask { command, .. } = begun else {
        panic!("{begun:?}");
    };
    assert!(written(&command).contains("41234"));
    bench.said.clear();
    bench.fails(901);
    let after = obeyed(&bench.snapshot, &serve(VersionSelector::Number(2)));
    bench.publish(after);
    bench.check(expect![[r#"
        again: {"type":"start_endpoint","selector":{"model":"wine","version":{"number":2}},"port":0}
        Undo: stopping endpoint wine (wine@2 is served)
    "#]]);
}

#[test]
fn only_the_newest_step_of_a_thing_is_offered() {
    let mut bench = Bench::new();
    bench.does(alias(2)).does(serve(VersionSelector::Number(2)));
    let holds = |bench: &Bench, way| [1, 2, 3].map(|step| bench.history.holds(way, step));
    assert_eq!(holds(&bench, Way::Undo), [true, true, false]);
    bench.does(alias(3));
    assert_eq!(holds(&bench, Way::Undo), [false, true, true]);
    bench.goes(Way::Undo);
    assert_eq!(holds(&bench, Way::Undo), [true, true, false]);
    assert_eq!(holds(&bench, Way::Redo), [false, false, true]);
}

#[test]
fn steps_are_bounded() {
    let mut bench = Bench::new();
    for step in 0..MOST_STEPS as u32 + 20 {
        bench.does(alias(1 + step % 2));
    }
    let mut undone = 0;
    while bench.history.title(Way::Undo).is_some() {
        bench.goes(Way::Undo);
        undone += 1;
    }
    assert_eq!(undone, MOST_STEPS);
}

#[test]
fn only_a_served_endpoint_has_a_notice_of_its_own() {
    let told = |command: Command, title: &str| {
        let mut bench = Bench::new();
        bench.ask(&command);
        let mut after = obeyed(&bench.snapshot, &command);
        for (id, title) in [(901, title), (902, "Imported wine.csv as wine@2")] {
            let mut notice = states::notice(id, NoticeLevel::Done);
            notice.title = title.to_owned();
            after.notices.push(Arc::new(notice));
        }
        let settled = bench.history.settle(&after, bench.now);
        let [Settled::Done { notice, .. }] = settled.as_slice() else {
            panic!("not done: {settled:?}");
        };
        *notice
    };
    let served = || serve(VersionSelector::Number(1));
    assert_eq!(told(served(), "wine is served"), Some(901));
    assert_eq!(told(served(), "iris is served"), None);
    assert_eq!(told(alias(2), "wine is served"), None);
}
