"""scikit-learn's diabetes data -> model.joblib, a request with its answer, and reference.csv to tell drift from.

The data is not about credit; it stands in because it ships with scikit-learn and has the same form: ten numbers
about a person, and an outcome that is either worse than average or not.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import joblib
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingClassifier

APPROVE_BELOW = 0.5
"""As in model.yaml."""


def people() -> tuple[Any, Any]:
    """442 people with ten numbers each, and whether their outcome was worse than the average one."""
    rows, outcome = load_diabetes(return_X_y=True)
    return rows, outcome > outcome.mean()


def train() -> GradientBoostingClassifier:
    return GradientBoostingClassifier(n_estimators=40, max_depth=2, random_state=0).fit(*people())


def expected(model: GradientBoostingClassifier) -> dict[str, object]:
    """An inference request of three rows in the Open Inference Protocol, and the outputs that answer it."""
    rows = people()[0][40:43]
    probability = model.predict_proba(rows)
    return {
        "inputs": [tensor("features", "FP64", rows)],
        "outputs": [
            tensor("probability", "FP64", probability),
            tensor("approved", "BOOL", probability[:, 1] < APPROVE_BELOW),
        ],
    }


def reference(model: GradientBoostingClassifier) -> list[list[str]]:
    """What the model was trained on, and what it says of it under the names of its outputs; rounded, that is enough."""
    rows, _ = people()
    lines = [[f"{number:.4f}" for number in row] for row in rows]
    for line, probability in zip(lines, model.predict_proba(rows)[:, 1], strict=True):
        line += [f"{probability:.3f}", str(probability < APPROVE_BELOW).lower()]
    return [[*load_diabetes().feature_names, "probability.1", "approved"], *lines]


def tensor(name: str, datatype: str, values: Any) -> dict[str, object]:
    return {"name": name, "datatype": datatype, "shape": list(values.shape), "data": values.ravel().tolist()}


def main(folder: Path) -> None:
    model = train()
    # Neither compressed nor in a protocol that follows the Python version: the same bytes on every run.
    joblib.dump(model, folder / "model.joblib", compress=0, protocol=5)
    (folder / "expected.json").write_text(json.dumps(expected(model)) + "\n", encoding="utf-8")
    with (folder / "reference.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(reference(model))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
