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
