"""Findings with the files that they are about; the golden file of the same name says how each is shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlspec.diagnostics import Diagnostic, Related, Severity, Span

MODEL = "specs/credit-risk/model.yaml"
PROD = "specs/environments/prod.yaml"


@dataclass(frozen=True)
class Shown:
    """Some findings, and the content of the files that they name."""

    findings: list[Diagnostic]
    files: dict[str, bytes] = field(default_factory=dict)


def at(line: int, column: int, length: int, file: str = MODEL) -> Span:
    """A range within one line."""
    return Span(file, line, column, line, column + length)


def one(span: Span, text: str, label: str = "here", **also: object) -> Shown:
    """One finding in the model's file, which holds `text`."""
    found = Diagnostic("MLS104", "a value that its key does not take", span, label, **also)  # type: ignore[arg-type]  # the fields of Diagnostic
    return Shown([found], {MODEL: text.encode()})


ACCELERATOR = Diagnostic(
    "MLS203",
    "credit-risk asks for an accelerator that prod does not have",
    at(31, 25, 11),
    "no such accelerator",
    "use one of those, or leave prod out of `environments`",
    (Related(at(18, 5, 9, PROD), "prod has: nvidia-l4, nvidia-a100"),),
)
SPEC = b"# line\n" * 30 + b"    accelerator: {type: nvidia-h100, count: 1}\n"
ENVIRONMENT = b"# line\n" * 17 + b"    nvidia-l4:\n"

SHOWN: dict[str, Shown] = {
    "two-files": Shown([ACCELERATOR], {MODEL: SPEC, PROD: ENVIRONMENT}),
    "warning-without-label-and-help": one(at(1, 1, 4), "name: a\n", "", severity=Severity.WARNING),
    "same-code-twice": Shown([ACCELERATOR, ACCELERATOR], {MODEL: SPEC, PROD: ENVIRONMENT}),
    "several-related": one(
        at(9, 1, 1),
        "a\n" * 120,
        related=(
            Related(at(8, 1, 1), "in the same file"),
            Related(at(101, 1, 1), "below"),
            Related(at(1, 3, 2, PROD), ""),
            Related(Span("specs/gone.yaml", 7, 2, 7, 3), "in a file that is gone"),
        ),
    ),
    "wide-characters": one(at(1, 10, 2), "owner: 支払い部門 # 決済\n"),
    "combining-characters": one(at(1, 11, 4), "owner: cafe\u0301 noir\n"),
    "joined-emoji": one(at(1, 17, 4), "owner: \U0001f469\u200d\U0001f469\u200d\U0001f467 to team\n"),
    "tabs": one(at(1, 7, 5), "\towner\tmy\tteam\n"),
    "tab-itself": one(at(1, 1, 2), "\t\towner: me\n"),
    "control-characters": one(
        at(1, 14, 2), "owner: \x1b[31mme\x07\x9b\u202e\n", "a\x1b[2Jb", help="c\x1bd\nsecond\x00line"
    ),
    "control-characters-in-path": Shown([Diagnostic("MLS001", "a\nb", Span("specs/\x1b[31m\udcff.yaml", 1, 2, 1, 3))]),
    "long-line-at-start": one(at(1, 4, 3), "ab xyz " + "word " * 60),
    "long-line-inside": one(at(1, 151, 3), "word " * 30 + "xyz" + " word" * 30),
    "long-line-at-end": one(at(1, 301, 3), "word " * 60 + "xyz"),
    "long-line-past-end": one(at(1, 304, 0), "word " * 60 + "xyz"),
    "long-range": one(at(1, 7, 400), "name: " + "x" * 400),
    "long-wide-line": one(at(1, 120, 2), "長" * 119 + "短短" + "長" * 119),
    "long-line-of-tabs": one(at(1, 61, 3), "\t" * 60 + "xyz" + "\t" * 60),
    "end-of-line": one(at(1, 6, 0), "name:\n"),
    "end-of-file": one(at(2, 1, 0), "name: a\n"),
    "end-of-file-without-line-feed": one(at(1, 8, 0), "name: a"),
    "past-end-of-file": one(at(7, 1, 3), "name: a\n"),
    "past-end-of-line": one(at(1, 70, 9), "name: a\n"),
    "two-lines": one(Span(MODEL, 1, 7, 2, 10), "args: [a,\n       b]\n"),
    "many-lines": one(Span(MODEL, 2, 11, 6, 12), "spec:\n  promql: |\n    sum(\n\n      x\n    ) > 1\n"),
    "ends-with-line": one(Span(MODEL, 1, 7, 2, 1), "name: abc\nnext: d\n"),
    "carriage-returns": one(at(3, 1, 1), "a\r\nb\rc: 1\r\n"),
    "byte-order-mark": one(at(1, 1, 4), "\ufeffname: a\n"),
    "separators-that-end-no-line": one(at(2, 1, 1), "a\x85b\u2028c\x0bd\n2\n"),
    "whole-file": one(Span(MODEL), "name: a\n", ""),
    "whole-file-with-label": one(Span(MODEL), "name: a\n", "too large"),
    "not-utf-8": Shown([Diagnostic("MLS003", "not UTF-8", at(1, 4, 1), "here")], {MODEL: b"caf\xe9 au lait\n"}),
    "help-of-two-lines": one(at(1, 1, 4), "name: a\n", help="remove it:\nor not"),
}
