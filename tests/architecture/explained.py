"""The registry of codes and the examples of each -> docs/diagnostics.md and a page for each family."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mlspec.codes import Code, all_codes
from mlspec.report.explain import markdown

from .declared import load_all
from .tables import GENERATED, sentence, table

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


def diagnostics_page() -> str:
    """Every code by family: what it says, why it is a finding, what to do."""
    load_all()
    codes = all_codes()
    text = (
        f"# Diagnostics\n\n{GENERATED}\n"
        f"{len(codes)} kinds of findings. `mlspec explain CODE` explains one of them, with an example; so do the\n"
        "pages that the codes lead to. What may be ignored is set aside by\n"
        "[a comment with a reason](findings.md#setting-a-finding-aside); a code's page says why another may not.\n"
    )
    for digit, family in _FAMILIES.items():
        rows = [
            (_link(code), code.name, sentence(code.title), code.reason, sentence(code.remedy), _may_be_ignored(code))
            for code in _of(digit)
        ]
        if rows:
            text += f"\n## MLS{digit}xx: {family}\n\n"
            text += table(("code", "name", "what it finds", "why", "what to do", "may be ignored"), rows)
    return text


def family_pages() -> dict[str, Callable[[], str]]:
    """What makes the page of each family that has codes, by its path below docs/."""
    load_all()
    return {f"diagnostics/MLS{digit}.md": partial(_family, digit) for digit in _FAMILIES if _of(digit)}


def _family(digit: str) -> str:
    head = f"# MLS{digit}xx: {_FAMILIES[digit]}\n\n{GENERATED}\n[All findings](../diagnostics.md)\n"
    return "\n".join((head, *map(_section, _of(digit))))


def _section(code: Code) -> str:
    return f"## {code.id}: {code.name}\n\n{sentence(code.title)}\n\n{markdown(code)}\n"


def _may_be_ignored(code: Code) -> str:
    return code.ignorable.partition(",")[0]


def _of(digit: str) -> list[Code]:
    return [code for code in all_codes() if code.id[3] == digit]


def _link(code: Code) -> str:
    return f"[`{code.id}`](diagnostics/MLS{code.id[3]}.md#{code.id.lower()}-{code.name})"
