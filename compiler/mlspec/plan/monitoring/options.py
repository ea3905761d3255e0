"""The name of an alert that every deployment gets -> how the spec switches and tunes it."""

from __future__ import annotations

from typing import Any

from mlspec.spec.default_alerts import DefaultAlerts

PREFIX = "Mlspec"
"""Of the alerts that are not the user's own."""


def option_of(alert: str) -> str:
    """The key of `monitoring.defaultAlerts`: `crashLooping` for MlspecCrashLooping."""
    name = alert.removeprefix(PREFIX)
    return name[:1].lower() + name[1:]


def alert_of(option: str) -> str:
    """The alert that a key of `monitoring.defaultAlerts` is about."""
    return PREFIX + option[:1].upper() + option[1:]


def is_enabled(options: DefaultAlerts, alert: str) -> bool:
    """Whether the spec leaves the alert on."""
    enabled: bool = _section(options, alert).enabled
    return enabled


def is_told(options: DefaultAlerts, alert: str, severity: str) -> bool:
    """Whether an alert of an objective is there at this severity."""
    return is_enabled(options, alert) and severity in _section(options, alert).severities


def _section(options: DefaultAlerts, alert: str) -> Any:
    """Every alert has its key; raises LookupError for one that a new alert forgot."""
    wanted = option_of(alert)
    for name, field in type(options).model_fields.items():
        if field.alias == wanted:
            return getattr(options, name)
    raise LookupError(f"spec/default_alerts.py has no key `{wanted}` for {alert}")
