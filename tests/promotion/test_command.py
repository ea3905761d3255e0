"""`mlspec promote` edits, compiles and shows; where it cannot, nothing has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlspec.cli.promote import command

from .test_promote import FILE, HEAD, STAGING_BLOCK

ENVIRONMENT = 'apiVersion: mlspec.dev/v1\nkind: Environment\nmetadata: {name: %s}\nspec: {kubernetes: "1.36"}\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    block = STAGING_BLOCK.replace(f"        digest: 'sha256:{'a' * 64}'\n", "")
    spec = f"{HEAD}  environments:\n{block}    prod: {{replicas: 3}}\n"
    contents = {FILE: spec, "specs/churn/model.joblib": "a model"}
    contents |= {f"specs/environments/{name}.yaml": ENVIRONMENT % name for name in ("prod", "staging")}
    for path, text in contents.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["-C", str(root), *arguments], catch_exceptions=False)


def content(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and ".work" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_it_edits_compiles_and_shows(root: Path) -> None:
    arguments = ("churn", "--from", "staging", "--to", "prod")
    before = content(root)
    dry = run(root, *arguments, "--dry-run")
    assert (dry.exit_code, content(root)) == (1, before)
    done = run(root, *arguments)
    assert done.exit_code == 1
    assert done.stdout.replace("edited, and compiled", "would be edited") == dry.stdout
    assert done.stdout.splitlines()[:2] == [
        "churn in prod",
        "  ~ model              1.0.0 → 2.0.0            new image",
    ]
    assert ":2.0.0-" in (root / "generated/prod/churn/deployment.yaml").read_text()
    assert "prod: {replicas: 3, model: {version: 2.0.0}}" in (root / FILE).read_text()
    again = run(root, *arguments)
    assert (again.exit_code, again.stdout) == (0, "churn has the same model and build in staging and prod\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("chum", "--from", "staging", "--to", "prod"), "there is no model `chum`"),
        (
            ("churn", "--from", "staging", "--to", "production"),
            "`churn` does not run in `production`; it runs in: prod, st",
        ),
        (("churn", "--from", "staging", "--to", "prod", "--fields", "modle"), "did you mean `model`?"),
        (
            ("churn", "--from", "staging", "--to", "prod", "--fields", "model.version"),
            "promoted as a whole: write `mod",
        ),
        (("churn", "--from", "staging", "--to", "prod", "--fields", " ,"), "names no section"),
        (("churn", "--from", "prod", "--to", "prod"), "--from and --to are both `prod`"),
    ],
)
def test_what_cannot_be_promoted(root: Path, arguments: tuple[str, ...], said: str) -> None:
    before = content(root)
    result = run(root, *arguments)
    assert result.exit_code != 0
    assert said in result.output
    assert content(root) == before


def test_what_the_target_cannot_have_is_refused_before_anything_is_written(root: Path) -> None:
    (root / FILE).write_text(
        (root / FILE)
        .read_text()
        .replace("replicas: 1", "scaling: {minReplicas: 1, maxReplicas: 2, metrics: [{cpu: 70%}]}")
    )
    before = content(root)
    result = run(root, "churn", "--from", "staging", "--to", "prod", "--fields", "scaling")
    assert result.exit_code == 2
    assert "prod cannot have that; nothing was written" in result.stderr
    assert content(root) == before


def test_a_link_stays_a_link_and_permissions_stay(root: Path, tmp_path: Path) -> None:
    shutil.move(root / FILE, tmp_path / "elsewhere.yaml")
    (root / FILE).symlink_to(tmp_path / "elsewhere.yaml")
    (tmp_path / "elsewhere.yaml").chmod(0o640)
    assert run(root, "churn", "--from", "staging", "--to", "prod").exit_code == 1
    assert (root / FILE).is_symlink()
    assert (root / FILE).stat().st_mode & 0o777 == 0o640
