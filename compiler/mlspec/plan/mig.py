"""An accelerator of the catalogue -> the card it is, and the MIG profiles into which that card can be cut."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mlspec.spec.environment import CatalogueEntry

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
"""Source: "Supported MIG Profiles" of the NVIDIA Multi-Instance GPU User Guide. A B200 of 180 GB."""

_CARDS = {
    "A30": ("A30",),
    "A100": ("A100 40GB", "A100 80GB"),
    "H100": ("H100 80GB", "H100 94GB"),
    "H200": ("H200 141GB",),
    "B200": ("B200",),
}


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
