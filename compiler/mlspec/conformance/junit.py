"""Outcomes -> a JUnit report, as CI systems read it."""

from __future__ import annotations

from collections.abc import Sequence

from mlspec.report.junit import Case
from mlspec.report.junit import junit as document

from .suite import Outcome, Result


def junit(outcomes: Sequence[Outcome], suite: str) -> str:
    """One test case for each outcome, its class the group."""
    return document([_case(outcome) for outcome in outcomes], suite)


def _case(outcome: Outcome) -> Case:
    why = {Result.FAILED: "failure", Result.SKIPPED: "skipped"}.get(outcome.result)
    return Case(outcome.group, outcome.name, outcome.seconds, **({why: outcome.why} if why else {}))
