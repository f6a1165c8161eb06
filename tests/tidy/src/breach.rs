//! What a law reports: the rule, the place and the reason, so that a failing test needs no second look.

use std::fmt;

/// One broken rule at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    pub(crate) rule: &'static str,
    /// A path from the top of the tree, with a line where there is one.
    pub(crate) place: String,
    pub(crate) reason: String,
}

impl Breach {
    pub(crate) fn new(
        rule: &'static str,
        place: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            place: place.into(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}\n    at {}\n    because {}",
            self.rule, self.place, self.reason
        )
    }
}

/// Passes if nothing is broken, and otherwise fails with every breach.
#[track_caller]
pub(crate) fn uphold(breaches: &[Breach]) {
    let list: Vec<String> = breaches.iter().map(Breach::to_string).collect();
    assert!(
        breaches.is_empty(),
        "{} broken:\n{}",
        match breaches.len() {
            1 => "one rule is".to_owned(),
            count => format!("{count} rules are"),
        },
        list.join("\n")
    );
}

/// Passes if a bad sample is caught exactly once, with a reason that says `reason`; a law that cannot fail is no law.
#[track_caller]
pub(crate) fn caught(breaches: &[Breach], reason: &str) {
    assert_eq!(
        breaches.len(),
        1,
        "one breach was expected, with “{reason}”: {breaches:#?}"
    );
    assert!(
        breaches[0].reason.contains(reason),
        "“{}” does not say “{reason}”",
        breaches[0].reason
    );
}

#[test]
fn a_breach_prints_the_rule_the_place_and_the_reason() {
    let breach = Breach::new("Rooms see what the table allows", "app/look", "look is low");
    assert_eq!(
        breach.to_string(),
        "Rooms see what the table allows\n    at app/look\n    because look is low"
    );
    let failure = std::panic::catch_unwind(|| uphold(std::slice::from_ref(&breach)));
    assert!(failure.is_err(), "a breach fails the test");
    uphold(&[]);
}
