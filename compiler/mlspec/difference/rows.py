"""Both sides of a model in an environment in; rows out: first what a reviewer asks for, then every other value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from mlspec.plan.cost import HourlyCost, hourly_cost
from mlspec.plan.plan import AlertingRule, Plan
from mlspec.plan.resources import devices
from mlspec.plan.rollout import most_replicas
from mlspec.spec.monitoring import Slo

from .difference import Row, Sign
from .side import Side
from .values import Written, changed_values

_TOLD = ("model.version", "replicas", "scaling.minReplicas", "scaling.maxReplicas", "expose.host", "expose.path")
"""Values that rows of their own tell of."""
_NAMED_FILES = 3


def changed_rows(before: Side, after: Side) -> Iterator[Row]:
    """What differs between two specs that both compiled."""
    yield from _model(before, after)
    yield from _scaling(before, after)
    yield from _route(before.plan, after.plan)
    for row in _values(before, after):
        if row.subject not in _TOLD:
            yield _with_note(row, before, after)
    yield from _alerts(before.plan, after.plan)


def _values(before: Side, after: Side) -> Iterable[Row]:
    def written(side: Side) -> Written:
        return Written(side.resolved.spec.model_dump(by_alias=True), side.resolved.tree)

    return changed_values(written(before), written(after))


def _model(before: Side, after: Side) -> Iterator[Row]:
    old, new = before.resolved.spec.model.version, after.resolved.spec.model.version
    same_image = before.plan.container.image == after.plan.container.image
    if old != new:
        notes = () if same_image else ("new image",)
        yield Row(Sign.CHANGED, "model", old, new, notes)
    elif not same_image:
        yield Row(Sign.CHANGED, "image", *_images(before.plan, after.plan), _context_files(before, after))


def _images(before: Plan, after: Plan) -> tuple[str, str]:
    """Both images without their registry; with it where it is all that differs."""
    old, new = before.container.image, after.container.image
    short = old.rpartition("/")[2], new.rpartition("/")[2]
    return short if short[0] != short[1] else (old, new)


def _context_files(before: Side, after: Side) -> tuple[str, ...]:
    """What is different in the build context: the first few files, without the folder that all share."""
    old = {output.path: output.sha256 for output in before.context or []}
    new = {output.path: output.sha256 for output in after.context or []}
    paths = [path.split("/", 3)[-1] for path in sorted({*old, *new}) if old.get(path) != new.get(path)]
    more = f" and {len(paths) - _NAMED_FILES} more" if len(paths) > _NAMED_FILES else ""
    return (", ".join(paths[:_NAMED_FILES]) + more,) if paths else ()


def _scaling(before: Side, after: Side) -> Iterator[Row]:
    old, new = _replicas(before), _replicas(after)
    notes = tuple(filter(None, (_accelerators(before, after), _cost(before, after))))
    if old != new:
        yield Row(Sign.CHANGED, "scaling" if after.resolved.spec.scaling else "replicas", old, new, notes)
    elif notes:
        yield Row(Sign.CHANGED, "capacity", notes=notes)


def _replicas(side: Side) -> str:
    spec = side.resolved.spec
    return (
        f"{spec.scaling.min_replicas}..{spec.scaling.max_replicas}"
        if spec.scaling
        else str(most_replicas(side.resolved) if spec.replicas is None else spec.replicas)
    )


def _accelerators(before: Side, after: Side) -> str:
    old, new = _most_devices(before), _most_devices(after)
    return f"accelerators at most {old} → {new}" if old != new else ""


def _most_devices(side: Side) -> int:
    accelerator = side.resolved.spec.resources.accelerator
    return most_replicas(side.resolved) * devices(accelerator) if accelerator else 0


def _cost(before: Side, after: Side) -> str:
    old, new = hourly_cost(before.resolved), hourly_cost(after.resolved)
    if old == new or old is None or new is None:
        return ""
    return f"{_dollars(old)} → {_dollars(new)} an hour"


def _dollars(cost: HourlyCost) -> str:
    least, most = (f"${value.quantize(Decimal('0.01'))}" for value in (cost.least, cost.most))
    return most if least == most else f"{least} to {most}"


def _route(before: Plan, after: Plan) -> Iterator[Row]:
    old, new = _address(before), _address(after)
    if old == new:
        return
    sign = Sign.ADDED if not old else Sign.REMOVED if not new else Sign.CHANGED
    note = {Sign.CHANGED: "moves: the old address answers no more", Sign.REMOVED: "answers no more"}.get(sign)
    yield Row(sign, "route", old, new, (note,) if note else ())


def _address(plan: Plan) -> str:
    host, path = getattr(plan.exposure, "host", ""), getattr(plan.exposure, "path", "")
    return f"{host}{path}"


def _with_note(row: Row, before: Side, after: Side) -> Row:
    """A row of an objective, with what becomes of it."""
    if not row.subject.startswith("monitoring.slo"):
        return row
    old, new = before.resolved.spec.monitoring.slo, after.resolved.spec.monitoring.slo
    note = _strictness(old, new)
    subject = row.subject.removeprefix("monitoring.")
    return Row(row.sign, subject, row.before, row.after, (note,) if note else ())


def _strictness(before: Slo | None, after: Slo | None) -> str:
    """Whether the objectives ask for more or less than before; empty where it is neither, or both."""
    if before is None or after is None:
        return "promised from now on" if after else "no longer promised"
    old, new = dict(_bounds(before)), dict(_bounds(after))
    more = any(key not in old or new[key] > old[key] for key in new)
    less = any(key not in new or new[key] < old[key] for key in old)
    return "tightened" if more and not less else "loosened" if less and not more else ""


def _bounds(slo: Slo) -> Iterator[tuple[str, Any]]:
    """What is promised, each the stricter the greater."""
    if slo.availability is not None:
        yield "availability", slo.availability
    for name, latency in (("latency", slo.latency), ("timePerOutputToken", slo.time_per_output_token)):
        if latency is not None:
            yield f"{name}.target", latency.target
            yield f"{name}.threshold", -latency.threshold


def _alerts(before: Plan, after: Plan) -> Iterator[Row]:
    """Alerts that there are and were not, or the other way round; one that changes is a value of the spec."""
    old, new = _alerting_rules(before), _alerting_rules(after)
    for name in sorted({*old, *new}):
        if name not in old:
            yield Row(Sign.ADDED, "alert", after=name, notes=(_told_to(new[name]),))
        elif name not in new:
            yield Row(Sign.REMOVED, "alert", before=name, notes=(_told_to(old[name]),))


def _alerting_rules(plan: Plan) -> Mapping[str, list[AlertingRule]]:
    """By its name, each alert: one of a burn rate has rules that page, and rules that open a ticket."""
    found: dict[str, list[AlertingRule]] = {}
    for group in plan.monitoring.groups:
        for rule in group.rules:
            if isinstance(rule, AlertingRule):
                found.setdefault(rule.alert, []).append(rule)
    return found


def _told_to(rules: list[AlertingRule]) -> str:
    severities = sorted({rule.labels.get("severity", "") for rule in rules} - {""})
    teams = sorted({rule.labels.get("owner") or rule.labels.get("team") or "" for rule in rules} - {""})
    return ", ".join([" and ".join(severities)] * bool(severities) + [f"team {team}" for team in teams])
