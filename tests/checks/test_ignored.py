"""What a comment sets aside is neither shown nor lost, and only on its own line."""

from __future__ import annotations

import pytest

from mlspec.artifacts.manifest import ManifestFile
from mlspec.codes import Ignorable, all_codes
from mlspec.compile import Compilation
from mlspec.compile import compile as compile_workspace
from mlspec.diagnostics import Diagnostic, Severity, has_errors
from mlspec.source.files import FilesInMemory
from tests.architecture.declared import load_all
from tests.diagnostics.case import CASES, Case
from tests.diagnostics.test_wording import ELSEWHERE

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
load_all()

OVERRIDE = """\
  overrides:
    - target: {kind: Deployment}
      # here
      patch: {spec: {template: {spec: {terminationGracePeriodSeconds: 15}}}}
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


def test_an_error_that_is_a_judgement_is_set_aside_and_what_it_is_about_is_made() -> None:
    overridden = SPEC.replace(LINE, f"{LINE}  {IGNORE}") + OVERRIDE
    (found,) = compiled(overridden).diagnostics
    assert (found.code, found.severity) == ("MLS246", Severity.ERROR)
    reason = "# mlspec: ignore MLS246 because spot nodes give no more"
    compilation = compiled(overridden.replace("# here", reason))
    assert compilation.diagnostics == []
    manifests = [each.manifest for each in compilation.outputs["default/churn"] if isinstance(each, ManifestFile)]
    (deployment,) = (each for each in manifests if each["kind"] == "Deployment")
    assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == 15


def test_what_would_be_broken_is_not_set_aside_and_says_why() -> None:
    wrong = SPEC.replace("ingress: {class: nginx}", "path: x  # mlspec: ignore MLS104 because it must be")
    error, comment = compiled(wrong).diagnostics
    assert error.severity is Severity.ERROR
    assert comment.code == "MLS116"
    assert comment.message == "MLS104 cannot be ignored, because without it nobody knows what the spec says"


def _shown(case: Case) -> set[str]:
    return {code for code, _ in case.expected}


IGNORABLE = {code.id: code.ignorable for code in all_codes() if not code.ignorable.startswith("no")}
WITH_SUCH = [case for case in CASES if "mlspec: ignore" not in case.text and _shown(case) & IGNORABLE.keys()]


def test_every_code_that_may_be_ignored_has_a_case() -> None:
    shown = {code for case in WITH_SUCH for code in _shown(case)}
    assert {code for code in IGNORABLE if not code.startswith(ELSEWHERE)} <= shown


@pytest.mark.parametrize("case", WITH_SUCH, ids=lambda case: case.path.stem)
def test_set_aside_in_its_own_case_it_leaves_only_the_others(case: Case) -> None:
    wanted = _ignorable(case)
    compilation = compile_workspace(FilesInMemory(_commented(case, wanted)))
    gone = {found.code for found in wanted}
    assert {each.finding.code for each in compilation.set_aside} == gone
    assert {found.code for found in compilation.diagnostics} == {found.code for found in case.findings} - gone
    if not has_errors(compilation.diagnostics):
        made = {f"{spec.environment.name}/{spec.name}" for spec in compilation.resolution.specs}
        assert made <= compilation.outputs.keys()


def _ignorable(case: Case) -> list[Diagnostic]:
    """What a comment in the spec may set aside: other files have none."""
    found = [each for each in case.findings if each.span.file.endswith(".yaml") and each.code in IGNORABLE]
    return [each for each in found if IGNORABLE[each.code] is Ignorable.YES or each.severity is Severity.WARNING]


def _commented(case: Case, wanted: list[Diagnostic]) -> dict[str, bytes]:
    """The case with a comment at the end of each line that something to be set aside is found on."""
    content = dict(case.content)
    places = {(found.span.file, found.span.line) for found in wanted}
    for file, line in places:
        codes = {found.code for found in wanted if (found.span.file, found.span.line) == (file, line)}
        lines = content[file].decode().split("\n")
        lines[line - 1] += f"  # mlspec: ignore {' '.join(sorted(codes))} because it is meant"
        content[file] = "\n".join(lines).encode()
    return content
