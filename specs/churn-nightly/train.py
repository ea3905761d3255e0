"""scikit-learn's breast cancer data -> model.joblib, a night's customers.csv, and in expected.json what they must get.

The data is not about churn; it stands in because it ships with scikit-learn and has the same form.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import joblib
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

COLUMNS = ("radius", "texture", "perimeter", "area")
"""The first four features of the data."""
NIGHT = slice(100, 140)
REGIONS = ("north", "south", "east, far", "west")


def rows() -> Any:
    return load_breast_cancer(return_X_y=True)[0][:, : len(COLUMNS)]


def train() -> Pipeline:
    classes = load_breast_cancer(return_X_y=True)[1]
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000)).fit(rows(), classes)


def expected(model: Pipeline) -> dict[str, object]:
    """The night's rows as an inference request, and the outputs that answer it."""
    night = rows()[NIGHT]
    return {
        "inputs": [tensor("usage", night)],
        "outputs": [tensor("probability", model.predict_proba(night))],
    }


def tensor(name: str, values: Any) -> dict[str, object]:
    return {"name": name, "datatype": "FP64", "shape": list(values.shape), "data": values.ravel().tolist()}


def write_customers(file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["customer", "region", *COLUMNS])
        for number, row in enumerate(rows()[NIGHT].tolist()):
            writer.writerow([f"{number:05d}", REGIONS[number % len(REGIONS)], *row])


def main(folder: Path) -> None:
    model = train()
    # Neither compressed nor in a protocol that follows the Python version: the same bytes on every run.
    joblib.dump(model, folder / "model.joblib", compress=0, protocol=5)
    write_customers(folder / "customers.csv")
    (folder / "expected.json").write_text(json.dumps(expected(model)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
