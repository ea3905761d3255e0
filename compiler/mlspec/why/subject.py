"""A workspace and the path of a generated file in; the documents that decide what stands in it, and the file, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlspec.artifacts.file import Output
from mlspec.diagnostics import Span
from mlspec.environment.resolve import resolve
from mlspec.environment.resolved import Resolution
from mlspec.source.files import Files
from mlspec.source.node import Document
from mlspec.source.read import read_specs, together
from mlspec.source.suggestion import did_you_mean

from .edit import node_of
from .files import WatchedFiles
from .stage import Key
from .trial import Made, make

_VERSION = "mlspec.dev/v1"


class NoSubject(Exception):
    """No spec compiles to the file; says what was meant, as far as that can be told."""


@dataclass(frozen=True)
class Subject:
    """`documents` are the workspace's own, one environment and, if it is about one, a model."""

    documents: tuple[Document, ...]
    made: Made
    key: Key
    output: Output
    beside: tuple[str, ...]
    """Files of the workspace that were read for it."""

    @property
    def maker(self) -> tuple[int, str]:
        """The artifact that makes the file."""
        return self.made.makers[self.key]


def subject_of(path: str, files: Files, specs: str) -> Subject:
    """Who the file is made for; of several environments that share an image, the first."""
    resolution = resolve(together(read_specs(files, specs).values()).documents, files)
    others: list[str] = []
    for documents in _candidates(resolution, path):
        watched = WatchedFiles(files)
        made = make(documents, watched)
        for key, output in made.outputs.items() if made else ():
            if output.path == path and made is not None:
                return Subject(tuple(documents), made, key, output, tuple(sorted(watched.seen)))
            others.append(output.path)
    near = did_you_mean(path.rpartition("/")[2], [each.rpartition("/")[2] for each in others])
    meant = next((each for each in others if near and each.endswith(f"/{near}")), None)
    if not meant and files.size(path) is not None:
        raise NoSubject(f"no spec compiles to {path}: ask about a file that mlspec writes, below generated/ or argocd/")
    raise NoSubject(f"no spec compiles to {path}" + (f"; did you mean {meant}?" if meant else ""))


def _candidates(resolution: Resolution, path: str) -> Iterator[Sequence[Document]]:
    """First those whose names the path bears."""
    workspace = _of_kind(resolution, "Workspace")[:1] or [_made_up("Workspace", None)]
    environments = _of_kind(resolution, "Environment") or [_made_up("Environment", "default")]
    pairs = [
        (model, environment)
        for environment in environments
        for model in [*_of_kind(resolution, "Model"), None]
        if model is None or _runs_in(model, _name(environment))
    ]
    parts = {word for part in path.split("/") for word in (part, part.removesuffix(".yaml"), part.partition(".")[0])}

    def strangers(pair: tuple[Document | None, Document]) -> int:
        model, environment = pair
        return ((model is not None and _name(model) not in parts) * 2) + (_name(environment) not in parts)

    for model, environment in sorted(pairs, key=strangers):
        yield [*workspace, environment, *([model] if model else [])]


def _runs_in(model: Document, environment: str) -> bool:
    blocks = model.root.get("spec", "environments")
    return blocks is None or not isinstance(blocks.value, dict) or environment in blocks.value


def _of_kind(resolution: Resolution, kind: str) -> list[Document]:
    return [each for each in resolution.documents if (node := each.root.get("kind")) and node.value == kind]


def _name(document: Document) -> str:
    node = document.root.get("metadata", "name")
    return str(node.value) if node else ""


def _made_up(kind: str, name: str | None) -> Document:
    """What is built in, as if it were written: it can be changed like the rest."""
    metadata = {"metadata": {"name": name}} if name else {}
    return Document(Span("").file, node_of({"apiVersion": _VERSION, "kind": kind, **metadata, "spec": {}}))
