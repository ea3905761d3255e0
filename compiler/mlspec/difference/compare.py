"""The specs as they were and as they are, both compiled, in; what the change does out."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compile import Compilation
from mlspec.environment.resolved import Environment

from .consequences import changed_objects, restart
from .difference import Difference, Row, Sign, Subject
from .rows import changed_rows
from .side import Side, objects_of, sides
from .values import Written, changed_values


def compare(base: str, before: Compilation, after: Compilation) -> Difference:
    """`base` names the commit of `before`; both are made by the compiler that runs, so that specs alone differ."""
    old, new = sides(before), sides(after)
    models = [_model(key, old.get(key), new.get(key)) for key in sorted({*old, *new})]
    return Difference(base, (*_environments(before, after), *models))


def _model(key: tuple[str, str], before: Side | None, after: Side | None) -> Subject:
    model, environment = key
    if before is None and after is not None:
        objects = changed_objects({}, after.objects)
        version = after.resolved.spec.model.version
        return Subject(environment, model, Sign.ADDED, (Row(Sign.ADDED, "model", after=version),), objects)
    if after is None and before is not None:
        objects = changed_objects(before.objects, {})
        version = before.resolved.spec.model.version
        row = Row(Sign.REMOVED, "model", before=version, notes=_pruned(before))
        return Subject(environment, model, Sign.REMOVED, (row,), objects)
    if before is None or after is None:
        raise ValueError(f"{key} is on neither side")
    if not before.compiled:
        return Subject(environment, model, Sign.CHANGED, unknown=True)
    objects = changed_objects(before.objects, after.objects)
    rows = tuple(changed_rows(before, after))
    sign = Sign.CHANGED if rows or objects else None
    accelerated = after.resolved.spec.resources.accelerator is not None
    how = restart(before.objects, after.objects, after.plan, accelerated=accelerated)
    return Subject(environment, model, sign, rows, objects, how)


def _pruned(side: Side) -> tuple[str, ...]:
    gitops = side.resolved.environment.spec.gitops
    if gitops is None:
        return ()
    return ("Argo CD deletes it",) if gitops.sync == "auto" else ("Argo CD deletes it when somebody syncs with prune",)


def _environments(before: Compilation, after: Compilation) -> Iterator[Subject]:
    old = {each.name: each for each in before.resolution.environments}
    new = {each.name: each for each in after.resolution.environments}
    for name in sorted({*old, *new}):
        rows = tuple(_values(old.get(name), new.get(name)))
        objects = changed_objects(objects_of(before, name), objects_of(after, name))
        sign = Sign.ADDED if name not in old else Sign.REMOVED if name not in new else Sign.CHANGED
        if rows or objects or sign is not Sign.CHANGED:
            yield Subject(name, sign=sign, rows=rows if sign is Sign.CHANGED else (), objects=objects)


def _values(before: Environment | None, after: Environment | None) -> Iterator[Row]:
    if before is not None and after is not None:
        yield from changed_values(_written(before), _written(after))


def _written(environment: Environment) -> Written:
    # What it says to models stands in their own rows.
    return Written(environment.spec.model_dump(by_alias=True, exclude={"defaults"}), environment.tree)
