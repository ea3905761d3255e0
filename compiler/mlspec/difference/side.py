"""A compilation in; for each model in each environment what was asked for and what came of it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mlspec.artifacts.file import Output
from mlspec.artifacts.manifest import ManifestFile
from mlspec.compile import Compilation, context_digest
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.build_plan import build_plan
from mlspec.plan.context import plan_context
from mlspec.plan.plan import Plan


@dataclass(frozen=True)
class Side:
    """One model in one environment; `outputs` and `context` are None where a finding kept it from being compiled."""

    resolved: ResolvedSpec
    compilation: Compilation
    outputs: list[Output] | None
    context: list[Output] | None

    @property
    def compiled(self) -> bool:
        return self.outputs is not None and self.context is not None

    @cached_property
    def plan(self) -> Plan:
        """ValueError where it was not compiled."""
        if self.context is None:
            raise ValueError(f"{self.resolved.name} was not compiled")
        workspace = self.compilation.resolution.workspace
        folder = plan_context(self.resolved, workspace.output).folder
        return build_plan(self.resolved, workspace, context_digest(folder, self.context))

    @property
    def objects(self) -> Mapping[tuple[str, str], ManifestFile]:
        return dict(_objects(self.outputs or []))


def sides(compilation: Compilation) -> dict[tuple[str, str], Side]:
    """By model and environment."""
    workspace = compilation.resolution.workspace
    found = {}
    for resolved in compilation.resolution.specs:
        environment = resolved.environment.name
        outputs = compilation.outputs.get(f"{environment}/{resolved.name}")
        owner = plan_context(resolved, workspace.output).folder.removeprefix(f"{workspace.output}/") if outputs else ""
        found[resolved.name, environment] = Side(resolved, compilation, outputs, compilation.outputs.get(owner))
    return found


def _objects(outputs: list[Output]) -> Iterator[tuple[tuple[str, str], ManifestFile]]:
    for output in outputs:
        if isinstance(output, ManifestFile):
            yield (str(output.manifest["kind"]), str(output.manifest["metadata"]["name"])), output


def objects_of(compilation: Compilation, owner: str) -> Mapping[tuple[str, str], ManifestFile]:
    """The objects of an owner, by kind and name."""
    return dict(_objects(compilation.outputs.get(owner, [])))
