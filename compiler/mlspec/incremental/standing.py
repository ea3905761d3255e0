"""Owners and what was made for each in; which of them still stand as they were made, every file of theirs, out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from msgspec import Struct

from mlspec.tree.errors import TreeError
from mlspec.tree.folders import Folders, ancestors
from mlspec.tree.index import parse_index
from mlspec.tree.layout import Layout, environment_of
from mlspec.tree.standing import WHOLE, Standing, look
from mlspec.tree.strays import strays

from .stamps import Stamp, group_stamps


class Made(Struct):
    """What was made for one owner. Its files and their digests are what its index says, whose digest is kept here."""

    folder: str
    """Most of its files lie below."""
    names: tuple[str, ...]
    """Of those files, relative to the folder."""
    others: tuple[str, ...]
    index: str
    """Hex sha256."""
    stamp: Stamp = ""
    """Of the index, all files, and the folders in which a file more would be somebody's business."""

    @property
    def files(self) -> int:
        return len(self.names) + len(self.others)


def made_of(folder: str, paths: Iterable[str], index: bytes) -> Made:
    """`folder` is the owner's own; files of its that lie elsewhere are rare."""
    prefix = f"{folder}/"
    ordered = sorted(paths)
    names = tuple(path.removeprefix(prefix) for path in ordered if path.startswith(prefix))
    others = tuple(path for path in ordered if not path.startswith(prefix))
    return Made(folder, names, others, hashlib.sha256(index).hexdigest())


def stamp_all(layout: Layout, made: Mapping[str, Made], settled: int, *, alone: bool = False) -> dict[str, Stamp]:
    """The stamp of each owner as it stands."""
    groups = [_watched(layout, owner, each) for owner, each in made.items()]
    return dict(zip(made, group_stamps(groups, settled, alone=alone), strict=True))


def _watched(layout: Layout, owner: str, made: Made) -> list[str]:
    root = f"{layout.root}/"
    prefix = f"{root}{made.folder}/"
    inner = {folder for folder in {name.rpartition("/")[0] for name in made.names} if folder}
    folders = sorted(inner | {above for folder in inner for above in ancestors(folder)})
    return [
        f"{root}{layout.index_of(owner)}",
        *([f"{root}{made.folder}"] if made.names else []),
        *[prefix + folder for folder in folders],
        *[prefix + name for name in made.names],
        *[root + other for other in made.others],
    ]


def in_real_folders(layout: Layout, folders: Folders, made: Mapping[str, Made]) -> bool:
    """Whether no link stands above what is stamped: stamps follow those."""
    above = {layout.indexes}
    for owner, each in made.items():
        above.add(layout.index_of(owner).rpartition("/")[0])
        above.update(path.rpartition("/")[0] for path in (each.folder, *each.others))
    return all(folders.exists(folder) for folder in above if folder)


def stands(layout: Layout, folders: Folders, owner: str, made: Made) -> bool:
    """Whether the content of the index and of every file is what was made, with no stranger among the manifests."""
    try:
        index = _look(layout, folders, layout.index_of(owner))
        if index is None or index.sha256 != made.index or index.content is None:
            return False
        expected = parse_index(index.content, layout.index_of(owner))
        for path, digests in expected.items():
            found = _look(layout, folders, path)
            if found is None or found.sha256 not in digests:
                return False
        return environment_of(owner) is None or not strays(layout.root, [made.folder], expected)
    except TreeError:
        return False  # whoever compares says what is wrong


def _look(layout: Layout, folders: Folders, path: str) -> Standing | None:
    return look(layout, path, WHOLE) if folders.exists(path.rpartition("/")[0]) else None
