"""Finds object rules by their decorator and runs them: objects of one model and environment -> problems."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

import mlspec.verify.rules

from ..manifests import Manifests
from ..problem import Manifest, Problem

Check = Callable[[Manifests], Iterator[Problem]]


class ObjectRule(Struct, frozen=True):
    """A rule; `number` is the one it has in the list of rules, `name` the function's own."""

    number: int
    name: str
    title: str
    check: Check

    def problems(self, manifests: Manifests) -> list[Problem]:
        return [replace(problem, rule=self.number) for problem in self.check(manifests)]


_rules: dict[str, ObjectRule] = {}


def object_rule(number: int, title: str) -> Callable[[Check], Check]:
    """Registers a function of the objects as a part of rule `number`; `title` says what holds."""

    def register(check: Check) -> Check:
        name = check.__name__
        if name in _rules:
            raise ValueError(f"two object rules are called {name}")
        _rules[name] = ObjectRule(number, name, title, check)
        return check

    return register


@cache
def all_rules() -> tuple[ObjectRule, ...]:
    """Every rule, by number, then name."""
    for module in pkgutil.iter_modules(mlspec.verify.rules.__path__, "mlspec.verify.rules."):
        importlib.import_module(module.name)
    return tuple(sorted(_rules.values(), key=lambda rule: (rule.number, rule.name)))


def rule_problems(objects: Sequence[Manifest], minor: str) -> list[Problem]:
    """Everything that the rules find; `minor` is the oldest Kubernetes that the clusters run."""
    manifests = Manifests(objects, minor)
    return [problem for rule in all_rules() for problem in rule.problems(manifests)]
