//! The snippets of an endpoint: the same request from a shell and from Python, ready to run.

use contract::{ColumnType, InputSpec, ModelName, ServerAddress, Signature};
use serde_json::{Map, Value, json};

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

/// The request with typical values and the key, ready to paste.
pub(crate) fn snippet(
    language: Language,
    server: &ServerAddress,
    model: &ModelName,
    signature: &Signature,
) -> String {
    let record = example_record(signature);
    let url = &server.url;
    match language {
        Language::Curl => format!(
            "export MILLRACE_KEY='{key}'\n\
             curl '{url}/predict/{model}' \\\n  \
             -H \"Authorization: Bearer $MILLRACE_KEY\" \\\n  \
             -H 'Content-Type: application/json' \\\n  \
             -d '{body}'\n",
            key = server.key,
            body = shell_quoted(&json!({ "records": [record] }).to_string()),
        ),
        Language::Python => format!(
            "import json, urllib.request\n\n\
             request = urllib.request.Request(\n    \
             {url},\n    \
             data=json.dumps({{\"records\": [{record}]}}).encode(),\n    \
             headers={{\"Authorization\": {bearer}, \"Content-Type\": \"application/json\"}},\n\
             )\n\
             with urllib.request.urlopen(request) as response:\n    \
             print(json.load(response)[\"predictions\"][0])\n",
            url = json!(format!("{url}/predict/{model}")),
            bearer = json!(format!("Bearer {}", server.key)),
            record = python_dict(&record),
        ),
        Language::Mlflow => format!(
            "curl '{url}/endpoints/{model}/invocations' \\\n  \
             -H 'Authorization: Bearer {key}' \\\n  \
             -H 'Content-Type: application/json' \\\n  \
             -d '{body}'\n",
            key = server.key,
            body = shell_quoted(&json!({ "dataframe_records": [record] }).to_string()),
        ),
    }
}

fn example_record(signature: &Signature) -> Map<String, Value> {
    signature
        .inputs
        .iter()
        .map(|input| (input.name.to_string(), example_value(input)))
        .collect()
}

fn example_value(input: &InputSpec) -> Value {
    let Some(example) = &input.example else {
        return Value::Null;
    };
    if input.column_type == ColumnType::Text {
        return json!(example);
    }
    match example.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 && number.abs() < 1e15 => json!(number as i64),
        Ok(number) => json!(number),
        Err(_) => json!(example),
    }
}

/// JSON is Python but for three words.
fn python_dict(record: &Map<String, Value>) -> String {
    let fields: Vec<String> = record
        .iter()
        .map(|(name, value)| {
            let value = match value {
                Value::Null => "None".to_owned(),
                Value::Bool(true) => "True".to_owned(),
                Value::Bool(false) => "False".to_owned(),
                other => other.to_string(),
            };
            format!("{}: {value}", json!(name))
        })
        .collect();
    format!("{{{}}}", fields.join(", "))
}

/// For the inside of single quotes in a POSIX shell.
fn shell_quoted(text: &str) -> String {
    text.replace('\'', "'\\''")
}
