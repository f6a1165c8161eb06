//! One model asked in every dialect that the server speaks, and asked wrongly.

use serde_json::{Value, json};

use crate::program::{field, list, number, word};
use crate::server::Server;

const COLUMNS: [&str; 4] = [
    "sepal_length_cm",
    "sepal_width_cm",
    "petal_length_cm",
    "petal_width_cm",
];

/// A setosa and a virginica, far from each other.
const ROWS: [[f64; 4]; 2] = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.8, 2.2]];

pub(crate) fn every_dialect_agrees(server: &Server) {
    health(server);
    let plain = server
        .post("/predict/iris", &json!({ "records": records() }))
        .json();
    assert_eq!(word(&plain, "model"), "iris");
    assert_eq!(field(&plain, "version"), 1);
    let predictions = list(&plain, "predictions");
    let labels: Vec<Value> = predictions
        .iter()
        .map(|row| field(row, "label").clone())
        .collect();
    assert_eq!(labels, ["setosa", "virginica"], "{plain}");
    for row in predictions {
        assert!(!word(row, "id").is_empty());
        let probabilities = field(row, "probabilities")
            .as_object()
            .expect("a probability a class");
        let sum: f64 = probabilities.values().filter_map(Value::as_f64).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{row}");
        let best = probabilities.iter().max_by(|one, other| {
            one.1
                .as_f64()
                .partial_cmp(&other.1.as_f64())
                .expect("no NaN")
        });
        assert_eq!(
            best.map(|(label, _)| label.as_str()),
            Some(word(row, "label"))
        );
    }
    inference(server, &labels);
    mlflow(server, &labels);
    descriptions(server);
}

fn health(server: &Server) {
    for path in ["/v2/health/live", "/v2/health/ready", "/ping"] {
        assert_eq!(
            server.get_without_key(path).status,
            200,
            "{path} needs no key"
        );
    }
}

fn inference(server: &Server, labels: &[Value]) {
    let column = |place: usize, shape: Value| {
        let data: Vec<f64> = ROWS.iter().map(|row| row[place]).collect();
        json!({ "name": COLUMNS[place], "shape": shape, "datatype": "FP64", "data": data })
    };
    let by_column = |shape: Value| json!({ "id": "mine", "inputs": (0..4).map(|place| column(place, shape.clone())).collect::<Vec<_>>() });
    let flat: Vec<f64> = ROWS.iter().flatten().copied().collect();
    let whole = json!({ "inputs": [{ "name": "input", "shape": [2, 4], "datatype": "FP64", "data": flat }] });
    for body in [by_column(json!([2])), by_column(json!([2, 1])), whole] {
        for path in ["/v2/models/iris/infer", "/v2/models/iris/versions/1/infer"] {
            let answer = server.post(path, &body).json();
            assert_eq!(word(&answer, "model_name"), "iris");
            assert_eq!(word(&answer, "model_version"), "1");
            let outputs = list(&answer, "outputs");
            let label = outputs
                .iter()
                .find(|output| word(output, "name") == "label")
                .expect("an output for the label");
            assert_eq!(word(label, "datatype"), "BYTES");
            assert_eq!(list(label, "data"), labels);
        }
    }
    let echoed = server
        .post("/v2/models/iris/infer", &by_column(json!([2])))
        .json();
    assert_eq!(word(&echoed, "id"), "mine");
}

fn mlflow(server: &Server, labels: &[Value]) {
    let by_column: serde_json::Map<String, Value> = (0..4)
        .map(|place| (COLUMNS[place].to_owned(), json!(ROWS.map(|row| row[place]))))
        .collect();
    for body in [
        json!({ "dataframe_split": { "columns": COLUMNS, "data": ROWS } }),
        json!({ "dataframe_records": records() }),
        json!({ "instances": records() }),
        json!({ "inputs": by_column }),
    ] {
        for path in ["/invocations", "/endpoints/iris/invocations"] {
            let answer = server.post(path, &body).json();
            assert_eq!(list(&answer, "predictions"), labels, "{path} {body}");
        }
    }
    let mut csv = COLUMNS.join(",");
    for row in ROWS {
        csv += &format!("\n{}", row.map(|value| value.to_string()).join(","));
    }
    let answer = server.post_as("/invocations", "text/csv", &csv).json();
    assert_eq!(list(&answer, "predictions"), labels);
}

fn descriptions(server: &Server) {
    assert!(
        word(&server.get("/v2").json(), "name")
            .to_lowercase()
            .contains("millrace")
    );
    for path in ["/v2/models/iris", "/v2/models/iris/versions/1"] {
        let model = server.get(path).json();
        let inputs: Vec<&str> = list(&model, "inputs")
            .iter()
            .map(|input| word(input, "name"))
            .collect();
        assert_eq!(inputs, COLUMNS);
    }
    let metrics = server.get("/metrics");
    assert_eq!(metrics.status, 200);
    assert!(metrics.body.contains("# TYPE "), "{}", metrics.body);
    let described = server.get("/openapi.json").json();
    for path in [
        "/predict/{model}",
        "/v2/models/{model}/infer",
        "/invocations",
    ] {
        assert!(
            field(&described, "paths").get(path).is_some(),
            "{path} is described"
        );
    }
}

pub(crate) fn strangers_and_bad_requests_are_refused(server: &Server) {
    for path in [
        "/v2",
        "/v2/models/iris",
        "/metrics",
        "/openapi.json",
        "/nowhere",
    ] {
        assert_eq!(
            server.get_without_key(path).status,
            401,
            "{path} needs the key"
        );
    }
    let body = json!({ "records": records() });
    for stranger in [("host", "evil.example"), ("origin", "https://evil.example")] {
        let answer = server.post_with(
            "/predict/iris",
            &body.to_string(),
            &[("content-type", "application/json"), stranger],
        );
        let status = answer.expect("the server answers").status;
        assert!(
            (400..500).contains(&status),
            "{stranger:?} is refused, not {status}"
        );
    }
    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut row = records()[0].clone();
        change(&mut row);
        server.predict("iris", &row).complaint()
    };
    let named = [
        (
            "petal_lenght",
            wrong(&|row| row["petal_lenght"] = json!(1.0)),
        ),
        (
            "petal_width_cm",
            wrong(&|row| row["petal_width_cm"] = json!("wide")),
        ),
        (
            "petal_width_cm",
            wrong(&|row| drop(row.as_object_mut().map(|row| row.remove("petal_width_cm")))),
        ),
    ];
    for (column, complaint) in named {
        assert!(complaint.contains(column), "“{complaint}” names {column}");
    }
    let flat = json!({ "inputs": [{ "name": "input", "shape": [2, 3], "datatype": "FP64", "data": [1, 2, 3, 4, 5, 6] }] });
    let complaint = server.post("/v2/models/iris/infer", &flat).complaint();
    assert!(
        complaint.contains('4') && complaint.contains('3'),
        "“{complaint}” names the shape"
    );
    assert_eq!(server.post("/predict/tulip", &body).status, 404);
    assert_eq!(
        server
            .post_as("/predict/iris", "application/json", "{")
            .status,
        400
    );
    let still = server.predict("iris", &records()[0]).json();
    assert!(
        number(
            field(&list(&still, "predictions")[0], "probabilities"),
            "setosa"
        ) > 0.5,
        "bad requests harm nobody"
    );
}

fn records() -> Vec<Value> {
    ROWS.iter()
        .map(|row| {
            let cells = COLUMNS
                .iter()
                .zip(row)
                .map(|(name, value)| ((*name).to_owned(), json!(value)));
            Value::Object(cells.collect())
        })
        .collect()
}
