"""Layers merge as JSON Merge Patch (RFC 7396) has it, and every value that is left still knows its line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.environment.merge import merge_layers, without
from mlspec.source.node import Node
from mlspec.source.read import parse

Plain = Any  # what JSON can say

MERGES: dict[str, tuple[list[Plain], Plain]] = {
    "one layer": ([{"a": 1}], {"a": 1}),
    "maps merge": ([{"a": {"b": 1, "c": 2}}, {"a": {"c": 3, "d": 4}}], {"a": {"b": 1, "c": 3, "d": 4}}),
    "scalars replace": ([{"a": 1}, {"a": "2"}], {"a": "2"}),
    "lists replace": ([{"a": [1, 2]}, {"a": [3]}], {"a": [3]}),
    "a list replaces a map": ([{"a": {"b": 1}}, {"a": []}], {"a": []}),
    "a map replaces a list": ([{"a": [1]}, {"a": {"b": 1}}], {"a": {"b": 1}}),
    "an empty map changes nothing": ([{"a": {"b": 1}}, {"a": {}}], {"a": {"b": 1}}),
    "null removes": ([{"a": {"b": 1, "c": 2}}, {"a": {"b": None}}], {"a": {"c": 2}}),
    "null removes a map": ([{"a": {"b": 1}, "c": 1}, {"a": None}], {"c": 1}),
    "null of what is not there": ([{}, {"a": None, "b": {"c": None}}], {"b": {}}),
    "null in the lowest layer": ([{"a": None, "b": 1}], {"b": 1}),
    "null, and a value again": ([{"a": 1}, {"a": None}, {"a": 2}], {"a": 2}),
    "null, and a part again": ([{"a": {"b": 1, "c": 2}}, {"a": None}, {"a": {"b": 3}}], {"a": {"b": 3}}),
    "nulls in a list are values": ([{"a": [1]}, {"a": [None, {"b": None}]}], {"a": [None, {"b": None}]}),
    "the last wins": ([{"a": 1, "b": 1}, {"a": 2}, {"a": 3}], {"a": 3, "b": 1}),
}


def _node(value: Plain, file: str) -> Node:
    (document,) = parse(file, json.dumps(value, indent=1).encode()).documents
    return document.root


def _layers(values: list[Plain]) -> list[Node]:
    return [_node(value, f"layer{index}.yaml") for index, value in enumerate(values)]


@pytest.mark.parametrize(("layers", "expected"), MERGES.values(), ids=MERGES)
def test_layers_merge(layers: list[Plain], expected: Plain) -> None:
    assert merge_layers(*_layers(layers)).plain() == expected


def test_a_layer_that_is_not_there_changes_nothing() -> None:
    layer = _node({"a": 1}, "layer.yaml")
    absent = _node({"defaults": None}, "other.yaml").get("defaults")
    assert merge_layers(None, absent, layer, None).plain() == {"a": 1}


def test_a_key_is_left_out_and_the_others_keep_their_places() -> None:
    node = _node({"a": 1, "b": 2}, "layer.yaml")
    assert without(node, "a").plain() == {"b": 2}
    assert without(node, "a").get("b") is node.get("b")
    assert without(node, "c") is node


_values = st.recursive(
    st.none() | st.integers(0, 3),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from("abc"), below, max_size=3),
    max_leaves=8,
)
_specs = st.dictionaries(st.sampled_from("abc"), _values, max_size=3)


def _merge_patch(target: Plain, patch: Plain) -> Plain:
    """The pseudocode of RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merge_patch(result.get(name), value)
    return result


@given(st.lists(_specs, min_size=1, max_size=4))
def test_layers_merge_as_the_rfc_has_it(layers: list[Plain]) -> None:
    expected: Plain = {}
    for layer in layers:
        expected = _merge_patch(expected, layer)
    assert merge_layers(*_layers(layers)).plain() == expected


@given(st.lists(_specs, min_size=1, max_size=4))
def test_every_value_comes_from_the_last_layer_that_sets_it(layers: list[Plain]) -> None:
    nodes = _layers(layers)
    for path, scalar in merge_layers(*nodes).scalars():
        setting = [node for node in nodes if node.get(*path) is not None]
        assert setting[-1].get(*path) is scalar
        assert scalar.span.file == f"layer{nodes.index(setting[-1])}.yaml"
