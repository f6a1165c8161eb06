"""SciPy's statistics on the reference and on the rows that were served, beside the drift report."""

import json
import sys
from collections import Counter
from pathlib import Path

import numpy
from scipy import stats
from scipy.spatial.distance import jensenshannon


def numeric(sketch, served):
    reference = numpy.array(sketch["sorted_sample"])
    current = numpy.array([float(value) for value in served if value is not None])
    test = stats.ks_2samp(reference, current, method="asymp")
    return {
        "ks": test.statistic,
        "ks_p_value": test.pvalue,
        "wasserstein": stats.wasserstein_distance(reference, current) / reference.std(ddof=1),
    }


def categorical(sketch, served):
    counts = dict(sketch["counts"])
    current = Counter(value for value in served if value is not None)
    labels = sorted(counts | current)
    table = numpy.array([[counts.get(label, 0) for label in labels], [current.get(label, 0) for label in labels]])
    table = table[:, table.sum(axis=0) > 0]
    test = stats.chi2_contingency(table, correction=False)
    return {
        "chi_square": test.statistic,
        "chi_square_p_value": test.pvalue,
        "jensen_shannon": jensenshannon(table[0], table[1], base=2),
    }


def main(case):
    reference = json.loads((Path(case["export"]) / "reference.json").read_text())
    sketches = {sketch["name"]: sketch["shape"] for sketch in reference["features"]}
    labels = [row.get("label", row.get("value")) for row in case["predictions"]]
    assert case["drift"]["window"] == len(case["rows"]), case["drift"]["window"]
    largest, compared = 0.0, 0
    for column in case["drift"]["columns"]:
        is_prediction = column["is_prediction"]
        shape = reference["prediction"]["shape"] if is_prediction else sketches[column["name"]]
        served = labels if is_prediction else [row[column["name"]] for row in case["rows"]]
        if shape["kind"] == "categorical" and any(isinstance(value, bool) for value in served):
            served = [None if value is None else str(value).lower() for value in served]
        expected = numeric(shape, served) if shape["kind"] == "numeric" else categorical(shape, served)
        for name, value in expected.items():
            difference = abs(value - column["statistics"][name])
            assert difference <= 1e-9 * max(1.0, abs(value)), f"{column['name']} {name}: {column['statistics'][name]} is not {value}"
            largest, compared = max(largest, difference), compared + 1
    return {"rows": len(case["rows"]), "compared": compared, "largest": largest}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()))))
