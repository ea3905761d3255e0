"""PrometheusRule objects -> what the real promtool says against their rules."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.libyaml import dump


def rules_file(manifest: Mapping[str, Any]) -> str:
    """The groups of a PrometheusRule as the operator writes them into a rules file."""
    return dump({"groups": manifest["spec"]["groups"]})


def check_rules(promtool: str, manifests: Iterable[Mapping[str, Any]], folder: Path) -> list[str]:
    """What `promtool check rules` complains of: expressions, templates, names, durations, one rule twice.

    Each object by itself: two models record series of one name, which differ by their `model`.
    """
    complaints = list[str]()
    for manifest in manifests:
        if manifest["kind"] == "PrometheusRule":
            file = folder / f"{manifest['metadata']['name']}.yaml"
            file.write_text(rules_file(manifest), encoding="utf-8")
            command = [promtool, "check", "rules", "--lint=all", "--lint-fatal", str(file)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            complaints += (done.stdout + done.stderr).splitlines() if done.returncode else []
    return complaints
