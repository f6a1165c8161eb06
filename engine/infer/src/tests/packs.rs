//! (temporary)
use contract::*;
use std::sync::Arc;
#[test]
#[ignore = "by hand"]
fn packs() {
    for place in 0..5 {
        let read = |name: &str| std::fs::read(format!("/tmp/pk/p{place}/{name}")).expect("a file");
        let signature: Signature = serde_json::from_slice(&read("signature.json")).expect("s");
        let holdout: Holdout = serde_json::from_slice(&read("holdout.json")).expect("h");
        let rows = holdout.predictions.len();
        let columns = signature.inputs.iter().zip(&holdout.columns).map(|(input, cells)| FrameColumn {
            name: input.name.clone(),
            values: if input.column_type == ColumnType::Text {
                Values::Text(cells.iter().map(|c| match c { Cell::Text(t) => Some(Arc::clone(t)), _ => None }).collect())
            } else {
                Values::Number(cells.iter().map(|c| match c { Cell::Number(n) => *n, _ => f64::NAN }).collect())
            },
        }).collect();
        let frame = Frame { rows, columns };
        for p in [crate::Predictor::load(&read("model.onnx"), &signature).expect("loads"), crate::Predictor::load_general(&read("model.onnx"), &signature).expect("loads")] {
            let out = super::flat(&p.predict(&frame).expect("predicts"));
            let diff = out.iter().zip(holdout.predictions.iter().flatten()).map(|(a, b)| (a - b).abs() / holdout.scale).fold(0.0, f64::max);
            eprintln!("pack {place}: {rows} rows, {:?}, kernels {}, diff {diff:e}", signature.task, p.is_on_kernels());
        }
    }
}
