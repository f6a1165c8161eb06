//! What a person reads when a request cannot be answered: the row, the column, the type, the category, the shape.

use serde_json::{Value, json};

use super::{Client, price, start, wine};

fn client() -> (super::TestServer, Client) {
    let served = start(vec![wine(2), price(7)]);
    let client = served.client.clone();
    (served, client)
}

fn record() -> Value {
    json!({"alcohol": 5, "colour": "red", "age": 3, "organic": true, "bottled": 0})
}

/// A good record with one value changed.
fn with(column: &str, value: Value) -> Value {
    let mut changed = record();
    changed[column] = value;
    json!({"records": [record(), changed]})
}

#[test]
fn a_bad_value_is_named() {
    let (_served, client) = client();
    let check = |column: &str, value: Value, expected: &str| {
        let answer = client.post("/predict/wine", &with(column, value));
        assert_eq!(answer.error(), (422, expected.to_owned()));
    };
    check(
        "alcohol",
        json!("strong"),
        "Row 1: column “alcohol” takes a number, not the text “strong”",
    );
    check(
        "alcohol",
        json!(true),
        "Row 1: column “alcohol” takes a number, not true",
    );
    check(
        "alcohol",
        json!([1]),
        "Row 1: column “alcohol” takes one value, not a list",
    );
    check(
        "alcohol",
        json!({"a": 1}),
        "Row 1: column “alcohol” takes one value, not an object",
    );
    check(
        "age",
        json!(2.5),
        "Row 1: column “age” takes an integer, not 2.5",
    );
    check(
        "organic",
        json!(2),
        "Row 1: column “organic” takes true or false, not 2",
    );
    check(
        "colour",
        json!(7),
        "Row 1: column “colour” takes text, not the number 7",
    );
    check(
        "colour",
        json!("pink"),
        "Row 1: column “colour” has no category “pink”",
    );
    check(
        "bottled",
        json!("last week"),
        "Row 1: column “bottled” takes a time, not the text “last week”",
    );

    let answer = client.post("/predict/wine", &with("colour", json!("pink")));
    assert_eq!(answer.json()["hint"], "training saw red, white");
    // What is quoted is short and has no line of its own.
    let long = "x\n".repeat(500);
    let (_, error) = client
        .post("/predict/wine", &with("colour", json!(long)))
        .error();
    assert!(error.len() < 250 && !error.contains('\n'), "{error}");
}

#[test]
fn missing_and_extra_columns_are_named() {
    let (_served, client) = client();
    let answer = client.post("/predict/price", &json!({"records": [{"alcohol": 1}]}));
    assert_eq!(
        answer.error(),
        (422, "Row 0 lacks the column “age”".to_owned())
    );
    let answer = client.post(
        "/predict/price",
        &json!({"records": [{"alcohol": 1, "age": 1, "weight": 3}]}),
    );
    assert_eq!(
        answer.error(),
        (422, "The model has no column “weight”".to_owned())
    );
    assert_eq!(answer.json()["hint"], "its columns are alcohol, age");
    let twice = br#"{"records": [{"alcohol": 1, "age": 1, "alcohol": 2}]}"#;
    let answer = client.send(
        "/predict/price",
        &[("content-type", "application/json")],
        twice,
    );
    assert_eq!(
        answer.error(),
        (400, "Row 0 gives the column “alcohol” twice".to_owned())
    );
}

/// Body, status, part of the sentence.
type Case = (&'static str, u16, &'static str);

