"""GitHub's runner reads back what was written, whatever the spec holds."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from mlspec.diagnostics import Diagnostic, Span
from mlspec.report.account import Account
from mlspec.report.formats.github import render
from mlspec.source.files import FilesInMemory

from .accounts import account

_COMMAND = re.compile(r"::(?P<name>\w+) (?P<properties>.*?)::(?P<data>.*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """As ActionCommand.TryParseV2 of actions/runner does: split at the first `::`, unescape, `%25` last."""
    match = _COMMAND.fullmatch(line)
    assert match
    properties = dict(pair.split("=", 1) for pair in match["properties"].split(","))
    unescaped = {key: _unescape(value.replace("%3A", ":").replace("%2C", ",")) for key, value in properties.items()}
    return match["name"], unescaped, _unescape(match["data"])


def _unescape(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def test_a_warning_stands_on_its_columns_and_what_is_set_aside_is_not_told() -> None:
    read_back = [read(line) for line in render(account(folder="ml/")).splitlines()]
    name, properties, said = next(each for each in read_back if each[1]["title"].startswith("MLS231"))
    assert name == "warning"
    assert properties == {
        "file": "ml/specs/churn/model.yaml",
        "line": "9",
        "endLine": "9",
        "col": "22",
        "endColumn": "26",
        "title": "MLS231 retired-ingress-controller",
    }
    assert said.splitlines()[0] == "the ingress-nginx controller is retired: no longer fixed"
    assert not any("calm" in each[1]["file"] for each in read_back)


@given(st.text(), st.text(st.characters(exclude_characters="%"), min_size=1))
def test_no_text_breaks_out_of_its_command(message: str, file: str) -> None:
    found = Diagnostic("MLS101", message, Span(file))
    text = render(Account("compile", [found], FilesInMemory({}), 2))
    assert text.count("\n") == 1
    _, properties, said = read(text.removesuffix("\n"))
    assert (properties["file"], said) == (file, message)
