"""scikit-learn's breast cancer data -> model.joblib, and in expected.json a request with the answer it must get.

The data is not about churn; it stands in because it ships with scikit-learn and has the same form.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import joblib
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler


def train() -> Pipeline:
    rows, classes = load_breast_cancer(return_X_y=True)
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000)).fit(rows, classes)


def expected(model: Pipeline) -> dict[str, object]:
    """An inference request of six rows in the Open Inference Protocol, and the outputs that answer it."""
    rows = load_breast_cancer(return_X_y=True)[0][18:21]
    classes = model.predict(rows)
    return {
        "inputs": [tensor("input", "FP64", rows)],
        "outputs": [tensor("predict", "INT64", classes)],
    }


def tensor(name: str, datatype: str, values: Any) -> dict[str, object]:
    return {"name": name, "datatype": datatype, "shape": list(values.shape), "data": values.ravel().tolist()}


def main(folder: Path) -> None:
    model = train()
    # Neither compressed nor in a protocol that follows the Python version: the same bytes on every run.
    joblib.dump(model, folder / "model.joblib", compress=0, protocol=5)
    (folder / "expected.json").write_text(json.dumps(expected(model)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
