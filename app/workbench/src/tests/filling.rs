//! The form of an endpoint in the window: what a try is not, and the ways to fill many fields at once.

use contract::{Command, RunState, Snapshot};
use egui::Role;
use egui_kittest::kittest::Queryable;
use panels::{Place, states};

use super::TestWindow;
use super::reading_order::at;

/// A model of 64 numbers that is served; the rows of its data are not in the window yet.
fn many_inputs() -> Snapshot {
    let expression = states::wide(65);
    states::Sample::new()
        .dataset(vec![expression.clone()])
        .run_of(&expression, RunState::Finished)
        .model("expression", 1)
        .served("expression")
        .done()
}

fn value(window: &TestWindow, field: &str) -> String {
    let node = window.harness.get_by_role_and_label(Role::TextInput, field);
    node.value().unwrap_or_default()
}

fn click(window: &mut TestWindow, button: &str) {
    window
        .harness
        .get_by_role_and_label(Role::Button, button)
        .click();
    window.harness.run();
}

#[test]
fn the_form_says_that_a_try_is_not_counted() {
    let window = at(states::road(), Place::Serving);
    window
        .harness
        .get_by_label_contains("counts neither in Requests nor in Monitoring");
}

#[test]
fn many_fields_are_filled_from_above_them() {
    let window = at(many_inputs(), Place::Serving);
    let first = window
        .harness
        .get_by_role_and_label(Role::TextInput, "gene_0001")
        .rect();
    let screen = window.harness.ctx.content_rect();
    for way in ["Typical values", "Fill from row", "Paste JSON"] {
        let button = window
            .harness
            .get_by_role_and_label(Role::Button, way)
            .rect();
        assert!(button.bottom() < first.top(), "{way}: {button} {first}");
        assert!(screen.contains_rect(button), "{way}: {button}");
    }
}

#[test]
fn a_row_of_the_training_data_is_asked_for_and_fills_the_form() {
    let snapshot = many_inputs();
    let mut window = at(snapshot.clone(), Place::Serving);
    let typical = value(&window, "gene_0001");
    click(&mut window, "Fill from row");
    let version = states::wide(65);
    assert!(
        matches!(
            window.asked().as_slice(),
            [Command::ShowRows { version: of, first_row: 0, count: 1, columns: None }]
                if *of == version.id
        ),
        "{:?}",
        window.asked()
    );
    assert_eq!(value(&window, "gene_0001"), typical, "it is not here yet");

    let rows = states::rows_of(&version, 0, 1);
    let cell = rows.page.as_ref().expect("rows").rows[0][1].clone();
    let mut answered = snapshot;
    answered.rows = Some(std::sync::Arc::new(rows));
    answered.revision += 1;
    window.harness.state_mut().publish_of_test(answered);
    window.harness.run();
    assert_eq!(
        value(&window, "gene_0001"),
        cell.as_deref().unwrap_or_default()
    );
    window.harness.get_by_label("Row 1 of expression@1");
    assert_eq!(window.asked().len(), 1, "asked once");
}

#[test]
fn pasted_json_fills_the_form_as_soon_as_it_can_be_read() {
    let mut window = at(many_inputs(), Place::Serving);
    click(&mut window, "Paste JSON");
    let is_open = |window: &TestWindow| {
        let field = (Role::MultilineTextInput, "JSON");
        let mut fields = window.harness.query_all_by_role_and_label(field.0, field.1);
        fields.next().is_some()
    };
    assert!(is_open(&window));
    let half = r#"{"gene_0001": 7.2"#;
    window.harness.event(egui::Event::Paste(half.to_owned()));
    window.harness.run();
    window.harness.get_by_label_contains("This is no JSON");
    window.harness.event(egui::Event::Paste("5}".to_owned()));
    window.harness.run();
    window
        .harness
        .get_by_label("Filled 1 column; 63 are missing");
    assert!(!is_open(&window), "it did what it was for");
    assert_eq!(value(&window, "gene_0001"), "7.25");
    assert_eq!(value(&window, "gene_0002"), "");
}
