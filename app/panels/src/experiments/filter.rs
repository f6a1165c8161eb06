//! The filter of the runs table: words that must occur, and comparisons such as `accuracy>0.9`.

use contract::Run;

use super::parameters::number_of;

/// What a person wrote in the filter field, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Filter {
    terms: Vec<Term>,
    /// Why a term was not understood; such a term is left out.
    pub complaint: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Term {
    Contains(String),
    Lacks(String),
    Compares {
        name: String,
        comparison: Comparison,
        number: f64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

/// Two-letter signs first, so that `>=` is not read as `>`.
const SIGNS: [(&str, Comparison); 5] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("<", Comparison::Less),
    (">", Comparison::More),
    ("=", Comparison::Equal),
];

impl Filter {
    /// Reads words between spaces; all of them have to hold. `-word` must not occur.
    pub(crate) fn parse(text: &str) -> Self {
        let mut filter = Self::default();
        for word in text.split_whitespace() {
            match Term::parse(word) {
                Ok(term) => filter.terms.extend(term),
                Err(complaint) => filter.complaint = Some(complaint),
            }
        }
        filter
    }

    /// `lower_case_text` is everything that can be searched of the run, see [`searchable`].
    pub(crate) fn accepts(&self, run: &Run, lower_case_text: &str) -> bool {
        self.terms.iter().all(|term| match term {
            Term::Contains(word) => lower_case_text.contains(word.as_str()),
            Term::Lacks(word) => !lower_case_text.contains(word.as_str()),
            Term::Compares {
                name,
                comparison,
                number,
            } => number_of(run, name).is_some_and(|found| comparison.holds(found, *number)),
        })
    }
}

impl Term {
    /// `None` for a term that is still being written.
    fn parse(word: &str) -> Result<Option<Self>, String> {
        let sign = SIGNS
            .iter()
            .find_map(|(sign, comparison)| Some((word.split_once(sign)?, *comparison)));
        if let Some(((name, number), comparison)) = sign {
            if name.is_empty() || number.is_empty() {
                return Ok(None);
            }
            let number = number
                .parse()
                .map_err(|_| format!("“{number}” is not a number"))?;
            return Ok(Some(Self::Compares {
                name: name.to_lowercase(),
                comparison,
                number,
            }));
        }
        let word = word.to_lowercase();
        Ok(match word.strip_prefix('-') {
            Some("") => None,
            Some(unwanted) => Some(Self::Lacks(unwanted.into())),
            None => Some(Self::Contains(word)),
        })
    }
}

impl Comparison {
    fn holds(self, found: f64, number: f64) -> bool {
        match self {
            Self::Less => found < number,
            Self::AtMost => found <= number,
            Self::Equal => found == number,
            Self::AtLeast => found >= number,
            Self::More => found > number,
        }
    }
}

/// Everything of a run that a word can find, in lower case.
pub(crate) fn searchable(run: &Run) -> String {
    let recipe = &run.recipe;
    format!(
        "#{} {} {} {} {} {} {} {} {}",
        run.number,
        run.id,
        recipe.data,
        recipe.target,
        recipe.experiment,
        recipe.task.word(),
        run.state.word(),
        run.device,
        run.error.as_deref().unwrap_or_default(),
    )
    .to_lowercase()
}
