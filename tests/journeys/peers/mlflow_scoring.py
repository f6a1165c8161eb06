"""MLflow's scoring formats, written by pandas as MLflow's own client writes them."""

import json
import sys
from pathlib import Path

import pandas
import requests


def main(case):
    frame = pandas.DataFrame(case["rows"])
    whole = frame.dropna()
    by_column = {name: whole[name].tolist() for name in whole.columns}
    forms = {
        # `float` values of integer columns and NaN for None are what pandas makes of missing values; JSON has null for them.
        "dataframe_split": (frame, json.loads(frame.to_json(orient="split", index=False))),
        "dataframe_records": (frame, json.loads(frame.to_json(orient="records"))),
        "instances": (whole, json.loads(whole.to_json(orient="records"))),
        "inputs": (whole, by_column),
    }
    headers = {"Authorization": f"Bearer {case['key']}"}
    expected = pandas.Series([row.get("label", row.get("value")) for row in case["predictions"]])
    asked = 0
    for path in ("/invocations", f"/endpoints/{case['model']}/invocations"):
        for form, (rows, body) in forms.items():
            answer = requests.post(case["url"] + path, json={form: body}, headers=headers, timeout=60)
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
