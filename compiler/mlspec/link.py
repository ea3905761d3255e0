"""What each file of specs came to -> the findings about all of them together, in the order of their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlspec.checks.ignored import set_aside
from mlspec.checks.registry import find_clashes, load_checks
from mlspec.diagnostics import Diagnostic, in_order
from mlspec.environment.joined import joined
from mlspec.unit import SetAside, Taken, Unit
from mlspec.verify.overrides import without_effect


def link(units: Mapping[str, Unit], around: Iterable[Diagnostic]) -> tuple[list[Diagnostic], list[SetAside]]:
    """The findings, each once, and those that comments set aside.

    `units` by their files; `around` was found in the environments and the workspace.
    """
    ordered = [units[source] for source in sorted(units)]
    taken: dict[str, list[Taken]] = {}
    for unit in ordered:
        for code, each in unit.taken.items():
            taken.setdefault(code, []).extend(each)
    found = [*(each for unit in ordered for each in unit.diagnostics), *around, *find_clashes(taken)]
    overrides = (span for unit in ordered for span in unit.overrides)
    in_environments = (each for unit in ordered for each in unit.findings)
    found += joined(without_effect(overrides, in_environments))
    left, aside = set_aside(in_order(found), [each for unit in ordered for each in unit.ignores], load_checks)
    return in_order(left), aside
