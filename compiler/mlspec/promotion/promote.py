"""A spec and two environments in; the spec in which some sections are in one as they are in the other out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlspec.compile import Compilation
from mlspec.environment.resolved import ResolvedSpec
from mlspec.source.node import Document, Node
from mlspec.source.read import parse
from mlspec.source.suggestion import meant_or_all
from mlspec.source.text import Text

from .edit import CannotEdit, Place, with_value, without


class CannotPromote(Exception):
    """There is nothing to promote, or no way to; the message says why, and what to do about it."""


@dataclass(frozen=True)
class Promotion:
    """What to promote: sections of the spec of a model, from one environment to another."""

    model: str
    source: str
    target: str
    sections: Sequence[str]


def promoted(promotion: Promotion, compilation: Compilation, content: str, file: str) -> str:
    """The text of the spec's file afterwards; `content` is the text now, of which `compilation` was made."""
    if promotion.source == promotion.target:
        raise CannotPromote(f"--from and --to are both `{promotion.source}`: name two environments")
    for name in (promotion.source, promotion.target):
        _check_runs(promotion.model, name, compilation)
    text = content
    for section in promotion.sections:
        root = _root(file, text, promotion.model)
        try:
            text = _with_section(Text(file, text), root, promotion, section)
        except CannotEdit as error:
            raise CannotPromote(f"{error.span}: {error}: write `{section}` of {promotion.target} by hand") from None
    return text


def _check_runs(model: str, environment: str, compilation: Compilation) -> None:
    places = {(spec.name, spec.environment.name) for spec in compilation.resolution.specs}
    models = sorted({name for name, _ in places})
    if model not in models:
        raise CannotPromote(f"there is no model `{model}`; {meant_or_all(model, models)}")
    if (model, environment) not in places:
        runs = [place for name, place in places if name == model]
        known = meant_or_all(environment, runs, "it runs in")
        raise CannotPromote(f"`{model}` does not run in `{environment}`; {known}")


def _root(file: str, text: str, model: str) -> Node:
    for document in parse(file, text.encode()).documents:
        name = document.root.get("metadata", "name")
        kind = document.root.get("kind")
        if kind and kind.value == "Model" and name and name.value == model:
            return document.root
    raise CannotPromote(f"{file} does not define {model}")


def document_of(model: str, compilation: Compilation) -> Document:
    """The document that defines a model; CannotPromote where none does."""
    for document in compilation.resolution.documents:
        name, kind = document.root.get("metadata", "name"), document.root.get("kind")
        if kind and kind.value == "Model" and name and name.value == model:
            return document
    names = {spec.name for spec in compilation.resolution.specs}
    raise CannotPromote(f"there is no model `{model}`; {meant_or_all(model, names)}")


def _with_section(text: Text, root: Node, promotion: Promotion, section: str) -> str:
    """Blocks decide: without one of its own, an environment has what the model's base and the defaults say."""
    source, target = (
        Place(text, root, ("spec", "environments", name)) for name in (promotion.source, promotion.target)
    )
    if root.get("spec", "environments") is None:
        return text.content
    if section in source.entries:
        if section in target.entries and _plain(source, section) == _plain(target, section):
            return text.content
        return with_value(target, section, source)
    return without(target, section) if section in target.entries else text.content


def _plain(place: Place, section: str) -> object:
    return place.entries[section].node.plain()


def still_different(promotion: Promotion, specs: Sequence[ResolvedSpec]) -> Iterator[str]:
    """What the environments' own defaults make of a section nevertheless: a line for each, with its place."""
    resolved = {spec.environment.name: spec for spec in specs if spec.name == promotion.model}
    source, target = resolved[promotion.source], resolved[promotion.target]
    for section in promotion.sections:
        old, new = source.tree.get(section), target.tree.get(section)
        values = dict(old.scalars()) if old else {}
        others = dict(new.scalars()) if new else {}
        for path in sorted({*values, *others}, key=str):
            here, there = values.get(path), others.get(path)
            if (here.plain() if here else None) != (there.plain() if there else None):
                place = (there or here or target.tree).span
                name = ".".join(map(str, (section, *path)))
                yield f"{name} still differs: {promotion.target} gets it from {place}"
