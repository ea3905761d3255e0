"""Strategies for files: valid documents in many layouts with their values, and texts that are nearly valid."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

Plain = Any  # what JSON can say

_visible = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Cn"))
visible_text = st.text(_visible, max_size=12)
_keys = st.text(_visible, min_size=1, max_size=12)
_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | visible_text
)


def _nested(children: st.SearchStrategy[Plain]) -> st.SearchStrategy[Plain]:
    return st.lists(children, max_size=4) | st.dictionaries(_keys, children, max_size=4)


values = st.recursive(_scalars, _nested, max_leaves=12)
mappings = st.dictionaries(_keys, values, min_size=1, max_size=5)
line_ends = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def layouts(draw: st.DrawFn) -> tuple[dict[str, Plain], str]:
    """A mapping, and one of the ways to write it in YAML."""
    mapping = draw(mappings)
    lines = draw(st.sampled_from([_block, _flow]))(mapping)
    comment = draw(st.sampled_from([[], ["# é 日本 \U0001f600"]]))
    end = draw(line_ends)
    return mapping, end.join([*comment, *lines]) + draw(st.sampled_from(["", end]))


def _flow(value: Plain) -> list[str]:
    return json.dumps(value, ensure_ascii=False, indent=1).split("\n")


def _block(value: Plain) -> list[str]:
    """Block style for whatever is not empty; text in double quotes, as JSON writes it."""
    if isinstance(value, dict) and value:
        items = [(json.dumps(key, ensure_ascii=False) + ":", below) for key, below in value.items()]
    elif isinstance(value, list) and value:
        items = [("-", below) for below in value]
    else:
        return [json.dumps(value, ensure_ascii=False)]
    lines = []
    for sign, below in items:
        nested = _block(below)
        inline = not (isinstance(below, dict | list) and below)
        lines += [f"{sign} {nested[0]}"] if inline else [sign, *("  " + line for line in nested)]
    return lines


_PIECES = [
    *("apiVersion: mlspec.dev/v1\n", "kind: Model\n", "metadata:\n", "  name: churn\n", "spec: {a: [b, c]}\n", "---\n"),
    *("\n", "\r\n", "\r", "\t", " ", "  ", "- ", "? ", ": ", ":", ",", "#", "%", "!", "!!str ", "&a ", "*a ", "<<: "),
    *("{", "}", "[", "]", "'", '"', "|\n", ">-\n", "\\", "\\x4", "...\n", "\ufeff", "\x85", "\u2028", "\0", "\x1b"),
    *("0", "1e999", ".nan", "é", "日", "e\u0301", "\U0001f600", "@", "`", "%YAML 1.2\n", "%TAG ! x\n", "{{ x }}"),
]
nearly_yaml = st.lists(st.sampled_from(_PIECES), max_size=40).map("".join)


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    """A valid document of which some bytes are replaced, removed or doubled."""
    content = draw(layouts())[1].encode()
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 8)))
        new = draw(st.binary(max_size=4) | st.sampled_from(_PIECES).map(str.encode) | st.just(content[start:end] * 2))
        content = content[:start] + new + content[end:]
    return content


any_file = st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | nearly_yaml.map(str.encode) | mutilated()
