"""What is refused as a template is what Prometheus refuses: promtool is asked about each."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlspec.checks.monitoring.template import template_fault

TEXTS = Path(__file__).with_name("templates.txt").read_text(encoding="utf-8").splitlines()
_FRAGMENTS = st.sampled_from(["{{", "}}", *re.findall(r"[$.]?\w+|[^\s\w]+", " ".join(TEXTS)), "\n", "é"])


def _refused(promtool: str, texts: Sequence[str], folder: Path) -> set[str]:
    """Those that promtool does not accept as an annotation."""
    groups = [
        {"name": str(index), "rules": [{"alert": "A", "expr": "up", "annotations": {"summary": text}}]}
        for index, text in enumerate(texts)
    ]
    file = folder / "rules.json"
    file.write_text(json.dumps({"groups": groups}), encoding="utf-8")
    done = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True, check=False)
    return {texts[int(index)] for index in re.findall(r'group "(\d+)", rule', done.stdout + done.stderr)}


def test_the_same_is_refused_as_by_prometheus(require_tool: Callable[[str], str], tmp_path: Path) -> None:
    mine = {text for text in TEXTS if template_fault(text)}
    assert mine == _refused(require_tool("promtool"), TEXTS, tmp_path)
    assert 0 < len(mine) < len(TEXTS)


def test_what_is_accepted_prometheus_accepts_too(
    require_tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    promtool = require_tool("promtool")

    @settings(max_examples=10)
    @given(st.lists(st.lists(_FRAGMENTS, max_size=8).map(lambda words: "{{ " + " ".join(words) + " }}"), max_size=200))
    def agrees(texts: list[str]) -> None:
        accepted = [text for text in texts if template_fault(text) is None]
        assert _refused(promtool, accepted, tmp_path_factory.mktemp("rules")) == set()

    agrees()


@given(st.text() | st.lists(_FRAGMENTS, max_size=12).map(" ".join))
def test_a_fault_lies_within_the_text(text: str) -> None:
    fault = template_fault(text)
    assert fault is None or 0 <= fault.start < fault.end <= len(text)
