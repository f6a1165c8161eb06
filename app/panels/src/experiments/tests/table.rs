//! The runs table: rows, order, filter, selection, parameters.

use std::sync::Arc;

use contract::{DeviceChoice, Run, RunState, Snapshot};
use expect_test::{Expect, expect};

use crate::experiments::columns::{Direction, RunColumn, signed};
use crate::experiments::differences::all_runs;
use crate::experiments::filter::{Filter, searchable};
use crate::experiments::parameters::{Differences, hidden_layers, number_of, parameters};
use crate::experiments::rows::{Question, RunsTable};
use crate::experiments::selection::{Click, SelectedRuns};
use crate::states::{self, NOW, Sample};

fn question(filter: &str, column: RunColumn, direction: Direction) -> Question {
    Question {
        filter: filter.into(),
        column,
        direction,
    }
}

fn table(snapshot: &Snapshot, question: &Question) -> RunsTable {
    let mut table = RunsTable::default();
    table.refresh(snapshot, question);
    table
}

fn numbers(table: &RunsTable) -> Vec<u64> {
    (0..table.len())
        .filter_map(|row| Some(table.row(row)?.run.number))
        .collect()
}

fn check(question: &Question, expected: Expect) {
    let table = table(&states::road(), question);
    let mut text = String::new();
    for row in 0..table.len() {
        let Some(entry) = table.row(row) else {
            continue;
        };
        let cells: Vec<String> = RunColumn::shown_at_first()
            .iter()
            .map(|column| column.text(&entry.run, entry.result.as_ref(), NOW))
            .collect();
        text.push_str(&format!(
            "{} {}\n",
            entry.run.state.word(),
            cells.join(" | ")
        ));
    }
    expected.assert_eq(&text);
}

