"""A workspace with everything that the page can show, and what somebody might write into a spec to break it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mlspec.compile import Compilation
from mlspec.report.page.page import workspace_page
from tests.monitoring.dashboards import SPECS, workspace

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"' &amp; &"
OWN_ALERT: dict[str, Any] = {
    "name": "Odd",
    "expr": "up == 0",
    "severity": "page",
    "summary": f"{HOSTILE} {{{{ $value }}}}",
}
RUNBOOK = {
    "target": {"kind": "PrometheusRule"},
    "patch": [{"op": "add", "path": "/spec/groups/0/rules/0/annotations/runbook_url", "value": "javascript:alert(3)"}],
}


WROTE_MARKUP: dict[str, Any] = {
    **SPECS["smallest"],
    "monitoring": {"alerts": [OWN_ALERT]},
    "overrides": [RUNBOOK],
    "expose": {"host": "hostile.example.com", "path": "/v2"},
}


def with_markup(specs: Mapping[str, dict[str, Any]]) -> Compilation:
    """The models, and one whose author has tried it."""
    return workspace({**specs, "hostile": WROTE_MARKUP}, descriptions={"hostile": f"{HOSTILE} {{{{ 7 * 7 }}}}"})


@pytest.fixture(scope="session")
def compilation() -> Compilation:
    return with_markup(SPECS)


@pytest.fixture(scope="session")
def page(compilation: Compilation) -> str:
    return workspace_page(compilation)
