//! Descriptions for clients: OpenAPI 3.1 made from the table of routes and the served signatures, and the metadata of the Open
//! Inference Protocol.

use std::sync::Arc;

use contract::{ColumnType, InputSpec};
use serde_json::{Map, Value, json};

use crate::answer::datatype;
use crate::dialect::Dialect;
use crate::routes::{Action, Permission, ROUTES, Route};
use crate::served::Served;

/// More categories than this are not listed in a schema.
const MOST_LISTED_CATEGORIES: usize = 100;

pub(crate) fn server_metadata() -> Value {
    json!({
        "name": "millrace",
        "version": env!("CARGO_PKG_VERSION"),
        "extensions": ["binary_tensor_data"],
    })
}

pub(crate) fn model_metadata(served: &Served) -> Value {
    let inputs: Vec<Value> = served
        .schema
        .inputs
        .iter()
        .map(|input| {
            json!({"name": input.name, "datatype": datatype(input.column_type), "shape": [-1, 1]})
        })
        .collect();
    let classes = served.classes_json.len();
    let outputs = match served.schema.outputs {
        ["prediction"] => json!([{"name": "prediction", "datatype": "FP64", "shape": [-1]}]),
        _ => json!([
            {"name": "label", "datatype": "BYTES", "shape": [-1]},
            {"name": "probabilities", "datatype": "FP32", "shape": [-1, classes]},
        ]),
    };
    json!({
        "name": served.version.model,
        "versions": [served.version.version.to_string()],
        "platform": "millrace_onnx",
        "inputs": inputs,
        "outputs": outputs,
    })
}

pub(crate) fn document(url: &str, models: &[Arc<Served>]) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        add(&mut paths, route.path, route, None);
        if matches!(route.action, Action::Predict(Dialect::Plain)) {
            for served in models {
                let path = route
                    .path
                    .replace("{model}", &percent_encoded(served.version.model.as_str()));
                add(&mut paths, &path, route, Some(served));
            }
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Millrace models", "version": env!("CARGO_PKG_VERSION")},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Error": {
                    "type": "object",
                    "properties": {"error": {"type": "string"}, "hint": {"type": "string"}},
                    "required": ["error"],
                },
            },
        },
    })
}

/// Describes a route, of one served model if it is given.
fn add(paths: &mut Map<String, Value>, path: &str, route: &Route, served: Option<&Served>) {
    let parameters: Vec<Value> = ["model", "version"]
        .into_iter()
        .filter(|name| path.contains(&format!("{{{name}}}")))
        .map(|name| {
            json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
        })
        .collect();
    let security = match route.permission {
        Permission::Health => json!([]),
        Permission::Key => json!([{"key": []}]),
    };
    let refused = json!({
        "description": "Refused, with a sentence that says why",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    });
    let answer = served.map_or(json!({"type": "object"}), answer_schema);
    let mut operation = json!({
        "summary": match served {
            Some(served) => format!("{} with {}", route.summary, served.version),
            None => route.summary.to_owned(),
        },
        "parameters": parameters,
        "security": security,
        "responses": {
            "200": {
                "description": "The answer",
                "content": {content_type(route): {"schema": answer}},
            },
            "4XX": refused.clone(),
            "5XX": refused,
        },
    });
    if let Action::Predict(dialect) = route.action {
        operation["requestBody"] = request_body(dialect, served);
    }
    let methods = paths.entry(path).or_insert_with(|| json!({}));
    methods[route.verb.word()] = operation;
}

fn content_type(route: &Route) -> &'static str {
    match route.action {
        Action::Metrics => "application/openmetrics-text",
        _ => "application/json",
    }
}

fn request_body(dialect: Dialect, served: Option<&Served>) -> Value {
    let schema = match (dialect, served) {
        (Dialect::Plain, Some(served)) => records_schema(served),
        (Dialect::Plain, None) => json!({
            "type": "object",
            "properties": {"records": {"type": "array", "items": {"type": "object"}}},
            "required": ["records"],
        }),
        (Dialect::Inference, _) => json!({
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "inputs": {"type": "array", "items": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string"},
                        "shape": {"type": "array", "items": {"type": "integer"}},
                        "datatype": {"type": "string"},
                        "data": {"type": "array"},
                    },
                    "required": ["name", "shape", "datatype"],
                }},
                "outputs": {"type": "array"},
            },
            "required": ["inputs"],
        }),
        (Dialect::Mlflow, _) => json!({
            "type": "object",
            "properties": {
                "dataframe_split": {"type": "object"},
                "dataframe_records": {"type": "array"},
                "instances": {"type": "array"},
                "inputs": {"type": ["object", "array"]},
            },
        }),
    };
    let mut content = json!({"application/json": {"schema": schema}});
    if dialect == Dialect::Mlflow {
        content["text/csv"] = json!({"schema": {"type": "string"}});
    }
    json!({"required": true, "content": content})
}

fn records_schema(served: &Served) -> Value {
    let inputs = &served.signature().inputs;
    let properties: Map<String, Value> = inputs
        .iter()
        .map(|input| (input.name.to_string(), column_schema(input)))
        .collect();
    let names: Vec<&str> = inputs.iter().map(|input| &*input.name).collect();
    json!({
        "type": "object",
        "properties": {"records": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": properties,
                "required": names,
                "additionalProperties": false,
            },
        }},
        "required": ["records"],
    })
}

fn column_schema(input: &InputSpec) -> Value {
    let mut schema = match input.column_type {
        ColumnType::Integer => json!({"type": ["integer", "null"]}),
        ColumnType::Float => json!({"type": ["number", "null"]}),
        ColumnType::Boolean => json!({"type": ["boolean", "null"]}),
        ColumnType::Timestamp => json!({"type": ["string", "number", "null"]}),
        ColumnType::Text => json!({"type": ["string", "null"]}),
    };
    if (1..=MOST_LISTED_CATEGORIES).contains(&input.categories.len()) {
        let categories = input.categories.iter().map(|text| json!(text));
        schema["enum"] = categories.chain([Value::Null]).collect();
    }
    if let Some((smallest, largest)) = input.range {
        schema["description"] = json!(format!("{smallest} to {largest} in training"));
    }
    if let Some(example) = &input.example {
        let number = example
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite());
        let example = match (input.column_type, number) {
            (ColumnType::Integer | ColumnType::Float, Some(number)) => json!(number),
            (ColumnType::Boolean, _) => json!(example == "true" || example == "1"),
            _ => json!(example),
        };
        schema["examples"] = json!([example]);
    }
    schema
}

fn answer_schema(served: &Served) -> Value {
    let classes = &served.signature().classes;
    let prediction = if classes.is_empty() {
        json!({"id": {"type": "string"}, "value": {"type": "number"}})
    } else {
        let each: Map<String, Value> = classes
            .iter()
            .map(|label| (label.to_string(), json!({"type": "number"})))
            .collect();
        json!({
            "id": {"type": "string"},
            "label": {"type": "string", "enum": classes},
            "probabilities": {"type": "object", "properties": each},
        })
    };
    json!({
        "type": "object",
        "properties": {
            "model": {"type": "string"},
            "version": {"type": "integer"},
            "predictions": {
                "type": "array",
                "items": {"type": "object", "properties": prediction},
            },
        },
    })
}

/// A name as a segment of a path.
fn percent_encoded(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
