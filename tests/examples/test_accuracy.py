"""What docs/accuracy.md tells callers to do, done with the example that is labelled."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from mlspec.compile import compile as compile_specs
from mlspec.serving.choose import choose
from mlspec.serving.context import context_of, lay
from mlspec.source.files import FilesOnDisk
from mlspec_runtime import metric_names as names
from tests.runtime.running import Running

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/accuracy.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def test_the_clients_of_the_guide_work(tmp_path: Path) -> None:
    compilation = compile_specs(FilesOnDisk(ROOT))
    lay(context_of(compilation, choose(compilation.resolution, "credit-risk", "prod")), ROOT, tmp_path)
    running = Running(tmp_path)
    try:
        url = str(running.ready().http.base_url)
        (python,) = _blocks("python")
        client = [sys.executable, "-c", f"url = {url!r}\n{python}"]
        said = subprocess.run(client, capture_output=True, text=True, check=True, env={**os.environ, "no_proxy": "*"})
        assert said.stdout == "{'outcome': 'matched'}\n"
        for name, rows in (("application-4711", 1), ("application-4712", 3)):
            tensor = {"name": "features", "datatype": "FP64", "shape": [rows, 10], "data": [0.01] * 10 * rows}
            running.http.post("/v2/models/credit-risk/infer", json={"id": name, "inputs": [tensor]})
        (shell,) = _blocks("sh")
        said = subprocess.run(
            ["sh", "-c", shell],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "url": url, "no_proxy": "*"},
        )
        assert json.loads(said.stdout)["matched"] == 2
        assert running.metric(names.LABELS, model="credit-risk", metric="auc") == 4
        assert running.metric(names.ACCURACY_WEIGHT) == 4  # two who pay back beside two who do not
    finally:
        running.stop()
