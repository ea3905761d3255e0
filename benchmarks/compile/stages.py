"""A workspace -> the CPU time of each stage of compiling it, in one process, without a profiler's own cost.

Run as `python benchmarks/compile/stages.py WORKSPACE`, which prints a line of JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

_STAGES = {
    "read_specs": "source, spec",
    "resolve": "environment",
    "run_checks": "checks",
    "check_document": "checks",
    "check_environments": "checks",
    "check_model": "checks",
    "taken_by": "checks",
    "link": "checks",
    "plan_context": "plan",
    "build_plan": "plan",
    "plan_environment": "plan",
    "render_context": "artifacts",
    "render_deployment": "artifacts",
    "render_environment": "artifacts",
    "context_digest": "artifacts",
    "verify": "verify",
}
"""The functions that `compile` calls, by their stage."""


def time_stages(root: Path) -> dict[str, float]:
    """CPU seconds by stage, with the imports first; nothing is written."""
    gc.disable()  # as the command does
    seconds: defaultdict[str, float] = defaultdict(float)
    started = time.process_time()
    compiler = __import__("mlspec.compile", fromlist=["compile"])
    tree = __import__("mlspec.tree.compare", fromlist=["compare"])
    files = __import__("mlspec.source.files", fromlist=["FilesOnDisk"])
    seconds["imports"] = time.process_time() - started
    for name, stage in _STAGES.items():
        setattr(compiler, name, _timed(getattr(compiler, name), stage, seconds))
    started = time.process_time()
    compilation = compiler.compile(files.FilesOnDisk(root))
    seconds["other"] = time.process_time() - started - sum(seconds[stage] for stage in set(_STAGES.values()))
    if compilation.diagnostics:
        raise ValueError(f"{root} is not clean: {compilation.diagnostics[0]}")
    started = time.process_time()
    tree.compare(root, compilation.outputs)
    seconds["tree (compare)"] = time.process_time() - started
    return dict(seconds)


def _timed(function: Callable[..., Any], stage: str, seconds: defaultdict[str, float]) -> Callable[..., Any]:
    def measured(*arguments: Any, **named: Any) -> Any:
        started = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            seconds[stage] += time.process_time() - started

    return measured


if __name__ == "__main__":
    print(json.dumps(time_stages(Path(sys.argv[1]))))
