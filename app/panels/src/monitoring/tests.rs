//! What Monitoring says, as text.

use contract::{DriftVerdict, ModelName, RunState, Snapshot};
use expect_test::{Expect, expect};

use super::data::{change_in_words, drift_rows, headlines, open_endpoint, verdict_word};
use crate::states::{self, Sample};

fn sample() -> Sample {
    let wine = states::wine();
    Sample::new()
        .dataset(vec![wine.clone()])
        .run_of(&wine, RunState::Finished)
        .model("wine", 1)
        .served("wine")
}

fn check(snapshot: &Snapshot, expected: &Expect) {
    let view = open_endpoint(snapshot, None).expect("an endpoint");
    let report = snapshot.drift.get(&view.endpoint.name);
    let mut text = String::new();
    for line in headlines(view, report.map(|report| &**report)) {
        text += &format!(
            "{}: {}{} {:?}\n",
            line.name, line.value, line.unit, line.tone
        );
    }
    for row in report.map(|report| drift_rows(report)).unwrap_or_default() {
        let statistics: Vec<String> = row
            .statistics
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        text += &format!(
            "{}{} {} PSI {} | {} | missing {}\n",
            row.name,
            if row.is_prediction {
                " (prediction)"
            } else {
                ""
            },
            verdict_word(row.verdict),
            row.psi,
            statistics.join(", "),
            row.missing
        );
    }
    expected.assert_eq(&text);
}

#[test]
fn a_drifted_column_leads_the_table() {
    check(
        &sample().drifting("wine", DriftVerdict::Drifted).done(),
        &expect![[r#"
            Requests a second: 15.1/s Neutral
            p99 latency: 2.87ms Neutral
            Errors: 0.08% Neutral
            Predictions: 96 422 Neutral
            Drifted columns: 2 Fail
            cultivar (prediction) moving PSI 0.1501 | Jensen-Shannon 0.1370, χ² 150.1, p 0.259 | missing –
            malic_acid drifted PSI 2.4386 | Wasserstein 1.7160 sd, KS 0.4940, p < 0.001 | missing –
            magnesium drifted PSI 0.3258 | Wasserstein 0.5940 sd, KS 0.1710, p < 0.001 | missing 0 % → 2.10 %
            nonflavanoid_phenols stable PSI 0.0204 | Wasserstein 0.1480 sd, KS 0.0426, p 0.166 | missing –
            od280_od315_of_diluted_wines stable PSI 0.0169 | Wasserstein 0.1345 sd, KS 0.0387, p 0.196 | missing –
            alcohol stable PSI 0.0136 | Wasserstein 0.1206 sd, KS 0.0347, p 0.232 | missing –
            proline stable PSI 0.0079 | Wasserstein 0.0918 sd, KS 0.0264, p 0.329 | missing –
            alcalinity_of_ash stable PSI 0.0076 | Wasserstein 0.0905 sd, KS 0.0261, p 0.334 | missing –
            hue stable PSI 0.0041 | Wasserstein 0.0664 sd, KS 0.0191, p 0.447 | missing –
            color_intensity stable PSI 0.0027 | Wasserstein 0.0537 sd, KS 0.0155, p 0.522 | missing –
            total_phenols stable PSI 0.0012 | Wasserstein 0.0355 sd, KS 0.0102, p 0.651 | missing –
            ash stable PSI 0.0010 | Wasserstein 0.0323 sd, KS 0.0093, p 0.676 | missing –
            flavanoids stable PSI 0.0008 | Wasserstein 0.0284 sd, KS 0.0082, p 0.708 | missing –
            proanthocyanins stable PSI 1.01e−5 | Wasserstein 0.0033 sd, KS 0.0009, p 0.961 | missing –
        "#]],
    );
}

#[test]
fn without_a_measurement_nothing_is_claimed() {
    check(
        &sample().quiet().done(),
        &expect![[r#"
            Requests a second: 0/s Neutral
            p99 latency: – Neutral
            Errors: – Neutral
            Predictions: 0 Neutral
            Drifted columns: – Neutral
        "#]],
    );
}

#[test]
fn too_few_predictions_are_no_drift_and_no_stability() {
    check(
        &sample().too_few_predictions("wine").done(),
        &expect![[r#"
        Requests a second: 15.1/s Neutral
        p99 latency: 2.87ms Neutral
        Errors: 0.08% Neutral
        Predictions: 96 422 Neutral
        Drifted columns: – Neutral
    "#]],
    );
}

#[test]
fn the_largest_change_is_said_in_words() {
    let snapshot = sample().drifting("wine", DriftVerdict::Drifted).done();
    let report = &snapshot.drift[&ModelName::new("wine")];
    let said = change_in_words(&report.columns[1]).expect("there are bins");
    expect!["2.29 to 2.69: 25.0 % before, 3.39 % now (fewer)"].assert_eq(&said);
}

#[test]
fn an_endpoint_that_is_gone_is_not_open() {
    let snapshot = sample().done();
    let gone = ModelName::new("gone");
    let open = open_endpoint(&snapshot, Some(&gone)).expect("another one is");
    assert_eq!(open.endpoint.name.as_str(), "wine");
    assert!(open_endpoint(&states::empty(), Some(&gone)).is_none());
}
