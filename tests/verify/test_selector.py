"""Label selectors select what Kubernetes lets them select."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.verify.selector import selects

LABELS = {"app": "fraud", "tier": "back"}


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ({}, True),
        ({"matchLabels": {"app": "fraud"}}, True),
        ({"matchLabels": {"app": "fraud", "tier": "front"}}, False),
        ({"matchLabels": {"absent": ""}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["x", "fraud"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["fraud"]}]}, False),
        ({"matchExpressions": [{"key": "absent", "operator": "NotIn", "values": ["fraud"]}]}, True),
        ({"matchExpressions": [{"key": "absent", "operator": "In", "values": [""]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "absent", "operator": "DoesNotExist"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "Like", "values": ["f"]}]}, False),
        ({"matchLabels": {"app": "fraud"}, "matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, False),
    ],
)
def test_selects(selector: dict[str, Any], selected: bool) -> None:
    assert selects(selector, LABELS) is selected
