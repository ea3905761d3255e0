"""A call that may fail for a while -> its result, after a bounded number of tries."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from mlspec_runtime.fetch.failure import Failure

T = TypeVar("T")

TRIES = 6
_FIRST, _LONGEST = 0.2, 15.0


def patiently(call: Callable[[], T], sleep: Callable[[float], None] = time.sleep) -> T:
    """Waits twice as long each time; a Failure is an answer, and is raised at once."""
    for attempt in range(TRIES):
        try:
            return call()
        except Failure:
            raise
        except OSError:
            if attempt == TRIES - 1:
                raise
            sleep(min(_LONGEST, _FIRST * 2**attempt))
    raise AssertionError("the last try returns or raises")
