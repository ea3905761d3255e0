"""Plain values -> YAML text in many styles that mean the same: order of keys, block or flow, quotes and comments."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from hypothesis import strategies as st

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan"}
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
COMMENTS = ("# TODO: {{ $(id) }} \u2603", "#", "# kind: Model", "#\t'\"")

styles = st.randoms(use_true_random=True)
"""What decides how a document is written; only its seed is drawn, as it takes more choices than Hypothesis has."""


def plainly(document: dict[str, Any]) -> str:
    """JSON, which is YAML: one fixed style in the order of the mapping."""
    return _quoted(document)


def written(document: dict[str, Any], style: Random) -> str:
    """The document in block style with all that may differ decided by `style`."""
    head = "---\n" if style.random() < 0.3 else ""
    return f"{head}{_comment(style, '')}{_block(document, style, '')}{_comment(style, '')}"


def _comment(style: Random, indent: str) -> str:
    if style.random() < 0.8:
        return ""
    return f"{indent}{style.choice(COMMENTS)}\n" if style.random() < 0.7 else "\n"


def _block(node: Any, style: Random, indent: str) -> str:
    """Lines at `indent`, for a mapping or a list that is not empty."""
    lines = ""
    deeper = indent + " " * style.choice((1, 2, 4))
    if isinstance(node, dict):
        for key in _shuffled(node, style):
            lines += _comment(style, indent) + f"{indent}{_scalar(key, style)}:" + _value(node[key], style, deeper)
        return lines
    for item in node:
        lines += _comment(style, indent) + f"{indent}-" + _value(item, style, deeper)
    return lines


def _value(node: Any, style: Random, indent: str) -> str:
    """What follows a key or a dash, up to the end of its last line."""
    if isinstance(node, dict | list) and node and style.random() < 0.7:
        return f"{_trailing(style)}\n{_block(node, style, indent)}"
    return f" {_flow(node, style)}{_trailing(style)}\n"


def _trailing(style: Random) -> str:
    return f" {style.choice(COMMENTS)}" if style.random() < 0.1 else ""


def _flow(node: Any, style: Random) -> str:
    space = style.choice(("", " "))
    if isinstance(node, dict):
        pairs = (f"{_scalar(key, style)}: {_flow(node[key], style)}" for key in _shuffled(node, style))
        return f"{{{space}{', '.join(pairs)}{space}}}"
    if isinstance(node, list):
        return f"[{space}{', '.join(_flow(item, style) for item in node)}{space}]"
    return _scalar(node, style)


def _shuffled(mapping: dict[str, Any], style: Random) -> list[str]:
    return style.sample(list(mapping), len(mapping))


def _scalar(value: object, style: Random) -> str:
    if not isinstance(value, str):
        return _quoted(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS and style.random() < 0.7:
        return value
    if value.isprintable() and style.random() < 0.5:
        return "'" + value.replace("'", "''") + "'"
    return _quoted(value)


def _quoted(value: object) -> str:
    """As JSON; what YAML wants escaped besides is escaped."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
