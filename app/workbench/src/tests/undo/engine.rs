//! Undo over the real engine: an alias and an endpoint come back, and the journal has every step.

use contract::{
    Command, DeviceChoice, Fact, ModelName, ModelVersionRef, Recipe, RunState, Snapshot,
};
use egui::{Key, Modifiers};
use panels::Selection;

use crate::action::Action;
use crate::tests::TestWindow;
use crate::tests::road::until;

/// The sample project with a run registered twice.
fn with_two_versions() -> TestWindow {
    let mut window = TestWindow::new();
    window.harness.run();
    act(&mut window, Action::SampleProject);
    until(&mut window, "a dataset", |app| {
        !app.snapshot_of_test().datasets.is_empty()
    });
    let version = snapshot(&window).datasets[0].versions[0].clone();
    let target = std::sync::Arc::from("cultivar");
    let mut recipe = Recipe::propose(&version, &target).expect("a recipe");
    (recipe.training.epochs, recipe.device) = (3, DeviceChoice::Cpu);
    let start = Command::StartRun {
        recipe: Box::new(recipe),
    };
    ask(&mut window, start);
    until(&mut window, "a finished run", |app| {
        let runs = &app.snapshot_of_test().runs;
        runs.iter().any(|run| run.state == RunState::Finished)
    });
    let run = snapshot(&window).runs[0].id.clone();
    for wanted in 1..=2 {
        let register = Command::RegisterRun {
            run: run.clone(),
            name: ModelName::new("wine"),
        };
        ask(&mut window, register);
        until(&mut window, "a version", |app| {
            let models = &app.snapshot_of_test().models;
            models
                .first()
                .is_some_and(|model| model.versions.len() == wanted)
        });
    }
    window
}

fn snapshot(window: &TestWindow) -> &Snapshot {
    window.harness.state().snapshot_of_test()
}

fn act(window: &mut TestWindow, action: Action) {
    let ctx = window.harness.ctx.clone();
    window.harness.state_mut().act_of_test(&ctx, action);
    window.harness.step();
}

fn ask(window: &mut TestWindow, command: Command) {
    window.harness.state_mut().ask_of_test(command);
    window.harness.step();
}

fn keys(window: &mut TestWindow, modifiers: Modifiers, key: Key) {
    window.harness.key_press_modifiers(modifiers, key);
    window.harness.step();
}

fn select(window: &mut TestWindow, version: u32) {
    let model = ModelName::new("wine");
    let selection = Selection::ModelVersion(ModelVersionRef { model, version });
    window.harness.state_mut().select_of_test(selection);
}

fn champion(snapshot: &Snapshot) -> Option<u32> {
    snapshot.models.first()?.aliases.get("champion").copied()
}

fn served(snapshot: &Snapshot) -> Option<u32> {
    let view = snapshot.endpoints.first()?;
    Some(view.endpoint.version.version)
}

/// The status of a served answer.
fn ready(snapshot: &Snapshot) -> Option<u16> {
    let server = snapshot.server.as_ref()?;
    let answer = ureq::get(format!("{}/v2/models/wine", server.url))
        .header("Authorization", format!("Bearer {}", server.key))
        .call();
    answer.ok().map(|answer| answer.status().as_u16())
}

#[test]
fn an_alias_and_an_endpoint_come_back_and_the_journal_has_every_step() {
    let mut window = with_two_versions();
    for version in 1..=2 {
        select(&mut window, version);
        act(&mut window, Action::SetChampion);
        until(&mut window, "a champion", |app| {
            champion(app.snapshot_of_test()) == Some(version)
        });
    }
    keys(&mut window, Modifiers::COMMAND, Key::Z);
    until(&mut window, "the first champion", |app| {
        champion(app.snapshot_of_test()) == Some(1)
    });
    act(&mut window, Action::Serve);
    until(&mut window, "served", |app| {
        served(app.snapshot_of_test()) == Some(2)
    });
    let before = snapshot(&window).server.clone();
    assert_eq!(ready(snapshot(&window)), Some(200));
    let endpoint = Selection::Endpoint(ModelName::new("wine"));
    window.harness.state_mut().select_of_test(endpoint);
    act(&mut window, Action::StopServing);
    until(&mut window, "stopped", |app| {
        app.snapshot_of_test().server.is_none()
    });
    keys(&mut window, Modifiers::COMMAND, Key::Z);
    until(&mut window, "served again", |app| {
        app.snapshot_of_test().server.is_some()
    });
    // The same address and the same key: clients do not notice.
    assert_eq!(snapshot(&window).server, before);
    assert_eq!(ready(snapshot(&window)), Some(200));
    let head = snapshot(&window).journal.head.clone().expect("facts");
    let page = Command::ShowFacts {
        first_seq: head.seq - 5,
        count: 6,
    };
    ask(&mut window, page);
    until(&mut window, "the facts", |app| {
        app.snapshot_of_test().journal.page.len() == 6
    });
    let facts: Vec<String> = snapshot(&window)
        .journal
        .page
        .iter()
        .map(|record| match &record.fact {
            Fact::AliasSet { version, alias } => format!("{alias} at {version}"),
            Fact::EndpointStarted { version } => format!("{version} started"),
            Fact::EndpointStopped { model } => format!("{model} stopped"),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        facts,
        [
            "champion at wine@1",
            "champion at wine@2",
            "champion at wine@1",
            "wine@2 started",
            "wine stopped",
            "wine@2 started"
        ]
    );
}
