"""ResolvedSpec -> the memory that its server takes of a node before it has a model, by format, cards and arguments."""

from __future__ import annotations

import math
from itertools import pairwise

from mlspec.environment.resolved import ResolvedSpec

from .formats import FORMATS

_GIB = 2**30
_OF_EACH_CARD = "--cpu-offload-gb"
_OF_ALL_CARDS = "--kv-offloading-size"
"""What `vllm serve` is told to keep in memory rather than on the cards, in GiB; the second is shared out among them.

Source: vllm/config/offload.py and vllm/config/cache.py.
"""


def server_memory(resolved: ResolvedSpec) -> int:
    """Bytes, in each pod of a replica."""
    row, accelerator = FORMATS[resolved.spec.model.format], resolved.spec.resources.accelerator
    if accelerator is None:
        return row.memory
    return row.memory + row.memory_per_card * accelerator.count + offloaded(resolved)


def offloaded(resolved: ResolvedSpec) -> int:
    """Bytes that the arguments of format vllm move from the cards to the memory of each pod."""
    accelerator = resolved.spec.resources.accelerator
    if FORMATS[resolved.spec.model.format].server != "vllm" or accelerator is None:
        return 0
    weights = _number(resolved, _OF_EACH_CARD) * accelerator.count
    return math.ceil((weights + _number(resolved, _OF_ALL_CARDS) / accelerator.nodes) * _GIB)


def _number(resolved: ResolvedSpec, name: str) -> float:
    """An argument's value, `--name=1` or `--name` and `1`; of several the last, as argparse has it. 0 where none is."""
    found = 0.0
    for item, behind in pairwise((*resolved.spec.server.args, "")):
        key, equals, value = item.partition("=")
        if key == name:
            try:
                found = float(value if equals else behind)
            except ValueError:
                continue  # vLLM ends at once, and says so itself
    return found if math.isfinite(found) and found > 0 else 0.0
