//! A refused request: the status, a sentence, and what to do about it, as `{"error": …, "hint": …}`.

use std::time::Duration;

use axum::http::StatusCode;
use serde::Serialize;

#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) error: String,
    pub(crate) hint: Option<String>,
    /// For the header Retry-After.
    pub(crate) retry_after_secs: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            hint: None,
            retry_after_secs: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says when it is worth coming again, in whole seconds.
    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        let part = u64::from(wait.subsec_nanos() > 0);
        self.retry_after_secs = Some(wait.as_secs() + part);
        self
    }

    /// The body does not say what the route takes.
    pub(crate) fn malformed(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// The body is well formed, but the model cannot take it.
    pub(crate) fn unfit(error: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error)
    }

    /// Come again in a moment.
    pub(crate) fn busy(error: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
            .hint("send the request again in a moment")
            .retry_after(Duration::from_secs(1))
    }

    pub(crate) fn json(error: &serde_json::Error) -> Self {
        Self::malformed(format!(
            "The body is not the JSON that is expected: {error}"
        ))
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Body<'a> {
            error: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            hint: Option<&'a str>,
        }
        let body = Body {
            error: &self.error,
            hint: self.hint.as_deref(),
        };
        // Writing two strings into memory cannot fail.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

/// `a`, or `a, b, c`, at most twelve of them: for sentences that name what is known.
pub(crate) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    const MOST_NAMES: usize = 12;
    let mut text = names
        .iter()
        .take(MOST_NAMES)
        .map(AsRef::as_ref)
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > MOST_NAMES {
        text.push_str(&format!(" and {} more", names.len() - MOST_NAMES));
    }
    text
}

/// A value from outside as it is quoted in a sentence: short, on one line.
pub(crate) fn quoted(text: &str) -> String {
    const MOST_CHARACTERS: usize = 60;
    let mut short: String = text
        .chars()
        .take(MOST_CHARACTERS)
        .map(|c| if c.is_control() { '�' } else { c })
        .collect();
    if text.chars().nth(MOST_CHARACTERS).is_some() {
        short.push('…');
    }
    format!("“{short}”")
}
