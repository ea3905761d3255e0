"""Environments that change nothing in the image share one; any other has its own."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.context import model_files, model_size, plan_context
from tests.environment.workspace import MODEL, document, environment, model, resolved

FILES = {
    "specs/model.joblib": b"a model",
    "specs/other.joblib": b"another",
    "specs/src/handler.py": b"class A: ...\n",
    "specs/requirements.txt": b"numpy==2.1.0\n",
}
SHARED, OWN = "generated/images/churn", "generated/images/churn.prod"

BLOCKS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, SHARED),
    "replicas": ({"replicas": 3}, SHARED),
    "settings": ({"server": {"queue": 7, "batching": {"maxSize": 8}}, "logging": {"level": "debug"}}, SHARED),
    "memory": ({"resources": {"memory": "2Gi"}}, SHARED),
    "the same value again": ({"model": {"version": "1.0.0"}}, SHARED),
    "the model's version": ({"model": {"version": "1.1.0"}}, OWN),
    "the model": ({"model": {"uri": "./other.joblib"}}, OWN),
    "requirements": ({"build": {"requirements": ["numpy==2.1.0"]}}, OWN),
    "a file of requirements": ({"build": {"requirements": "./requirements.txt"}}, OWN),
    "code": ({"build": {"code": "./src"}}, OWN),
    "an accelerator": ({"model": {"format": "onnx"}, "resources": {"accelerator": {"type": "nvidia-l4"}}}, OWN),
}


def _plans(block: dict[str, Any], base: dict[str, Any] | None = None) -> dict[str, ResolvedSpec]:
    prod = environment("prod", accelerators={"nvidia-l4": {}})
    spec = {"model": base or MODEL, "environments": {"prod": block, "staging": {}}}
    documents = (prod, document("Environment", "staging"), document("Model", "churn", spec))
    return {spec.environment.name: spec for spec in resolved(*documents, files=FILES).specs}


@pytest.mark.parametrize(("block", "folder"), BLOCKS.values(), ids=BLOCKS)
def test_an_environment_has_an_image_of_its_own_where_it_changes_one(block: dict[str, Any], folder: str) -> None:
    specs = _plans(block)
    assert plan_context(specs["prod"], "generated").folder == folder
    assert plan_context(specs["staging"], "generated").folder == SHARED


def test_bounds_that_only_environments_state_split_no_image() -> None:
    blocks = {name: {"scaling": {"maxReplicas": most}} for name, most in (("prod", 8), ("staging", 2))}
    spec = {"model": MODEL, "scaling": {"metrics": [{"cpu": "70%"}]}, "environments": blocks}
    documents = (environment("prod"), document("Environment", "staging"), document("Model", "churn", spec))
    specs = resolved(*documents, files=FILES).specs
    assert {plan_context(spec, "generated").folder for spec in specs} == {SHARED}


def test_a_model_that_only_environments_complete_has_no_image_for_everyone() -> None:
    specs = _plans({"model": {"uri": "./other.joblib"}}, {**MODEL, "uri": "./gone.joblib"})
    assert plan_context(specs["prod"], "generated").folder == OWN


def test_a_file_that_an_environment_replaces_need_not_be_there() -> None:
    block = {"build": {"requirements": "./requirements.txt"}}
    spec = {"model": MODEL, "build": {"requirements": "./gone.txt"}, "environments": {"prod": block}}
    documents = (environment("prod"), document("Model", "churn", spec))
    (prod,) = resolved(*documents, files=FILES).specs
    assert plan_context(prod, "generated").folder == OWN


def test_a_folder_is_a_model_of_all_its_files() -> None:
    files = {"specs/model/b.bin": b"two", "specs/model/a/config.json": b"one", "specs/model/.git/x": b"no"}
    (spec,) = resolved(model(model={**MODEL, "uri": "./model"}), files=files).specs
    found = model_files(spec.model, spec.spec, spec.files)
    assert [(copy.source, copy.target) for copy in found.copies] == [
        ("specs/model/a/config.json", "model/a/config.json"),
        ("specs/model/b.bin", "model/b.bin"),
    ]
    assert (found.path, found.size) == ("model", 6)


def test_the_size_is_the_specs_or_the_files() -> None:
    (known,) = resolved(model(), files=FILES).specs
    (stated,) = resolved(model(model={**MODEL, "size": "2Gi"}), files=FILES).specs
    assert (model_size(known), model_size(stated)) == (len(b"a model"), 2 * 2**30)
