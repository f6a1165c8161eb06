//! Every dialect gives the same predictions, each in its own words.

use contract::{Cell, PredictedOutput};
use serde_json::{Value, json};

use super::{TestServer, price, start, start_with, wine};

fn served() -> TestServer {
    start(vec![wine(2), price(7)])
}

fn record(alcohol: f64, colour: &str) -> Value {
    json!({
        "alcohol": alcohol, "colour": colour, "age": 3, "organic": true,
        "bottled": "2024-03-01T12:00:00Z",
    })
}

#[test]
fn plain_predictions_carry_ids_labels_and_probabilities() {
    let served = served();
    let client = &served.client;
    let answer = client.post(
        "/predict/wine",
        &json!({"records": [record(5.0, "red"), record(15.0, "white")]}),
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
    let request = answer.header("x-millrace-request").to_owned();
    assert!(request.starts_with("req-"), "{request}");
    assert_eq!(answer.header("x-millrace-model"), "wine@2");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(
        answer.json(),
        json!({
            "model": "wine",
            "version": 2,
            "predictions": [
                {"id": format!("{request}:0"), "label": "bad",
                 "probabilities": {"bad": 0.75, "good \"enough\"": 0.25}},
                {"id": format!("{request}:1"), "label": "good \"enough\"",
                 "probabilities": {"bad": 0.25, "good \"enough\"": 0.75}},
            ],
        })
    );

    let answer = client.post(
        "/predict/price",
        &json!({"records": [{"age": 1, "alcohol": 9.5}]}),
    );
    let request = answer.header("x-millrace-request").to_owned();
    assert_eq!(
        answer.json(),
        json!({"model": "price", "version": 7, "predictions": [{"id": format!("{request}:0"), "value": 9.5}]})
    );
}

#[test]
fn the_sink_is_told_of_every_request_and_row() {
    let TestServer {
        server,
        sink,
        client,
    } = served();
    client.post(
        "/predict/wine",
        &json!({"records": [record(5.0, "red"), record(15.0, "white")]}),
    );
    let answer = client.post(
        "/predict/price",
        &json!({"records": [{"age": 1, "alcohol": 9.5}]}),
    );
    let request = answer.header("x-millrace-request");
    server.shut_down(std::time::Duration::from_secs(5));
    let predictions = sink.predictions.lock().expect("predictions");
    assert_eq!(predictions.len(), 3);
    assert_eq!(
        predictions[1].inputs,
        [
            Cell::Number(15.0),
            Cell::Text("white".into()),
            Cell::Number(3.0),
            Cell::Number(1.0),
            Cell::Number(1_709_294_400.0),
        ]
    );
    assert_eq!(
        predictions[1].output,
        PredictedOutput::Class {
            index: 1,
            probabilities: vec![0.25, 0.75]
        }
    );
    assert_eq!(predictions[2].request.as_str(), request);
    assert_eq!(predictions[2].output, PredictedOutput::Value(9.5));
    assert!(predictions[0].at.unix_millis > 1_700_000_000_000);

    let lines = sink.lines.lock().expect("lines");
    let seen: Vec<(&str, &str, u16, u32)> = lines
        .iter()
        .map(|line| (&*line.method, &*line.path, line.status, line.rows))
        .collect();
    assert_eq!(
        seen,
        [
            ("POST", "/predict/wine", 200, 2),
            ("POST", "/predict/price", 200, 1)
        ]
    );
    assert_eq!(
        lines[1].model.as_ref().map(ToString::to_string).as_deref(),
        Some("price@7")
    );
}

#[test]
fn missing_values_are_null() {
    let TestServer {
        server,
        sink,
        client,
    } = served();
    let nothing =
        json!({"alcohol": null, "colour": null, "age": null, "organic": null, "bottled": null});
    let answer = client.post("/predict/wine", &json!({"records": [nothing]}));
    assert_eq!(
        answer.json()["predictions"][0]["probabilities"]["bad"],
        0.75
    );
    server.shut_down(std::time::Duration::from_secs(5));
    let predictions = sink.predictions.lock().expect("predictions");
    assert_eq!(predictions[0].inputs, vec![Cell::Missing; 5]);
}

#[test]
fn a_missing_value_of_the_model_is_null() {
    let mut model = price(1);
    model.constant = Some(f64::NAN);
    let served = start_with(Default::default(), Default::default(), vec![model]);
    let answer = served.client.post(
        "/predict/price",
        &json!({"records": [{"age": 1, "alcohol": 1}]}),
    );
    assert_eq!(answer.json()["predictions"][0]["value"], Value::Null);
}

#[test]
fn no_records_give_no_predictions() {
    let answer = served()
        .client
        .post("/predict/wine", &json!({"records": []}));
    assert_eq!(
        (answer.status, &answer.json()["predictions"]),
        (200, &json!([]))
    );
}

#[test]
fn times_are_read_as_data_is() {
    let TestServer {
        server,
        sink,
        client,
    } = served();
    for bottled in [
        json!("2024-03-01T12:00:00Z"),
        json!("2024-03-01T13:00:00+01:00"),
        json!("2024-03-01 12:00:00"),
        json!(1_709_294_400),
    ] {
        let mut record = record(1.0, "red");
        record["bottled"] = bottled;
        let answer = client.post("/predict/wine", &json!({"records": [record]}));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let mut record = record(1.0, "red");
    record["bottled"] = json!("2024-03-01");
    assert_eq!(
        client
            .post("/predict/wine", &json!({"records": [record]}))
            .status,
        200
    );
    server.shut_down(std::time::Duration::from_secs(5));
    let predictions = sink.predictions.lock().expect("predictions");
    for prediction in &predictions[..4] {
        assert_eq!(prediction.inputs[4], Cell::Number(1_709_294_400.0));
    }
    assert_eq!(predictions[4].inputs[4], Cell::Number(1_709_251_200.0));
}

#[test]
fn every_form_of_mlflow_means_the_same() {
    let served = served();
    let client = &served.client;
    let labels = json!({"predictions": ["bad", "good \"enough\""]});
    let columns = json!(["colour", "alcohol", "age", "organic", "bottled"]);
    let data = json!([["red", 5, 3, true, 0], ["white", 15, 3, false, 0]]);
    let bodies = [
        json!({"dataframe_split": {"columns": columns, "data": data}}),
        json!({"dataframe_split": {"columns": columns, "index": [0, 1], "data": data}, "params": {"temperature": 1}}),
        json!({"dataframe_records": [record(5.0, "red"), record(15.0, "white")]}),
        json!({"instances": [record(5.0, "red"), record(15.0, "white")]}),
        json!({"instances": [[5.0, "red", 3, true, 0], [15.0, "white", 3, null, 0]]}),
        json!({"inputs": {"alcohol": [5, 15], "colour": ["red", "white"], "age": [1, 2],
                          "organic": [true, false], "bottled": [[0], [0]]}}),
        json!({"inputs": [[5.0, "red", 3, true, 0], [15.0, "white", 3, null, 0]]}),
    ];
    for body in &bodies {
        for path in ["/invocations", "/endpoints/wine/invocations"] {
            let answer = client.post(path, body);
            assert_eq!(answer.json(), labels, "{path} {body}");
            assert_eq!(answer.header("x-millrace-model"), "wine@2");
        }
    }
    // serde_json writes keys in alphabetical order; here `data` stands before `columns`.
    let backwards = br#"{"dataframe_split": {"data": [[1, 5.5]], "columns": ["age", "alcohol"]}}"#;
    let answer = client.send(
        "/endpoints/price/invocations",
        &[("content-type", "application/json")],
        backwards,
    );
    assert_eq!(answer.json(), json!({"predictions": [5.5]}));

    let csv = "bottled,alcohol,colour,age,organic\n0,5.0,red,3,true\r\n,15,\"white\",,FALSE\n";
    let answer = client.send(
        "/invocations",
        &[("content-type", "text/csv; charset=utf-8")],
        csv.as_bytes(),
    );
    assert_eq!(answer.json(), labels, "{}", answer.text());
}

#[test]
fn a_single_column_may_be_a_flat_list() {
    let served = start(vec![super::single(1)]);
    let client = &served.client;
    for body in [
        json!({"instances": [1, 2.5, null]}),
        json!({"inputs": [1, 2.5, null]}),
        json!({"inputs": {"alcohol": [1, 2.5, null]}}),
        json!({"dataframe_records": [{"alcohol": 1}, {"alcohol": 2.5}, {"alcohol": null}]}),
    ] {
        let answer = client.post("/invocations", &body);
        assert_eq!(
            answer.json(),
            json!({"predictions": [1.0, 2.5, null]}),
            "{body}"
        );
    }
}

#[test]
fn inference_takes_a_tensor_a_column() {
    let served = served();
    let client = &served.client;
    let body = json!({
        "id": "mine",
        "inputs": [
            {"name": "alcohol", "datatype": "FP64", "shape": [2], "data": [5.0, 15.0]},
            {"name": "colour", "datatype": "BYTES", "shape": [2, 1], "data": [["red"], [null]]},
            {"data": [1, 2], "datatype": "INT64", "name": "age", "shape": [2]},
            {"name": "organic", "datatype": "BOOL", "shape": [2], "data": [true, false]},
            {"name": "bottled", "datatype": "FP32", "shape": [2, 1], "data": [0, 1]},
        ],
    });
    let answer = client.post("/v2/models/wine/infer", &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let request = answer.header("x-millrace-request").to_owned();
    assert_eq!(
        answer.json(),
        json!({
            "model_name": "wine",
            "model_version": "2",
            "id": "mine",
            "parameters": {"request": request},
            "outputs": [
                {"name": "label", "datatype": "BYTES", "shape": [2], "data": ["bad", "good \"enough\""]},
                {"name": "probabilities", "datatype": "FP32", "shape": [2, 2], "data": [0.75, 0.25, 0.25, 0.75]},
            ],
        })
    );

    let mut wishes = body.clone();
    wishes["outputs"] = json!([{"name": "probabilities"}]);
    wishes.as_object_mut().expect("an object").remove("id");
    let answer = client.post("/v2/models/wine/versions/2/infer", &wishes);
    let outputs = answer.json()["outputs"].clone();
    assert_eq!(outputs.as_array().map(Vec::len), Some(1));
    assert_eq!(outputs[0]["name"], "probabilities");
    assert_eq!(answer.json()["id"], answer.header("x-millrace-request"));
}

#[test]
fn inference_takes_one_matrix() {
    let served = served();
    let client = &served.client;
    for data in [json!([9.5, 1, 10.5, 2]), json!([[9.5, 1], [10.5, 2]])] {
        let tensor = json!({"name": "anything", "datatype": "FP32", "shape": [2, 2], "data": data});
        let answer = client.post("/v2/models/price/infer", &json!({"inputs": [tensor]}));
        assert_eq!(
            answer.json()["outputs"],
            json!([{"name": "prediction", "datatype": "FP64", "shape": [2], "data": [9.5, 10.5]}])
        );
    }
}

/// The layout that Triton's client sends and reads by default.
#[test]
fn inference_takes_and_gives_raw_tensors() {
    let served = served();
    let client = &served.client;
    let mut raw = Vec::new();
    raw.extend([5.0_f64, 15.0].iter().flat_map(|value| value.to_le_bytes()));
    for text in ["red", "white"] {
        raw.extend((text.len() as u32).to_le_bytes());
        raw.extend(text.as_bytes());
    }
    raw.extend([3_i32, -4].iter().flat_map(|value| value.to_le_bytes()));
    raw.extend([1, 0]);
    raw.extend([7_u64, 8].iter().flat_map(|value| value.to_le_bytes()));
    let tensor = |name: &str, datatype: &str, size: usize| json!({"name": name, "datatype": datatype, "shape": [2, 1], "parameters": {"binary_data_size": size}});
    let head = json!({
        "inputs": [
            tensor("alcohol", "FP64", 16), tensor("colour", "BYTES", 16), tensor("age", "INT32", 8),
            tensor("organic", "BOOL", 2), tensor("bottled", "UINT64", 16),
        ],
        "outputs": [
            {"name": "label", "parameters": {"binary_data": true}},
            {"name": "probabilities", "parameters": {"binary_data": true}},
        ],
    })
    .to_string();
    let mut body = head.clone().into_bytes();
    body.extend(raw);
    let length = head.len().to_string();
    let headers = [
        ("inference-header-content-length", &*length),
        ("content-type", "application/octet-stream"),
    ];
    let answer = client.send("/v2/models/wine/infer", &headers, &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let json_bytes: usize = answer
        .header("inference-header-content-length")
        .parse()
        .expect("a length");
    let head: Value = serde_json::from_slice(&answer.bytes[..json_bytes]).expect("JSON");
    assert_eq!(
        head["outputs"][0]["parameters"]["binary_data_size"],
        4 + 3 + 4 + 13
    );
    assert_eq!(head["outputs"][1]["parameters"]["binary_data_size"], 16);
    let raw = &answer.bytes[json_bytes..];
    assert_eq!(&raw[..7], b"\x03\0\0\0bad");
    assert_eq!(&raw[7..24], b"\x0d\0\0\0good \"enough\"");
    let probabilities: Vec<f32> = raw[24..]
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes(four.try_into().expect("four bytes")))
        .collect();
    assert_eq!(probabilities, [0.75, 0.25, 0.25, 0.75]);
}

#[test]
fn metadata_describes_server_and_models() {
    let served = served();
    let client = &served.client;
    assert_eq!(client.get("/v2").json()["name"], "millrace");
    assert_eq!(client.get("/v2/health/live").json(), json!({"live": true}));
    assert_eq!(
        client.get("/v2/health/ready").json(),
        json!({"ready": true})
    );
    assert_eq!(client.get("/ping").status, 200);
    let empty = start(vec![]);
    assert_eq!(empty.client.get("/ping").status, 404);
    for path in ["/v2/models/wine", "/v2/models/wine/versions/2"] {
        let wine = client.get(path).json();
        assert_eq!(wine["versions"], json!(["2"]));
        assert_eq!(
            wine["inputs"][1],
            json!({"name": "colour", "datatype": "BYTES", "shape": [-1, 1]})
        );
        assert_eq!(wine["inputs"][2]["datatype"], "INT64");
        assert_eq!(
            wine["outputs"][1],
            json!({"name": "probabilities", "datatype": "FP32", "shape": [-1, 2]})
        );
    }
    let price = client.get("/v2/models/price").json();
    assert_eq!(
        price["outputs"],
        json!([{"name": "prediction", "datatype": "FP64", "shape": [-1]}])
    );
    for path in [
        "/v2/models/price/ready",
        "/v2/models/price/versions/7/ready",
    ] {
        assert_eq!(
            client.get(path).json(),
            json!({"name": "price", "ready": true})
        );
    }
}

#[test]
fn openapi_is_made_from_routes_and_signatures() {
    let served = served();
    let document = served.client.get("/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    for route in crate::routes::ROUTES {
        let operation = &document["paths"][route.path][route.verb.word()];
        assert_eq!(operation["summary"], route.summary, "{}", route.path);
        let is_open = operation["security"] == json!([]);
        assert_eq!(
            is_open,
            route.permission == crate::routes::Permission::Health
        );
    }
    let body = &document["paths"]["/predict/wine"]["post"]["requestBody"];
    let record = &body["content"]["application/json"]["schema"]["properties"]["records"]["items"];
    assert_eq!(
        record["required"],
        json!(["alcohol", "colour", "age", "organic", "bottled"])
    );
    assert_eq!(
        record["properties"]["colour"]["enum"],
        json!(["red", "white", null])
    );
    assert_eq!(
        record["properties"]["age"]["type"],
        json!(["integer", "null"])
    );
}

#[test]
fn metrics_count_per_model() {
    let served = served();
    let client = &served.client;
    let records = json!({"records": [{"age": 1, "alcohol": 1}, {"age": 1, "alcohol": 2}]});
    for _ in 0..3 {
        client.post("/predict/price", &records);
    }
    client.post("/predict/price", &json!({"records": [{"age": 1}]}));
    let answer = client.get("/metrics");
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    for line in [
        "millrace_requests_total{model=\"price\"} 4",
        "millrace_request_errors_total{model=\"price\"} 1",
        "millrace_predictions_total{model=\"price\"} 6",
        "millrace_request_duration_seconds_count{model=\"price\"} 4",
        "millrace_request_duration_seconds_bucket{le=\"+Inf\",model=\"price\"} 4",
        "millrace_requests_total{model=\"wine\"} 0",
    ] {
        assert!(
            answer.text().lines().any(|found| found == line),
            "{line}\n{}",
            answer.text()
        );
    }
}

#[test]
fn names_with_other_letters_are_served() {
    let mut model = price(1);
    model.version.model = contract::ModelName::new("käse/sorte 1");
    let served = start(vec![model]);
    let client = &served.client;
    let answer = client.post(
        "/predict/k%C3%A4se%2Fsorte%201",
        &json!({"records": [{"age": 1, "alcohol": 2}]}),
    );
    assert_eq!(answer.json()["model"], "käse/sorte 1", "{}", answer.text());
    let document = client.get("/openapi.json").json();
    assert!(document["paths"]["/predict/k%C3%A4se%2Fsorte%201"].is_object());
}
