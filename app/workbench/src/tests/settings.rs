//! Settings, recent projects, notices and notifications.

use std::path::Path;

use contract::{NoticeLevel, TaskState};
use look::Tone;
use panels::{Place, Selection, states};

use crate::action::{Action, Wish};
use crate::closing::at_work;
use crate::notify::{Ended, Watcher};
use crate::recent::Recent;
use crate::settings::{Settings, ThemeChoice};
use crate::toasts::{Key, Toasts};

#[test]
fn notifications_are_off_until_asked_for() {
    let settings = Settings::built_in();
    assert!(!settings.notifications);
    assert_eq!(settings.theme, ThemeChoice::System);
}

#[test]
fn a_person_changes_a_line_and_keeps_the_others() {
    let settings = Settings::read("theme = \"light\"\ntext_scale = 9.0\n").expect("settings");
    assert_eq!(settings.theme, ThemeChoice::Light);
    assert_eq!(settings.text_scale, 2.0);
    assert_eq!(Settings::read(&settings.written()), Ok(settings));
    assert!(Settings::read("theme = \"purple\"").is_err());
    assert!(Settings::read("colour = 1").is_err());
}

#[test]
fn text_grows_and_shrinks_by_steps() {
    let mut settings = Settings::built_in();
    for _ in 0..3 {
        settings.larger_text();
    }
    assert_eq!(settings.text_scale, 1.3);
    for _ in 0..3 {
        settings.smaller_text();
    }
    assert_eq!(settings.text_scale, 1.0);
    for _ in 0..30 {
        settings.smaller_text();
    }
    assert_eq!(settings.text_scale, 0.75);
}

#[test]
fn recent_projects_are_newest_first_and_few() {
    let mut recent = Recent::default();
    for number in 0..15 {
        recent.opened(Path::new(&format!("/p/{number}.millrace")), "p", number);
    }
    recent.opened(Path::new("/p/7.millrace"), "seven", 99);
    assert_eq!(recent.projects.len(), 10);
    assert_eq!(recent.projects[0].name, "seven");
    let sevens = recent
        .projects
        .iter()
        .filter(|project| project.path.ends_with("7.millrace"));
    assert_eq!(sevens.count(), 1);
    assert_eq!(Recent::read(Some(&recent.written())), recent);
    recent.forget(Path::new("/p/7.millrace"));
    assert_eq!(recent.projects.len(), 9);
    assert_eq!(Recent::read(Some("not toml [")), Recent::default());
}

#[test]
fn notices_are_shown_once_and_the_newest_first() {
    let snapshot = states::Sample::new()
        .notice(states::notice(1, NoticeLevel::Done))
        .notice(states::notice(2, NoticeLevel::Error))
        .done();
    let mut toasts = Toasts::default();
    toasts.push(Tone::Done, "Copied", None, None);
    let keys = |toasts: &Toasts| -> Vec<Key> {
        let shown = toasts.current(&snapshot);
        shown.iter().map(|toast| toast.key).collect()
    };
    assert_eq!(keys(&toasts), [Key::Own(1), Key::Notice(2), Key::Notice(1)]);
    toasts.dismiss_all(&snapshot);
    assert!(keys(&toasts).is_empty());
}

#[test]
fn a_task_that_ends_is_told_once() {
    let mut running = states::task(0);
    running.state = TaskState::Running;
    let mut failed = running.clone();
    failed.state = TaskState::Failed("the disk is full".to_owned());
    let with = |task| states::Sample::new().task(task).done();
    let mut watcher = Watcher::default();
    assert!(watcher.ended(&with(running.clone())).is_empty());
    let said = watcher.ended(&with(failed.clone()));
    let expected = Ended {
        sentence: format!("{} failed: the disk is full", running.title),
        leads_to: Wish::Do(Action::Go(Place::Tasks)),
    };
    assert_eq!(said, [expected]);
    assert!(watcher.ended(&with(failed)).is_empty());
}

#[test]
fn closing_says_what_is_at_work() {
    assert_eq!(at_work(&states::empty()), None);
    let mut task = states::task(0);
    task.state = TaskState::Running;
    task.title = "Train wine@1".to_owned();
    let snapshot = states::Sample::new().task(task).done();
    assert_eq!(
        at_work(&snapshot),
        Some("“Train wine@1” is running".to_owned())
    );
}

#[test]
fn what_a_run_ended_as_leads_to_the_run() {
    let version = states::wine();
    let run = states::run(3, &version, contract::RunState::Finished);
    let id = run.id.clone();
    let with = |state: TaskState| {
        let mut task = states::task(1);
        (task.run, task.state) = (Some(id.clone()), state);
        let sample = states::Sample::new().dataset(vec![version.clone()]);
        sample.run(run.clone()).task(task).done()
    };
    let mut watcher = Watcher::default();
    assert!(watcher.ended(&with(TaskState::Running)).is_empty());
    let finished = with(TaskState::Finished);
    let leads_to: Vec<Wish> = watcher
        .ended(&finished)
        .into_iter()
        .map(|ended| ended.leads_to)
        .collect();
    assert_eq!(
        leads_to,
        [Wish::Show(Selection::Run(id.clone()), Place::Experiments)]
    );
}
