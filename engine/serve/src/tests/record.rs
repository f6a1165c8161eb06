//! What happened, put into the long lists and taken out again.

use std::sync::Arc;

use axum::http::Method;
use contract::{
    Cell, Frame, FrameColumn, Predicted, PredictedOutput, RequestId, Timestamp, Values,
};

use super::{price, wine};
use crate::figures::Counters;
use crate::record::{Answered, Entry, Line, Record};
use crate::served::Served;

fn served(model: super::TestModel) -> Arc<Served> {
    Arc::new(Served::new(Arc::new(model), Arc::new(Counters::new())))
}

fn entry(id: &str, served: Option<&Arc<Served>>, error: Option<&str>) -> Entry {
    Entry {
        id: RequestId::new(id),
        at: Timestamp { unix_millis: 7 },
        served: served.cloned(),
        line: Some(Line {
            method: Method::POST,
            status: if error.is_some() { 422 } else { 200 },
            micros: 50,
            error: error.map(str::to_owned),
        }),
    }
}

fn frame(columns: Vec<(&str, Values)>) -> Frame {
    Frame {
        rows: columns[0].1.len(),
        columns: columns
            .into_iter()
            .map(|(name, values)| FrameColumn {
                name: name.into(),
                values,
            })
            .collect(),
    }
}

#[test]
fn rows_of_different_models_come_back_in_order() {
    let (wine, price) = (served(wine(1)), served(price(3)));
    let of_wine = Answered {
        frame: frame(vec![
            ("alcohol", Values::Number(vec![4.0, f64::NAN])),
            ("colour", Values::Text(vec![Some("red".into()), None])),
        ]),
        predicted: Predicted::Classes {
            probabilities: vec![0.8, 0.2, 0.25, 0.75],
            class_count: 2,
        },
    };
    let of_price = Answered {
        frame: frame(vec![("alcohol", Values::Number(vec![9.0]))]),
        predicted: Predicted::Values(vec![1.5]),
    };
    let mut record = Record::default();
    // Twice, because the lists are used again.
    for _ in 0..2 {
        record.add(
            entry("req-1", Some(&wine), None),
            "/predict/wine",
            Some(&of_wine),
        );
        record.add(entry("req-2", Some(&price), Some("no")), "/predict/ä", None);
        record.add(
            entry("req-3", Some(&price), None),
            "/predict/ä",
            Some(&of_price),
        );
        record.add(entry("req-4", None, Some("nothing")), "", None);
        assert_eq!((record.len(), record.rows(), record.cells()), (4, 3, 5));
        let told = record.take();
        assert!(record.is_empty());
        assert_eq!((record.rows(), record.cells()), (0, 0));

        let lines: Vec<_> = told
            .lines
            .iter()
            .map(|line| {
                let model = line.model.as_ref().map(ToString::to_string);
                (line.id.as_str(), &*line.path, line.rows, model)
            })
            .collect();
        let model = |text: &str| Some(text.to_owned());
        assert_eq!(
            lines,
            [
                ("req-1", "/predict/wine", 2, model("wine@1")),
                ("req-2", "/predict/ä", 0, model("price@3")),
                ("req-3", "/predict/ä", 1, model("price@3")),
                ("req-4", "", 0, None),
            ]
        );
        assert_eq!(told.lines[1].error.as_deref(), Some("no"));
        assert_eq!(&*told.lines[3].method, "POST");

        let predictions: Vec<_> = told
            .predictions
            .iter()
            .map(|given| {
                let name = format!("{}:{} {}", given.request, given.row, given.model);
                (name, given.inputs.clone(), given.output.clone())
            })
            .collect();
        let class = |index, probabilities: [f32; 2]| PredictedOutput::Class {
            index,
            probabilities: probabilities.to_vec(),
        };
        assert_eq!(
            predictions,
            [
                (
                    "req-1:0 wine@1".to_owned(),
                    vec![Cell::Number(4.0), Cell::Text("red".into())],
                    class(0, [0.8, 0.2]),
                ),
                (
                    "req-1:1 wine@1".to_owned(),
                    vec![Cell::Missing, Cell::Missing],
                    class(1, [0.25, 0.75]),
                ),
                (
                    "req-3:0 price@3".to_owned(),
                    vec![Cell::Number(9.0)],
                    PredictedOutput::Value(1.5),
                ),
            ]
        );
    }
}
