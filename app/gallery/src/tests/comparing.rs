//! The runs table under the hand: check boxes, the keyboard, the pane below.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use panels::Selection;

use super::Stage;
use super::learning::stage;

impl Stage {
    fn selected_run(&self) -> u64 {
        let Some(Selection::Run(id)) = self.view.borrow().selection() else {
            panic!("no run is selected");
        };
        let shown = self.shown.borrow();
        let run = shown.snapshot.runs.iter().find(|run| run.id == id);
        run.expect("it is in the snapshot").number
    }

    fn hover_row(&mut self, number: u64) {
        let beginning = format!("Run {number}, ");
        let row = self
            .harness
            .query_all_by(|node| {
                node.label()
                    .is_some_and(|label| label.starts_with(&beginning))
            })
            .next()
            .expect("a row")
            .rect();
        self.harness
            .hover_at(row.left_center() + egui::vec2(70.0, 0.0));
        self.harness.run();
    }

    fn lowest_chart(&self) -> f32 {
        let charts = self
            .harness
            .query_all_by(|node| node.role() == Role::GraphicsDocument);
        let heights = charts.map(|chart| chart.rect().height());
        heights.reduce(f32::min).expect("a chart")
    }
}

#[test]
fn runs_are_ticked_to_be_compared() {
    let mut stage = stage("experiments", "finished");
    assert!(stage.says("tick several to compare them"));
    stage.hover_row(3);
    stage.click("Compare run 3");
    stage.hover_row(1);
    stage.click("Compare run 1");
    assert!(stage.says("2 runs on the validation split"));
    assert!(stage.says("6 runs, 2 selected"));
    stage.click("Compare run 3");
    assert!(
        !stage.says("2 runs on the validation split"),
        "a second click takes it out"
    );
}

#[test]
fn the_keyboard_walks_the_table() {
    let mut stage = stage("experiments", "finished");
    stage.click_first("Run 3, finished");
    stage.key(Key::ArrowDown);
    assert_eq!(stage.selected_run(), 2);
    stage.key(Key::ArrowDown);
    stage.key(Key::ArrowDown);
    assert_eq!(stage.selected_run(), 1, "the last one stays");
    stage.key(Key::ArrowUp);
    assert_eq!(stage.selected_run(), 2);
    assert!(!stage.says("runs on the validation split"), "one at a time");
    stage.key(Key::Space);
    stage.click_first("Run 6, running");
    stage.key(Key::ArrowDown);
    assert_eq!(stage.selected_run(), 5);
    stage
        .harness
        .key_press_modifiers(egui::Modifiers::SHIFT, Key::ArrowDown);
    stage.harness.run();
    assert!(
        stage.says("2 runs on the validation split"),
        "Shift takes more of them"
    );
    stage.click_first("Run 2, stopped");
    stage.key(Key::Enter);
    assert!(stage.says("Evaluation") && stage.says("All runs"));
    assert_eq!(stage.selected_run(), 2);
}

#[test]
fn the_keyboard_scrolls_a_long_table() {
    let mut stage = stage("experiments", "ten_thousand_runs");
    stage.click_first("Run 10000, ");
    for _ in 0..30 {
        stage.key(Key::ArrowDown);
    }
    assert_eq!(stage.selected_run(), 9_970);
    let mut rows = stage.harness.query_all_by(|node| {
        node.label()
            .is_some_and(|label| label.starts_with("Run 9970, "))
    });
    assert!(rows.next().is_some(), "the row came into view");
}

#[test]
fn space_adds_a_run_and_takes_it_out() {
    let mut stage = stage("experiments", "finished");
    stage.click_first("Run 3, finished");
    stage.key(Key::Space);
    stage.key(Key::Space);
    stage.hover_row(1);
    stage.click("Compare run 1");
    assert!(stage.says("2 runs on the validation split"));
    stage.key(Key::Space);
    assert!(!stage.says("2 runs on the validation split"));
}

#[test]
fn the_pane_keeps_its_height_whatever_stands_in_it() {
    let mut stage = stage("experiments parameters", "equal_runs");
    assert!(stage.says("These runs were started with the same parameters"));
    assert!(stage.says("the same in both runs"));
    stage.harness.run_steps(5);
    stage.click("Curves");
    let lowest = stage.lowest_chart();
    assert!(lowest > 180.0, "a chart is {lowest} high");
}

#[test]
fn a_figure_of_a_running_run_says_where_it_was_measured() {
    let stage = stage("experiments", "finished");
    assert!(stage.says("accuracy 0.9287 on the validation rows"));
    let finished = stage.harness.get_by_label_contains("Run 3, finished");
    let label = finished.accesskit_node().label().unwrap_or_default();
    assert!(!label.contains("validation"), "{label}");
}
