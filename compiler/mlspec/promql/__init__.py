"""PromQL text -> what it reads and returns, or the place and the cause of what is wrong with it."""

from __future__ import annotations

from .expression import Expression, Selector, ValueType, parse
from .fault import PromqlError

__all__ = ["Expression", "PromqlError", "Selector", "ValueType", "parse"]
