//! What Serving says, as text, and what its form sends.

use std::sync::Arc;

use contract::{
    Cell, ColumnType, InputSpec, LearningTask, ModelName, PredictedOutput, RequestLine, RowsPage,
    RunState, ServerAddress, Signature, Snapshot, TriedPrediction,
};
use expect_test::{Expect, expect};

use super::data::{
    EndpointCard, TriedAnswer, TryForm, contract_in_words, field_problem, field_remark, log_rows,
    p99_history, rate, servables,
};
use super::filling::{from_json, from_row, trained_on};
use super::snippets::{Language, snippet};
use crate::states::{self, Sample};

fn served() -> Snapshot {
    let wine = states::wine();
    Sample::new()
        .dataset(vec![wine.clone()])
        .run_of(&wine, RunState::Finished)
        .model("wine", 1)
        .served("wine")
        .model("spare", 1)
        .done()
}

/// Two numbers, a category, a time and a boolean.
fn signature() -> Signature {
    let input = |name: &str, column_type, categories: &[&str], example: &str| InputSpec {
        name: name.into(),
        column_type,
        categories: categories.iter().map(|word| Arc::from(*word)).collect(),
        example: Some(example.into()),
        range: (column_type == ColumnType::Float).then_some((11.0, 14.8)),
    };
    Signature {
        task: LearningTask::BinaryClassification,
        target: "good".into(),
        inputs: vec![
            input("alcohol", ColumnType::Float, &[], "13.05"),
            input("bottles", ColumnType::Integer, &[], "12"),
            input(
                "region",
                ColumnType::Text,
                &["Côtes d'Or", "Mosel"],
                "Côtes d'Or",
            ),
            input("picked", ColumnType::Timestamp, &[], "1789171200"),
            input("organic", ColumnType::Boolean, &[], "1"),
        ],
        classes: vec!["no".into(), "yes".into()],
    }
}

