"""The whole compiler: the texts of a workspace in, every file and every finding out. Nothing is written here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mlspec.artifacts.file import Output
from mlspec.artifacts.registry import render_context, render_deployment, render_environment
from mlspec.checks.ignored import SetAside, set_aside
from mlspec.checks.registry import load_checks, run_checks, run_workspace_checks
from mlspec.diagnostics import Diagnostic, has_errors, in_order
from mlspec.environment.joined import joined
from mlspec.environment.resolve import resolve
from mlspec.environment.resolved import Resolution, ResolvedSpec
from mlspec.plan.build_plan import build_plan
from mlspec.plan.context import plan_context
from mlspec.plan.gitops import plan_environment
from mlspec.source.files import Files
from mlspec.source.read import read_specs
from mlspec.verify.overrides import without_effect
from mlspec.verify.verify import verify


@dataclass
class Compilation:
    """What a workspace compiles to."""

    resolution: Resolution
    outputs: dict[str, list[Output]] = field(default_factory=dict)
    """Files by owner: `<environment>/<model>`, `images/<model>[.<environment>]` or `<environment>`."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    """In the order of their places, each once. With an error among them the outputs are not to be written."""
    set_aside: list[SetAside] = field(default_factory=list)
    """Warnings that a comment in the spec sets aside."""


def compile(  # noqa: A001 - the project's own verb
    files: Files, specs: str = "specs", each: Callable[[list[ResolvedSpec]], Iterable[ResolvedSpec]] = iter
) -> Compilation:
    """Compiles every spec below the folder `specs`; `each` may watch them pass one by one."""
    parsed = read_specs(files, specs)
    resolution = resolve(parsed.documents, files, complete=parsed.complete)
    result = Compilation(resolution)
    found = [*parsed.diagnostics, *resolution.diagnostics, *run_workspace_checks(resolution)]
    of_environments: list[tuple[str, Diagnostic]] = []
    for resolved in each(resolution.specs):
        problems = run_checks(resolved)
        if not has_errors(problems):
            problems += _render(resolved, result)
        of_environments += [(resolved.environment.name, problem) for problem in problems]
    found += joined(without_effect(resolution.specs, of_environments))
    for environment in resolution.environments:
        plan = plan_environment(environment, resolution.workspace)
        result.outputs[environment.name] = render_environment(plan) if plan else []
    left, result.set_aside = set_aside(in_order(found), parsed.ignores, load_checks)
    result.diagnostics = in_order(left)
    return result


def _render(resolved: ResolvedSpec, result: Compilation) -> list[Diagnostic]:
    """Adds the files of one model in one environment; returns what verifying them found."""
    workspace = result.resolution.workspace
    image = plan_context(resolved, workspace.output)
    owner = image.folder.removeprefix(f"{workspace.output}/")
    if owner not in result.outputs:
        result.outputs[owner] = render_context(image)
    plan = build_plan(resolved, workspace, context_digest(image.folder, result.outputs[owner]))
    rendered, problems = verify(resolved, plan, render_deployment(plan))
    result.outputs[f"{resolved.environment.name}/{resolved.name}"] = rendered
    return problems


def context_digest(folder: str, outputs: Iterable[Output]) -> str:
    """Hex sha256 over the path, below `folder`, and the content of every file of a build context."""
    lines = sorted(f"{output.path.removeprefix(folder)} {output.sha256}\n" for output in outputs)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
