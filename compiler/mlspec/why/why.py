"""A workspace and a place in a generated file in; what decides what stands there out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from mlspec.source.files import Files

from .answer import Answer, Change, Inquiry
from .place import NoPlace, at_line, at_path
from .subject import NoSubject, subject_of
from .trial import text_of

Each = Callable[[Sequence[Change]], Iterable[Change]]
_LINE = re.compile(r"(.+):([0-9]{1,9})(?::[0-9]*)?")


class CannotSay(Exception):
    """There is no such place, or nothing stands there yet; says what to do."""


def why(files: Files, specs: str, where: str, path: str | None = None, each: Each = iter) -> Answer:
    """`where` is FILE:LINE, or FILE with a `path` in it."""
    found = _LINE.fullmatch(where)
    if found is None and path is None:
        raise CannotSay(f"which line of {where}? Ask for {where}:<line>, or write a path after it, as `metadata.name`")
    file = found[1] if found and path is None else where
    try:
        subject = subject_of(file, files, specs)
        text = text_of(subject.output)
        if text is None:
            raise CannotSay(f"{file} is copied as it is from {getattr(subject.output, 'source', 'the workspace')}")
        if files.size(file) is not None and files.read(file) != text.encode():
            raise CannotSay(f"{file} is not what the specs give now: run `mlspec compile`, and ask again")
        place = at_path(file, text, path) if path is not None else at_line(file, text, int(found[2]) if found else 1)
    except (NoSubject, NoPlace) as error:
        raise CannotSay(str(error)) from error
    return Inquiry(subject, files).answer(place, each)
