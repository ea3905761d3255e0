"""The files of this folder -> what other linters look for, and docs/linters.md: what we make of each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Linter:
    """A linter's checks: by which rule of ours each is met, why it is not, or why it finds nothing to look at."""

    project: str
    source: str
    met: Mapping[str, int]
    not_met: Mapping[str, str]
    absent: Mapping[str, str]


def _loaded(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def linters() -> list[Linter]:
    files = (_loaded(name) for name in ("kube-linter", "kube-score"))
    return [Linter(file["project"], file["source"], file["met"], file["not-met"], file["absent"]) for file in files]


def accepted() -> dict[str, str]:
    """The findings of checkov that stand, with the reason."""
    return _loaded("checkov")


def linters_page(generated: str) -> str:
    """docs/linters.md; `generated` is the line that says so."""
    text = (
        f"# Other linters\n\n{generated}\n"
        "What three linters of manifests and images look for, and what we make of it. checkov runs over everything\n"
        "that is generated (`tests/linters`); of the other two each check has a row here: met by a rule of\n"
        "[rules.md](rules.md), decided otherwise with the reason, or with nothing to look at.\n\n"
        "## checkov\n\nNo finding but these:\n\n" + _table(("check", "why it stands"), accepted().items())
    )
    for linter in linters():
        rows = {check: f"met: rule {rule}" for check, rule in linter.met.items()}
        rows |= {check: f"not met: {why}" for check, why in linter.not_met.items()}
        rows |= {check: f"nothing to look at: {why}" for check, why in linter.absent.items()}
        text += f"\n## {linter.project}\n\nThe list is [its own]({linter.source}).\n\n"
        text += _table(("check", "here"), sorted(rows.items()))
    return text


def _table(heading: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [heading, ("---", "---"), *((f"`{check}`", said) for check, said in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
