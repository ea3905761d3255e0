"""What a comment sets aside is neither shown nor lost, and only on its own line."""

from __future__ import annotations

import pytest

from mlspec.compile import Compilation
from mlspec.compile import compile as compile_workspace
from mlspec.source.files import FilesInMemory

SPEC = """\
apiVersion: mlspec.dev/v1
kind: Model
metadata: {name: churn}
spec:
  model: {format: sklearn, version: 1.0.0, uri: ./model.joblib}
  network: {from: [{namespace: ingress-nginx}]}
  expose:
    host: a.example.com
    ingress: {class: nginx}
"""
LINE = "    ingress: {class: nginx}"
IGNORE = "# mlspec: ignore MLS231 because the gateway comes in March"


def compiled(spec: str) -> Compilation:
    return compile_workspace(FilesInMemory({"specs/churn/model.yaml": spec.encode(), "specs/churn/model.joblib": b"m"}))


@pytest.mark.parametrize("line", [f"{LINE}  {IGNORE}", f"    {IGNORE}\n{LINE}"])
def test_a_warning_is_set_aside_with_its_reason(line: str) -> None:
    compilation = compiled(SPEC.replace(LINE, line))
    assert compilation.diagnostics == []
    (aside,) = compilation.set_aside
    assert (aside.finding.code, aside.reason) == ("MLS231", "the gateway comes in March")
    assert compilation.outputs["default/churn"] == compiled(SPEC).outputs["default/churn"]


def test_a_comment_on_another_line_sets_nothing_aside() -> None:
    codes = [found.code for found in compiled(SPEC.replace("    host:", f"    {IGNORE}\n    host:")).diagnostics]
    assert codes == ["MLS114", "MLS231"]


def test_what_was_not_looked_at_is_not_called_unused() -> None:
    broken = SPEC.replace(LINE, f"{LINE}  {IGNORE}").replace("version: 1.0.0", "version: 1.0")
    assert [found.code for found in compiled(broken).diagnostics] == ["MLS104"]
