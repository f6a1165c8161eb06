//! What the registry says of versions, flags and parity, and which names it accepts.

use contract::RunState;
use expect_test::expect;

use super::data::{alias_complaint, flags, name_complaint, parity, version_rows};
use crate::states::{self, Sample};

#[test]
fn versions_stand_newest_first_with_flags_and_gains() {
    let wine = states::wine();
    let mut snapshot = Sample::new()
        .dataset(vec![wine.clone()])
        .run_of(&wine, RunState::Finished)
        .run_of(&wine, RunState::Finished)
        .run_of(&wine, RunState::Stopped)
        .model("wine", 3)
        .served("wine")
        .done();
    let model = std::sync::Arc::make_mut(&mut snapshot.models[0]);
    model.aliases.insert("challenger".into(), 3);
    model.aliases.insert("champion".into(), 3);
    model.aliases.insert("last-week".into(), 1);
    let model = model.clone();
    let text: String = version_rows(&model, &snapshot)
        .iter()
        .map(|row| {
            let change = row.change.map(|change| (change * 1e4).round() / 1e4);
            format!(
                "v{} {:?} {} {:.4} {:?} served {} run {:?}\n",
                row.id.version,
                row.flags,
                row.metric,
                row.value.unwrap_or(f64::NAN),
                change,
                row.is_served,
                row.run_number,
            )
        })
        .collect();
    expect![[r#"
        v3 ["champion", "challenger"] accuracy 0.8846 Some(-0.0385) served true run Some(3)
        v2 [] accuracy 0.9231 Some(0.0) served false run Some(2)
        v1 ["last-week"] accuracy 0.9231 None served false run Some(1)
    "#]]
    .assert_eq(&text);
    assert_eq!(flags(&model, 2), [] as [std::sync::Arc<str>; 0]);
}

#[test]
fn parity_is_explained_by_its_size() {
    let run = states::run(1, &states::wine(), RunState::Finished);
    let name = contract::ModelName::new("wine");
    let mut version = states::model_version(&name, 1, &run);
    let mut said = |difference: f64, rows: u64| {
        version.onnx_max_abs_diff = difference;
        version.onnx_compared_rows = rows;
        let parity = parity(&version);
        format!(
            "{} | {} | {:?}",
            parity.figure, parity.sentence, parity.tone
        )
    };
    expect!["2.4e−7 | Largest difference of any probability between the trainer and the ONNX model on 27 held-out rows: rounding alone | Done"].assert_eq(&said(2.4e-7, 27));
    expect!["0.0004 | Largest difference of any probability between the trainer and the ONNX model on 1 held-out row: too small to be seen in an answer | Done"].assert_eq(&said(4e-4, 1));
    expect!["0.031 | Largest difference of any probability between the trainer and the ONNX model on 1 000 held-out rows: more than rounding explains | Warn"].assert_eq(&said(0.031, 1_000));
    expect!["– | The ONNX model was not compared with the trainer | Warn"]
        .assert_eq(&said(f64::NAN, 10));
    expect!["– | The ONNX model was not compared with the trainer | Warn"].assert_eq(&said(0.0, 0));
}

#[test]
fn an_alias_is_a_word_that_is_no_version() {
    assert_eq!(alias_complaint("champion"), None);
    assert_eq!(alias_complaint("v2-candidate"), None);
    for wrong in ["", " ", "a b", "a@b", "3", "v3"] {
        assert!(alias_complaint(wrong).is_some(), "{wrong:?}");
    }
}

#[test]
fn a_models_name_can_stand_in_an_address() {
    for right in ["wine", "wine-quality_2.1", "Wine", "9"] {
        assert_eq!(name_complaint(right), None, "{right:?}");
    }
    for wrong in ["", "  ", "a/b", "a@1", "a b", "a?b", "Käse", ".wine"] {
        assert!(name_complaint(wrong).is_some(), "{wrong:?}");
    }
    assert_eq!(name_complaint(&"w".repeat(64)), None);
    assert!(name_complaint(&"w".repeat(65)).is_some());
}
