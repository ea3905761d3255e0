"""ResolvedSpec -> diagnostics: runs every check, found by its decorator in any module below `checks`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache

import mlspec.checks
from mlspec.codes import Code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import Resolution, ResolvedSpec

Check = Callable[[ResolvedSpec], Iterator[Diagnostic]]
WorkspaceCheck = Callable[[Resolution], Iterator[Diagnostic]]

_checks: dict[str, Check] = {}
_workspace_checks: dict[str, WorkspaceCheck] = {}


def check(code: Code) -> Callable[[Check], Check]:
    """Registers the check of one model in one environment that reports `code`."""

    def register(function: Check) -> Check:
        if code.id in _checks:
            raise ValueError(f"{code.id} has two checks")
        _checks[code.id] = function
        return function

    return register


def workspace_check(code: Code) -> Callable[[WorkspaceCheck], WorkspaceCheck]:
    """Registers the check of everything together that reports `code`."""

    def register(function: WorkspaceCheck) -> WorkspaceCheck:
        if code.id in _workspace_checks:
            raise ValueError(f"{code.id} has two checks")
        _workspace_checks[code.id] = function
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
    return [found for code in sorted(_checks) for found in _checks[code](resolved)]


def run_workspace_checks(resolution: Resolution) -> list[Diagnostic]:
    """Every finding about models and environments together."""
    load_checks()
    return [found for code in sorted(_workspace_checks) for found in _workspace_checks[code](resolution)]
