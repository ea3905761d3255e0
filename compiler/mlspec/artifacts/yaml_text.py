"""Plain mappings -> YAML that PyYAML, go-yaml and every YAML 1.2 reader understand alike, laid out as kubectl does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from yaml import SafeDumper as Dumper
else:
    # libyaml's own, where PyYAML was built with it: ten times as fast, and the same text.
    from yaml import CSafeDumper as Dumper

_NEVER_FOLD = 2**30

# What YAML 1.1 or 1.2, or go-yaml between them, would read as something else than text; a little more of what looks
# like a number, since readers go by more than their specification (ruamel.yaml takes `._` for one, and fails).
_AMBIGUOUS = re.compile(
    r"""
      y | n | yes | no | on | off | true | false | null | ~ | = | <<
    | [-+]? 0b [01_]+ | [-+]? 0o [0-7_]+ | [-+]? 0x [0-9a-f_]+
    | [-+.,:_0-9]+ (e[-+]?[0-9_]*)?
    | [-+]? \. (inf|nan)
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2} .*
    |
    """,
    re.VERBOSE | re.IGNORECASE,
)


class _Dumper(Dumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 PyYAML asks it of each value
        """An anchor would make two fields one for whoever edits the file."""
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    if "\n" in text and _is_block(text):
        return "|"
    if not text.isprintable() or _AMBIGUOUS.fullmatch(text):
        return '"'
    return None


def _is_block(text: str) -> bool:
    # Blank lines at either end and indented beginnings need indicators that few readers of YAML know.
    return text[0] not in " \n" and not text.endswith("\n\n") and all(line.isprintable() for line in text.split("\n"))


_Dumper.add_representer(str, _represent_text)


def to_yaml(documents: Iterable[Mapping[str, Any]]) -> str:
    """Keys in their own order, text quoted where any reader could take it for something else, no line folded.

    A character that an editor would not show (a control, a line separator, a direction mark) is escaped: what a
    reviewer sees is what is there.
    """
    documents = list(documents)
    text = _dump(documents, allow_unicode=True)
    if not text.replace("\n", "").isprintable():
        text = _dump(documents, allow_unicode=False)
    return text


def _dump(documents: list[Mapping[str, Any]], *, allow_unicode: bool) -> str:
    return "---\n".join(
        yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=allow_unicode, width=_NEVER_FOLD)
        for document in documents
    )
