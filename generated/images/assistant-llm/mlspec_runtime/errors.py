"""What can go wrong, as exception classes: each says who is at fault and what the client is told."""

from __future__ import annotations


class InvalidInput(ValueError):
    """Raised by a handler or a format when the input itself is at fault; the client gets 400 and the message."""


class OutputMismatch(Exception):
    """The model returned something that its signature does not allow; the client gets 500 without the details."""


class StartupError(Exception):
    """The server cannot start; `reason` is a short word for logs, the message says what to do."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class RequestError(Exception):
    """A request that is answered with an error: HTTP `status`, `{"error": message}` and, where given, headers."""

    def __init__(self, status: int, message: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class Refused(RequestError):
    """A request that is turned away before the model sees it; `reason` is a label of the rejected counter."""

    def __init__(self, status: int, reason: str, message: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(status, message, *headers)
        self.reason = reason


class ClientGone(RequestError):
    """Nobody is there to be answered; counted under 499, never sent."""

    def __init__(self) -> None:
        super().__init__(499, "the client went away")
