"""A workspace's models and environments, and the words of a command line -> the model in the environment meant."""

from __future__ import annotations

from mlspec.environment.resolved import Resolution, ResolvedSpec
from mlspec.source.suggestion import meant_or_all


class Unservable(Exception):
    """The model cannot be served here; the message says why and what to do."""


def choose(resolution: Resolution, model: str, environment: str | None) -> ResolvedSpec:
    """Without `environment` the first that fits this machine: no accelerator, no base image. Raises Unservable."""
    names = sorted({found.metadata.name for found in resolution.models})
    if model not in names:
        raise Unservable(f"there is no model `{model}`; {meant_or_all(model, names)}")
    candidates = [spec for spec in resolution.specs if spec.name == model]
    if not candidates:
        raise Unservable(f"`{model}` runs in no environment: name one under `environments` in its spec")
    if environment is None:
        return min(candidates, key=_demands)
    for spec in candidates:
        if spec.environment.name == environment:
            return spec
    places = [spec.environment.name for spec in candidates]
    raise Unservable(f"`{model}` does not run in `{environment}`; {meant_or_all(environment, places, 'it runs in')}")


def _demands(spec: ResolvedSpec) -> tuple[bool, bool]:
    return spec.spec.resources.accelerator is not None, spec.spec.build.base_image is not None
