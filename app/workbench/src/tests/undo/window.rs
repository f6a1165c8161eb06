//! Undo in the real window over a picture of a project: keys, toasts, palette, text fields, tiles.

use contract::{Command, ModelName, ModelVersionRef};
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use panels::{Place, Selection};

use super::{edit_model, obeyed, project};
use crate::action::Action;
use crate::tests::TestWindow;

/// A window whose engine obeys when it is told to.
struct Obedient {
    window: TestWindow,
    obeyed: usize,
}

impl Obedient {
    fn new() -> Self {
        Self {
            window: TestWindow::over(project()),
            obeyed: 0,
        }
    }

    /// The engine does what it was asked for since the last call.
    fn obey(&mut self) -> Vec<Command> {
        let asked = self.window.asked();
        let fresh = asked.get(self.obeyed..).unwrap_or_default().to_vec();
        self.obeyed = asked.len();
        for command in &fresh {
            let after = obeyed(self.window.harness.state().snapshot_of_test(), command);
            self.window.harness.state_mut().publish_of_test(after);
            self.window.harness.step();
        }
        self.window.harness.run();
        fresh
    }

    fn act(&mut self, action: Action) {
        let ctx = self.window.harness.ctx.clone();
        self.window.harness.state_mut().act_of_test(&ctx, action);
        self.window.harness.run();
    }

    fn keys(&mut self, modifiers: Modifiers, key: Key) {
        self.window.harness.key_press_modifiers(modifiers, key);
        self.window.harness.run();
    }

    fn makes_champion(&mut self, version: u32) {
        let version = version_of_wine(version);
        let app = self.window.harness.state_mut();
        app.select_of_test(Selection::ModelVersion(version));
        self.act(Action::SetChampion);
        self.obey();
    }

    fn says(&self, text: &str) -> bool {
        let found = self.window.harness.query_all_by_label(text);
        found.count() > 0
    }
}

fn version_of_wine(version: u32) -> ModelVersionRef {
    ModelVersionRef {
        model: ModelName::new("wine"),
        version,
    }
}

fn set(version: u32) -> Command {
    Command::SetAlias {
        version: version_of_wine(version),
        alias: "champion".into(),
    }
}

#[test]
fn the_keys_undo_an_alias_and_redo_it() {
    let mut window = Obedient::new();
    window.makes_champion(2);
    window.makes_champion(3);
    assert!(window.says("Alias champion → wine@3"));
    window.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.obey(), [set(2)]);
    assert!(window.says("Undone: alias champion → wine@3"));
    assert!(
        !window.says("Alias champion → wine@3"),
        "its toast has gone"
    );
    window.keys(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(window.obey(), [set(3)]);
    assert!(window.says("Redone: alias champion → wine@3"));
    window.keys(Modifiers::COMMAND, Key::Z);
    window.obey();
    window.keys(Modifiers::COMMAND, Key::Y);
    assert_eq!(window.obey(), [set(3)]);
}

#[test]
fn a_toast_undoes_its_own_step() {
    let mut window = Obedient::new();
    window.makes_champion(2);
    window.act(Action::Serve);
    window.obey();
    // Of the two toasts the older one, which stands above.
    let older = window.window.harness.get_all_by_label("Undo").next();
    older.expect("a button").click();
    window.window.harness.run();
    let removed = Command::RemoveAlias {
        model: ModelName::new("wine"),
        alias: "champion".into(),
    };
    assert_eq!(window.obey(), [removed]);
    window.window.harness.get_by_label("Redo").click();
    window.window.harness.run();
    assert_eq!(window.obey(), [set(2)]);
}

#[test]
fn the_palette_names_what_would_be_undone() {
    let mut window = Obedient::new();
    window.makes_champion(2);
    window.keys(Modifiers::COMMAND, Key::K);
    let row = "Undo alias champion → wine@2";
    assert!(!window.says("Redo"));
    window.window.harness.get_by_label(row).click();
    window.window.harness.run();
    assert_eq!(window.obey().len(), 1);
    window.keys(Modifiers::COMMAND, Key::K);
    assert!(window.says("Redo alias champion → wine@2") && !window.says(row));
}

#[test]
fn what_was_moved_meanwhile_is_left_and_said() {
    let mut window = Obedient::new();
    window.makes_champion(2);
    let mut moved = window.window.harness.state().snapshot_of_test().clone();
    edit_model(&mut moved, |model| {
        model.aliases.insert("champion".into(), 1);
    });
    window.window.harness.state_mut().publish_of_test(moved);
    window.window.harness.run();
    window.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.obey(), []);
    assert!(window.says("Not undone: alias champion → wine@2"));
    assert!(window.says("“champion” points at wine@1 by now"));
}

#[test]
fn a_field_that_is_typed_into_undoes_its_own_text() {
    let mut window = Obedient::new();
    window.makes_champion(2);
    window
        .window
        .harness
        .state_mut()
        .go_of_test(Place::Settings);
    window.window.harness.run();
    let field = || "Filter actions";
    window.window.harness.get_by_label(field()).focus();
    window.window.harness.run();
    window
        .window
        .harness
        .event(egui::Event::Text("zzzz".to_owned()));
    window.window.harness.run();
    let text = |window: &Obedient| {
        let node = window.window.harness.get_by_label(field());
        node.value().unwrap_or_default()
    };
    assert_eq!(text(&window), "zzzz");
    // The field keeps an undo point once its text has rested.
    std::thread::sleep(std::time::Duration::from_millis(50));
    window.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.obey(), [], "the alias stays");
    assert_ne!(text(&window), "zzzz", "the text went back");
    window.window.harness.key_press(Key::Escape);
    window.window.harness.run();
    window.window.harness.get_by_label(field());
    window.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.obey().len(), 1, "now the alias went");
}

#[test]
fn closed_tiles_come_back() {
    let mut window = Obedient::new();
    window.act(Action::Go(Place::Datasets));
    window.act(Action::OpenBeside);
    window.act(Action::OpenBeside);
    let tiles = |window: &Obedient| {
        let crosses = window.window.harness.query_all_by_label("Close the tile");
        crosses.count()
    };
    assert_eq!(tiles(&window), 3);
    window.keys(Modifiers::COMMAND, Key::W);
    assert_eq!(tiles(&window), 2);
    window.act(Action::ResetLayout);
    assert_eq!(tiles(&window), 0);
    window.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(tiles(&window), 2);
    window.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(tiles(&window), 3);
    window.keys(Modifiers::COMMAND, Key::Y);
    assert_eq!(tiles(&window), 2);
}

#[test]
fn a_closed_tile_comes_back_after_a_walk_but_not_over_another_that_was_opened() {
    let mut window = Obedient::new();
    window.act(Action::Go(Place::Datasets));
    window.act(Action::OpenBeside);
    let tiles = |window: &Obedient| {
        let crosses = window.window.harness.query_all_by_label("Close the tile");
        crosses.count()
    };
    window.keys(Modifiers::COMMAND, Key::W);
    window.act(Action::Go(Place::Registry));
    window.act(Action::Go(Place::Journal));
    assert_eq!(tiles(&window), 0);
    window.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(tiles(&window), 2, "other places are the same arrangement");

    window.keys(Modifiers::COMMAND, Key::W);
    window.act(Action::OpenBeside);
    window.act(Action::OpenBeside);
    assert_eq!(tiles(&window), 3);
    window.keys(Modifiers::COMMAND, Key::Z);
    assert_eq!(tiles(&window), 3, "what was opened since stays");
    assert!(window.says("Not undone: closing Experiments"));
    assert!(window.says("The tiles were arranged anew since then"));
}
