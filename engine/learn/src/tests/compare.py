"""Prints the largest difference between a package's hold-out predictions and ONNX Runtime's, on its raw rows."""
import json
import sys
from pathlib import Path

import numpy
import onnxruntime

folder = Path(sys.argv[1])
holdout = json.loads((folder / "holdout.json").read_text())
signature = json.loads((folder / "signature.json").read_text())
session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])

feeds = {}
for column, cells in zip(signature["inputs"], holdout["columns"]):
    if column["type"] == "text":
        values = numpy.array([cell or "" for cell in cells], dtype=object)
    else:
        values = numpy.array([numpy.nan if cell is None else cell for cell in cells], dtype=numpy.float64)
    feeds[column["name"]] = values.reshape(-1, 1)
outputs = session.run(None, feeds)
expected = numpy.array(holdout["predictions"], dtype=numpy.float64)
assert outputs[0].shape == expected.shape, (outputs[0].shape, expected.shape)

classes = signature["classes"]
if classes:
    labels = [classes[index] for index in expected.argmax(axis=1)]
    assert outputs[1].shape == (len(labels),), outputs[1].shape
    assert list(outputs[1]) == labels, "the labels differ"
print(float(numpy.abs(outputs[0] - expected).max() / holdout["scale"]))
