"""ResolvedSpec -> diagnostics: runs every check, found by its decorator in any module below `checks`.

What a model is refused for depends on itself and its environment, so that a change of one concerns no other. Where
only one model can have something, each says what it takes; who takes the same is found without looking at the models.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

import mlspec.checks
from mlspec.codes import Code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import Environment, ResolvedSpec
from mlspec.source.node import Document
from mlspec.unit import Taken

Check = Callable[[ResolvedSpec], Iterator[Diagnostic]]
DocumentCheck = Callable[[Document], Iterator[Diagnostic]]
ModelCheck = Callable[[Document, Sequence[ResolvedSpec]], Iterator[Diagnostic]]
EnvironmentsCheck = Callable[[Sequence[Environment]], Iterator[Diagnostic]]
Takes = Callable[[ResolvedSpec], Iterator[Taken]]
Clash = Callable[[Sequence[Taken]], Iterator[Diagnostic]]
Kind = TypeVar("Kind")

_BUILT_IN = "`default` is built in: write one, specs/environments/<name>.yaml"
_checks: dict[str, Check] = {}
_early: set[str] = set()
_document_checks: dict[str, DocumentCheck] = {}
_model_checks: dict[str, ModelCheck] = {}
_environments_checks: dict[str, EnvironmentsCheck] = {}
_takes: dict[str, Takes] = {}
_clashes: dict[str, Clash] = {}


def check(code: Code, *, early: bool = False) -> Callable[[Check], Check]:
    """Registers the check of one model in one environment that reports `code`.

    One that is `early` looks at `model` and `build` alone, and so at a spec that is wrong elsewhere, too.
    """
    if early:
        _early.add(code.id)
    return _registered(_checks, code)


def document_check(code: Code) -> Callable[[DocumentCheck], DocumentCheck]:
    """Registers the check of one document as it is written, before anything is merged."""
    return _registered(_document_checks, code)


def model_check(code: Code) -> Callable[[ModelCheck], ModelCheck]:
    """Registers the check of one model as it is written and in all its environments together."""
    return _registered(_model_checks, code)


def environments_check(code: Code) -> Callable[[EnvironmentsCheck], EnvironmentsCheck]:
    """Registers the check of all environments together."""
    return _registered(_environments_checks, code)


def taken_once(code: Code, clash: Clash) -> Callable[[Takes], Takes]:
    """Registers what a model in an environment takes; `clash` reports `code` for all that take the same, in order."""

    def register(function: Takes) -> Takes:
        _clashes[code.id] = clash
        return _registered(_takes, code)(function)

    return register


def _registered(checks: dict[str, Kind], code: Code) -> Callable[[Kind], Kind]:
    def register(function: Kind) -> Kind:
        if code.id in checks:
            raise ValueError(f"{code.id} has two checks")
        checks[code.id] = function
        return function

    return register


@cache
def load_checks() -> None:
    """Imports every module below `checks`, so that its checks and codes are known."""
    for module in pkgutil.walk_packages(mlspec.checks.__path__, "mlspec.checks."):
        importlib.import_module(module.name)


def run_checks(resolved: ResolvedSpec) -> list[Diagnostic]:
    """Every finding about one model in one environment."""
    load_checks()
    return _run(sorted(_checks), resolved)


def run_early_checks(sketch: ResolvedSpec) -> list[Diagnostic]:
    """What can be said of one whose `model` and `build` are whole, and the rest is not."""
    load_checks()
    return _run(sorted(_early), sketch)


def _run(codes: Iterable[str], resolved: ResolvedSpec) -> list[Diagnostic]:
    found = [found for code in codes for found in _checks[code](resolved)]
    return found if resolved.environment.source else [_told_what_is_built_in(each) for each in found]


def _told_what_is_built_in(found: Diagnostic) -> Diagnostic:
    """What is to be changed in the environment needs one first."""
    names_it = re.search(r"\bthe environment\b(?! out)", found.help) is not None
    return replace(found, help=f"{found.help}; {_BUILT_IN}") if names_it else found


def check_document(document: Document) -> list[Diagnostic]:
    """Every finding about a document as it is written."""
    load_checks()
    return [found for code in sorted(_document_checks) for found in _document_checks[code](document)]


def check_model(document: Document, specs: Sequence[ResolvedSpec]) -> list[Diagnostic]:
    """Every finding about a model, which `document` defines, in all its environments together."""
    load_checks()
    return [found for code in sorted(_model_checks) for found in _model_checks[code](document, specs)]


def check_environments(environments: Sequence[Environment]) -> list[Diagnostic]:
    """Every finding about environments together."""
    load_checks()
    return [found for code in sorted(_environments_checks) for found in _environments_checks[code](environments)]


def taken_by(resolved: ResolvedSpec) -> Iterator[tuple[str, list[Taken]]]:
    """What one model in one environment takes, by the code of the finding that a second one would be."""
    load_checks()
    for code in sorted(_takes):
        if taken := list(_takes[code](resolved)):
            yield code, taken


def find_clashes(taken: Mapping[str, Sequence[Taken]]) -> Iterator[Diagnostic]:
    """Every finding about models of which two take the same."""
    load_checks()
    for code in sorted(taken):
        same: dict[str, list[Taken]] = {}
        for each in taken[code]:
            same.setdefault(each.key, []).append(each)
        for those in same.values():
            if len(those) > 1:
                yield from _clashes[code](those)
