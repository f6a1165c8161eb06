//! Datasets under the pointer: rejected rows, the columns of a wide table, the points of a chart, watched folders.

use contract::Command;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use panels::Request;

use super::{Stage, find};

#[test]
fn rejected_rows_are_a_click_away() {
    let mut stage = Stage::new(find("datasets", "rejected_rows"));
    stage.asked();
    stage.click("Show them");
    assert!(stage.asked().0.is_empty(), "they are here already");
    let first = "Line 18, Too few fields: 4 instead of 6; column bemerkung";
    stage.click_first(first);
    stage.keep_picture("datasets-rejected-details");
    stage.click("Copy the line");
    let (_, requests) = stage.asked();
    let text = "17;2026-03-01 04:00:00;21,0;Germany";
    assert_eq!(requests, [Request::Copy(text.into())]);
    stage.click("Close the details");
    assert!(stage.harness.query_by_label("Copy the line").is_none());

    let row = stage.harness.get_all_by_label(first).next();
    row.expect("the row").click_secondary();
    stage.harness.run();
    stage.click("Copy what is wrong");
    let (_, requests) = stage.asked();
    assert!(
        matches!(requests.as_slice(), [Request::Copy(text)] if text.starts_with("Line 18: Too few")),
        "{requests:?}"
    );
    stage.click("Export…");
    let (_, requests) = stage.asked();
    assert!(
        matches!(requests.as_slice(), [Request::PickFileForRejects(version)] if version.version == 1),
        "{requests:?}"
    );
}

#[test]
fn the_beginning_of_a_long_row_says_that_it_is_one() {
    let mut stage = Stage::new(find("datasets rejected", "long_rejected_rows"));
    stage.click_first("Line 18, Too few fields: 4 instead of 6; column bemerkung");
    stage.keep_picture("datasets-rejected-long-details");
    assert!(
        stage
            .harness
            .query_by_label("Copy the beginning of the line")
            .is_some()
    );
}

#[test]
fn of_three_million_rejected_rows_the_last_are_asked_for() {
    let mut stage = Stage::new(find("datasets rejected", "three_million_rejected_rows"));
    assert!(stage.asked().0.is_empty());
    stage
        .harness
        .get_by_label_contains("First row in view, of")
        .focus();
    stage.harness.run();
    stage.harness.key_press(egui::Key::End);
    stage.harness.run_steps(2);
    let (commands, _) = stage.asked();
    let [Command::ShowRejects { first, count, .. }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(first + u64::from(*count), 3_000_000);
}

#[test]
fn damaged_rejects_can_be_tried_again() {
    let mut stage = Stage::new(find("datasets rejected", "rejected_rows_damaged"));
    assert!(
        stage.asked().0.is_empty(),
        "a refusal is not asked for again and again"
    );
    stage.click("Try again");
    let (commands, _) = stage.asked();
    assert!(
        matches!(commands.as_slice(), [Command::ShowRejects { first: 0, .. }]),
        "{commands:?}"
    );
}

#[test]
fn of_a_wide_table_the_columns_in_view_are_asked_for() {
    let stage = Stage::new(find("datasets rows", "thousand_columns"));
    let (commands, _) = stage.asked();
    let [
        Command::ShowRows {
            columns: Some(columns),
            ..
        },
    ] = commands.as_slice()
    else {
        panic!("{commands:?}");
    };
    assert_eq!(columns.start, 0);
    assert!((20..48).contains(&columns.end), "{columns:?}");
}

#[test]
fn a_chart_asks_for_its_points_once_and_again_for_others() {
    let stage = Stage::new(find("datasets chart", "rows_on_their_way"));
    let (commands, _) = stage.asked();
    let [Command::ShowPoints { query, .. }] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(
        (&*query.x, &*query.y, query.most),
        ("items", "discount", 1_000_000)
    );

    let mut wine = Stage::new(find("datasets chart", "wine"));
    assert!(wine.asked().0.is_empty(), "its points are here");
    wine.harness
        .get_by_role_and_label(Role::ComboBox, "Up")
        .click();
    wine.harness.run();
    wine.click("ash");
    let (commands, _) = wine.asked();
    assert!(
        matches!(commands.as_slice(), [Command::ShowPoints { query, .. }] if &*query.y == "ash"),
        "{commands:?}"
    );
}

#[test]
fn without_a_graphics_card_a_chart_asks_for_fewer_points() {
    let exhibit = find("datasets chart", "rows_on_their_way");
    let mut stage = Stage::new(exhibit);
    stage.asked();
    stage
        .shown
        .borrow_mut()
        .snapshot
        .devices
        .retain(|device| !device.is_gpu);
    stage.harness.run_steps(20);
    let (commands, _) = stage.asked();
    assert!(
        matches!(commands.first(), Some(Command::ShowPoints { query, .. }) if query.most == 100_000),
        "{commands:?}"
    );
}

#[test]
fn every_watched_folder_can_be_forgotten() {
    for state in ["many_folders", "folders_and_nothing_in_them"] {
        let mut stage = Stage::new(find("datasets", state));
        assert!(
            stage
                .harness
                .query_by_label("Stop watching 2026-12")
                .is_none(),
            "{state}"
        );
        stage.click("12 watched folders");
        stage.keep_picture(&format!("datasets-{state}-unfolded"));
        stage.asked();
        stage.click("Stop watching 2026-01");
        let (commands, _) = stage.asked();
        assert!(
            matches!(commands.as_slice(), [Command::ForgetFolder { path }] if path.ends_with("2026-01")),
            "{commands:?}"
        );
        let over = stage.harness.get_by_label("Stop watching 2026-01").rect();
        stage
            .harness
            .hover_at(over.left_center() - egui::vec2(24.0, 0.0));
        for _ in 0..4 {
            stage.harness.event(egui::Event::MouseWheel {
                unit: egui::MouseWheelUnit::Point,
                delta: egui::vec2(0.0, -200.0),
                source: egui::MouseWheelSource::Trackpad,
                phase: egui::TouchPhase::Move,
                modifiers: egui::Modifiers::NONE,
            });
            stage.harness.run_steps(12);
        }
        stage.click("Stop watching 2026-12");
        let (commands, _) = stage.asked();
        assert!(
            matches!(commands.as_slice(), [Command::ForgetFolder { path }] if path.ends_with("2026-12")),
            "{commands:?}"
        );
    }
}
