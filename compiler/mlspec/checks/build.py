"""Checks of what goes into the image: the model's files, its requirements and the user's code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlspec.codes import Ignorable, code
from mlspec.diagnostics import Diagnostic, Span
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.context import model_files
from mlspec.plan.formats import FORMATS
from mlspec.spec.requirements import choice_of, distribution, read_requirements, requirement_problem

from .registry import check

LARGEST_BAKED = 50 * 2**20

MODEL_MISSING = code(
    "MLS401",
    "model-missing",
    title="the model is not where the spec says",
    reason="An image without its model cannot start.",
    remedy="commit the file beside the spec, or correct the path",
)
MODEL_TOO_LARGE = code(
    "MLS402",
    "model-too-large",
    title="a model of more than 50 MiB beside its spec",
    reason="It would stand twice in the repository and in every build context; a large model belongs into a store.",
    remedy="put it into a store and name it there: `s3://…`, `gs://…`, `az://…`, `https://…`, `hf://…`",
)
DIGEST_MISMATCH = code(
    "MLS403",
    "digest-mismatch",
    title="the model is not the one whose digest the spec states",
    reason="The server would refuse to start: somebody changed the model, or the spec, alone.",
    remedy="find out which of the two is right",
)
REQUIREMENTS_MISSING = code(
    "MLS404",
    "requirements-missing",
    title="the requirements file is not where the spec says",
    reason="The image cannot be built without it.",
    remedy="commit the file beside the spec, or correct the path",
)
BAD_REQUIREMENT = code(
    "MLS405",
    "bad-requirement",
    title="a line that cannot stand in the image's requirements",
    reason="Indexes and credentials belong to the build, not to what is installed.",
    remedy="write `name==version`",
)
CODE_MISSING = code(
    "MLS406",
    "code-missing",
    title="the folder of code is not where the spec says, or is empty",
    reason="The handler could not be imported.",
    remedy="commit the folder beside the spec, or correct the path",
)
NO_URI = code(
    "MLS408",
    "no-uri",
    title="a model without a place",
    reason="Only format python can do without a model file: its handler may need none.",
    remedy="name the model's file, beside the spec: `uri: ./model.joblib`",
)
REQUIRED_TWICE = code(
    "MLS409",
    "required-twice",
    title="two requirements for one library",
    reason="pip refuses to install what is asked for in two versions, and lets two distributions overwrite each other.",
    remedy="keep one of them",
)
UNPINNED = code(
    "MLS411",
    "unpinned-requirement",
    title="a requirement without an exact version",
    reason="Two builds of one image could differ, and a model saved by one version may not load in another.",
    remedy="write `name==version`",
    ignorable=Ignorable.YES,
)

CPU_ONLY = code(
    "MLS423",
    "library-without-accelerator",
    title="a library for the CPU in an image that is given an accelerator",
    reason="The accelerator would be paid for, and stand idle.",
    remedy="require the build for accelerators, or ask for no accelerator",
    ignorable=Ignorable.YES,
)


@check(MODEL_MISSING, early=True)
def model_missing(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    uri = resolved.spec.model.uri
    if uri and uri.startswith("./") and not model_files(resolved.model, resolved.spec, resolved.files).copies:
        yield MODEL_MISSING.error(
            resolved.at("model", "uri"), f"there is no model at {resolved.file(uri)}", label="no such file or folder"
        )


@check(MODEL_TOO_LARGE, early=True)
def model_too_large(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    size = model_files(resolved.model, resolved.spec, resolved.files).size
    if size > LARGEST_BAKED:
        yield MODEL_TOO_LARGE.error(
            resolved.at("model", "uri"),
            f"the model has {size / 2**20:.0f} MiB; beside its spec it may have {LARGEST_BAKED >> 20} MiB",
            label="too large to bake in",
        )


@check(DIGEST_MISMATCH, early=True)
def digest_mismatch(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    stated = resolved.spec.model.digest
    actual = model_files(resolved.model, resolved.spec, resolved.files).digest
    if stated and actual and stated != actual:
        yield DIGEST_MISMATCH.error(
            resolved.at("model", "digest"),
            f"the model at {resolved.spec.model.uri} has another digest",
            label="not this model's",
            remedy=f"the file's digest is {actual}; find out which of the two is right",
        )


@check(NO_URI, early=True)
def no_uri(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    if resolved.spec.model.uri is None and resolved.spec.model.format != "python":
        message = f"format {resolved.spec.model.format} needs `model.uri`"
        yield NO_URI.error(resolved.at_key("model"), message, label="has no `uri`")


@check(UNPINNED)
def unpinned(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for span, line in _requirements(resolved):
        if requirement_problem(line) is None and not re.search(r"===?|@|--hash", line):
            yield UNPINNED.warning(
                span, f"{distribution(line)} is not pinned: the next build may install another one", label="any version"
            )


@check(REQUIREMENTS_MISSING, early=True)
def requirements_missing(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    stated = resolved.spec.build.requirements
    if isinstance(stated, str) and resolved.files.size(resolved.file(stated)) is None:
        yield REQUIREMENTS_MISSING.error(
            resolved.at("build", "requirements"), f"there is no file {resolved.file(stated)}", label="no such file"
        )


@check(BAD_REQUIREMENT, early=True)
def bad_requirement(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    for span, line in _requirements(resolved):
        if problem := requirement_problem(line):
            said, _, remedy = problem.partition("; ")
            yield BAD_REQUIREMENT.error(span, f"this is {said}", label="cannot stand here", remedy=remedy)


@check(REQUIRED_TWICE)
def required_twice(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    seen: dict[str, str] = {}
    for span, line in _requirements(resolved):
        # Lines with markers are alternatives: they may name one distribution for several platforms.
        if requirement_problem(line) or ";" in line:
            continue
        name, library = distribution(line), choice_of(line)
        if seen.get(library) == name:
            yield REQUIRED_TWICE.error(span, f"{name} is required twice", label="required already")
        elif library in seen:
            message = f"{name} and {seen[library]} bring the same modules"
            yield REQUIRED_TWICE.error(span, message, label="would overwrite the other")
        seen.setdefault(library, name)


@check(CPU_ONLY)
def library_without_accelerator(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator = resolved.spec.resources.accelerator
    if accelerator is None:
        return
    defaults = FORMATS[resolved.spec.model.format].accelerated or ()
    wanted = {choice_of(line): distribution(line) for line in defaults}
    for span, line in _requirements(resolved):
        if requirement_problem(line):
            continue
        name, instead = distribution(line), wanted.get(choice_of(line), "")
        if (instead and instead != name) or "+cpu" in line:
            yield CPU_ONLY.warning(
                span,
                f"this build of {name} computes on the CPU, and {resolved.name} asks for {accelerator.type}"
                f" in {resolved.environment.name}",
                label="has no CUDA",
                remedy=f"require {instead}" if instead else f"require {name} without `+cpu`",
            )


def _requirements(resolved: ResolvedSpec) -> Iterator[tuple[Span, str]]:
    """Every requirement of the user's with its place, in the spec or in the file that it names."""
    stated = resolved.spec.build.requirements
    if isinstance(stated, list):
        for index, line in enumerate(stated):
            yield resolved.at("build", "requirements", index), line
        return
    path = resolved.file(stated)
    if resolved.files.size(path) is None:
        return
    text = resolved.files.read(path).decode("utf-8", "replace")
    lines = text.splitlines()
    for number, line in read_requirements(text):
        yield Span(path, number, 1, number, len(lines[number - 1]) + 1), line


@check(CODE_MISSING, early=True)
def code_missing(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    folder = resolved.spec.build.code
    if folder is not None and not resolved.files.below(resolved.file(folder)):
        yield CODE_MISSING.error(
            resolved.at("build", "code"), f"there is no code below {resolved.file(folder)}", label="no such folder"
        )
