"""A sign that a terminal's encoding does not have in; one that looks like it, or else its escape, out."""

from __future__ import annotations

import codecs

NAME = "mlspec-plain"
"""Of the error handler, for streams."""
_ALIKE = str.maketrans("┌├│┆─═→←…·•", "+||:-=><..*")


def register() -> None:
    codecs.register_error(NAME, _plain)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    alike = error.object[error.start : error.end].translate(_ALIKE)
    return alike.encode("ascii", "backslashreplace").decode("ascii"), error.end
