//! The snippets of an endpoint: the same request from a shell and from Python, ready to run.

use super::data::typical;
use contract::{ColumnType, InputSpec, ModelName, ServerAddress, Signature};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    Curl,
    Python,
    /// MLflow's scoring protocol, for clients that already speak it.
    Mlflow,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::Curl, Self::Python, Self::Mlflow];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "Python",
            Self::Mlflow => "MLflow scoring",
        }
    }
}

/// More members than this stand one in a line.
const MOST_IN_A_LINE: usize = 4;

/// The request with typical values and the key, ready to paste.
pub(crate) fn snippet(
    language: Language,
    server: &ServerAddress,
    model: &ModelName,
    signature: &Signature,
) -> String {
    let record = example_record(signature);
    let json_record = object(&record, Value::to_string);
    let url = &server.url;
    match language {
        Language::Curl => format!(
            "export MILLRACE_KEY='{key}'\n\
             curl '{url}/predict/{model}' \\\n  \
             -H \"Authorization: Bearer $MILLRACE_KEY\" \\\n  \
             -H 'Content-Type: application/json' \\\n  \
             -d '{body}'\n",
            key = server.key,
            body = shell_quoted(&format!("{{\"records\": [{json_record}]}}")),
        ),
        Language::Python => format!(
            "import json, urllib.request\n\n\
             record = {record}\n\
             request = urllib.request.Request(\n    \
             {url},\n    \
             data=json.dumps({{\"records\": [record]}}).encode(),\n    \
             headers={{\"Authorization\": {bearer}, \"Content-Type\": \"application/json\"}},\n\
             )\n\
             with urllib.request.urlopen(request) as response:\n    \
             print(json.load(response)[\"predictions\"][0])\n",
            url = json!(format!("{url}/predict/{model}")),
            bearer = json!(format!("Bearer {}", server.key)),
            record = object(&record, python_word),
        ),
        Language::Mlflow => format!(
            "curl '{url}/endpoints/{model}/invocations' \\\n  \
             -H 'Authorization: Bearer {key}' \\\n  \
             -H 'Content-Type: application/json' \\\n  \
             -d '{body}'\n",
            key = server.key,
            body = shell_quoted(&format!("{{\"dataframe_records\": [{json_record}]}}")),
        ),
    }
}

/// Names and values in the order of the signature.
fn example_record(signature: &Signature) -> Vec<(&str, Value)> {
    signature
        .inputs
        .iter()
        .map(|input| (&*input.name, example_value(input)))
        .collect()
}

fn example_value(input: &InputSpec) -> Value {
    let typical = typical(input);
    if typical.is_empty() {
        return Value::Null;
    }
    match (input.column_type, typical.parse::<f64>()) {
        (ColumnType::Boolean, _) => json!(typical == "true"),
        (ColumnType::Integer, Ok(number)) if number.abs() < 1e15 => json!(number as i64),
        (ColumnType::Integer | ColumnType::Float, Ok(number)) => json!(number),
        _ => json!(typical),
    }
}

/// An object whose members keep their order.
fn object(record: &[(&str, Value)], word: impl Fn(&Value) -> String) -> String {
    let members: Vec<String> = record
        .iter()
        .map(|(name, value)| format!("{}: {}", json!(name), word(value)))
        .collect();
    if members.len() <= MOST_IN_A_LINE {
        format!("{{{}}}", members.join(", "))
    } else {
        format!("{{\n    {}\n}}", members.join(",\n    "))
    }
}

/// JSON is Python but for three words.
fn python_word(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => other.to_string(),
    }
}

/// For the inside of single quotes in a POSIX shell.
fn shell_quoted(text: &str) -> String {
    text.replace('\'', "'\\''")
}
