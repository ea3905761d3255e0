"""RFC 6902: the examples of its appendix A, and what its section 5 calls an error."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mlspec.verify.json_patch import PatchFailed, json_patch

APPLIED: dict[str, tuple[Any, list[dict[str, Any]], Any]] = {
    "A.1 add a member": ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"baz": "qux", "foo": "bar"}),
    "A.2 add an item": (
        {"foo": ["bar", "baz"]},
        [{"op": "add", "path": "/foo/1", "value": "qux"}],
        {"foo": ["bar", "qux", "baz"]},
    ),
    "A.3 remove a member": ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
    "A.4 remove an item": (
        {"foo": ["bar", "qux", "baz"]},
        [{"op": "remove", "path": "/foo/1"}],
        {"foo": ["bar", "baz"]},
    ),
    "A.5 replace": ({"baz": "qux"}, [{"op": "replace", "path": "/baz", "value": "boo"}], {"baz": "boo"}),
    "A.6 move": (
        {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
        [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
        {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
    ),
    "A.7 move an item": (
        {"foo": ["all", "grass", "cows", "eat"]},
        [{"op": "move", "from": "/foo/1", "path": "/foo/3"}],
        {"foo": ["all", "cows", "eat", "grass"]},
    ),
    "A.8 test": (
        {"baz": "qux", "foo": ["a", 2]},
        [{"op": "test", "path": "/foo/1", "value": 2}],
        {"baz": "qux", "foo": ["a", 2]},
    ),
    "A.10 add a map": (
        {"foo": "bar"},
        [{"op": "add", "path": "/child", "value": {"g": {}}}],
        {"foo": "bar", "child": {"g": {}}},
    ),
    "A.14 escapes": ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
    "A.16 append": ({"foo": ["bar"]}, [{"op": "add", "path": "/foo/-", "value": ["abc"]}], {"foo": ["bar", ["abc"]]}),
    "copy": (
        {"a": [1]},
        [{"op": "copy", "from": "/a", "path": "/b"}, {"op": "add", "path": "/b/0", "value": 0}],
        {"a": [1], "b": [0, 1]},
    ),
    "the whole document": ({"a": 1}, [{"op": "replace", "path": "", "value": {"b": 2}}], {"b": 2}),
    "onto itself": ({"a": 1}, [{"op": "move", "from": "/a", "path": "/a"}], {"a": 1}),
}
REFUSED: dict[str, tuple[Any, list[dict[str, Any]], tuple[Any, ...]]] = {
    "A.9 test": ({"baz": "qux"}, [{"op": "test", "path": "/baz", "value": "bar"}], (0, "value")),
    "A.12 add below nothing": ({"foo": "bar"}, [{"op": "add", "path": "/baz/bat", "value": "qux"}], (0, "path")),
    "A.15 numbers are not text": ({"~1": 10}, [{"op": "test", "path": "/~01", "value": "10"}], (0, "value")),
    "true is not 1": ({"a": [1]}, [{"op": "test", "path": "/a", "value": [True]}], (0, "value")),
    "remove nothing": ({}, [{"op": "remove", "path": "/a"}], (0, "path")),
    "replace nothing": ({}, [{"op": "replace", "path": "/a", "value": 1}], (0, "path")),
    "remove everything": ({}, [{"op": "remove", "path": ""}], (0, "path")),
    "past the end": ({"a": [1]}, [{"op": "add", "path": "/a/2", "value": 1}], (0, "path")),
    "no item": ({"a": [1]}, [{"op": "remove", "path": "/a/-"}], (0, "path")),
    "leading zero": ({"a": [1, 2]}, [{"op": "remove", "path": "/a/01"}], (0, "path")),
    "not an index": ({"a": [1]}, [{"op": "replace", "path": "/a/x", "value": 1}], (0, "path")),
    "below a scalar": ({"a": "b"}, [{"op": "add", "path": "/a/b", "value": 1}], (0, "path")),
    "into itself": ({"a": {"b": 1}}, [{"op": "move", "from": "/a", "path": "/a/c"}], (0, "from")),
    "the second": ({"a": 1}, [{"op": "remove", "path": "/a"}, {"op": "remove", "path": "/a"}], (1, "path")),
}


@pytest.mark.parametrize(("document", "operations", "expected"), APPLIED.values(), ids=APPLIED)
def test_applies(document: Any, operations: list[dict[str, Any]], expected: Any) -> None:
    before = copy.deepcopy(document)
    assert json_patch(document, operations) == expected
    assert document == before, "the given document is left as it is"


@pytest.mark.parametrize(("document", "operations", "place"), REFUSED.values(), ids=REFUSED)
def test_refuses(document: Any, operations: list[dict[str, Any]], place: tuple[Any, ...]) -> None:
    with pytest.raises(PatchFailed) as failed:
        json_patch(document, operations)
    assert failed.value.path == place