const PLAIN: &[Case] = &[
    ("", 400, "not the JSON that is expected"),
    ("{", 400, "not the JSON that is expected"),
    ("[]", 400, "expected an object with “records”"),
    ("{}", 400, "The body has no “records”"),
    (r#"{"rows": []}"#, 400, "Unexpected key “rows”"),
    (r#"{"records": {}}"#, 400, "expected a list of rows"),
    (r#"{"records": [1]}"#, 400, "Row 0 is one value, not 2"),
    (
        r#"{"records": [[1, 2]]}"#,
        400,
        "expected a row as an object",
    ),
    (r#"{"records": []} {}"#, 400, "trailing characters"),
    (
        r#"{"records": [{"alcohol": NaN, "age": 1}]}"#,
        400,
        "not the JSON",
    ),
    (
        r#"{"records": [{"alcohol": 1e999, "age": 1}]}"#,
        400,
        "out of range",
    ),
];

const MLFLOW: &[Case] = &[
    ("{}", 400, "The body has no data"),
    (r#"{"rows": []}"#, 400, "Unexpected key “rows”"),
    (
        r#"{"instances": [], "inputs": []}"#,
        400,
        "Unexpected key “inputs”",
    ),
    (r#"{"inputs": []}"#, 422, "no rows"),
    (r#"{"inputs": {}}"#, 422, "no rows"),
    (
        r#"{"dataframe_split": {"columns": ["age"], "data": []}}"#,
        422,
        "no rows",
    ),
    (r#"{"instances": [[1]]}"#, 422, "Row 0 has 1 values, not 2"),
    (
        r#"{"instances": [[1, 2, 3]]}"#,
        422,
        "Row 0 has 3 values, not 2",
    ),
    (
        r#"{"dataframe_split": {"columns": ["alcohol"], "data": [[1]]}}"#,
        422,
        "Row 0 lacks the column “age”",
    ),
    (
        r#"{"dataframe_split": {"columns": ["age", "age"], "data": []}}"#,
        400,
        "The column “age” is given twice",
    ),
    (
        r#"{"dataframe_split": {"columns": ["alcohol", "weight"], "data": []}}"#,
        422,
        "no column “weight”",
    ),
    (
        r#"{"dataframe_split": {"data": []}}"#,
        400,
        "needs “columns” and “data”",
    ),
    (
        r#"{"inputs": {"alcohol": [1, 2], "age": [1]}}"#,
        422,
        "The column “age” has 1 values where others have 2",
    ),
    (
        r#"{"inputs": {"alcohol": [1, 2]}}"#,
        422,
        "The column “age” is missing",
    ),
    (
        r#"{"inputs": {"alcohol": [[1, 2]], "age": [1]}}"#,
        422,
        "has the shape [n] or [n, 1]",
    ),
];

#[test]
fn malformed_bodies_are_explained() {
    let (_served, client) = client();
    let check = |path: &str, body: &str, status: u16, expected: &str| {
        let answer = client.send(
            path,
            &[("content-type", "application/json")],
            body.as_bytes(),
        );
        let (found, error) = answer.error();
        assert_eq!(found, status, "{path} {body}: {error}");
        assert!(error.contains(expected), "{path} {body}: {error}");
    };
    for (body, status, expected) in PLAIN {
        check("/predict/price", body, *status, expected);
    }
    for (body, status, expected) in MLFLOW {
        check("/endpoints/price/invocations", body, *status, expected);
    }
    let deep = "[".repeat(100_000);
    check("/predict/price", &deep, 400, "expected");
    let nested = format!("{{\"records\": [{{\"alcohol\": {deep}");
    check(
        "/predict/price",
        &nested,
        422,
        "takes one value, not a list",
    );
}

#[test]
fn tensors_of_the_wrong_kind_or_shape_are_named() {
    let (_served, client) = client();
    let tensor = |name: &str, datatype: &str, shape: Value, data: Value| json!({"name": name, "datatype": datatype, "shape": shape, "data": data});
    let check = |inputs: Value, status: u16, expected: &str| {
        let answer = client.post("/v2/models/price/infer", &json!({"inputs": inputs}));
        let (found, error) = answer.error();
        assert_eq!(found, status, "{inputs}: {error}");
        assert!(error.contains(expected), "{inputs}: {error}");
    };
    let age = tensor("age", "INT64", json!([1]), json!([1]));
    check(
        json!([tensor("x", "FP64", json!([1, 3]), json!([1, 2, 3]))]),
        422,
        "The tensor “x” has the shape [1, 3]; the model takes [n, 2]",
    );
    check(
        json!([tensor("alcohol", "FP64", json!([2]), json!([1])), age]),
        400,
        "The tensor “alcohol” has the shape [2] but 1 values",
    );
    check(
        json!([tensor("alcohol", "FP64", json!([1, 2]), json!([1, 2])), age]),
        422,
        "has the shape [1, 2]; a column takes [n] or [n, 1]",
    );
    check(
        json!([tensor("alcohol", "BYTES", json!([1]), json!(["a"])), age]),
        422,
        "The column “alcohol” takes FP64, not BYTES",
    );
    check(
        json!([tensor("alcohol", "FLOAT", json!([1]), json!([1])), age]),
        400,
        "unknown datatype “FLOAT”",
    );
    check(
        json!([tensor("alcohol", "INT32", json!([1]), json!([1.5])), age]),
        400,
        "is INT32, but has the value 1.5",
    );
    check(
        json!([tensor("weight", "FP64", json!([1]), json!([1])), age]),
        422,
        "The model has no column “weight”",
    );
    check(json!([age]), 422, "The column “alcohol” is missing");
    check(json!([age, age]), 400, "The tensor “age” is given twice");
    check(
        json!([{"name": "age", "datatype": "INT64", "shape": [1]}]),
        400,
        "needs either data or binary_data_size",
    );
    check(
        json!([tensor("alcohol", "FP64", json!([2]), json!([1, 2])), age]),
        422,
        "The column “age” has 1 values where others have 2",
    );
    let answer = client.post(
        "/v2/models/price/infer",
        &json!({"inputs": [age], "outputs": [{"name": "label"}]}),
    );
    assert_eq!(
        answer.error(),
        (400, "The model has no output “label”".to_owned())
    );
    assert_eq!(answer.json()["hint"], "its outputs are prediction");
}

#[test]
fn raw_tensors_that_lie_are_refused() {
    let (_served, client) = client();
    let head = |size: usize, datatype: &str| {
        json!({"inputs": [{"name": "x", "datatype": datatype, "shape": [1, 2],
                           "parameters": {"binary_data_size": size}}]})
        .to_string()
    };
    let check = |head: &str, raw: &[u8], length: &str, expected: &str| {
        let headers = [("inference-header-content-length", length)];
        let body = [head.as_bytes(), raw].concat();
        let (status, error) = client
            .send("/v2/models/price/infer", &headers, &body)
            .error();
        assert_eq!(status, 400, "{error}");
        assert!(error.contains(expected), "{error}");
    };
    let good = head(16, "FP64");
    let length = good.len().to_string();
    check(&good, &[0; 8], &length, "says 16 raw bytes, but 8 are left");
    check(&good, &[0; 20], &length, "4 bytes follow the last tensor");
    check(
        &good,
        &[0; 16],
        "99999",
        "says 99999 bytes, but the body has",
    );
    check(&good, &[0; 16], "many", "is not a number");
    let odd = head(15, "FP64");
    check(&odd, &[0; 15], &odd.len().to_string(), "are not FP64");
    let texts = head(8, "BYTES");
    check(
        &texts,
        b"\xff\xff\xff\xffabcd",
        &texts.len().to_string(),
        "are not BYTES",
    );
}

/// What would be answered otherwise than it was asked is refused.
#[test]
fn extensions_that_are_not_spoken_are_refused() {
    let (_served, client) = client();
    let region = json!({"shared_memory_region": "r", "shared_memory_byte_size": 8});
    let data = json!({"name": "x", "datatype": "FP64", "shape": [1, 2], "data": [1, 2]});
    let check = |body: Value, expected: &str| {
        let (status, error) = client.post("/v2/models/price/infer", &body).error();
        assert_eq!(status, 400, "{error}");
        assert!(error.contains(expected), "{error}");
    };
    let output = |parameters: Value| json!({"inputs": [data.clone()], "outputs": [{"name": "prediction", "parameters": parameters}]});
    check(
        output(json!({"classification": 2})),
        "The output prediction is given as it is",
    );
    check(
        output(region.clone()),
        "The output prediction is in shared memory",
    );
    let shared = json!({"name": "x", "datatype": "FP64", "shape": [1, 2], "parameters": region});
    check(
        json!({"inputs": [shared]}),
        "The tensor “x” is in shared memory",
    );
    // What only says how it should be done is no matter.
    let mut body = output(json!({"binary_data": false}));
    body["parameters"] = json!({"priority": 1, "sequence_id": 3});
    assert_eq!(client.post("/v2/models/price/infer", &body).status, 200);
}

#[test]
fn csv_is_explained_too() {
    let (_served, client) = client();
    let check = |csv: &str, status: u16, expected: &str| {
        let answer = client.send(
            "/endpoints/price/invocations",
            &[("content-type", "text/csv")],
            csv.as_bytes(),
        );
        let (found, error) = answer.error();
        assert_eq!(found, status, "{csv}: {error}");
        assert!(error.contains(expected), "{csv}: {error}");
    };
    check("", 422, "no rows");
    check("alcohol\n", 422, "no rows");
    check(
        "alcohol,age\n1,two\n",
        422,
        "Row 0: column “age” takes an integer, not the text “two”",
    );
    check(
        "alcohol,weight\n1,2\n",
        422,
        "The model has no column “weight”",
    );
    check("alcohol\n1\n", 422, "Row 0 lacks the column “age”");
    check("alcohol,age\n1\n", 400, "The body is not readable CSV");
    check(
        "alcohol,age\n1,\n1e999,1\n",
        422,
        "Row 1: column “alcohol” takes a number, not inf",
    );
}

#[test]
fn unknown_places_methods_and_media_are_refused() {
    let (_served, client) = client();
    let json = &[("content-type", "application/json")][..];
    assert_eq!(
        client.get("/nothing").error(),
        (404, "There is nothing at /nothing".to_owned())
    );
    let answer = client.send("/predict/beer", json, b"{}");
    assert_eq!(
        answer.error(),
        (404, "No model “beer” is served".to_owned())
    );
    assert_eq!(answer.json()["hint"], "served are wine, price");
    let answer = client.send("/v2/models/wine/versions/1/infer", json, b"{}");
    assert_eq!(
        answer.error(),
        (404, "Version “1” of wine is not served".to_owned())
    );
    assert_eq!(answer.json()["hint"], "version 2 is");
    let answer = client.get("/predict/wine");
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), "POST");
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/csv",
    ] {
        let answer = client.send("/predict/wine", &[("content-type", media)], b"{}");
        let expected = format!("This route takes application/json, not {media}");
        assert_eq!(answer.error(), (415, expected));
    }
    for (packed, named) in [("gzip", "“gzip”"), ("br, gzip", "“br, gzip”")] {
        let headers = [json[0], ("content-encoding", packed)];
        let (status, error) = client.send("/predict/wine", &headers, b"\x1f\x8b").error();
        assert_eq!(status, 415, "{error}");
        assert!(error.contains(named), "{error}");
    }
    let (_empty, client) = {
        let served = start(vec![]);
        let client = served.client.clone();
        (served, client)
    };
    assert_eq!(
        client.send("/invocations", json, b"{}").error(),
        (404, "No model is served".to_owned())
    );
}

#[test]
fn a_failing_model_is_not_the_clients_fault() {
    let mut broken = price(1);
    broken.fails = Some("the weights are gone");
    let served = start(vec![broken]);
    let body = json!({"records": [{"alcohol": 1, "age": 1}]});
    let answer = served.client.post("/predict/price", &body);
    assert_eq!(
        answer.error(),
        (
            500,
            "price@1 could not predict: the weights are gone".to_owned()
        )
    );
    let mut broken = price(2);
    broken.fails = Some("panic");
    served.server.put(std::sync::Arc::new(broken));
    let answer = served.client.post("/predict/price", &body);
    assert_eq!(
        answer.error(),
        (500, "price@2 could not predict: it broke off".to_owned())
    );
    served.server.put(std::sync::Arc::new(price(3)));
    assert_eq!(served.client.post("/predict/price", &body).status, 200);
    let figures = served.server.figures(&contract::ModelName::new("price"));
    assert_eq!(
        (figures.requests, figures.errors, figures.predictions),
        (3, 2, 1)
    );
}
