"""How a run ends: exit statuses that a Job's failure policy tells apart, and the failure that no retry mends."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
RETRY: Final = 1
"""Something went wrong that may go well next time: a store that does not answer, a handler that calls elsewhere."""
HOPELESS: Final = 2
"""The next attempt would end the same way: the Job is failed at once."""


class Hopeless(Exception):
    """The run cannot go well as it is asked for; `reason` is a short word for logs, the message says what to do."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
