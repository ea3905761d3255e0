"""Paths and contents -> a tar archive of the same bytes everywhere: no clock, no owner, no compression.

By hand, since the bytes are an output of the compiler: those of `tarfile` are not promised from one Python to the
next, and its import would cost each start more than this file takes.
"""

from __future__ import annotations

from collections.abc import Iterable

_BLOCK = 512
_LONGEST = 100
"""Bytes of a path."""


def archive(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Regular files that anyone may read, in the order given. ValueError for a path of over 100 bytes.

    Source: POSIX.1-2017, pax, "ustar Interchange Format".
    """
    parts: list[bytes] = []
    for path, content in members:
        parts += (_header(path.encode(), len(content)), content, bytes(-len(content) % _BLOCK))
    return b"".join((*parts, bytes(2 * _BLOCK)))


def _header(path: bytes, size: int) -> bytes:
    if len(path) > _LONGEST:
        raise ValueError(f"{path!r}: longer than {_LONGEST} bytes")
    # Mode, user, group, size, time of change; then the sum of all bytes, its own place read as blanks; then the type.
    start = path.ljust(_LONGEST, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"%011o\0" % 0
    end = (b"0".ljust(_LONGEST + 1, b"\0") + b"ustar\00000").ljust(_BLOCK - len(start) - 8, b"\0")
    checksum = sum(start) + sum(end) + 8 * ord(" ")
    return start + b"%06o\0 " % checksum + end
