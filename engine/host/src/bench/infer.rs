//! `infer` beside ONNX Runtime on one thread and beside tract, with the same ONNX and the same rows.

use std::path::Path;

use ::infer::Predictor;
use contract::{Frame, FrameColumn, Refusal, Signature, Values};

use super::{Bound, Measure, median, peer};
use crate::error::refuse;

const ROUNDS: usize = 15;

/// `onnx` and `signature` of a registered model with numeric inputs. Such a model runs on `infer`'s own kernels, which are there because
/// they are faster than tract.
///
/// # Errors
/// When the model cannot be loaded.
pub fn infer(onnx: &Path, signature: &Signature) -> Result<Vec<Measure>, Refusal> {
    let bytes = std::fs::read(onnx).map_err(|error| refuse(&error, None))?;
    let predictor =
        Predictor::load(&bytes, signature).map_err(|error| refuse(&error, error.hint()))?;
    let general =
        Predictor::load_general(&bytes, signature).map_err(|error| refuse(&error, error.hint()))?;
    let mut measures = Vec::new();
    for (rows, bound) in [
        (1, Some(Bound::AtMost(1.2, "at most 1.2"))),
        (16, None),
        (1_000, Some(Bound::AtMost(2.0, "at most 2"))),
    ] {
        let frame = frame(signature, rows);
        let own = micros(&predictor, &frame, rows)?;
        let name = format!("infer, {rows} rows");
        let tract = micros(&general, &frame, rows)?;
        measures.push(Measure::new(
            &name,
            (own, "µs"),
            ("tract, for models without a kernel", tract),
            Bound::AtMost(1.0, "at most 1"),
        ));
        let Some(bound) = bound else { continue };
        let arguments = [onnx.as_os_str().to_owned(), rows.to_string().into()];
        let arguments: Vec<&std::ffi::OsStr> = arguments
            .iter()
            .map(std::ffi::OsString::as_os_str)
            .collect();
        let Some(theirs) = peer(ONNX_RUNTIME, &arguments).and_then(|value| value.as_f64()) else {
            tracing::error!(
                "ONNX Runtime was not found: set MILLRACE_PYTHON to an interpreter that has it"
            );
            continue;
        };
        measures.push(Measure::new(
            &name,
            (own, "µs"),
            ("ONNX Runtime, one thread", theirs),
            bound,
        ));
    }
    Ok(measures)
}

fn frame(signature: &Signature, rows: usize) -> Frame {
    let column = |input: &contract::InputSpec| {
        let (low, high) = input.range.unwrap_or((0.0, 1.0));
        let values = (0..rows)
            .map(|row| low + (high - low) * (row % 97) as f64 / 97.0)
            .collect();
        FrameColumn {
            name: input.name.clone(),
            values: Values::Number(values),
        }
    };
    Frame {
        rows,
        columns: signature.inputs.iter().map(column).collect(),
    }
}

fn micros(predictor: &Predictor, frame: &Frame, rows: usize) -> Result<f64, Refusal> {
    let calls = if rows == 1 { 2_000 } else { 50 };
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let started = std::time::Instant::now();
        for _ in 0..calls {
            std::hint::black_box(
                predictor
                    .predict(std::hint::black_box(frame))
                    .map_err(|error| refuse(&error, error.hint()))?,
            );
        }
        rounds.push(started.elapsed().as_secs_f64() * 1e6 / f64::from(calls));
    }
    Ok(median(rounds))
}

/// Prints the median microseconds of one call.
const ONNX_RUNTIME: &str = r"
import sys, time, numpy as np, onnxruntime as ort
path, rows = sys.argv[1], int(sys.argv[2])
o = ort.SessionOptions(); o.intra_op_num_threads = 1; o.inter_op_num_threads = 1
s = ort.InferenceSession(path, o, providers=['CPUExecutionProvider'])
feed = {i.name: np.random.rand(rows, 1).astype(np.float64) for i in s.get_inputs()}
names = [x.name for x in s.get_outputs() if x.name in ('probabilities', 'prediction')]
calls, rounds = (2000, 15) if rows == 1 else (50, 15)
times = []
for _ in range(rounds):
    start = time.perf_counter()
    for _ in range(calls): s.run(names, feed)
    times.append((time.perf_counter() - start) * 1e6 / calls)
print(sorted(times)[rounds // 2])
";
