"""A code's page says what, why, how it looks and what to do."""

from __future__ import annotations

import re

from mlspec.report.explain import explain
from mlspec.source.findings import EMPTY, TAB

_PAGE = """\
MLS011 tab: a tab where YAML wants spaces

YAML has no tabs in indentation, because
nobody agrees on their width.

Wrong:

    # specs/churn/model.yaml
    spec:
    ⟨tab⟩replicas: 2

Right:

    # specs/churn/model.yaml
    spec:
      replicas: 2

What to do: indent with spaces

May be ignored: no, because without it
nobody knows what the spec says
"""


def test_a_code_is_explained() -> None:
    assert explain(TAB, width=42) == _PAGE


def test_colour_changes_no_character() -> None:
    painted = explain(TAB, width=42, colour=True)
    assert painted != _PAGE
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == _PAGE


def test_the_lines_of_a_wide_terminal_are_not_longer_than_people_read() -> None:
    assert explain(EMPTY, width=300) == explain(EMPTY, width=100)
