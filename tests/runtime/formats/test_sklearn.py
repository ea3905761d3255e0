"""scikit-learn estimators: methods, kinds of file, kinds of input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import LinearSVC

from tests.runtime.formats.conftest import Serve, infer, metadata, same
from tests.runtime.image import tensor

X = np.random.default_rng(0).normal(size=(80, 3))
Y = (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_methods(serve: Serve, tmp_path: Path, method: str) -> None:
    model = LogisticRegression().fit(X, Y)
    joblib.dump(model, tmp_path / "model.joblib")
    running = serve({"format": "sklearn", "path": "model.joblib", "predict": method}).ready()
    assert metadata(running)["inputs"] == [tensor("input", "FP64", -1, 3)]
    assert same(infer(running, {"input": X})[method], getattr(model, method)(X))
    assert running.metric("mlspec_predictions_total") == len(X)
    if method != "decision_function":
        assert running.metric("mlspec_predictions_total", **{"class": "1"}) == model.predict(X).sum()


def test_skops(serve: Serve, tmp_path: Path) -> None:
    from skops import io

    model = LinearRegression().fit(X, X[:, 1])
    io.dump(model, tmp_path / "model.skops")
    running = serve({"format": "sklearn", "path": "model.skops"}).ready()
    assert metadata(running)["platform"] == "sklearn_skops"
    assert same(infer(running, {"input": X[:5]})["predict"], X[:5, 1])


def test_skops_with_a_type_that_nobody_trusts(serve: Serve, tmp_path: Path) -> None:
    from sklearn.preprocessing import FunctionTransformer
    from skops import io

    io.dump(make_pipeline(FunctionTransformer(np.linalg.norm), LinearSVC()), tmp_path / "model.skops")
    running = serve({"format": "sklearn", "path": "model.skops"})
    assert running.exit_status() == 1
    assert "does not trust" in running.wait_for("start", event_reason="untrusted")["message"]


def test_texts_in_and_labels_of_text_out(serve: Serve, tmp_path: Path) -> None:
    texts = np.array([b"good film", b"bad film", b"good play", b"bad play"], dtype=object)
    labels = ["good", "bad", "good", "bad"]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(C=100)).fit([text.decode() for text in texts], labels)
    joblib.dump(model, tmp_path / "model.joblib")
    manifest = {"format": "sklearn", "path": "model.joblib", "inputs": [tensor("text", "BYTES", -1)]}
    running = serve(manifest).ready()
    for binary in (True, False):
        predicted = infer(running, {"text": texts}, binary=binary)["predict"]
        assert [label.decode() if isinstance(label, bytes) else label for label in predicted] == labels
    assert running.metric("mlspec_predictions_total", **{"class": "good"}) == 4


def test_several_inputs_are_columns_of_a_frame(
    serve: Serve, tmp_path: Path, require_module: Callable[[str], None]
) -> None:
    require_module("pandas")
    import pandas as pd

    frame = pd.DataFrame({"amount": X[:, 0], "country": np.where(Y, "de", "fr")})
    encode = make_column_transformer((OneHotEncoder(), ["country"]), remainder="passthrough")
    model = make_pipeline(encode, LogisticRegression()).fit(frame, Y)
    joblib.dump(model, tmp_path / "model.joblib")
    inputs = [tensor("amount", "FP64", -1), tensor("country", "BYTES", -1)]
    running = serve({"format": "sklearn", "path": "model.joblib", "inputs": inputs}).ready()
    country = np.array([text.encode() for text in frame["country"]], dtype=object)
    given: dict[str, Any] = {"amount": X[:, 0].copy(), "country": country}
    assert infer(running, given)["predict"].tolist() == model.predict(frame).tolist()


def test_several_numeric_inputs_are_columns_of_a_matrix(serve: Serve, tmp_path: Path) -> None:
    model = LinearRegression().fit(X, X.sum(axis=1))
    joblib.dump(model, tmp_path / "model.joblib")
    inputs = [tensor("a", "FP64", -1), tensor("b", "FP64", -1, 1), tensor("c", "FP64", -1)]
    running = serve({"format": "sklearn", "path": "model.joblib", "inputs": inputs}).ready()
    given = {"a": X[:, 0].copy(), "b": X[:, 1:2].copy(), "c": X[:, 2].copy()}
    assert same(infer(running, given)["predict"], X.sum(axis=1))


def test_a_method_that_the_model_lacks_refuses_to_start(serve: Serve, tmp_path: Path) -> None:
    joblib.dump(LinearRegression().fit(X, Y), tmp_path / "model.joblib")
    running = serve({"format": "sklearn", "path": "model.joblib", "predict": "predict_proba"})
    assert running.exit_status() == 1
    assert "has no method" in running.wait_for("start", event_reason="method")["message"]
