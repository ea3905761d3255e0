"""The generated tables of docs/ are those of the registries; `--update-golden` writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .tables import diagnostics_page, rules_page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("name", "page"), [("diagnostics.md", diagnostics_page), ("rules.md", rules_page)])
def test_a_table_is_up_to_date(name: str, page: Callable[[], str], pytestconfig: pytest.Config) -> None:
    path = DOCS / name
    if pytestconfig.getoption("--update-golden"):
        path.write_text(page(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page(), f"docs/{name} is stale (--update-golden)"
