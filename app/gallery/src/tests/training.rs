//! The training dialog: where the keyboard goes, what is said when, and what a slip of the hand does not throw away.

use contract::Command;
use egui::accesskit::Role;
use egui::{Key, Pos2, Rect};
use egui_kittest::kittest::{NodeT, Queryable};

use super::learning::stage;
use super::{Stage, find};

impl Stage {
    fn focused(&self) -> Option<(String, Rect)> {
        let mut focused = self.harness.query_all_by(|node| node.is_focused());
        let node = focused.next()?;
        Some((
            node.accesskit_node().label().unwrap_or_default(),
            node.rect(),
        ))
    }

    fn rect(&self, label: &str) -> Rect {
        self.harness.get_by_label(label).rect()
    }

    fn click_at(&mut self, at: Pos2) {
        self.harness.hover_at(at);
        for pressed in [true, false] {
            self.harness.event(egui::Event::PointerButton {
                pos: at,
                button: egui::PointerButton::Primary,
                pressed,
                modifiers: egui::Modifiers::NONE,
            });
            self.harness.step();
        }
        self.harness.run();
    }
}

#[test]
fn the_keyboard_begins_at_the_target_and_everything_it_comes_to_is_in_view() {
    let mut stage = stage("training", "wine");
    let (first, _) = stage.focused().expect("a focus");
    assert_eq!(first, "Target, cultivar");
    let foot = stage.rect("Cancel").top();
    let mut seen = Vec::new();
    for _ in 0..60 {
        stage.key(Key::Tab);
        let (label, rect) = stage.focused().expect("a focus");
        if ["Train", "Cancel"].contains(&&*label) {
            seen.push(label);
            continue;
        }
        assert!(
            rect.top() > 60.0 && rect.bottom() <= foot + 1.0,
            "{label} is at {rect:?}, and the foot begins at {foot}"
        );
        seen.push(label);
    }
    for label in ["Experiment", "Seed", "proline", "Train"] {
        assert!(seen.iter().any(|seen| seen == label), "{label}: {seen:?}");
    }
}

#[test]
fn it_opens_at_the_top_again() {
    let mut stage = Stage::new(find("datasets", "wine"));
    stage.click("Train…");
    let above = stage.rect("Target, cultivar").top();
    for _ in 0..14 {
        stage.key(Key::Tab);
    }
    assert!(
        stage.rect("Target, cultivar").top() < above,
        "it was scrolled"
    );
    stage.click("Cancel");
    stage.click("Train…");
    assert_eq!(stage.rect("Target, cultivar").top(), above);
}

#[test]
fn without_a_target_it_opens_calmly_and_says_one_thing_when_tried() {
    let mut stage = stage("training", "without_target");
    let complaint = "Choose the column to predict";
    assert!(!stage.says(complaint) && !stage.says("Choose at least one feature"));
    stage.click("Train");
    assert_eq!(stage.asked().0, []);
    assert!(stage.says(complaint));
    assert!(!stage.says("Choose at least one feature"));
    assert_eq!(
        stage.focused().map(|found| found.0).as_deref(),
        Some("Target, Choose…")
    );
    stage.click("Target, Choose…");
    // The check box of the feature has the same name.
    stage
        .harness
        .get_by_role_and_label(Role::Button, "malic_acid")
        .click();
    stage.harness.run();
    assert!(!stage.says(complaint));
    stage.click("Train");
    let (commands, _) = stage.asked();
    assert!(
        matches!(commands.as_slice(), [Command::StartRun { .. }]),
        "{commands:?}"
    );
}

#[test]
fn a_click_beside_it_closes_only_what_is_untouched() {
    let beside = Pos2::new(4.0, 4.0);
    let mut untouched = stage("training", "wine");
    untouched.click_at(beside);
    assert!(!untouched.says("Train on wine@1"));

    let mut edited = stage("training", "wine");
    edited.click("alcohol");
    edited.click_at(beside);
    assert!(edited.says("Train on wine@1"), "the choice is kept");
    edited.click("alcohol");
    edited.click_at(beside);
    assert!(!edited.says("Train on wine@1"), "as it was opened");
}

#[test]
fn a_reason_of_two_lines_keeps_its_distance() {
    let mut stage = stage("training", "regression");
    stage.harness.set_size(egui::vec2(460.0, 700.0));
    stage.harness.run();
    let reason = stage
        .harness
        .get_by_label_contains("a number to come close to")
        .rect();
    let model = stage.rect("Model");
    assert!(model.top() - reason.bottom() >= 8.0, "{reason:?} {model:?}");
}
