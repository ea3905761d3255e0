"""Finds artifacts by their decorator, so that adding one edits no list.

`context` artifacts make the build context of an image from an `ImagePlan`. From a `Plan` comes what Argo CD reads:
`deployment` artifacts where the model is served, `batch` artifacts where it scores files, `either` artifacts always.
Each is a function of one plan that yields files.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import mlspec.artifacts

from .file import Output

if TYPE_CHECKING:
    from mlspec.plan.image import ImagePlan
    from mlspec.plan.plan import Batch, EnvironmentPlan, Plan

ContextArtifact = Callable[["ImagePlan"], Iterable[Output]]
DeploymentArtifact = Callable[["Plan"], Iterable[Output]]
Kind = TypeVar("Kind")


class BatchArtifact(Protocol):
    """`batch` is the plan's own."""

    __name__: str

    def __call__(self, plan: Plan, batch: Batch) -> Iterable[Output]: ...


EnvironmentArtifact = Callable[["EnvironmentPlan"], Iterable[Output]]

_context: dict[str, ContextArtifact] = {}
_deployment: dict[str, DeploymentArtifact] = {}
_batch: dict[str, BatchArtifact] = {}
_either: dict[str, DeploymentArtifact] = {}
_environment: dict[str, EnvironmentArtifact] = {}


def context(function: ContextArtifact) -> ContextArtifact:
    """Registers a part of an image's build context."""
    _context[f"{function.__module__}.{function.__name__}"] = function
    return function


def deployment(function: DeploymentArtifact) -> DeploymentArtifact:
    """Registers a part of what one model that is served is in one environment."""
    _deployment[f"{function.__module__}.{function.__name__}"] = function
    return function


def batch(function: BatchArtifact) -> BatchArtifact:
    """Registers a part of how one model scores files in one environment."""
    _batch[f"{function.__module__}.{function.__name__}"] = function
    return function


def either(function: DeploymentArtifact) -> DeploymentArtifact:
    """Registers a part of what one model is in one environment, whatever it does there."""
    _either[f"{function.__module__}.{function.__name__}"] = function
    return function


def environment(function: EnvironmentArtifact) -> EnvironmentArtifact:
    """Registers a part of what an environment is by itself, whatever models run in it."""
    _environment[f"{function.__module__}.{function.__name__}"] = function
    return function


@cache
def _load() -> None:
    for module in pkgutil.walk_packages(mlspec.artifacts.__path__, "mlspec.artifacts."):
        if not module.ispkg:
            importlib.import_module(module.name)


def context_artifacts() -> Mapping[str, ContextArtifact]:
    """By name, as those below: in the order in which their files are listed."""
    _load()
    return _ordered(_context)


def deployment_artifacts(plan: Plan) -> Mapping[str, DeploymentArtifact]:
    """Those that have something to make of the plan."""
    _load()
    chosen = {**_either, **(_deployment if plan.serves else {})}
    if plan.batch is not None:
        chosen |= {name: partial(function, batch=plan.batch) for name, function in _batch.items()}
    return _ordered(chosen)


def environment_artifacts() -> Mapping[str, EnvironmentArtifact]:
    """What an environment has without models."""
    _load()
    return _ordered(_environment)


def render_context(plan: ImagePlan) -> list[Output]:
    return [file for make in context_artifacts().values() for file in make(plan)]


def render_deployment(plan: Plan) -> list[Output]:
    return [file for make in deployment_artifacts(plan).values() for file in make(plan)]


def render_environment(plan: EnvironmentPlan) -> list[Output]:
    return [file for make in environment_artifacts().values() for file in make(plan)]


def _ordered(artifacts: Mapping[str, Kind]) -> dict[str, Kind]:
    return {name: artifacts[name] for name in sorted(artifacts)}
