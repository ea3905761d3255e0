"""A folder in; the files of small real models, one of each kind that `mlspec init` reads, in it."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

COLUMNS = ["amount", "hour", "country_risk"]


def rows() -> tuple[Any, Any]:
    values = np.random.default_rng(1).normal(size=(40, 3))
    return values, (values[:, 0] > 0).astype(int)


def frame() -> Any:
    import pandas as pd

    return pd.DataFrame(rows()[0], columns=COLUMNS)


def pipeline(labels: Any = None) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    values, classes = rows()
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(values, classes if labels is None else labels)


def joblib(path: Path, **options: Any) -> None:
    import joblib

    joblib.dump(pipeline(), path, **options)


def forest_on_a_frame(path: Path) -> None:
    import joblib
    from sklearn.ensemble import RandomForestClassifier

    labels = np.where(rows()[1] > 0, "yes", "no")
    joblib.dump(RandomForestClassifier(3, random_state=1).fit(frame(), labels), path)


def search(path: Path) -> None:
    import joblib
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import GridSearchCV

    values, _ = rows()
    joblib.dump(GridSearchCV(Ridge(), {"alpha": [1.0, 2.0]}, cv=2).fit(values, values[:, 0]), path)


def plain_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps(pipeline()))


def skops(path: Path) -> None:
    import skops.io

    skops.io.dump(pipeline(), path)


def onnx(path: Path) -> None:
    from skl2onnx import to_onnx

    made = to_onnx(pipeline(), rows()[0].astype("float32")[:1], options={"zipmap": False})
    path.write_bytes(made.SerializeToString())


def lightgbm(path: Path) -> None:
    import lightgbm

    values, classes = rows()
    options = {"objective": "binary", "verbose": -1, "min_data_in_leaf": 2, "num_threads": 1}
    lightgbm.train(options, lightgbm.Dataset(values, classes, feature_name=COLUMNS), 2).save_model(path)


def xgboost(path: Path, objective: str = "binary:logistic") -> None:
    import xgboost

    values, classes = rows()
    matrix = xgboost.DMatrix(values, classes, feature_names=COLUMNS)
    xgboost.train({"objective": objective, "nthread": 1}, matrix, 2).save_model(path)


def mlflow(folder: Path) -> None:
    """As MLflow 3 writes it, but for what nobody reads here."""
    folder.mkdir()
    plain_pickle(folder / "model.pkl")
    inputs = json.dumps([{"type": "double", "name": name, "required": True} for name in COLUMNS])
    (folder / "MLmodel").write_text(
        "artifact_path: model\n"
        "flavors:\n"
        "  python_function: {loader_module: mlflow.sklearn, model_path: model.pkl, python_version: 3.12.3}\n"
        "  sklearn: {code: null, pickled_model: model.pkl, serialization_format: pickle, sklearn_version: 1.9.1}\n"
        f"signature:\n  inputs: '{inputs}'\n  outputs: null\n"
    )


def with_text(path: Path) -> None:
    import joblib
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    table = pd.DataFrame({"amount": [1.0, -1.0] * 4, "country": ["de", "fr"] * 4, "note": ["good", "bad"] * 4})
    encode = make_column_transformer(
        (OneHotEncoder(), ["country"]), (TfidfVectorizer(), "note"), remainder="passthrough"
    )
    joblib.dump(make_pipeline(encode, LogisticRegression()).fit(table, [1, 0] * 4), path)


KINDS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "joblib": ("fraud.joblib", joblib),
    "compressed": ("fraud.joblib", lambda path: joblib(path, compress=3)),
    "frame": ("fraud.joblib", forest_on_a_frame),
    "search": ("fraud.joblib", search),
    "pickle": ("fraud.pkl", plain_pickle),
    "skops": ("fraud.skops", skops),
    "onnx": ("fraud.onnx", onnx),
    "lightgbm": ("fraud.txt", lightgbm),
    "ubj": ("fraud.ubj", xgboost),
    "json": ("fraud.json", xgboost),
    "mlflow": ("fraud", mlflow),
}
