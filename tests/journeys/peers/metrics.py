"""scikit-learn's metrics on the held-out rows, beside the metrics of the run."""

import csv
import json
import math
import sys
from pathlib import Path

import numpy
from sklearn import metrics


def key(cells):
    """A row as something to look it up by: numbers as numbers, whatever their notation."""
    return tuple("" if cell is None else cell if isinstance(cell, str) else float(cell) for cell in cells)


def truth_of_rows(case, signature):
    """The target of every row of the source file, by its features. The same features must not have two targets."""
    numeric = {column["name"]: column["type"] not in ("text", "boolean") for column in signature["inputs"]}
    found = {}
    with open(case["csv"], newline="") as file:
        for row in csv.DictReader(file):
            cells = []
            for name, is_number in numeric.items():
                text = row[name]
                if text == "":
                    cells.append(None)
                elif is_number:
                    cells.append(float(text))
                else:
                    cells.append(1.0 if text == "true" else 0.0 if text == "false" else text)
            target = row[signature["target"]]
            assert found.setdefault(key(cells), target) == target, f"{cells} has two targets"
    return found


def classes(case, signature, holdout, report):
    labels = signature["classes"]
    truth = truth_of_rows(case, signature)
    actual = [truth[key(cells)] for cells in zip(*holdout["columns"])]
    probabilities = numpy.array(holdout["predictions"])
    predicted = [labels[place] for place in probabilities.argmax(axis=1)]
    areas = [
        metrics.roc_auc_score([value == label for value in actual], probabilities[:, place])
        for place, label in enumerate(labels)
        if 0 < sum(value == label for value in actual) < len(actual)
    ]
    confusion = metrics.confusion_matrix(actual, predicted, labels=labels).tolist()
    assert confusion == report["confusion"], f"{confusion} is not {report['confusion']}"
    return {
        "accuracy": metrics.accuracy_score(actual, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(actual, predicted),
        "f1_macro": metrics.f1_score(actual, predicted, average="macro"),
        "roc_auc": float(numpy.mean(areas)),
        "log_loss": metrics.log_loss(actual, probabilities / probabilities.sum(axis=1, keepdims=True), labels=labels),
    }


def values(report):
    actual, predicted = zip(*report["predicted_vs_actual"])
    return {
        "mae": metrics.mean_absolute_error(actual, predicted),
        "rmse": math.sqrt(metrics.mean_squared_error(actual, predicted)),
        "r2": metrics.r2_score(actual, predicted),
    }


def main(case):
    export = Path(case["export"])
    signature = json.loads((export / "signature.json").read_text())
    holdout = json.loads((export / "holdout.json").read_text())
    report = case["run"]["report"]
    assert len(holdout["predictions"]) == report["rows"]["test"], "every held-out row is in the package"
    expected = classes(case, signature, holdout, report) if signature["classes"] else values(report)
    differences = {name: abs(value - case["run"]["metrics"][f"test/{name}"]) for name, value in expected.items()}
    return {"rows": report["rows"]["test"], "metrics": len(expected), "largest": max(differences.values()), "differences": differences}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text()))))
