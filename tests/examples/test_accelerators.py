"""Each accelerator of docs/accelerators.md is one that a model can ask for in the way that the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlspec.artifacts.file import File
from mlspec.compile import compile as compile_workspace
from mlspec.source.files import FilesInMemory
from tests.crds import has_crds
from tests.rules.differences import differences
from tests.rules.outputs import deployments, problems

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "accelerators.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SAID = {name: asked for block in BLOCKS for name, asked in re.findall(r"^([\w-]+): +# (\{.*\})$", block, re.MULTILINE)}
CATALOGUE: dict[str, Any] = {name: entry for block in BLOCKS for name, entry in yaml.safe_load(block).items()}
DEVICES = {
    "nvidia-l4": {"nvidia.com/gpu": "2"},
    "mi300x": {"amd.com/gpu": "1"},
    "max-1550": {"gpu.intel.com/xe": "1"},
    "nvidia-a100": {"nvidia.com/mig-1g.10gb": "1"},
    "nvidia-h200-slice": {"nvidia.com/gpu": "1"},
    "nvidia-t4": {"nvidia.com/gpu.shared": "1"},
    "nvidia-h100": {},
    "h100-slice": {},
}


def test_each_entry_says_how_it_is_asked_for() -> None:
    assert SAID.keys() == CATALOGUE.keys() == DEVICES.keys()


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_model_gets_it(name: str) -> None:
    resources = {"accelerator": yaml.safe_load(SAID[name]), "memory": "4Gi"}
    model = {"format": "sklearn", "version": "1.0.0", "uri": "./model.joblib"}
    documents = {
        "specs/prod.yaml": {"kind": "Environment", "metadata": {"name": "prod"}, "spec": {"accelerators": CATALOGUE}},
        "specs/churn.yaml": {
            "kind": "Model",
            "metadata": {"name": "churn"},
            "spec": {"model": model, "resources": resources, "replicas": 2},
        },
    }
    content = {
        path: yaml.safe_dump({"apiVersion": "mlspec.dev/v1", **document}).encode()
        for path, document in documents.items()
    }
    result = compile_workspace(FilesInMemory({**content, "specs/model.joblib": b"a model"}))
    assert result.diagnostics == []
    assert problems(result) == []
    if has_crds():
        assert [each for deployment in deployments(result) for each in differences(deployment.objects)] == []
    objects = {
        document["kind"]: document
        for file in result.outputs["prod/churn"]
        if isinstance(file, File) and file.path.endswith(".yaml")
        for document in yaml.safe_load_all(file.content)
    }
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    limits = pod["containers"][0]["resources"]["limits"]
    assert {key: value for key, value in limits.items() if "/" in key} == DEVICES[name]
    assert pod.get("nodeSelector", {}) == CATALOGUE[name].get("nodeSelector", {})
    assert ("ResourceClaimTemplate" in objects) == ("claim" in CATALOGUE[name])
