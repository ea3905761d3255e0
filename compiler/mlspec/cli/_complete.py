"""The beginning of a word on a command line -> what begins so: models, environments, codes, sections, files."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from ._workspace import SPECS, find_workspace


def models(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    return _names(ctx, incomplete, "Model")


def environments(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    return _names(ctx, incomplete, "Environment")


def codes(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """Identifiers, whose files need no compiler to be found; names where the word can be none."""
    if "MLS".startswith(incomplete.upper()[:3]):
        explained = (files("mlspec") / "explanations").iterdir()
        found = sorted(file.name.removesuffix(".md") for file in explained)
        return [CompletionItem(each) for each in found if each.startswith(incomplete.upper())]
    from mlspec.checks.registry import load_checks
    from mlspec.codes import all_codes

    load_checks()
    return [CompletionItem(each.name, help=each.title) for each in all_codes() if each.name.startswith(incomplete)]


def sections(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
    """Of a model's spec; those before a comma are there already."""
    from mlspec.spec.service import ServiceSpec

    before, comma, word = incomplete.rpartition(",")
    known = sorted(field.alias or name for name, field in ServiceSpec.model_fields.items())
    taken = before.split(",")
    return [f"{before}{comma}{name}" for name in known if name.startswith(word) and name not in taken]


def paths(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """The shell knows its files best."""
    return [CompletionItem(incomplete, type="file")]


def _names(ctx: click.Context, incomplete: str, kind: str) -> list[str]:
    """Whoever completes a word asks for no explanation: where there is no workspace, there is no name."""
    from mlspec.source.files import FilesOnDisk
    from mlspec.source.read import read_specs, together

    directory = ctx.params.get("directory")
    try:
        read = together(read_specs(FilesOnDisk(find_workspace(Path(directory) if directory else None)), SPECS).values())
    except (click.ClickException, OSError):
        return []
    found = set()
    for document in read.documents:
        of_kind, name = document.root.get("kind"), document.root.get("metadata", "name")
        if of_kind and of_kind.value == kind and name and isinstance(name.value, str):
            found.add(name.value)
    return sorted(name for name in found if name.startswith(incomplete))
