"""A compilation and one of its models -> what that model's container would find: image, settings, environment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mlspec.artifacts.file import File, Output
from mlspec.artifacts.manifest import ManifestFile
from mlspec.compile import Compilation
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.context import plan_context
from mlspec.plan.delivery import CONTAINER as FETCH

SETTINGS = "settings.json"
DRIFT = "drift.json"
_DELIVERED = "--delivered="
_REQUIREMENTS = "requirements.txt"


@dataclass(frozen=True)
class Fetching:
    """What the container that fetches the model is told; `secrets` as below."""

    args: tuple[str, ...]
    variables: dict[str, str]
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Context:
    """`folder` holds the image's files in the workspace; `secrets` are variables that a cluster would fill in."""

    folder: str
    files: Sequence[Output]
    settings: str
    """Empty where nobody reads any."""
    drift: str
    """What rows are compared with, beside the settings; empty where they are not."""
    variables: dict[str, str]
    secrets: tuple[str, ...] = ()
    fetch: Fetching | None = None
    """None for a model that is in the image, or mounted."""
    words: tuple[str, ...] = ()
    """The arguments of the container, but for what `settings` say."""

    @property
    def requirements(self) -> str:
        """The text of requirements.txt."""
        return next(
            file.content.decode()
            for file in self.files
            if isinstance(file, File) and file.path == f"{self.folder}/{_REQUIREMENTS}"
        )


def context_of(compilation: Compilation, resolved: ResolvedSpec, *, batch: bool = False) -> Context:
    """What the files of a compilation without errors say, overrides included: of the server, or of the `batch`."""
    output = compilation.resolution.workspace.output
    folder = plan_context(resolved, output).folder
    objects = _objects(compilation.outputs[f"{resolved.environment.name}/{resolved.name}"])
    pod = _batch_pod(objects) if batch else _server_pod(objects)
    (container,) = pod["containers"][:1]
    variables, secrets = _environment(container)
    words = tuple(map(_expanded, container.get("args") or []))
    return Context(
        folder=folder,
        files=compilation.outputs[folder.removeprefix(f"{output}/")],
        settings=_settings(words) if batch else objects["ConfigMap"]["data"][SETTINGS],
        drift="" if batch else objects["ConfigMap"]["data"].get(DRIFT, ""),
        variables=variables,
        secrets=secrets,
        fetch=_fetching(pod),
        words=tuple(word for word in words if not word.startswith(_DELIVERED)),
    )


def _server_pod(objects: Mapping[str, Any]) -> Any:
    workload = objects.get("Deployment") or objects["Rollout"]
    return workload["spec"]["template"]["spec"]


def _batch_pod(objects: Mapping[str, Any]) -> Any:
    job = objects["Job"] if "Job" in objects else objects["CronJob"]["spec"]["jobTemplate"]
    return job["spec"]["template"]["spec"]


def _settings(words: Sequence[str]) -> str:
    """What a batch is told of a model that is brought to it, as the server would be."""
    told = [json.loads(word.removeprefix(_DELIVERED)) for word in words if word.startswith(_DELIVERED)]
    return json.dumps({"model": told[0]} if told else {})


def _fetching(pod: Mapping[str, Any]) -> Fetching | None:
    for container in pod.get("initContainers", []):
        if container["name"] == FETCH:
            return Fetching(tuple(container["args"]), *_environment(container))
    return None


def _environment(container: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Plain values by name, and the names of those that a Secret holds."""
    variables = container.get("env") or []
    plain = {one["name"]: _expanded(one.get("value", "")) for one in variables if "valueFrom" not in one}
    return plain, tuple(one["name"] for one in variables if "secretKeyRef" in one.get("valueFrom", ()))


def _expanded(text: str) -> str:
    """Kubernetes makes `$` of `$$`."""
    return text.replace("$$", "$")


def lay(context: Context, workspace: Path, target: Path) -> None:
    """Writes the image's files and the settings into `target`; what is the user's own is linked, not copied.

    A model may be large, and a handler's place in an error is then that of the file that its author edits.
    """
    for file in context.files:
        path = target / PurePosixPath(file.path).relative_to(context.folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(file, File):
            path.write_bytes(file.content)
        else:
            path.symlink_to((workspace / file.source).resolve())
    if context.settings:
        (target / SETTINGS).write_text(context.settings, encoding="utf-8")
    if context.drift:
        (target / DRIFT).write_text(context.drift, encoding="utf-8")


def _objects(outputs: Iterable[Output]) -> dict[str, dict[str, Any]]:
    """By kind; of several the first."""
    found: dict[str, dict[str, Any]] = {}
    for file in outputs:
        if isinstance(file, ManifestFile):
            found.setdefault(file.manifest["kind"], file.manifest)
    return found
