"""LightGBM's text and XGBoost's JSON or UBJSON -> features and objective."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mlspec.beginning.found import CannotBegin, Found, Tensor
from mlspec.beginning.readers.ubjson import read_ubjson

_LINES = 64
"""Of LightGBM's file: what stands before the first tree."""


def read_xgboost(path: Path) -> Found:
    """`learner` says the number of features, the objective and the classes."""
    content = path.read_bytes()
    try:
        model: Any = json.loads(content) if content.lstrip()[1:2] in (b'"', b" ", b"\n") else read_ubjson(content)
        learner = model["learner"]
        parameters, objective = learner["learner_model_param"], str(learner["objective"]["name"])
        width = int(parameters["num_feature"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise CannotBegin(
            f"{path} is not what XGBoost's save_model writes as JSON or UBJSON; a file in its old binary form has to "
            "be saved again, as model.ubj"
        ) from error
    classifies = objective in ("binary:logistic", "multi:softprob")
    version = ".".join(map(str, model.get("version") or ())) or "(of a version that it does not say)"
    return Found(
        path,
        "xgboost",
        f"{objective}, of XGBoost {version}",
        inputs=(Tensor("input", "FP32", (-1, width)),),
        outputs=(Tensor("predict", "INT64", (-1,)),) if classifies else (),
        columns=tuple(map(str, learner.get("feature_names") or ())),
        suffix=".ubj" if content.lstrip()[1:2] not in (b'"', b" ", b"\n") else ".json",
        methods=("predict_proba",) if classifies else (),
    )


def read_lightgbm(path: Path) -> Found:
    """The lines before the first tree are `key=value`."""
    with path.open(encoding="utf-8", errors="replace") as stream:
        lines = [stream.readline(1 << 20).rstrip("\n") for _ in range(_LINES)]
    said = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("Tree="))
    if lines[0].strip() != "tree" or not said.get("max_feature_idx", "").isdigit():
        raise CannotBegin(f"{path} is not what LightGBM's Booster.save_model writes")
    objective = said.get("objective", "").split(" ")[0]
    classifies = objective in ("binary", "multiclass", "multiclassova")
    names = said.get("feature_names", "").split()
    return Found(
        path,
        "lightgbm",
        f"{objective or 'a model without an objective'}, of LightGBM (its file's version: {said.get('version', '?')})",
        inputs=(Tensor("input", "FP64", (-1, int(said["max_feature_idx"]) + 1)),),
        outputs=(Tensor("predict", "INT64", (-1,)),) if classifies else (),
        columns=tuple(names) if any(name != f"Column_{index}" for index, name in enumerate(names)) else (),
        suffix=".txt",
        methods=("predict_proba",) if classifies else (),
    )
