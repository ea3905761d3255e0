"""A risk for each person -> the same, and whether the credit is approved."""

from __future__ import annotations

import os
from typing import Any


class CreditDecision:
    """Runs after the model: `postprocess` gets its outputs by name and returns those that callers see."""

    def __init__(self) -> None:
        self._limit = float(os.environ.get("APPROVE_BELOW", "0.5"))

    def postprocess(self, outputs: dict[str, Any]) -> dict[str, Any]:
        (probability,) = outputs.values()
        return {"probability": probability, "approved": probability[:, 1] < self._limit}
