"""The files of a deployment and the spec's overrides -> the files with the patched objects, and what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mlspec.artifacts.file import Output
from mlspec.artifacts.manifest import ManifestFile, declared_kinds, rewrite
from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic, Severity, Span
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.plan import Manifest, Patch
from mlspec.source.suggestion import did_you_mean

from .json_patch import PatchFailed, json_patch, pointer
from .kubernetes_schema import schema_of
from .manifests import dig
from .problem import Path, Problem, identity
from .strategic_merge import strategic_merge

NO_TARGET = code(
    "MLS240",
    "override-without-target",
    title="an override of an object that is not there",
    reason="The patch changes nothing, and who wrote it expects that it does.",
    remedy="name the kind, and the name if any, of an object that the spec compiles to",
    ignorable=Ignorable.WARNING,
)
NOT_APPLICABLE = code(
    "MLS241",
    "override-not-applicable",
    title="an override that does not fit its object",
    reason="What it refers to is not there; nothing can be guessed in its place.",
    remedy="compare the patch with the object as it is generated without it",
)
_IDENTITY: tuple[Path, ...] = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))


def apply_overrides(
    resolved: ResolvedSpec, patches: Sequence[Patch], outputs: Iterable[Output], minor: str
) -> tuple[list[Output], list[Diagnostic]]:
    """Each patch in turn, upon every object that it names; one that fails leaves its object as it is."""
    patched, found = list(outputs), list[Diagnostic]()
    for patch in patches:
        targets = [index for index, output in enumerate(patched) if _is_target(patch, output)]
        if not targets:
            found.append(_without_target(resolved, patch, patched))
        for index in targets:
            file = patched[index]
            assert isinstance(file, ManifestFile)  # noqa: S101 - what is no manifest is no target
            try:
                patched[index] = rewrite(file, _patched(file.manifest, patch, minor))
            except PatchFailed as failed:
                where = _written(resolved, patch, failed.path)
                message = f"the override does not fit {identity(file.manifest)}: {failed.message}"
                found.append(NOT_APPLICABLE.error(resolved.at(*where), message, label="here"))
    return patched, found


def targets(resolved: ResolvedSpec) -> Iterator[Span]:
    """Where the target of each override is written."""
    for index, item in enumerate(resolved.spec.overrides):
        yield resolved.at("overrides", index, "target", "name" if item.target.name else "kind")


def without_effect(
    overrides: Iterable[Span], found: Iterable[tuple[str, Diagnostic]]
) -> Iterator[tuple[str, Diagnostic]]:
    """The findings of each environment; an override that matches nothing in any of its environments is an error.

    `overrides` has the place of each one's target, once for each environment.
    """
    findings = list(found)
    missed = Counter(each.span for _, each in findings if each.code == NO_TARGET.id)
    asked = Counter(overrides)
    for environment, each in findings:
        if each.code == NO_TARGET.id and missed[each.span] == asked[each.span]:
            remedy = each.help if each.fix else NO_TARGET.remedy
            yield environment, replace(each, severity=Severity.ERROR, help=remedy)
        else:
            yield environment, each


def blamed(patches: Sequence[Patch], problem: Problem) -> Path:
    """The path in the spec of the override that most likely made a problem: the one that wrote nearest to its place."""
    kind, _, name = problem.object.partition("/")
    own = [patch for patch in patches if patch.kind == kind and patch.name in (None, name)] or list(patches)
    nearest = max(own, key=lambda patch: (len(_touched(patch, problem.path)[1]), patch.index))
    return ("overrides", nearest.index, "patch", *_touched(nearest, problem.path)[0])


def _is_target(patch: Patch, output: Output) -> bool:
    if not isinstance(output, ManifestFile) or output.manifest["kind"] != patch.kind:
        return False
    return patch.name in (None, output.manifest["metadata"]["name"])


def _without_target(resolved: ResolvedSpec, patch: Patch, outputs: Iterable[Output]) -> Diagnostic:
    span = resolved.at("overrides", patch.index, "target", "name" if patch.name else "kind")
    files = [output for output in outputs if isinstance(output, ManifestFile)]
    kinds = sorted({file.manifest["kind"] for file in files})
    where = f"{resolved.name} in {resolved.environment.name}"
    if patch.kind in kinds:
        names = ", ".join(file.manifest["metadata"]["name"] for file in files if file.manifest["kind"] == patch.kind)
        return NO_TARGET.error(span, f"no {patch.kind} of {where} is called {patch.name}", label=f"there is {names}")
    message = f"{where} has no {patch.kind}"
    if patch.kind in {kind for _, kind in declared_kinds()}:
        return NO_TARGET.warning(span, message, remedy="move the override to the environments where it has one")
    meant = did_you_mean(patch.kind, kinds)
    return NO_TARGET.error(span, message, label=f"it has {', '.join(kinds)}", fix=meant or "")


def _patched(manifest: Manifest, patch: Patch, minor: str) -> Manifest:
    changed: object
    if isinstance(patch.patch, Mapping):
        schema = schema_of(manifest["apiVersion"], manifest["kind"], minor)
        changed = strategic_merge(manifest, patch.patch, schema)
    else:
        changed = json_patch(manifest, patch.patch)
    if not isinstance(changed, dict) or any(dig(changed, *path) != dig(manifest, *path) for path in _IDENTITY):
        raise PatchFailed("an override cannot give it another kind, name or namespace")
    return changed


def _written(resolved: ResolvedSpec, patch: Patch, path: Path) -> Path:
    """The longest part of `path`, below the patch, that is written in the spec."""
    for end in range(len(path), 0, -1):
        if resolved.has("overrides", patch.index, "patch", *path[:end]):
            return ("overrides", patch.index, "patch", *path[:end])
    return ("overrides", patch.index, "patch")


def _touched(patch: Patch, place: Path) -> tuple[Path, Path]:
    """How far the patch goes the way to `place`: the path in the patch, and the part of the way."""
    if isinstance(patch.patch, Mapping):
        followed = tuple(_follow(patch.patch, place))
        return followed, followed
    shared = [_common(pointer(operation["path"]), place) for operation in patch.patch]
    best = max(range(len(shared)), key=lambda index: len(shared[index]), default=0)
    return (best,), shared[best] if shared else ()


def _follow(patch: object, place: Path) -> Iterator[str | int]:
    for step in place:
        if isinstance(patch, Mapping) and step in patch:
            yield step
            patch = patch[step]
        elif isinstance(patch, list) and len(patch) == 1:
            yield 0
            patch = patch[0]
        else:
            return


def _common(steps: Sequence[str], place: Path) -> Path:
    length = next((at for at, pair in enumerate(zip(steps, place, strict=False)) if pair[0] != str(pair[1])), None)
    return place[: min(len(steps), len(place)) if length is None else length]
