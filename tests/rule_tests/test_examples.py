"""Every alert of every example, and of specs that Hypothesis makes, has unit tests that real promtool passes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings

from mlspec.compile import Compilation
from mlspec.compile import compile as compile_specs
from mlspec.rule_tests.files import RuleTests, rule_tests
from mlspec.rule_tests.promtool import lay, run
from mlspec.source.files import FilesInMemory, FilesOnDisk
from tests.libyaml import dump, load
from tests.strategies import Workspace, workspaces

ROOT = Path(__file__).parents[2]
OWNERS = sorted("/".join(path.parts[-3:-1]) for path in ROOT.glob("generated/*/*/prometheusrule.yaml"))
_IDLE = re.compile(r"^ +(owner|dashboard_url): .*\n", re.MULTILINE)
"""Lines of a rule that no scenario looks at."""
_EXPECTED = re.compile(r'ALERTS{alertname="(\w+)",severity="(\w+)".*?value: (\d)', re.DOTALL)


def _tests(compilation: Compilation) -> Iterator[tuple[str, RuleTests]]:
    for resolved in compilation.resolution.specs:
        owner = f"{resolved.environment.name}/{resolved.name}"
        yield owner, rule_tests(resolved, compilation.outputs[owner])


@cache
def _examples() -> dict[str, RuleTests]:
    return dict(_tests(compile_specs(FilesOnDisk(ROOT))))


def _plain(found: RuleTests, group: str) -> str:
    """A group's rules and tests without that by which those of another deployment differ: names, owner, a link."""
    text = "".join(content for name, content in sorted(found.files.items()) if name.startswith(f"{group}."))
    text = _IDLE.sub("", text)
    return text.replace(f"ml-{found.environment}", "N").replace(found.model, "M").replace(found.environment, "E")


def _groups(found: RuleTests) -> list[str]:
    return sorted({name.partition(".test-")[0] for name in found.tests})


def _unlike_others(owner: str) -> RuleTests:
    """Those of its tests that no example before it has word for word, but for its names."""
    found = _examples()[owner]
    before = [_examples()[other] for other in OWNERS if other < owner]
    known = {_plain(other, group) for other in before for group in _groups(other)}
    new = [group for group in _groups(found) if _plain(found, group) not in known]
    return _only(found, tuple(name for name in found.tests if name.partition(".test-")[0] in new))


def _only(found: RuleTests, tests: tuple[str, ...]) -> RuleTests:
    """All rules, and some of the tests."""
    files = {name: text for name, text in found.files.items() if name in tests or name not in found.tests}
    return replace(found, tests=tests, files=files)


def _told(found: RuleTests) -> dict[tuple[str, str], set[int]]:
    """Each alert and severity that is tested, and whether it is expected to fire, to be silent, or both at times."""
    told: dict[tuple[str, str], set[int]] = {}
    for alert, severity, fires in (each for name in found.tests for each in _EXPECTED.findall(found.files[name])):
        told.setdefault((alert, severity), set()).add(int(fires))
    return told


def _alerts(found: RuleTests) -> set[tuple[str, str]]:
    groups = [load(text)["groups"][0] for name, text in found.files.items() if name not in found.tests]
    alerts = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    return {(rule["alert"], rule["labels"]["severity"]) for rule in alerts if rule["alert"] not in found.untested}


@pytest.mark.parametrize("owner", OWNERS)
def test_each_alert_is_tested_to_fire_and_to_be_silent(owner: str) -> None:
    found = _examples()[owner]
    assert _told(found) == {alert: {0, 1} for alert in _alerts(found)}
    assert not any(name.startswith("Mlspec") for name in found.untested)


@pytest.mark.parametrize("owner", OWNERS)
def test_promtool_passes_the_tests_of_an_example(
    owner: str, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    (verdict,) = run(require_tool("promtool"), [_unlike_others(owner)], tmp_path)
    assert verdict.complaint == ""


def _one_scenario(found: RuleTests, number: int) -> RuleTests:
    """With one of its scenarios alone, another one for each number."""
    name = found.tests[number % len(found.tests)]
    content = load(found.files[name])
    content["tests"] = [content["tests"][number % len(content["tests"])]]
    one = _only(found, (name,))
    return replace(one, files={**one.files, name: dump(content)})


def test_rules_of_any_spec_are_right(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    """Of fifty specs promtool accepts all rules and passes one scenario of each; nightly, of a thousand."""
    promtool, wanted = require_tool("promtool"), settings().max_examples // 2
    laid: list[tuple[RuleTests, Path]] = []

    @settings(max_examples=wanted)
    @given(workspaces())
    def is_tested(workspace: Workspace) -> None:
        for owner, found in _tests(compile_specs(FilesInMemory(workspace.texts()))) if len(laid) < wanted else ():
            assert _told(found) == {alert: {0, 1} for alert in _alerts(found)}, owner
            if found.tests:
                one = _one_scenario(found, len(laid))
                laid.append((one, lay(one, tmp_path / str(len(laid)))))

    is_tested()
    assert len(laid) >= wanted
    rules = [str(place / name) for one, place in laid for name in one.files if name not in one.tests]
    tests = [str(place / name) for one, place in laid for name in one.tests]
    variables = {**os.environ, "GOGC": "400"}
    for command in (["check", "rules", *rules], ["test", "rules", *tests]):
        done = subprocess.run([promtool, *command], env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
