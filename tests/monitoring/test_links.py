"""An alert leads to the dashboard of its model, where there is one to lead to."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.artifacts.manifest import ManifestFile
from tests.monitoring.dashboards import SPECS, workspace


def _annotations(environment: dict[str, Any]) -> list[dict[str, str]]:
    (rules,) = (
        output.manifest
        for output in workspace({"owed": SPECS["owed"]}, environment).outputs["prod/owed"]
        if isinstance(output, ManifestFile) and output.manifest["kind"] == "PrometheusRule"
    )
    return [rule["annotations"] for group in rules["spec"]["groups"] for rule in group["rules"] if "alert" in rule]


@pytest.mark.parametrize("address", ["https://grafana.example.com/team", "https://grafana.example.com/team/"])
def test_every_alert_leads_to_the_dashboard(address: str) -> None:
    links = {annotations["dashboard_url"] for annotations in _annotations({"grafana": {"address": address}})}
    assert links == {"https://grafana.example.com/team/d/mlspec_owed_prod"}


@pytest.mark.parametrize("environment", [{}, {"grafana": {}}])
def test_nowhere_to_lead_to(environment: dict[str, Any]) -> None:
    assert all("dashboard_url" not in annotations for annotations in _annotations(environment))
