"""Bytes, cores and times -> the canonical text that the API server, Prometheus and the Gateway API print them as."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal

_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi")
_DECIMAL = ("", "k", "M", "G", "T", "P")
_MILLISECONDS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))


def size(count: int) -> str:
    """Bytes as a quantity: `3Gi`, never `3072Mi`; the shorter of the binary and the decimal form.

    Source: "Canonical form" in k8s.io/apimachinery/pkg/api/resource/quantity.go.
    """
    return min((_scaled(count, 1024, _BINARY), _scaled(count, 1000, _DECIMAL)), key=len)


def _scaled(count: int, base: int, suffixes: tuple[str, ...]) -> str:
    power = 0
    while count % base == 0 and power < len(suffixes) - 1:
        count, power = count // base, power + 1
    return f"{count}{suffixes[power]}"


def cpu(millicores: int) -> str:
    """Thousandths of a core as a quantity: `2`, `500m`."""
    return f"{millicores}m" if millicores % 1000 else _scaled(millicores // 1000, 1000, _DECIMAL)


def amount(value: Decimal) -> str:
    """A number as a quantity: `8`, `2500m`, `1M`; what is finer than a billionth is rounded up, as the API server does.

    Source: "Canonical form" in k8s.io/apimachinery/pkg/api/resource/quantity.go.
    """
    billionths = math.ceil(value * 10**9)
    for suffix in ("n", "u", "m"):
        if billionths % 1000:
            return f"{billionths}{suffix}"
        billionths //= 1000
    return _scaled(billionths, 1000, _DECIMAL)


def seconds(time: timedelta) -> int:
    """Whole seconds, rounded up."""
    return math.ceil(time / timedelta(seconds=1))


def duration(time: timedelta) -> str:
    """As Prometheus and the Gateway API read it, in the largest units that fit: `1h30m`, `35s`, `0s`."""
    left = round(time / timedelta(milliseconds=1))
    text = ""
    for unit, length in _MILLISECONDS:
        count, left = divmod(left, length)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def gateway_duration(time: timedelta) -> str:
    """As GEP-2257 has it, which knows no days: `24h`, `1h30m`, `35s`."""
    hours, rest = divmod(time, timedelta(hours=1))
    text = f"{hours}h" if hours else ""
    return text + (duration(rest) if rest or not text else "")
