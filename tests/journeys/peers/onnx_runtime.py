"""ONNX Runtime on the exported model, beside what the server answers for the same rows."""

import json
import sys
from pathlib import Path

import numpy
import onnxruntime
import requests


def feed(session, rows):
    """One [rows, 1] tensor a column; NaN and the empty string are missing."""
    tensors = {}
    for tensor in session.get_inputs():
        values = [row.get(tensor.name) for row in rows]
        if tensor.type == "tensor(string)":
            column = numpy.array([["" if value is None else str(value)] for value in values], dtype=object)
        else:
            column = numpy.array([[numpy.nan if value is None else float(value)] for value in values], dtype=numpy.float64)
        tensors[tensor.name] = column
    return tensors


def run(session, rows):
    names = [tensor.name for tensor in session.get_outputs()]
    return dict(zip(names, session.run(names, feed(session, rows))))


def main(case):
    session = onnxruntime.InferenceSession(str(Path(case["export"]) / "model.onnx"), providers=["CPUExecutionProvider"])
    outputs = run(session, case["rows"])
    answer = requests.post(
        f"{case['url']}/predict/{case['model']}",
        json={"records": case["rows"]},
        headers={"Authorization": f"Bearer {case['key']}"},
        timeout=60,
    )
    answer.raise_for_status()
    served = answer.json()["predictions"]
    assert len(served) == len(case["rows"]), "one prediction a row"
    signature = json.loads((Path(case["export"]) / "signature.json").read_text())
    if signature["classes"]:
        probabilities = numpy.array([[row["probabilities"][label] for label in signature["classes"]] for row in served])
        largest = float(numpy.abs(probabilities - outputs["probabilities"]).max())
        labels = [str(label) for label in outputs["label"].reshape(-1)]
        different = sum(one["label"] != other for one, other in zip(served, labels))
    else:
        values = numpy.array([row["value"] for row in served])
        scale = json.loads((Path(case["export"]) / "holdout.json").read_text())["scale"]
        largest = float((numpy.abs(values - outputs["prediction"].reshape(-1)) / scale).max())
        different = 0

    # The trainer's own predictions on held-out rows are the third opinion.
    holdout = json.loads((Path(case["export"]) / "holdout.json").read_text())
    names = [column["name"] for column in signature["inputs"]]
    held_out = [dict(zip(names, cells)) for cells in zip(*holdout["columns"])]
    again = run(session, held_out)
    own = again["probabilities"] if signature["classes"] else again["prediction"].reshape(-1, 1)
    trainer = float((numpy.abs(own - numpy.array(holdout["predictions"])) / holdout["scale"]).max())
    return {"rows": len(served), "largest": largest, "different_labels": different, "held_out": len(held_out), "trainer": trainer}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()))))
