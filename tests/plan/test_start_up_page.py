"""docs/start-up.md says what the code does: its formula, its constants, its table of formats and its example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlspec.plan import delivery, lifecycle
from mlspec.plan.delivery import delivery_budget
from mlspec.plan.formats import FORMATS
from mlspec.plan.lifecycle import ready_budget, startup_budget

from .specs import spec_of

PAGE = (Path(__file__).parents[2] / "docs" / "start-up.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| (\d+) \| (\d+)\b.*\|$", re.MULTILINE)


def test_every_format_has_its_seconds() -> None:
    said = {
        name: (int(start), int(warm)) for names, start, warm in ROW.findall(PAGE) for name in re.findall(r"\w+", names)
    }
    assert said == {name: (row.startup_seconds, row.warm_up_seconds) for name, row in FORMATS.items()}


@pytest.mark.parametrize(
    "said",
    [
        f"delivery = max({delivery.LEAST_DELIVERY}, {delivery.MARGIN} × size / bandwidth) ",
        f"start    = max({lifecycle.LEAST_STARTUP}, {delivery.MARGIN} × (format + size / reading + warm-up)) ",
        f"`modelStores` for that uri; {delivery.DEFAULT_BANDWIDTH >> 20} MiB/s where nothing is",
        f"| `reading` | {lifecycle.READING >> 20} MiB/s; ",
        f"image pull ({lifecycle.IMAGE_PULL}, with an accelerator {lifecycle.IMAGE_PULL_ACCELERATED})",
        f"| {lifecycle.PRE_STOP} (endpoints forget the pod) + `health.drain` + {lifecycle.AFTER_DRAIN} |",
    ],
)
def test_every_constant_is_the_codes(said: str) -> None:
    assert said in PAGE


def test_the_example_is_what_comes_out() -> None:
    said = re.search(r"A model of (\d+) GB at (\d+) MiB/s: `delivery` (\d+) s, `start` with format (\w+) (\d+) s", PAGE)
    assert said is not None
    size, bandwidth, arrives, kind, starts = said.groups()
    model = {"format": kind, "version": "1", "uri": "s3://models/large/", "size": f"{size}G"}
    store = {"prefix": "s3://models/", "bandwidth": f"{bandwidth}Mi"}
    spec = spec_of({"modelStores": [store]}, model=model, resources={"memory": "128Gi"})
    stated = int(size) * 10**9
    assert (delivery_budget(spec), startup_budget(spec, stated)) == (int(arrives), int(starts))
    assert ready_budget(spec, stated) == int(arrives) + int(starts)