#[test]
fn a_card_says_how_the_endpoint_does() {
    let snapshot = served();
    let card = |server: Option<&ServerAddress>, view| {
        let card = EndpointCard::new(view, server);
        format!(
            "{} {} | {:?} {} | {} | {}/s p50 {} p99 {} | {} requests, errors {}\n",
            card.name,
            card.version,
            card.tone,
            card.light,
            card.url,
            card.rate,
            card.p50,
            card.p99,
            card.requests,
            card.errors
        )
    };
    let view = &snapshot.endpoints[0];
    let mut failing = (**view).clone();
    failing.figures.errors = 900;
    let mut fresh = (**view).clone();
    fresh.figures = contract::EndpointFigures::default();
    let server = snapshot.server.as_ref();
    let text = [
        card(server, view),
        card(server, &failing),
        card(server, &fresh),
        card(None, view),
    ]
    .concat();
    expect![[r#"
        wine wine@1 | Done Answers | http://127.0.0.1:41234/predict/wine | 15.1/s p50 410 µs p99 2.87 ms | 48 210 requests, errors 37 (0.08 %)
        wine wine@1 | Warn Answers, with errors | http://127.0.0.1:41234/predict/wine | 15.1/s p50 410 µs p99 2.87 ms | 48 210 requests, errors 900 (1.87 %)
        wine wine@1 | Done Ready, not asked yet | http://127.0.0.1:41234/predict/wine | 0/s p50 – p99 – | 0 requests, errors 0
        wine wine@1 | Fail The server does not listen |  | 15.1/s p50 410 µs p99 2.87 ms | 48 210 requests, errors 37 (0.08 %)
    "#]].assert_eq(&text);
}

#[test]
fn what_is_not_served_can_be() {
    let text: Vec<String> = servables(&served())
        .into_iter()
        .map(|servable| format!("{} ({})", servable.version, servable.why))
        .collect();
    assert_eq!(text, ["spare@1 (champion)"]);
}

#[test]
fn the_form_starts_with_typical_values_and_sends_cells() {
    let signature = signature();
    let version = contract::ModelVersionRef {
        model: ModelName::new("wine"),
        version: 1,
    };
    let mut form = TryForm::default();
    form.follow(&version, &signature);
    let cells = form.cells(&signature).expect("typical values can be sent");
    assert_eq!(cells.get("alcohol"), Some(&Cell::Number(13.05)));
    assert_eq!(cells.get("region"), Some(&Cell::Text("Côtes d'Or".into())));
    assert_eq!(form.fields["picked"], "2026-09-12 00:00:00");
    assert_eq!(cells.get("picked"), Some(&Cell::Number(1_789_171_200.0)));
    assert_eq!(form.fields["organic"], "true");
    assert_eq!(cells.get("organic"), Some(&Cell::Number(1.0)));

    form.fields.insert("alcohol".into(), "  ".into());
    let cells = form.cells(&signature).expect("missing can be sent");
    assert_eq!(cells.get("alcohol"), Some(&Cell::Missing));

    form.fields.insert("alcohol".into(), "much".into());
    assert_eq!(
        form.cells(&signature),
        Err("alcohol needs a number".to_owned())
    );
    form.follow(&version, &signature);
    assert_eq!(
        form.fields["alcohol"], "much",
        "the same version keeps what was typed"
    );
    let newer = contract::ModelVersionRef {
        version: 2,
        ..version
    };
    form.follow(&newer, &signature);
    assert_eq!(form.fields["alcohol"], "13.05");
}

#[test]
fn fields_say_what_is_wrong_and_what_is_unusual() {
    let signature = signature();
    let [alcohol, bottles, region, picked, _] = signature.inputs.as_slice() else {
        panic!("five inputs");
    };
    let problem = |input: &InputSpec, text: &str| field_problem(input, text);
    assert_eq!(problem(alcohol, "13"), None);
    assert_eq!(
        problem(alcohol, "1e400").as_deref(),
        Some("alcohol needs a number")
    );
    assert_eq!(
        problem(bottles, "1.5").as_deref(),
        Some("bottles needs a whole number")
    );
    assert_eq!(
        problem(region, "Anywhere"),
        None,
        "the model decides on unseen categories"
    );
    assert_eq!(
        problem(picked, "yesterday").as_deref(),
        Some("picked needs a time such as 2026-11-18 14:00:00")
    );
    assert_eq!(problem(picked, "2026-11-18 14:00:00"), None);
    assert_eq!(
        field_remark(alcohol, "40").as_deref(),
        Some("Training saw 11 to 14.8")
    );
    assert_eq!(field_remark(alcohol, "12"), None);
    assert_eq!(field_remark(region, "12"), None);
}

#[test]
fn answers_name_the_most_probable_class_first() {
    let signature = signature();
    let tried = |answer| TriedPrediction {
        version: contract::ModelVersionRef {
            model: ModelName::new("wine"),
            version: 1,
        },
        answer,
        micros: 412,
    };
    let output = PredictedOutput::Class {
        index: 1,
        probabilities: vec![0.25, 0.75],
    };
    assert_eq!(
        TriedAnswer::new(&tried(Ok(output)), &signature),
        TriedAnswer::Classes {
            label: "yes".into(),
            probabilities: vec![("yes".into(), 0.75), ("no".into(), 0.25)],
        }
    );
    assert_eq!(
        TriedAnswer::new(&tried(Ok(PredictedOutput::Value(1.5))), &signature),
        TriedAnswer::Value {
            target: "good".into(),
            value: "1.5".into(),
        }
    );
    assert_eq!(
        contract_in_words(&signature),
        "5 columns in, one of 2 classes of good out"
    );
}

#[test]
fn the_log_is_newest_first_and_one_endpoint_s_own() {
    let snapshot = served();
    let rows = log_rows(&snapshot.requests, Some(&ModelName::new("wine")));
    assert_eq!(rows.len(), 80);
    assert!(rows[0].at >= rows[79].at);
    let other = log_rows(&snapshot.requests, Some(&ModelName::new("spare")));
    assert!(
        other.iter().all(|row| row.status >= 400),
        "only what reached no model is everybody's"
    );
    let refused = other.first().expect("some requests were refused");
    let text = format!(
        "{} {} {:?} {}",
        refused.request, refused.status, refused.tone, refused.error
    );
    expect!["POST /invocations 401 Warn the key is missing or wrong"].assert_eq(&text);
}

#[test]
fn rates_and_latencies_are_of_the_newest() {
    let mut seconds = vec![100_u32; 50];
    seconds.extend([4; 10]);
    assert!((rate(&seconds) - 4.0).abs() < 1e-9);
    assert!(rate(&[]).abs() < 1e-9);
    let snapshot = served();
    let history = p99_history(&snapshot.requests, &ModelName::new("wine"), 24);
    assert!((12..=24).contains(&history.len()), "{}", history.len());
    assert!(history.iter().all(|millis| (0.2..3.0).contains(millis)));
    assert!(p99_history(&snapshot.requests, &ModelName::new("spare"), 24).is_empty());
}

#[track_caller]
fn check_snippet(language: Language, expected: &Expect) {
    let server = ServerAddress {
        url: "http://127.0.0.1:41234".into(),
        key: "mk_1".into(),
    };
    let code = snippet(language, &server, &ModelName::new("wine"), &signature());
    expected.assert_eq(&code);
}

#[test]
fn a_shell_can_run_the_curl_snippet() {
    check_snippet(
        Language::Curl,
        &expect![[r#"
            export MILLRACE_KEY='mk_1'
            curl 'http://127.0.0.1:41234/predict/wine' \
              -H "Authorization: Bearer $MILLRACE_KEY" \
              -H 'Content-Type: application/json' \
              -d '{"records": [{
                "alcohol": 13.05,
                "bottles": 12,
                "region": "Côtes d'\''Or",
                "picked": "2026-09-12 00:00:00",
                "organic": true
            }]}'
        "#]],
    );
}

#[test]
fn python_can_run_the_python_snippet() {
    check_snippet(
        Language::Python,
        &expect![[r#"
            import json, urllib.request

            record = {
                "alcohol": 13.05,
                "bottles": 12,
                "region": "Côtes d'Or",
                "picked": "2026-09-12 00:00:00",
                "organic": True
            }
            request = urllib.request.Request(
                "http://127.0.0.1:41234/predict/wine",
                data=json.dumps({"records": [record]}).encode(),
                headers={"Authorization": "Bearer mk_1", "Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request) as response:
                print(json.load(response)["predictions"][0])
        "#]],
    );
}

#[test]
fn the_scoring_snippet_speaks_mlflow() {
    check_snippet(
        Language::Mlflow,
        &expect![[r#"
            curl 'http://127.0.0.1:41234/endpoints/wine/invocations' \
              -H 'Authorization: Bearer mk_1' \
              -H 'Content-Type: application/json' \
              -d '{"dataframe_records": [{
                "alcohol": 13.05,
                "bottles": 12,
                "region": "Côtes d'\''Or",
                "picked": "2026-09-12 00:00:00",
                "organic": true
            }]}'
        "#]],
    );
}

#[test]
fn the_form_s_own_tries_do_not_move_the_latency_of_a_card() {
    let mut snapshot = served();
    let model = ModelName::new("wine");
    let before = p99_history(&snapshot.requests, &model, 24);
    let of_wine = snapshot
        .requests
        .iter()
        .find(|line| line.model.is_some())
        .expect("a request of wine");
    let tried = RequestLine {
        method: "TRY".into(),
        micros: 60_000_000,
        ..(**of_wine).clone()
    };
    snapshot.requests.push(Arc::new(tried));
    assert_eq!(p99_history(&snapshot.requests, &model, 24), before);
}

/// The fields after a record was pasted, or what is wrong with it, and what is said.
fn pasted(json: &str) -> String {
    let signature = signature();
    let mut form = TryForm::default();
    for input in &signature.inputs {
        form.fields.insert(input.name.clone(), "before".into());
    }
    let said = match from_json(&mut form, &signature, json) {
        Ok(said) => said,
        Err(problem) => format!("problem: {problem}"),
    };
    let fields = |input: &InputSpec| format!("{:?}", form.fields[&input.name]);
    let fields: Vec<String> = signature.inputs.iter().map(fields).collect();
    format!("{said} | {}", fields.join(" "))
}

#[test]
fn a_record_is_pasted_as_clients_send_it() {
    let record = r#"{"alcohol": 13.5, "bottles": 12, "region": "Mosel", "picked": "2026-09-12", "organic": true}"#;
    let filled = r#"Filled 5 columns | "13.5" "12" "Mosel" "2026-09-12" "true""#;
    assert_eq!(pasted(record), filled);
    assert_eq!(pasted(&format!("  [{record}, {{}}]\n")), filled);
    for wrapped_in in ["records", "dataframe_records", "instances"] {
        let body = format!(r#"{{"{wrapped_in}": [{record}]}}"#);
        assert_eq!(pasted(&body), filled);
    }
}

#[test]
fn a_record_says_what_it_lacks_and_what_is_too_much() {
    assert_eq!(
        pasted(r#"{"alcohol": null, "bottles": "12", "organic": 0, "colour": "red"}"#),
        r#"Filled 3 columns; 2 are missing; 1 other is none of the model | "" "12" "" "" "false""#
    );
}

#[test]
fn what_is_no_record_changes_nothing() {
    let unchanged = r#"| "before" "before" "before" "before" "before""#;
    for (json, problem) in [
        ("13.5", "The JSON holds no object of columns and values"),
        ("[]", "The JSON holds no object of columns and values"),
        (
            r#"{"colour": "red"}"#,
            "The JSON names no column of the model",
        ),
        (
            r#"{"bottles": 12, "alcohol": [13.5, 13.6]}"#,
            "alcohol needs one value, not several",
        ),
    ] {
        assert_eq!(pasted(json), format!("problem: {problem} {unchanged}"));
    }
    let cut = pasted(r#"{"alcohol": 13.5"#);
    assert!(cut.starts_with("problem: This is no JSON: EOF"), "{cut}");
    assert!(cut.ends_with(unchanged), "{cut}");
}

#[test]
fn a_row_of_the_training_data_fills_the_form_and_can_be_sent() {
    let snapshot = served();
    let view = &snapshot.endpoints[0];
    let version = trained_on(&snapshot, view).expect("its data is in the project");
    assert_eq!(version.id.to_string(), "wine@1");
    let page = states::rows_of(&version, 4, 3).page.expect("rows");
    let signature = &view.model.signature;
    let mut form = TryForm::default();
    form.follow(&view.model.id, signature);
    let (tone, said) = from_row(&mut form, signature, &version, (&page, 5));
    assert_eq!((tone, said.as_str()), (look::Tone::Done, "Row 6 of wine@1"));
    let place = version
        .columns
        .iter()
        .position(|column| &*column.name == "alcohol")
        .expect("a column");
    let cell = page.rows[1][place].as_deref().expect("a value");
    assert_eq!(form.fields["alcohol"], cell);
    form.cells(signature).expect("it can be sent");

    let (tone, said) = from_row(&mut form, signature, &version, (&page, 9));
    assert_eq!(
        (tone, said.as_str()),
        (look::Tone::Fail, "There is no row 10")
    );
    let nothing = RowsPage {
        rows: vec![vec![None; version.columns.len()]],
        ..RowsPage::default()
    };
    from_row(&mut form, signature, &version, (&nothing, 0));
    assert_eq!(form.fields["alcohol"], "", "what the row lacks is missing");
}
