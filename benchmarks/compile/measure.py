"""Prints what `mlspec` costs, as the tables of docs/benchmarks.md: start, one spec, many models, and where time goes.

`python benchmarks/compile/measure.py [MODELS …]`; without numbers 100, 300 and 1000 models. Needs a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from run import Run, best, run
from workspaces import ENVIRONMENTS, make_workspace

_MLSPEC = str(Path(sys.executable).with_name("mlspec"))
_TIMES = 15
_CHANGED = 1
_SETTLED = 2.5
"""Seconds after which a file is known by its times; until then its content is read."""


def main(sizes: Sequence[int]) -> None:
    print(_machine())
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        os.environ["XDG_CACHE_HOME"] = str(root / "cache")  # of nobody who measures
        _starts(root)
        for models in sizes:
            make_workspace(root / str(models), models)
        _many(root, sizes)
        _stages(root, sizes)


def _machine() -> str:
    model = platform.processor() or platform.machine()
    if (cpu := Path("/proc/cpuinfo")).is_file():
        names = [line.partition(": ")[2] for line in cpu.read_text().splitlines() if line.startswith("model name")]
        model = f"{len(names)} × {names[0]}" if names else model
    parts = [f"{name} {version(name)}" for name in ("mlspec", "pydantic", "pyyaml", "jsonschema-rs")]
    return f"{model}; {platform.system()}, Python {platform.python_version()}; {', '.join(parts)}"


def _starts(root: Path) -> None:
    make_workspace(root / "one", 1)
    _settle(root / "one")
    commands = {
        "`python -c pass`": [sys.executable, "-c", "pass"],
        "`python -c 'import click'`": [sys.executable, "-c", "import click"],
        "`mlspec --help`": [_MLSPEC, "--help"],
        "`mlspec compile`, one model, unchanged": [_MLSPEC, "compile"],
        "`mlspec compile --no-cache`, one model": [_MLSPEC, "compile", "--no-cache"],
    }
    print(f"\n{_load()}\n\n| command | best of {_TIMES} | CPU |\n| --- | ---: | ---: |")
    for name, arguments in commands.items():
        cost = best(arguments, root / "one", _TIMES)
        print(f"| {name} | {cost.seconds * 1000:.0f} ms | {cost.cpu * 1000:.0f} ms |")


def _many(root: Path, sizes: Sequence[int]) -> None:
    print(f"\n{_load()}\n")
    print(f"| models × {len(ENVIRONMENTS)} | files | manifests | run | wall | CPU | CPU, a manifest | peak memory |")
    print("| ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |")
    for models in sizes:
        workspace = root / str(models)
        runs = _runs(workspace)
        written = [path for name in ("generated", "argocd") for path in (workspace / name).rglob("*") if path.is_file()]
        manifests = sum(path.suffix == ".yaml" for path in written)
        for name, cost in runs.items():
            print(
                f"| {models:,} | {len(written):,} | {manifests:,} | {name} | {cost.seconds:.2f} s | {cost.cpu:.2f} s "
                f"| {cost.cpu / manifests * 1000:.2f} ms | {cost.memory:.0f} MiB |",
                flush=True,
            )


def _runs(workspace: Path) -> dict[str, Run]:
    """What the commands cost that a person waits for; the quickest of three where nothing is left to be written."""
    check = [_MLSPEC, "compile", "--check"]
    costs = {"cold": _settle(workspace)}
    costs["unchanged, --no-cache"] = run([*check, "--no-cache"], workspace)
    costs["unchanged"] = best(check, workspace, 3)
    changed = []
    for number in range(3):
        spec = workspace / "specs" / "model-0001" / "model.yaml"
        spec.write_text(spec.read_text().replace("cpu: 500m", f"cpu: 50{number + 1}m"), encoding="utf-8")
        changed.append(run(check, workspace, expect=(_CHANGED,)))
        spec.write_text(spec.read_text().replace(f"cpu: 50{number + 1}m", "cpu: 500m"), encoding="utf-8")
        run(check, workspace)
    costs["one spec changed"] = min(changed)
    return costs


def _settle(workspace: Path) -> Run:
    """Compiles, and waits until the files that were written are known by their times."""
    cold = run([_MLSPEC, "compile"], workspace, expect=(_CHANGED,))
    time.sleep(_SETTLED)
    run([_MLSPEC, "compile", "--check"], workspace)
    return cold


def _load() -> str:
    return f"Load of the machine, over 1, 5 and 15 minutes: {', '.join(f'{load:.1f}' for load in os.getloadavg())}."


def _stages(root: Path, sizes: Sequence[int]) -> None:
    script = str(Path(__file__).with_name("stages.py"))
    columns = []
    for workspace in ("one", *map(str, sizes)):
        done = subprocess.run([sys.executable, script, root / workspace], capture_output=True, text=True, check=True)
        columns.append(json.loads(done.stdout))
    print(f"\n| CPU of a stage | 1 | {' | '.join(f'{models:,}' for models in sizes)} |")
    print(f"| --- |{' ---: |' * len(columns)}")
    for stage in columns[0]:
        print(f"| {stage} | {' | '.join(f'{column[stage] * 1000:,.0f} ms' for column in columns)} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=int, nargs="*", default=(100, 300, 1_000))
    main(parser.parse_args().models)
