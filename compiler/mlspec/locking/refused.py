"""Why a model cannot be locked, as an exception on its way to whoever shows it."""

from __future__ import annotations

from mlspec.diagnostics import Diagnostic


class Refused(Exception):
    """`finding` says where and why."""

    def __init__(self, finding: Diagnostic) -> None:
        super().__init__(finding.message)
        self.finding = finding
