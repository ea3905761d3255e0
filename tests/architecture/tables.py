"""The registries of codes and rules -> the tables of docs/ that list them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence

import mlspec
from mlspec.codes import all_codes
from mlspec.verify.rules.registry import all_rules
from mlspec.verify.verify import BROKEN_BY_OVERRIDE, BROKEN_BY_US

_FAMILIES = {
    "0": "YAML and files",
    "1": "Language and types",
    "2": "Kubernetes and environment",
    "3": "Monitoring",
    "4": "Image and build",
    "5": "Tree and GitOps",
    "6": "Not supported yet",
    "9": "A bug in mlspec",
}
_GENERATED = "<!-- Generated: `pytest tests/architecture --update-golden` writes this file. -->\n"


def diagnostics_page() -> str:
    """Every code by family: what it says, why it is a finding, what to do."""
    for module in pkgutil.walk_packages(mlspec.__path__, "mlspec."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    codes = all_codes()
    text = f"# Diagnostics\n\n{_GENERATED}\n{len(codes)} kinds of findings. `mlspec explain CODE` prints one of them.\n"
    for digit, family in _FAMILIES.items():
        rows = [
            (f"`{code.id}`", code.name, _sentence(code.title), code.reason, _sentence(code.remedy))
            for code in codes
            if code.id[3] == digit
        ]
        if rows:
            text += f"\n## MLS{digit}xx: {family}\n\n"
            text += _table(("code", "name", "what it finds", "why", "what to do"), rows)
    return text


def rules_page() -> str:
    """Every object rule by number: what holds, and the function that decides it."""
    rules = all_rules()
    rows = [
        (str(rule.number), rule.title, f"`{rule.name}` in `{rule.check.__module__.replace('.', '/')}.py`")
        for rule in rules
    ]
    return (
        f"# Rules for what is generated\n\n{_GENERATED}\n"
        f"{len(rules)} checks of what holds for every set of objects that `mlspec compile` writes, with overrides.\n"
        "The schemas of the Kubernetes version and the grammar of PromQL are checked beside them. Where an override\n"
        f"breaks a rule, the finding is {BROKEN_BY_OVERRIDE.id}; a break without one is a bug of ours, "
        f"{BROKEN_BY_US.id}.\n\n" + _table(("number", "what holds", "decided by"), rows)
    )


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].rstrip(".") + "."


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (heading, ["---"] * len(heading), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
