//! What crosses the staircase survives the crossing.

use crate::*;

#[test]
fn facts_and_commands_survive_json() {
    let fact = Fact::RunFailed {
        run: RunId::from_random(77),
        seconds: 1.5,
        error: "the loss is NaN".into(),
    };
    let text = serde_json::to_string(&fact).expect("a fact is JSON");
    assert_eq!(
        serde_json::from_str::<Fact>(&text).expect("the same fact"),
        fact
    );

    let command = Command::StartEndpoint {
        selector: ModelSelector::parse("wine@champion").expect("a selector"),
        port: 0,
    };
    let text = serde_json::to_string(&Ask::Command(command.clone())).expect("a command is JSON");
    assert_eq!(
        serde_json::from_str::<Ask>(&text).expect("the same command"),
        Ask::Command(command)
    );
}

#[test]
fn what_a_table_or_a_chart_asks_and_gets_survives_json() {
    let version = DataVersionRef {
        dataset: DatasetName::new("wine"),
        version: 2,
    };
    let query = PointsQuery {
        x: "alcohol".into(),
        y: "hue".into(),
        color: Some("cultivar".into()),
        most: 1_000_000,
    };
    let asked = [
        Command::ShowRows {
            version: version.clone(),
            first_row: 7,
            count: 40,
            columns: Some(5_000..5_041),
        },
        Command::ShowRejects {
            version: version.clone(),
            first: 2_999_999,
            count: 1,
        },
        Command::ShowPoints {
            version: version.clone(),
            query: query.clone(),
        },
    ];
    for command in asked {
        let text = serde_json::to_string(&command).expect("a command is JSON");
        let same: Command = serde_json::from_str(&text).expect("the same command");
        assert_eq!(same, command);
    }
    let view = PointsView {
        version,
        query,
        page: Ok(PointsPage {
            points: [[13.05, 1e308], [-0.1, 0.3]].into(),
            classes: Some([1, 0].into()),
            class_names: vec![Some("a".into()), None],
            rows: 3,
            one_of: 1,
        }),
    };
    let text = serde_json::to_string(&view).expect("a view is JSON");
    assert_eq!(
        serde_json::from_str::<PointsView>(&text).expect("the same view"),
        view
    );
}

#[test]
fn ids_are_short_and_distinct() {
    let id = RunId::from_random(0x12_3456_789a);
    assert_eq!(id.as_str().len(), "run-".len() + 8);
    assert_ne!(id, RunId::from_random(0x12_3456_789b));
}

#[test]
fn selectors_read_what_people_write() {
    let version = |text: &str| ModelSelector::parse(text).map(|selector| selector.version);
    assert_eq!(version("wine"), Some(VersionSelector::ChampionOrNewest));
    assert_eq!(version("wine@2"), Some(VersionSelector::Number(2)));
    assert_eq!(version("wine@v2"), Some(VersionSelector::Number(2)));
    assert_eq!(
        version("wine@champion"),
        Some(VersionSelector::Alias("champion".into()))
    );
    assert_eq!(version("wine@"), None);
    assert_eq!(version("@2"), None);
}

/// A repair writes a fact anew, and its hash has to come out as it was.
#[test]
fn options_from_before_the_order_of_dates_are_written_as_they_were() {
    let text = r#"{"format":"csv","delimiter":",","quote":"\"","has_header":true,"encoding":"utf-8","decimal_separator":".","sheet":null}"#;
    let options: ReaderOptions = serde_json::from_str(text).expect("options");
    assert_eq!(options.date_order, None);
    let again = serde_json::to_string(&options).expect("options are JSON");
    assert_eq!(again, text);
}
