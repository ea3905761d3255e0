"""ResolvedSpec -> what its accelerators cost for an hour, in dollars, by what the environment says of one card."""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec import Struct

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.environment import CatalogueEntry
from mlspec.spec.resources import Accelerator

from .mig import PROFILES, card_of, only_slice
from .resources import catalogue_entry, devices
from .rollout import most_replicas

_USUAL_PARTS = 7
"""Compute slices of a card; of all that are known, an A30 alone has fewer."""
_FINEST = Decimal("0.0001")


class HourlyCost(Struct, frozen=True):
    """Dollars for an hour at the fewest and at the most replicas, and of a batch while a run lasts."""

    least: Decimal
    most: Decimal
    batch: Decimal

    def __add__(self, other: HourlyCost) -> HourlyCost:
        return HourlyCost(self.least + other.least, self.most + other.most, self.batch + other.batch)


NOTHING = HourlyCost(Decimal(0), Decimal(0), Decimal(0))


def hourly_cost(resolved: ResolvedSpec) -> HourlyCost | None:
    """None where nobody says what the accelerators cost; 0 where there are none."""
    each = replica_cost(resolved)
    if each is None:
        return NOTHING if resolved.spec.resources.accelerator is None else None
    spec = resolved.spec
    most = most_replicas(resolved) if spec.serves else 0
    least = spec.scaling.min_replicas if spec.scaling else most
    return HourlyCost(least * each, most * each, (spec.batch.pods if spec.batch else 0) * each)


def replica_cost(resolved: ResolvedSpec) -> Decimal | None:
    """Dollars for an hour of one replica, or of one pod of a batch; None where there is nothing to reckon with."""
    accelerator, entry = resolved.spec.resources.accelerator, catalogue_entry(resolved)
    if accelerator is None or entry is None or entry.hourly_cost is None:
        return None
    numerator, denominator = _share(accelerator, entry)
    cost = Decimal(devices(accelerator) * numerator) * entry.hourly_cost / denominator
    return cost.quantize(_FINEST)


def _share(accelerator: Accelerator, entry: CatalogueEntry) -> tuple[int, int]:
    """How much of a card one device is, by its compute slices: a `3g` of seven."""
    profile = accelerator.mig or only_slice(entry)
    if profile is None:
        return 1, 1
    card = card_of(accelerator.type, entry)
    known = [int(each.partition("g")[0]) for each in PROFILES[card]] if card else [_USUAL_PARTS]
    parts = re.match(r"\d+", profile)
    return (int(parts[0]) if parts else 1), max(known)
