"""The raw binary files that `examples/peer.rs` reads, and how it is called."""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def write(path, x, y, categories=()):
    """`x` is `[rows, columns]` of float32; NaN in a categorical column is missing."""
    rows, columns = x.shape
    with open(path, "wb") as file:
        kinds = [1 if column in categories else 0 for column in range(columns)]
        np.array([rows, columns, *kinds], dtype="<u8").tofile(file)
        for column in range(columns):
            values = x[:, column]
            if column in categories:
                codes = np.where(np.isnan(values), 2**32 - 1, np.nan_to_num(values).astype("<u4")).astype("<u4")
                codes.tofile(file)
            else:
                np.ascontiguousarray(values, dtype="<f4").tofile(file)
        np.asarray(y, dtype="<f8").tofile(file)


class Peer:
    """The example binary, with its files in a folder of their own."""

    def __init__(self, binary):
        self.binary = binary
        self.folder = tempfile.TemporaryDirectory()

    def path(self, name):
        return str(Path(self.folder.name) / name)

    def data(self, name, x, y, categories=()):
        write(self.path(name), x, y, categories)

    def run(self, train, test, **options):
        """(predictions, report, contributions or None)"""
        shap = options.pop("shap", False)
        words = [f"{key}={value}" for key, value in options.items()]
        if shap:
            words.append(f"shap={self.path('shap')}")
        done = subprocess.run(
            [self.binary, self.path(train), self.path(test), self.path("out"), *words],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        report = json.loads(done.stdout)
        report["stderr"] = done.stderr.strip()
        contributions = np.fromfile(self.path("shap"), "<f8") if shap else None
        return np.fromfile(self.path("out"), "<f8"), report, contributions
