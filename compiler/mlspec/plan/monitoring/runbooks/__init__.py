"""Alerts of a plan -> a runbook for each, and the address by which the alert leads to it."""

from __future__ import annotations

from .plan_runbooks import with_runbooks

__all__ = ["with_runbooks"]
