"""What a compile made, and for which repository, in; what there is to publish there out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlspec.artifacts.file import File, Output
from mlspec.compile import Compilation
from mlspec.tree.index import render_index
from mlspec.tree.layout import Layout

_RECORDS = ".published"
"""Below the output folder: who publishes what. Argo CD reads nothing there."""
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Destination:
    """A branch of a repository that Argo CD reads."""

    repo: str
    branch: str


@dataclass(frozen=True)
class Publication:
    """What one workspace owns in one repository; `source` says which workspace that is, for ever."""

    destination: Destination
    source: str
    root: Path
    output: str
    files: Mapping[str, bytes]
    """Each path with its content, the indexes and the record included."""
    owners: Mapping[str, str]
    """Each owner, as `prod/churn`, with the version of its model; an environment itself has none."""

    @property
    def layout(self) -> Layout:
        return Layout(self.root, self.output)

    @property
    def record(self) -> str:
        return record_of(self.output, self.source)


def record_of(output: str, source: str) -> str:
    """The path where it is written what a workspace publishes: no two workspaces write the same file."""
    name = _NOT_A_NAME.sub("-", source.rstrip("/").rpartition("/")[2].removesuffix(".git")) or "workspace"
    return f"{output}/{_RECORDS}/{name}-{hashlib.sha256(source.encode()).hexdigest()[:8]}.json"


def records_folder(output: str) -> str:
    return f"{output}/{_RECORDS}"


def publications(root: Path, compilation: Compilation, source: str, elsewhere: Destination | None) -> list[Publication]:
    """One for each repository and branch that environments name, or one for `elsewhere`; build contexts stay here."""
    workspace = compilation.resolution.workspace
    versions = {
        f"{each.environment.name}/{each.name}": each.spec.model.version for each in compilation.resolution.specs
    }
    destinations: dict[Destination, list[str]] = {}
    for environment in compilation.resolution.environments:
        gitops = environment.spec.gitops
        destination = elsewhere or (Destination(gitops.repo, gitops.branch) if gitops.repo else None)
        if destination:
            destinations.setdefault(destination, []).append(environment.name)
    made = []
    for destination, environments in destinations.items():
        owners = {
            owner: outputs for owner, outputs in compilation.outputs.items() if owner.partition("/")[0] in environments
        }
        files = dict(_files(root, workspace.output, owners))
        known = {owner: versions.get(owner, "") for owner in sorted(owners)}
        publication = Publication(destination, source, root, workspace.output, files, known)
        files[publication.record] = render_record(source, known)
        made.append(publication)
    return made


def _files(root: Path, output: str, owners: Mapping[str, list[Output]]) -> list[tuple[str, bytes]]:
    layout = Layout(root, output)
    indexes = [(layout.index_of(owner), render_index(outputs)) for owner, outputs in owners.items() if outputs]
    outputs = [each for outputs in owners.values() for each in outputs]
    return [*indexes, *((each.path, _content(root, each)) for each in outputs)]


def _content(root: Path, output: Output) -> bytes:
    return output.content if isinstance(output, File) else (root / output.source).read_bytes()


def render_record(source: str, owners: Mapping[str, str]) -> bytes:
    """JSON with a line for each owner, so that two changes seldom meet."""
    return (json.dumps({"source": source, "owners": dict(sorted(owners.items()))}, indent=2) + "\n").encode()


def parse_record(content: bytes) -> tuple[str, dict[str, str]]:
    """The workspace and its owners; ValueError where it is no record."""
    document = json.loads(content)
    source, owners = document["source"], document["owners"]
    if not isinstance(source, str) or not isinstance(owners, dict):
        raise ValueError("not a record")
    return source, {str(owner): str(version) for owner, version in owners.items()}
