"""A wheel of vLLM -> in what its metrics differ from those that we know: `python -m tests.monitoring.vllm_wheel FILE`.

Nothing of it is run, and nothing installed: that takes gigabytes, and for a CPU there is no wheel of vLLM's own. For
the next release: `pip download vllm==X --no-deps`, then this, then `RELEASE` and the base image.
"""

from __future__ import annotations

import ast
import re
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from mlspec.plan import vllm_metrics as known

_FAMILIES = {known.FIRST: "TIME_TO_FIRST_TOKEN_BUCKETS", known.PACE: "INTER_TOKEN_LATENCY_BUCKETS"}
_ENGINE = ("model_name", "engine")
_LOGGERS, _BUCKETS = "vllm/v1/metrics/loggers.py", "vllm/v1/metrics/buckets.py"
_SPECULATION = "vllm/v1/spec_decode/metrics.py"
"""Makes its metrics in a loop, so that only their names can be found."""
_LEFT_OUT = re.compile("info|kv_block|kv_fetch|watermark")
"""Of metrics that are there only by options of their own, or that hold no figure."""


def differences(wheel: Path) -> Iterator[str]:
    """One line each; nothing where all is as we know it."""
    if f"-{known.RELEASE}-" not in wheel.name:
        yield f"this is {wheel.name}, and we know vLLM {known.RELEASE}"
    with zipfile.ZipFile(wheel) as archive:
        loggers, buckets, speculation = (archive.read(name).decode() for name in (_LOGGERS, _BUCKETS, _SPECULATION))
    found = dict(_metrics(ast.parse(loggers)))
    ours = {name: labels for name, labels in known.LABEL_NAMES.items() if name.startswith("vllm:")}
    for name, labels in ours.items():
        if name.startswith("vllm:spec_decode"):
            if f'"{name.removesuffix("_total")}"' not in speculation:
                yield f"{name} is not there any more"
        elif name not in found:
            yield f"{name} is not there any more"
        elif found[name] != labels:
            yield f"{name} has the labels {found[name]}, and we know {labels}"
    for name in sorted(found.keys() - ours.keys()):
        if not _LEFT_OUT.search(name):
            yield f"{name} is new"
    bounds = dict(_tuples(ast.parse(buckets)))
    for metric, family in _FAMILIES.items():
        expected = known.FIRST_BUCKETS if metric == known.FIRST else known.PACE_BUCKETS
        if bounds.get(family) != expected:
            yield f"{metric} has the buckets {bounds.get(family)}, and we know {expected}"


def _metrics(tree: ast.AST) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each that is made in it, with its labels, as Prometheus calls it."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        given = {word.arg: word.value for word in call.keywords}
        name = given.get("name")
        said = str(name.value) if isinstance(name, ast.Constant) else ""
        if said.startswith("vllm:") and "documentation" in given:
            is_counter = "counter" in ast.unparse(call.func) and not said.endswith("_total")
            yield said + ("_total" if is_counter else ""), _labels(given.get("labelnames"))


def _labels(node: ast.expr | None) -> tuple[str, ...]:
    """`labelnames` are those of an engine, and may have others after them."""
    if isinstance(node, ast.BinOp):
        return _labels(node.left) + _labels(node.right)
    if isinstance(node, ast.List):
        return tuple(str(each.value) for each in node.elts if isinstance(each, ast.Constant))
    return _ENGINE if node is not None else ()


def _tuples(tree: ast.Module) -> Iterator[tuple[str, tuple[Decimal, ...]]]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Tuple):
            yield node.target.id, tuple(Decimal(ast.unparse(each)) for each in node.value.elts)


if __name__ == "__main__":
    told = list(differences(Path(sys.argv[1])))
    print("\n".join(told) or f"all as of vLLM {known.RELEASE}")
    sys.exit(1 if told else 0)
