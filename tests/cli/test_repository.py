"""What this repository commits of what the compiler makes is what the compiler makes of it today."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from mlspec.cli.__main__ import mlspec
from mlspec.compile import compile as compile_specs
from mlspec.source.files import FilesOnDisk
from mlspec.tree.compare import compare
from mlspec.tree.diff import diff

ROOT = Path(__file__).parents[2]
REMEDY = "mend it with: mlspec compile && mlspec schema > schemas/mlspec.dev_v1.json"
LINES = 40


def test_the_examples_are_compiled() -> None:
    compilation = compile_specs(FilesOnDisk(ROOT))
    changes = compare(ROOT, compilation.outputs, compilation.resolution.workspace.output)
    assert changes.clean, "\n".join(["generated/ or argocd/ is stale", *list(diff(changes))[:LINES], REMEDY])


def test_the_schema_is_the_one_of_the_language() -> None:
    printed = CliRunner().invoke(mlspec, ["schema"]).stdout_bytes
    committed = (ROOT / "schemas" / "mlspec.dev_v1.json").read_bytes()
    assert printed == committed, f"schemas/ is stale: {REMEDY}"
