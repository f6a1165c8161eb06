"""MLflow's scoring formats, written by pandas as MLflow's own client writes them."""

import json
import sys
from pathlib import Path

import pandas
import requests


def main(case):
    # Rows that are lists are in the order of the signature.
    signature = json.loads((Path(case["export"]) / "signature.json").read_text())
    frame = pandas.DataFrame(case["rows"], columns=[column["name"] for column in signature["inputs"]])
    whole = frame.dropna()
    by_column = {name: whole[name].tolist() for name in whole.columns}
    forms = [
        # `float` values of integer columns and NaN for None are what pandas makes of missing values; JSON has null for them.
        ("dataframe_split", frame, json.loads(frame.to_json(orient="split", index=False))),
        # MLflow's own client leaves the index in.
        ("dataframe_split", frame, json.loads(frame.to_json(orient="split"))),
        ("dataframe_records", frame, json.loads(frame.to_json(orient="records"))),
        ("instances", whole, json.loads(whole.to_json(orient="records"))),
        ("instances", whole, whole.values.tolist()),
        ("inputs", whole, by_column),
        ("inputs", whole, {name: [[value] for value in values] for name, values in by_column.items()}),
        ("inputs", whole, whole.values.tolist()),
    ]
    headers = {"Authorization": f"Bearer {case['key']}"}
    expected = pandas.Series([row.get("label", row.get("value")) for row in case["predictions"]])
    asked = 0
    for path in ("/invocations", f"/endpoints/{case['model']}/invocations"):
        for form, rows, body in forms:
            # `params` is what MLflow's own client adds.
            answer = requests.post(case["url"] + path, json={form: body, "params": {}}, headers=headers, timeout=60)
            assert answer.status_code == 200, f"{form}: {answer.status_code} {answer.text}"
            assert answer.json()["predictions"] == expected[rows.index].tolist(), form
            asked += 1
        answer = requests.post(
            case["url"] + path,
            data=frame.to_csv(index=False),
            headers=headers | {"Content-Type": "text/csv"},
            timeout=60,
        )
        assert answer.status_code == 200, f"csv: {answer.text}"
        assert answer.json()["predictions"] == expected.tolist(), "csv"
        asked += 1
    assert requests.get(case["url"] + "/ping", timeout=60).status_code == 200
    wrong = requests.post(case["url"] + "/invocations", json={"rows": []}, headers=headers, timeout=60)
    assert wrong.status_code == 400, wrong.text
    return {"rows": len(frame), "asked": asked}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()))))
