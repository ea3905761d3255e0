"""Checks of `monitoring.alerts`: each has a name of its own, and a summary that Prometheus can fill in."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.checks.registry import check
from mlspec.codes import code
from mlspec.diagnostics import Diagnostic, Related
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.monitoring.options import PREFIX, option_of
from mlspec.spec.default_alerts import DefaultAlerts
from mlspec.spec.fields import keys_of

from .inside import inside
from .template import template_fault

DUPLICATE = code(
    "MLS308",
    "duplicate-alert",
    title="two alerts of one model with the same name",
    reason="Whoever is told could not know which of them it is, and a silence would silence both. Names that differ by "
    "case alone are one file name to some systems, and each alert has a runbook of its name.",
    remedy="give each a name of its own",
)
RESERVED = code(
    "MLS309",
    "reserved-alert-name",
    title="an alert whose name begins with `Mlspec`",
    reason="Those are the alerts that every deployment gets; a later version may bring one of this very name.",
    remedy="choose a name that begins with something else, for instance the model's name",
)
TEMPLATE = code(
    "MLS310",
    "invalid-alert-template",
    title="a summary that is not a template which Prometheus can read",
    reason="`{{` begins a template in an annotation, and Prometheus refuses the whole object with a broken one.",
    remedy='correct the template; a literal `{{` is written `{{ "{{" }}`',
)


@check(DUPLICATE)
def duplicate_alert(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    first: dict[str, int] = {}
    for index, alert in enumerate(resolved.spec.monitoring.alerts):
        earlier = first.setdefault(alert.name.casefold(), index)
        if earlier != index:
            taken = resolved.spec.monitoring.alerts[earlier].name
            same = alert.name == taken
            yield DUPLICATE.error(
                resolved.at("monitoring", "alerts", index, "name"),
                f"there are two alerts `{alert.name}`"
                if same
                else f"`{alert.name}` and `{taken}` differ by case alone",
                label="taken already",
                related=[Related(resolved.at("monitoring", "alerts", earlier, "name"), "the first one")],
            )


@check(RESERVED)
def reserved_alert_name(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for index, alert in enumerate(resolved.spec.monitoring.alerts):
        if alert.name.startswith(PREFIX):
            span = resolved.at("monitoring", "alerts", index, "name")
            option = option_of(alert.name)
            known = option in keys_of(DefaultAlerts, ())
            remedy = f"tune that alert in `monitoring.defaultAlerts.{option}`" if known else ""
            message = f"the name `{alert.name}` is reserved"
            yield RESERVED.error(span, message, label=f"begins with `{PREFIX}`", remedy=remedy)


@check(TEMPLATE)
def invalid_alert_template(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for index, alert in enumerate(resolved.spec.monitoring.alerts):
        if fault := template_fault(alert.summary):
            span = inside(resolved, ("monitoring", "alerts", index, "summary"), fault.start, fault.end)
            yield TEMPLATE.error(span, f"not a template: {fault.message}")
