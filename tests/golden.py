"""A folder of golden files: what a stage should make, compared with what it made or, when asked, replaced by it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Golden:
    """`update` rewrites instead of comparing."""

    update: bool

    def check(self, folder: Path, made: Mapping[str, bytes]) -> None:
        """Every file of `folder` is made, nothing else is, and each byte is the same."""
        if self.update:
            shutil.rmtree(folder, ignore_errors=True)
            for name, content in made.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        golden = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
        assert sorted(made) == sorted(golden), "other files than the golden ones (--update-golden)"
        for name, path in golden.items():
            assert made[name].decode() == path.read_text(encoding="utf-8"), f"{name} differs from the golden file"
