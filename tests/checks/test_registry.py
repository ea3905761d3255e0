"""Checks are found by their decorator, and no code is reported by two of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from mlspec.checks.registry import check, check_environments, environments_check, load_checks, run_checks
from mlspec.checks.scaling import COLD
from mlspec.checks.workspace import SAME_PLACE
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import Environment, ResolvedSpec
from tests.environment.workspace import environment, model, only, resolved


def _nothing(_: ResolvedSpec) -> Iterator[Diagnostic]:
    yield from ()


def _nothing_anywhere(_: Sequence[Environment]) -> Iterator[Diagnostic]:
    yield from ()


def test_a_code_has_one_check_of_a_kind() -> None:
    load_checks()
    with pytest.raises(ValueError, match="MLS217 has two checks"):
        check(COLD)(_nothing)
    with pytest.raises(ValueError, match="MLS226 has two checks"):
        environments_check(SAME_PLACE)(_nothing_anywhere)


def test_checks_are_found_without_a_list_of_them() -> None:
    scaling = {"minReplicas": 0, "maxReplicas": 3, "metrics": [{"query": {"promql": "waiting", "threshold": 1}}]}
    assert COLD.id in {found.code for found in run_checks(only(resolved(model(scaling=scaling))))}


def test_findings_about_all_environments_come_in_the_order_of_their_codes() -> None:
    same = {"namespace": "ml", "gitops": {"repo": "https://git.example.com/ml.git", "project": "ml"}}
    found = check_environments(resolved(environment("prod", **same), environment("staging", **same)).environments)
    assert [each.code for each in found] == ["MLS226", "MLS227"]
