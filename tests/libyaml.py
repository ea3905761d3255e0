"""YAML text -> what it says and back, by libyaml where PyYAML was built with it: ten times as fast as by Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def load(text: str | bytes) -> Any:
    return yaml.load(text, Loader=_LOADER)


def load_all(text: str | bytes) -> Iterator[Any]:
    return iter(yaml.load_all(text, Loader=_LOADER))


def dump(document: object) -> str:
    """In the order of its keys, as a reader looks for them."""
    return str(yaml.dump(document, Dumper=_DUMPER, sort_keys=False, allow_unicode=True))
