"""NVIDIA's Triton client against the server: health, metadata, a tensor a column as JSON and as raw bytes, one whole tensor."""

import json
import sys
from pathlib import Path

import numpy
import tritonclient.http as triton

KINDS = {"FP64": numpy.float64, "INT64": numpy.int64, "BOOL": numpy.bool_, "BYTES": numpy.object_}


def column(tensor, rows, binary):
    kind = tensor["datatype"]
    values = numpy.array([[row[tensor["name"]]] for row in rows], dtype=KINDS[kind])
    asked = triton.InferInput(tensor["name"], list(values.shape), kind)
    asked.set_data_from_numpy(values, binary_data=binary)
    return asked


def main(case):
    client = triton.InferenceServerClient(case["url"].removeprefix("http://"))
    headers = {"Authorization": f"Bearer {case['key']}"}
    assert client.is_server_live(headers=headers)
    assert client.is_server_ready(headers=headers)
    assert client.is_model_ready(case["model"], headers=headers)
    metadata = client.get_model_metadata(case["model"], headers=headers)
    outputs = {tensor["name"]: tensor for tensor in metadata["outputs"]}
    # Missing values have no tensor form in this protocol: the rows here are whole.
    rows = [row for row in case["rows"] if None not in row.values()]
    answers = []
    for binary in (False, True):
        inputs = [column(tensor, rows, binary) for tensor in metadata["inputs"]]
        wanted = [triton.InferRequestedOutput(name, binary_data=binary) for name in outputs]
        answer = client.infer(case["model"], inputs, outputs=wanted, request_id="a-triton-client", headers=headers)
        assert answer.get_response()["id"] == "a-triton-client"
        answers.append(answer)
    if all(tensor["datatype"] == "FP64" for tensor in metadata["inputs"]):
        whole = numpy.array([[row[tensor["name"]] for tensor in metadata["inputs"]] for row in rows])
        asked = triton.InferInput("input", list(whole.shape), "FP64")
        asked.set_data_from_numpy(whole)
        answers.append(client.infer(case["model"], [asked], headers=headers))
    narrow = {"FP64": ("FP32", numpy.float32), "INT64": ("INT32", numpy.int32)}
    narrower = []
    for tensor in metadata["inputs"]:
        kind, dtype = narrow.get(tensor["datatype"], (tensor["datatype"], KINDS[tensor["datatype"]]))
        values = numpy.array([[row[tensor["name"]]] for row in rows], dtype=dtype)
        asked = triton.InferInput(tensor["name"], list(values.shape), kind)
        asked.set_data_from_numpy(values)
        narrower.append(asked)
    # Single precision moves the inputs a little: what is compared is that they are taken, not what they give.
    assert len(client.infer(case["model"], narrower, model_version="1", headers=headers).as_numpy(next(iter(outputs)))) == len(rows)
    plain = case["predictions"]
    for answer in answers:
        if "label" in outputs:
            labels = [text.decode() if isinstance(text, bytes) else text for text in answer.as_numpy("label").reshape(-1)]
            assert labels == [row["label"] for row in plain], labels
        else:
            values = answer.as_numpy("prediction").reshape(-1)
            assert numpy.allclose(values, [row["value"] for row in plain], rtol=1e-12), values
    inputs = [column(tensor, rows, True) for tensor in metadata["inputs"]]
    classified = [triton.InferRequestedOutput(name, class_count=2) for name in outputs]
    refused = {
        "nobody": refusal(lambda: client.infer("nobody", inputs, headers=headers)),
        "one column": refusal(lambda: client.infer(case["model"], inputs[:1], headers=headers)),
        "classified": refusal(lambda: client.infer(case["model"], inputs, outputs=classified, headers=headers)),
        "packed": refusal(
            lambda: client.infer(case["model"], inputs, headers=headers, request_compression_algorithm="gzip")
        ),
    }
    return {"rows": len(rows), "answers": len(answers), "refused": refused}


def refusal(ask):
    try:
        ask()
    except triton.InferenceServerException as error:
        return f"{error.status()} {error.message()}"
    raise AssertionError("what cannot be answered was answered")


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()))))
