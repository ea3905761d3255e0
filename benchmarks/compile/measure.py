"""Prints what `mlspec` costs, as the tables of docs/benchmarks.md: start, one spec, many models, and where time goes.

`python benchmarks/compile/measure.py [MODELS …]`; without numbers 100, 300 and 1000 models. Needs a quiet machine.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from run import best, run
from workspaces import ENVIRONMENTS, make_workspace

_MLSPEC = str(Path(sys.executable).with_name("mlspec"))
_TIMES = 15
_CHANGED = 1


def main(sizes: Sequence[int]) -> None:
    print(_machine())
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
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
    run([_MLSPEC, "compile"], root / "one", expect=(_CHANGED,))
    commands = {
        "`python -c pass`": [sys.executable, "-c", "pass"],
        "`python -c 'import click'`": [sys.executable, "-c", "import click"],
        "`mlspec --help`": [_MLSPEC, "--help"],
        "`mlspec compile`, one model, unchanged": [_MLSPEC, "compile"],
        "`mlspec compile --check`, one model": [_MLSPEC, "compile", "--check"],
    }
    print(f"\n| command | best of {_TIMES} | CPU |\n| --- | ---: | ---: |")
    for name, arguments in commands.items():
        cost = best(arguments, root / "one", _TIMES)
        print(f"| {name} | {cost.seconds * 1000:.0f} ms | {cost.cpu * 1000:.0f} ms |")


def _many(root: Path, sizes: Sequence[int]) -> None:
    print(f"\n| models × {len(ENVIRONMENTS)} | files | manifests | run | wall | CPU | CPU, a manifest | peak memory |")
    print("| ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |")
    for models in sizes:
        workspace = root / str(models)
        cold = run([_MLSPEC, "compile"], workspace, expect=(_CHANGED,))
        unchanged = min(run([_MLSPEC, "compile"], workspace) for _ in range(3))
        written = [path for name in ("generated", "argocd") for path in (workspace / name).rglob("*") if path.is_file()]
        manifests = sum(path.suffix == ".yaml" for path in written)
        for name, cost in (("cold", cold), ("unchanged", unchanged)):
            print(
                f"| {models:,} | {len(written):,} | {manifests:,} | {name} | {cost.seconds:.2f} s | {cost.cpu:.2f} s "
                f"| {cost.cpu / manifests * 1000:.2f} ms | {cost.memory:.0f} MiB |",
                flush=True,
            )


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
    main([int(number) for number in sys.argv[1:]] or (100, 300, 1_000))
