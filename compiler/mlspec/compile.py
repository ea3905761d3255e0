"""The whole compiler: the texts of a workspace in, every file and every finding out. Nothing is written here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct, field

from mlspec.artifacts.file import Output
from mlspec.artifacts.registry import render_context, render_deployment, render_environment
from mlspec.checks.ignored import Comments
from mlspec.checks.registry import (
    check_document,
    check_environments,
    check_model,
    run_checks,
    run_early_checks,
    taken_by,
)
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolve import resolve
from mlspec.environment.resolved import Resolution, ResolvedSpec
from mlspec.link import link
from mlspec.plan.build_plan import build_plan
from mlspec.plan.context import plan_context
from mlspec.plan.gitops import plan_environment
from mlspec.source.files import Files
from mlspec.source.node import Document
from mlspec.source.read import Parsed, read_specs, together
from mlspec.unit import Listing, SetAside, Unit
from mlspec.verify.overrides import targets
from mlspec.verify.verify import verify


class Compilation(Struct):
    """What a workspace compiles to."""

    resolution: Resolution
    outputs: dict[str, list[Output]] = field(default_factory=dict)
    """Files by owner: `<environment>/<model>`, `images/<model>[.<environment>]` or `<environment>`."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    """In the order of their places, each once. With an error among them the outputs are not to be written."""
    set_aside: list[SetAside] = field(default_factory=list)
    """What a comment in the spec sets aside."""
    units: dict[str, Unit] = field(default_factory=dict)
    """What each file of specs came to."""

    @property
    def listing(self) -> Listing:
        units = [(source, self.units[source]) for source in sorted(self.units)]
        return Listing(
            [(name, source) for source, unit in units for name in unit.models],
            [(environment.name, environment.name_span) for environment in self.resolution.environments],
            [place for _, unit in units for place in unit.places],
            self.resolution.workspace.output,
            self.resolution.workspace.argocd,
        )


def compile(  # noqa: A001 - the project's own verb
    files: Files,
    specs: str = "specs",
    each: Callable[[list[ResolvedSpec]], Iterable[ResolvedSpec]] = iter,
    known: Mapping[str, Unit] | None = None,
) -> Compilation:
    """Compiles every spec below the folder `specs`; `each` may watch them pass one by one.

    `known` says what files of models came to before, by their paths, where nothing that they depend on has changed:
    those are not read, and their outputs are left out.
    """
    known = known or {}
    sources = read_specs(files, specs, skip=known)
    parsed = together(sources.values())
    resolution = resolve(parsed.documents, files, complete=parsed.complete, unread=parsed.environments)
    result = Compilation(resolution, units={source: _unit(one) for source, one in sources.items()})
    for model in resolution.models:
        result.units[model.source].models.append(model.metadata.name)
    for source, found in resolution.of_models:
        result.units[source].diagnostics += found
    for document, in_environments in _of_documents(resolution):
        result.units[document.file].diagnostics += check_model(document, in_environments)
    comments = Comments(comment for unit in result.units.values() for comment in unit.ignores)
    for resolved in each(resolution.specs):
        _compile(resolved, comments, result)
    for sketch in resolution.sketches:
        found = run_early_checks(sketch)
        result.units[sketch.model.source].findings += [(sketch.environment.name, problem) for problem in found]
    around = [*resolution.around, *check_environments(resolution.environments)]
    for environment in resolution.environments:
        plan = plan_environment(environment, resolution.workspace)
        result.outputs[environment.name] = render_environment(plan) if plan else []
    result.units |= known
    result.diagnostics, result.set_aside = link(result.units, around)
    return result


def _unit(parsed: Parsed) -> Unit:
    """What there is to say of a file before its models are resolved."""
    kinds = {str(kind.value) for each in parsed.documents if (kind := each.root.get("kind"))}
    found = [*parsed.diagnostics, *(found for each in parsed.documents for found in check_document(each))]
    shared = not parsed.complete or bool(parsed.environments) or bool(kinds - {"Model"})
    return Unit(shared, diagnostics=found, ignores=list(parsed.ignores))


def _of_documents(resolution: Resolution) -> Iterator[tuple[Document, list[ResolvedSpec]]]:
    """Each document with the model that it defines, in every environment."""
    specs: dict[int, list[ResolvedSpec]] = {}
    for spec in resolution.specs:
        specs.setdefault(id(spec.model.metadata_tree), []).append(spec)
    for document in resolution.documents:
        if mine := specs.get(id(document.root.get("metadata"))):
            yield document, mine


def _compile(resolved: ResolvedSpec, comments: Comments, result: Compilation) -> None:
    """Adds the files and the findings of one model in one environment."""
    unit, environment = result.units[resolved.model.source], resolved.environment.name
    unit.places.append((resolved.name, environment))
    unit.overrides += targets(resolved)
    for code, taken in taken_by(resolved):
        unit.taken.setdefault(code, []).extend(taken)
    problems = run_checks(resolved)
    if not comments.block(problems):
        problems += _render(resolved, unit, result)
    unit.findings += [(environment, problem) for problem in problems]


def _render(resolved: ResolvedSpec, unit: Unit, result: Compilation) -> list[Diagnostic]:
    """Adds the files; returns what verifying them found."""
    workspace = result.resolution.workspace
    image = plan_context(resolved, workspace.output)
    owner = image.folder.removeprefix(f"{workspace.output}/")
    if owner not in result.outputs:
        result.outputs[owner] = render_context(image)
        unit.owners.append(owner)
    plan = build_plan(resolved, workspace, context_digest(image.folder, result.outputs[owner]))
    rendered, problems = verify(resolved, plan, render_deployment(plan))
    deployment = f"{resolved.environment.name}/{resolved.name}"
    result.outputs[deployment] = rendered
    unit.owners.append(deployment)
    return problems


def context_digest(folder: str, outputs: Iterable[Output]) -> str:
    """Hex sha256 over the path, below `folder`, and the content of every file of a build context."""
    lines = sorted(f"{output.path.removeprefix(folder)} {output.sha256}\n" for output in outputs)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
