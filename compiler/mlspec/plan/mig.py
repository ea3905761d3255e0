"""An accelerator of the catalogue -> the card it is, and the MIG profiles into which that card can be cut."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mlspec.spec.environment import CatalogueEntry
from mlspec.spec.resources import Accelerator

PRODUCT = "nvidia.com/gpu.product"
"""The node label by which NVIDIA's feature discovery names the card."""

PROFILES: Mapping[str, tuple[str, ...]] = {
    "A30": ("1g.6gb", "1g.6gb+me", "2g.12gb", "2g.12gb+me", "4g.24gb"),
    "A100 40GB": ("1g.5gb", "1g.5gb+me", "1g.10gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb"),
    "A100 80GB": ("1g.10gb", "1g.10gb+me", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"),
    "H100 80GB": ("1g.10gb", "1g.10gb+me", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb"),
    "H100 94GB": ("1g.12gb", "1g.12gb+me", "1g.24gb", "2g.24gb", "3g.47gb", "4g.47gb", "7g.94gb"),
    "H200 141GB": ("1g.18gb", "1g.18gb+me", "1g.35gb", "2g.35gb", "3g.71gb", "4g.71gb", "7g.141gb"),
    "B200": ("1g.23gb", "1g.23gb+me", "1g.45gb", "2g.45gb", "3g.90gb", "4g.90gb", "7g.180gb"),
}
"""A B200 of 180 GB. Source: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-mig-profiles.html"""

MIG_CLASS = "mig.nvidia.com"
"""The DeviceClass of slices that NVIDIA's driver for dynamic resource allocation brings."""
_SLICED_PRODUCT = re.compile(r"-MIG-(?P<profile>\d+g\.\d+gb(?:[+.-][a-z.]+)?)$")

_CARDS = {
    "A30": ("A30",),
    "A100": ("A100 40GB", "A100 80GB"),
    "H100": ("H100 80GB", "H100 94GB"),
    "H200": ("H200 141GB",),
    "B200": ("B200",),
}


def has_slices(entry: CatalogueEntry) -> bool:
    """Whether the cluster hands out slices of this card, by a device plugin or by claims."""
    return entry.mig_strategy is not None or (entry.claim is not None and entry.claim.device_class == MIG_CLASS)


def is_slice(accelerator: Accelerator, entry: CatalogueEntry) -> bool:
    """Whether what the model gets is a part of a card."""
    return accelerator.mig is not None or (entry.claim is not None and entry.claim.device_class == MIG_CLASS)


def only_slice(entry: CatalogueEntry) -> str | None:
    """The one profile into which the selected nodes are cut under *single*; None where their label names none.

    Source: "MIG Strategies" of NVIDIA's GPU feature discovery: the product's label gets the suffix `-MIG-<profile>`.
    """
    found = _SLICED_PRODUCT.search(entry.node_selector.get(PRODUCT, "")) if entry.mig_strategy == "single" else None
    return found["profile"] if found else None


def card_of(name: str, entry: CatalogueEntry) -> str | None:
    """The key in PROFILES of the card called `name`, by its node label, its name and its memory; None if unsure."""
    words = f"{entry.node_selector.get(PRODUCT, '')} {name}".upper()
    families = [family for family in _CARDS if re.search(rf"(?<![A-Z0-9]){family}(?![0-9])", words)]
    if len(families) != 1:
        return None
    cards = _CARDS[families[0]]
    if len(cards) == 1:
        return cards[0]
    stated = re.search(r"(40|80|94)\s*GB", words)
    # Vendors' gigabytes are written as Gi by some and as G by others; no two cards of a family are that near.
    either = {stated[1]} if stated else {str(round((entry.memory or 0) / unit)) for unit in (2**30, 10**9)}
    return next((card for card in cards if card.rpartition(" ")[2].removesuffix("GB") in either), None)
