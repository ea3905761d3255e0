"""The files of one model in one environment -> the same with the spec's overrides applied, and findings about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mlspec.artifacts.file import Output
from mlspec.artifacts.manifest import ManifestFile
from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic, has_errors
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.plan import Plan

from .expressions import expression_problems
from .kubernetes_schema import schema_problems
from .overrides import apply_overrides, blamed
from .problem import Manifest, Problem
from .retired import retired_in
from .rules.registry import rule_problems

BROKEN_BY_OVERRIDE = code(
    "MLS242",
    "override-breaks-output",
    title="an override that breaks its object",
    reason="The cluster would refuse the object, or the service would fail at its next rollout, failure or scaling.",
    remedy="change the override",
)
AGAINST_PRACTICE = code(
    "MLS246",
    "override-against-practice",
    title="an override that lets its object work at a risk",
    reason="The cluster takes the object, and it runs; what the rule keeps from happening may happen to this model.",
    remedy="change the override, or say why it has to be: `# mlspec: ignore MLS246 because …`",
    ignorable=Ignorable.YES,
)
TAKEN_AWAY = code(
    "MLS243",
    "taken-away-by-kubernetes",
    title="something that the environment's Kubernetes does not do any more",
    reason="A schema still accepts it; the clusters do not act on it, or refuse it.",
    remedy="use what has taken its place",
)
DEPRECATED = code(
    "MLS244",
    "deprecated-by-kubernetes",
    title="something that the environment's Kubernetes deprecates",
    reason="It still works, and a later minor takes it away.",
    remedy="use what has taken its place",
    ignorable=Ignorable.YES,
)
OTHER_DEFAULT = code(
    "MLS245",
    "default-changed-by-kubernetes",
    title="something that means another thing on the environment's Kubernetes than before",
    reason="What is left unsaid beside it has another default from that minor on.",
    remedy="say what is meant",
    ignorable=Ignorable.YES,
)
BROKEN_BY_US = code(
    "MLS901",
    "output-breaks-rule",
    title="the compiler made an object that would not work",
    reason="Every output is verified before it is written; this one fails, and no override is to blame.",
    remedy="report it, with the spec; until then, an override of that object may help",
)


def verify(resolved: ResolvedSpec, plan: Plan, outputs: Sequence[Output]) -> tuple[list[Output], list[Diagnostic]]:
    """Applies the overrides and verifies what comes out; with an error among the findings nothing is to be written."""
    patched, found = apply_overrides(resolved, plan.patches, outputs, plan.kubernetes)
    if has_errors(found):
        return patched, found
    # What the compiler makes by itself is parsed by its checks and tests, at less cost.
    changed = [after for after, before in zip(patched, outputs, strict=True) if after is not before]
    problems = [problem for manifest in _manifests(changed) for problem in expression_problems(manifest)]
    problems += manifest_problems(_manifests(patched), plan.kubernetes)
    if problems:
        ours = set(manifest_problems(_manifests(outputs), plan.kubernetes))
        found += [_diagnostic(resolved, plan, problem, ours=problem in ours) for problem in problems]
    found += _retired(resolved, plan, _manifests(changed))
    return patched, found


def object_problems(objects: Sequence[Manifest], minor: str) -> list[Problem]:
    """Everything that is wrong with the objects of one deployment, the PromQL in them included."""
    expressions = [problem for manifest in objects for problem in expression_problems(manifest)]
    return expressions + manifest_problems(objects, minor)


def manifest_problems(objects: Sequence[Manifest], minor: str) -> list[Problem]:
    """What the schemas refuse; where they refuse nothing, what the rules find: those need sound objects."""
    refused = [problem for manifest in objects for problem in schema_problems(manifest, minor)]
    return refused or rule_problems(objects, minor)


def _manifests(outputs: Iterable[Output]) -> list[Manifest]:
    return [output.manifest for output in outputs if isinstance(output, ManifestFile)]


def _diagnostic(resolved: ResolvedSpec, plan: Plan, problem: Problem, *, ours: bool) -> Diagnostic:
    from .rules.numbered import RULES  # only where something is wrong

    if ours or not plan.patches:
        message = f"{resolved.name} in {plan.environment}: {problem}"
        return BROKEN_BY_US.error(resolved.model.name_span, message)
    place = f"`{problem.place}` of {problem.object}" if problem.path else problem.object
    if problem.rule and RULES[problem.rule].judgement:
        return AGAINST_PRACTICE.error(
            resolved.at(*blamed(plan.patches, problem)),
            f"{problem.object} would run at a risk with the overrides for {plan.environment}",
            label=problem.message,
            remedy=f"change what the override makes of {place}, or say why it has to be: `# mlspec: ignore MLS246 "
            f"because …`; what may happen is at rule {problem.rule} of docs/rules.md",
        )
    why = f"rule {problem.rule} of docs/rules.md says why" if problem.rule else "the cluster would refuse it"
    return BROKEN_BY_OVERRIDE.error(
        resolved.at(*blamed(plan.patches, problem)),
        f"{problem.object} would not work with the overrides for {plan.environment}",
        label=problem.message,
        remedy=f"change what the override makes of {place}; {why}",
    )


def _retired(resolved: ResolvedSpec, plan: Plan, changed: Iterable[Manifest]) -> Iterator[Diagnostic]:
    """What overrides bring in that the environment's minor took away, deprecates or means otherwise."""
    for manifest in changed:
        for row, problem in retired_in(manifest, plan.kubernetes):
            report, done = (TAKEN_AWAY.error, "took away") if row.refused else (DEPRECATED.warning, "deprecates")
            if row.other_default:
                report, done = OTHER_DEFAULT.warning, "changes the meaning of"
            since = f"{row.since[0]}.{row.since[1]}"
            yield report(
                resolved.at(*blamed(plan.patches, problem)),
                f"Kubernetes {since} {done} what an override adds to {problem.object}",
                label=row.message,
                remedy=row.instead,
                related=resolved.environment.related(f"{since} or later", "kubernetes"),
            )
