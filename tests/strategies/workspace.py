"""A few environments and models, perhaps a Workspace, and the files that they name; valid by construction."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from mlspec.source.files import FilesInMemory
from tests.strategies.environment import environments
from tests.strategies.model import models
from tests.strategies.text import dns_labels
from tests.strategies.yaml_text import plainly, written

Spec = dict[str, Any]
WORKSPACE: Spec = {"apiVersion": "mlspec.dev/v1", "kind": "Workspace", "metadata": {"name": "all"}}
BUILT_IN: Spec = {"metadata": {"name": "default"}, "spec": {}}


@dataclass(frozen=True)
class Workspace:
    """Documents by the path of their file, and the other files."""

    documents: dict[str, list[Spec]]
    content: dict[str, bytes]

    def files(self, style: Random | None = None) -> FilesInMemory:
        """Written plainly, or in any style that means the same."""
        return FilesInMemory(self.texts(style))

    def texts(self, style: Random | None = None) -> dict[str, bytes]:
        specs = {path: _text(documents, style) for path, documents in self.documents.items()}
        return self.content | specs


def _text(documents: list[Spec], style: Random | None) -> bytes:
    texts = [plainly(document) + "\n" if style is None else written(document, style) for document in documents]
    return "---\n".join(text.removeprefix("---\n") for text in texts).encode()


environment_names = st.sampled_from([1, 2, 0]).flatmap(
    lambda number: st.lists(
        (dns_labels(20) | st.just("prod")).filter(lambda name: name != "images"),
        min_size=number,
        max_size=number,
        unique=True,
    )
)
# `<model>-public` is the Service of a model's load balancer, `<model>-batch` all that belongs to its batch.
model_names = st.lists(
    (dns_labels(40) | st.sampled_from(["a", "a-b"])).filter(lambda name: not name.endswith(("-public", "-batch"))),
    min_size=1,
    max_size=2,
    unique=True,
)


@st.composite
def workspaces(draw: st.DrawFn) -> Workspace:
    """Every document with a file of its own, or all environments in one; without any, the built-in one is meant."""
    strict = draw(st.booleans())
    content: dict[str, bytes] = {}
    wheres = [draw(environments(name, strict=strict)) for name in draw(environment_names)]
    documents = {f"specs/environments/{each['metadata']['name']}.yaml": [each] for each in wheres}
    if draw(st.booleans()):
        documents = {"specs/environments.yml": wheres} if wheres else {}
    wheres = wheres or [BUILT_IN]
    for name in draw(model_names):
        documents[f"specs/{name}/model.yaml"] = [draw(models(name, wheres, content, strict=strict))]
    if draw(st.booleans()):
        documents["specs/workspace.yml"] = [WORKSPACE | {"spec": draw(workspace_specs)}]
    return Workspace(documents, content)


workspace_specs = st.fixed_dictionaries(
    {},
    optional={
        "defaults": st.sampled_from([{}, None, {"resources": {"cpu": "250m"}, "health": {"drain": "1h"}}]),
        "gitops": st.just({"repo": "https://git.example.com/all.git", "sync": "manual"}),
        "output": st.sampled_from(["generated", "deploy/ml"]),
        "argocd": st.sampled_from(["argocd", "apps"]),
    },
)