#[test]
fn the_newest_run_stands_first() {
    check(
        &Question::default(),
        expect![[r#"
        running 6 | wine@2 | cultivar | MLP 128, 64 | 0.9287 | – | 13.9 s | 14 s ago
        interrupted 5 | wine@2 | cultivar | MLP 64, 64 | 0.9073 | – | 8.37 s | 23 h ago
        failed 4 | iris@1 | species | MLP 64, 64 | – | – | 3.72 s | 23 h ago
        finished 3 | wine@2 | cultivar | MLP 128, 64 | 0.8750 | +0.4767 | 26.0 s | 23 h ago
        stopped 2 | wine@1 | cultivar | MLP 64, 64 | 0.9231 | +0.5247 | 9.61 s | 23 h ago
        finished 1 | wine@1 | cultivar | MLP 64, 64 | 0.9231 | +0.5247 | 27.6 s | 23 h ago
    "#]],
    );
}

#[test]
fn sorting_puts_missing_values_last_in_both_directions() {
    let road = states::road();
    let rising = question("", RunColumn::Gain, Direction::Rising);
    let falling = question("", RunColumn::Gain, Direction::Falling);
    let (up, down) = (table(&road, &rising), table(&road, &falling));
    // Runs 4, 5 and 6 have no baseline yet; among them the newest stays first.
    assert_eq!(numbers(&up)[3..], [6, 5, 4]);
    assert_eq!(numbers(&down)[3..], [6, 5, 4]);
    let gains = |table: &RunsTable| -> Vec<f64> {
        (0..3)
            .filter_map(|row| table.row(row)?.result?.gain())
            .collect()
    };
    assert!(gains(&up).is_sorted());
    assert!(gains(&down).is_sorted_by(|left, right| left >= right));
    assert_eq!(gains(&up).len(), 3);
}

#[test]
fn better_is_always_higher_in_the_result_column() {
    let sales = states::sales_of_ten_million_rows();
    let snapshot = Sample::new()
        .dataset(vec![sales.clone()])
        .run_of(&sales, RunState::Finished)
        .run_of(&sales, RunState::Finished)
        .run_of(&sales, RunState::Finished)
        .done();
    let sorted = table(
        &snapshot,
        &question("", RunColumn::Result, Direction::Falling),
    );
    let errors: Vec<f64> = (0..sorted.len())
        .filter_map(|row| Some(sorted.row(row)?.result?.value))
        .collect();
    assert!(
        errors.is_sorted(),
        "the smallest error comes first: {errors:?}"
    );
}

#[test]
fn a_filter_is_words_and_comparisons() {
    let road = states::road();
    let found = |filter: &str| {
        numbers(&table(
            &road,
            &question(filter, RunColumn::Run, Direction::Rising),
        ))
    };
    assert_eq!(found(""), [1, 2, 3, 4, 5, 6]);
    assert_eq!(found("FAILED"), [4]);
    assert_eq!(found("wine@2"), [3, 5, 6]);
    assert_eq!(found("wine -wine@2"), [1, 2]);
    assert_eq!(found("run>=5"), [5, 6]);
    assert_eq!(found("learning_rate=0.01"), [3, 6]);
    assert!(found("dropout>0.2 -failed").is_empty());
    assert_eq!(found("accuracy>0.5 finished"), [1, 3]);
    assert!(found("test/accuracy>2").is_empty());
    assert!(found("nothing_of_this_name<1").is_empty());
    assert_eq!(
        found("accuracy> -"),
        [1, 2, 3, 4, 5, 6],
        "half written terms wait"
    );
}

#[test]
fn a_term_that_is_not_understood_is_named() {
    let filter = Filter::parse("wine accuracy>high");
    assert_eq!(filter.complaint.as_deref(), Some("“high” is not a number"));
    let run = states::run(1, &states::wine(), RunState::Finished);
    assert!(
        filter.accepts(&run, &searchable(&run)),
        "the rest still holds"
    );
}

#[test]
fn refreshing_touches_only_what_changed() {
    let mut snapshot = states::road();
    let question = question("running", RunColumn::Run, Direction::Rising);
    let mut table = table(&snapshot, &question);
    assert_eq!(numbers(&table), [6]);
    snapshot.revision += 1;
    let third = Arc::make_mut(&mut snapshot.runs[2]);
    third.state = RunState::Running;
    table.refresh(&snapshot, &question);
    assert_eq!(numbers(&table), [3, 6]);
    snapshot.revision += 1;
    snapshot.runs.pop();
    table.refresh(&snapshot, &question);
    assert_eq!(numbers(&table), [3]);
    assert_eq!(table.total(), 5);
}

#[test]
fn clicks_select_as_everywhere() {
    let snapshot = states::road();
    let table = table(&snapshot, &Question::default());
    let mut selected = SelectedRuns::default();
    let now = |selected: &SelectedRuns| selected.numbers().collect::<Vec<_>>();
    // Rows hold 6, 5, 4, 3, 2, 1.
    selected.click(&table, 1, Click::Plain);
    assert_eq!(now(&selected), [5]);
    selected.click(&table, 4, Click::Extend);
    assert_eq!(now(&selected), [2, 3, 4, 5]);
    selected.click(&table, 0, Click::Extend);
    assert_eq!(
        now(&selected),
        [5, 6],
        "from the same anchor to the other side"
    );
    selected.click(&table, 5, Click::Toggle);
    assert_eq!(now(&selected), [1, 5, 6]);
    selected.click(&table, 5, Click::Toggle);
    assert_eq!(now(&selected), [5, 6]);
    let generation = selected.generation;
    selected.click(&table, 99, Click::Plain);
    assert_eq!(
        (now(&selected), selected.generation),
        (vec![5, 6], generation)
    );
    selected.select_all(&table);
    assert_eq!(selected.len(), 6);
    selected.clear();
    assert_eq!(selected.len(), 0);
}

#[test]
fn a_filter_does_not_lose_the_selection() {
    let snapshot = states::road();
    let all = table(&snapshot, &Question::default());
    let mut selected = SelectedRuns::default();
    selected.select_all(&all);
    let some = table(
        &snapshot,
        &question("failed", RunColumn::Run, Direction::Falling),
    );
    selected.click(&some, 0, Click::Toggle);
    assert_eq!(selected.numbers().collect::<Vec<_>>(), [1, 2, 3, 5, 6]);
}

fn runs() -> Vec<Arc<Run>> {
    let wine = states::wine();
    let mut runs: Vec<Arc<Run>> = (1..=4)
        .map(|number| Arc::new(states::run(number, &wine, RunState::Finished)))
        .collect();
    let last = Arc::make_mut(&mut runs[3]);
    last.recipe.features.remove(0);
    last.recipe.device = DeviceChoice::Cpu;
    runs
}

#[test]
fn only_what_differs_is_compared() {
    let table = Differences::between(&runs(), true);
    let text: String = table
        .rows
        .iter()
        .map(|row| {
            format!(
                "{}: {} (usually {})\n",
                row.name,
                row.cells.join(" | "),
                row.usual
            )
        })
        .collect();
    expect![[r#"
        features: 12 shared + alcohol | 12 shared + alcohol | 12 shared + alcohol | 12 shared (usually 12 shared + alcohol)
        hidden layers: 64, 64 | 64, 64 | 128, 64 | 64, 64 (usually 64, 64)
        dropout: 0.1 | 0.1 | 0.1 | 0.25 (usually 0.1)
        learning rate: 0.003 | 0.003 | 0.01 | 0.003 (usually 0.003)
        seed: 42 | 43 | 44 | 45 (usually 42)
        device: automatic | automatic | automatic | CPU (usually automatic)
    "#]].assert_eq(&text);
    let all = Differences::between(&runs(), false);
    assert_eq!(all.rows.len(), table.rows.len() + table.same);
}

#[test]
fn one_run_differs_in_nothing() {
    assert!(Differences::between(&runs()[..1], true).rows.is_empty());
    assert_eq!(Differences::between(&[], true), Differences::default());
}

#[test]
fn every_parameter_of_a_recipe_is_listed() {
    let text: String = parameters(&states::recipe(&states::wine(), 3))
        .iter()
        .map(|parameter| format!("{} = {}\n", parameter.name, parameter.value))
        .collect();
    expect![[r#"
        data = wine@1
        target = cultivar
        task = multi-class classification
        features = 13
        hidden layers = 128, 64
        dropout = 0.1
        batch norm = yes
        epochs = 100
        batch size = 64
        learning rate = 0.01
        weight decay = 0.001
        patience = 20
        class weights = no
        validation share = 0.15
        test share = 0.15
        seed = 44
        device = automatic
        experiment = wine
    "#]]
    .assert_eq(&text);
    assert_eq!(hidden_layers(&[]), "none, linear");
}

#[test]
fn names_in_filters_mean_what_people_write() {
    let run = states::run(3, &states::wine(), RunState::Finished);
    assert_eq!(number_of(&run, "lr"), Some(0.01));
    assert_eq!(number_of(&run, "layers"), Some(2.0));
    assert_eq!(
        number_of(&run, "accuracy"),
        run.metrics.get("test/accuracy").copied()
    );
    assert_eq!(
        number_of(&run, "train/accuracy"),
        run.metrics.get("train/accuracy").copied()
    );
    assert_eq!(number_of(&run, "colour"), None);
}

#[test]
fn signs_stand_before_gains_and_losses() {
    assert_eq!(
        [signed(0.5), signed(-0.5), signed(0.0)],
        ["+0.5", "−0.5", "0"]
    );
}

#[test]
fn metrics_are_called_as_the_field_calls_them() {
    let title = |key: &str| RunColumn::Metric(key.into()).title().into_owned();
    let titles = [
        "test/f1_macro",
        "validation/roc_auc",
        "test/log_loss",
        "train/rmse",
        "learning_rate",
        "test/top_5_accuracy",
    ]
    .map(title);
    assert_eq!(
        titles,
        [
            "F1, macro, test",
            "ROC AUC, validation",
            "Log loss, test",
            "RMSE, train",
            "Learning rate",
            "Top 5 accuracy, test"
        ]
    );
    let column = RunColumn::Metric("test/f1_macro".into());
    assert!(column.explanation().contains("test/f1_macro"));
}

#[test]
fn two_runs_are_both() {
    assert_eq!(all_runs(2), "both runs");
    assert_eq!(all_runs(1_200), "all 1\u{202f}200 runs");
}

#[test]
fn every_column_has_a_title_an_explanation_and_a_text() {
    let run = states::run(1, &states::wine(), RunState::Running);
    for column in RunColumn::FIXED {
        assert!(!column.title().is_empty() && column.explanation().len() > 4);
        assert!(!column.text(&run, None, NOW).is_empty(), "{column:?}");
        assert!(column.width() >= 64.0);
    }
}

#[test]
fn ten_thousand_runs_are_filtered_and_sorted() {
    let snapshot = Sample::new()
        .dataset(vec![states::wine()])
        .runs(300, &states::wine())
        .done();
    let mut many = Snapshot::default();
    for number in 0..10_000_u64 {
        let mut run = (*snapshot.runs[(number % 300) as usize]).clone();
        run.number = number + 1;
        many.runs.push(Arc::new(run));
    }
    let sorted = table(
        &many,
        &question("-failed", RunColumn::Result, Direction::Falling),
    );
    assert_eq!(sorted.total(), 10_000);
    let values: Vec<f64> = (0..sorted.len())
        .filter_map(|row| Some(sorted.row(row)?.result?.value))
        .collect();
    assert!(values.len() > 9_000);
    assert!(values.is_sorted_by(|left, right| left >= right));
}
