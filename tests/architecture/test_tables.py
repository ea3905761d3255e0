"""The generated tables of docs/ are those of the registries; `--update-golden` writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlspec.verify.rules.numbered import RULES
from mlspec.verify.rules.registry import all_rules
from tests.linters.listed import linters_page

from .explained import diagnostics_page, family_pages
from .language import language_page
from .tables import GENERATED, alerts_page, kubernetes_page, rules_page

DOCS = Path(__file__).parents[2] / "docs"


PAGES = {
    "alerts.md": alerts_page,
    "diagnostics.md": diagnostics_page,
    "kubernetes.md": kubernetes_page,
    "language.md": lambda: language_page(GENERATED),
    "linters.md": lambda: linters_page(GENERATED),
    "rules.md": rules_page,
    **family_pages(),
}


@pytest.mark.parametrize(("name", "page"), PAGES.items())
def test_a_table_is_up_to_date(name: str, page: Callable[[], str], pytestconfig: pytest.Config) -> None:
    path = DOCS / name
    if pytestconfig.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page(), f"docs/{name} is stale (--update-golden)"


def test_each_rule_has_a_function_or_says_what_else_holds_it() -> None:
    decided = {rule.number for rule in all_rules()}
    assert decided <= RULES.keys() == set(range(1, 40))
    assert [number for number, rule in RULES.items() if number not in decided and not rule.elsewhere] == []
