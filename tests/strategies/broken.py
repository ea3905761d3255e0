"""Workspaces that somebody has hurt: a file cut, doubled or filled with rubbish, a value replaced."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.strategies.workspace import Workspace, workspaces
from tests.strategies.yaml_text import styles

PIECES = (
    *("\t", "\r", "\n", "\0", "\x85", "\u2028", "\ufeff", ":", " :", "- ", "#", "&a ", "*a", "!!int ", "<<: ", "? "),
    *("{", "}", "[", "]", ",", "'", '"', "|", ">", "%", "@", "`", "---\n", "...\n", "null", "~", "{}", "[]", "-1"),
    *("9" * 400, "1e999", ".nan", "true", "2026-11-22", "spec:", "kind: Model", "  ", "\N{SNOWMAN}", "\ud7ff"),
)
VALUES: tuple[object, ...] = (
    *(None, True, 0, -1, 1, 0.5, 10**30, -(10**400), 1e308, "", " ", "a", "0", "-1", "1", "1s", "0s", "1Gi", "50%"),
    *("x" * 300, "9" * 5_000, "./", "./..", "./x\ny", "s3://a/b", "a/b", "\N{SNOWMAN}", "\u2028", "{{ $x", "$(A)"),
    *("sum(", "up", "1.33", "Model", "prod", "Deployment", "nginx", [], {}, [None], [[]], {"": ""}, {"a": None}),
    *([{}], {"a": {"b": [1]}}, ["a", "a"], [1, "a", None], {"/": "x"}, [{"op": "remove", "path": "/spec"}]),
)


@st.composite
def broken_texts(draw: st.DrawFn) -> dict[str, bytes]:
    """A valid workspace with a few changes of the text, or the bytes, of one of its specs."""
    workspace = draw(workspaces())
    texts = workspace.texts(draw(styles))
    path = draw(st.sampled_from(sorted(workspace.documents)))
    text = texts[path].decode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 2, 10, 80])))
        kept = text[start:end] * draw(st.integers(0, 2))
        text = text[:start] + kept + draw(st.sampled_from(("", *PIECES))) + text[end:]
    data = text.encode()
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(min_size=1, max_size=4)) + data[at:]
    return texts | {path: data}


@st.composite
def broken_values(draw: st.DrawFn) -> dict[str, bytes]:
    """A valid workspace in which a few keys are gone or misspelt, or have a value of any other kind."""
    workspace = draw(workspaces())
    documents = copy.deepcopy(workspace.documents)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(sorted(documents)))
        places = list(_places(draw(st.sampled_from(documents[path]))))
        node, key = places[draw(st.integers(0, len(places) - 1))]
        change = draw(st.sampled_from(["value", "value", "value", "gone", "misspelt"]))
        if change == "value":
            node[key] = copy.deepcopy(draw(st.sampled_from(VALUES)))
        elif change == "gone" or isinstance(key, int):
            del node[key]
        else:
            node[draw(st.sampled_from([key[1:], key + "s", key.upper(), "name"]))] = node.pop(key)
    return Workspace(documents, workspace.content).texts(Random(0))


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every mapping or list with each of its keys or indices, the deepest last."""
    if isinstance(node, dict | list):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from _places(node[key])
