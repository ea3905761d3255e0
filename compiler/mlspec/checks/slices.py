"""Checks of parts of a card: the slice that nodes are cut into, and turns on a card that pods share."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.codes import code
from mlspec.diagnostics import Diagnostic
from mlspec.environment.resolved import ResolvedSpec
from mlspec.plan.mig import MIG_CLASS, PRODUCT, only_slice
from mlspec.plan.resources import catalogue_entry, is_shared

from .registry import check

ANOTHER_SLICE = code(
    "MLS260",
    "another-slice",
    title="nodes that are cut into other slices than the model asks for",
    reason="Under the strategy *single* a slice is called like a whole card: only the node's label tells which it is.",
    remedy="ask for the slice that the nodes have, or give the environment an entry for other nodes",
)
ANY_SLICE = code(
    "MLS261",
    "any-slice",
    title="a slice of any size",
    reason="The driver would hand out whichever slice is free, on each start perhaps another.",
    remedy="state the profile as `mig`",
)
SEVERAL_TURNS = code(
    "MLS262",
    "several-turns",
    title="more than one turn on a card that pods share",
    reason="Two shares may be of one card: they bring neither more memory nor more time, and a device plugin with "
    "`failRequestsGreaterThanOne` refuses the pod.",
    remedy="ask for one, or for cards of an entry that is not shared",
)


@check(ANOTHER_SLICE)
def another_slice(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    cut = only_slice(entry) if entry else None
    if accelerator is None or cut is None or accelerator.mig == cut:
        return
    path = ("resources", "accelerator", "mig" if accelerator.mig else "type")
    where = ("accelerators", accelerator.type, "nodeSelector", PRODUCT)
    yield ANOTHER_SLICE.error(
        resolved.at(*path),
        f"the nodes with {accelerator.type} in {resolved.environment.name} are cut into slices of {cut}",
        label="another slice" if accelerator.mig else "no whole card",
        remedy=f"state `mig: {cut}`, or give the environment an entry for other nodes",
        fix=cut if accelerator.mig else "",
        related=resolved.environment.related(f"each is a {cut}", *where),
    )


@check(ANY_SLICE)
def any_slice(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    if accelerator is None or accelerator.mig or entry is None or entry.claim is None:
        return
    claim = entry.claim
    if claim.device_class == MIG_CLASS and not any(".profile" in selector for selector in claim.selectors):
        yield ANY_SLICE.error(
            resolved.at_key("resources", "accelerator"),
            f"{resolved.name} claims a slice without saying which",
            label="needs `mig`",
            related=resolved.environment.related(
                "hands out slices", "accelerators", accelerator.type, "claim", "deviceClass"
            ),
        )


@check(SEVERAL_TURNS)
def several_turns(resolved: ResolvedSpec) -> Iterator[Diagnostic]:
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    if accelerator and entry and is_shared(entry) and accelerator.count > 1:
        yield SEVERAL_TURNS.error(
            resolved.at("resources", "accelerator", "count"),
            f"{accelerator.type} is shared by pods that take turns in {resolved.environment.name}",
            label="more than one turn",
            related=resolved.environment.related("shared", "accelerators", accelerator.type, "resource"),
        )
