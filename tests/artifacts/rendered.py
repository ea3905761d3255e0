"""The plans of these tests, rendered: files, and the objects in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from mlspec.artifacts.file import File, Output
from mlspec.artifacts.registry import render_deployment, render_environment
from tests.artifacts.plans import ENVIRONMENT, PLANS
from tests.libyaml import load_all

_MONITORING = ("servicemonitor.yaml", "prometheusrule.yaml")  # tested with rules in their plan, in tests/monitoring


def deployment_files(name: str) -> list[File]:
    """Everything that a plan becomes, but for its monitoring."""
    outputs = render_deployment(PLANS[name])
    return [file for file in outputs if isinstance(file, File) and PurePosixPath(file.path).name not in _MONITORING]


def environment_files() -> list[File]:
    """What the environment becomes."""
    return [file for file in render_environment(ENVIRONMENT) if isinstance(file, File)]


def objects(files: Iterable[Output]) -> list[dict[str, Any]]:
    """The objects as a cluster reads them, in the order of their files."""
    return [document for file in files if isinstance(file, File) for document in load_all(file.content)]
