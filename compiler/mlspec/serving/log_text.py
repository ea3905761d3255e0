"""A record of the server's log -> the line that a person at a terminal acts on, if there is one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_FRAME = re.compile(r'File "([^"]+)", line (\d+), in ')
_SHOWN = {"warning": "warning", "error": "error", "critical": "error"}


def told(record: dict[str, Any], code: Path) -> str | None:
    """`error: the model failed: ValueError: no such column (specs/fraud/handler.py:12)`.

    The user's own line, where one below the folder `code` is among the calls; None for what nobody has to act on.
    What is not the server's log, such as a handler's print, is shown as it is.
    """
    level = record.get("log.level")
    if level is None:
        return str(record["message"])
    if level not in _SHOWN:
        return None
    text = str(record["message"])
    what = str(record.get("error.message", ""))
    if "error.type" in record and what not in text:
        text += f": {record['error.type']}: {what}"
    place = own_place(str(record.get("error.stack_trace", "")), code)
    return f"{_SHOWN[level]}: {text}" + (f" ({place})" if place else "")


def own_place(trace: str, code: Path) -> str | None:
    """The innermost call below the folder `code`, as the file that was linked there and its line.

    What is not linked is ours: nobody edits it.
    """
    found = ((Path(file), line) for file, line in _FRAME.findall(trace))
    places = [(file.resolve(), line) for file, line in found if file.is_relative_to(code)]
    linked = [(own, line) for own, line in places if not own.is_relative_to(code)]
    if not linked:
        return None
    own, line = linked[-1]
    here = Path.cwd()
    return f"{own.relative_to(here) if own.is_relative_to(here) else own}:{line}"
