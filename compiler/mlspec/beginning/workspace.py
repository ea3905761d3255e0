"""Which CI there is -> the files of a new workspace, apart from its models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

_TEMPLATES = Path(__file__).parent / "templates"
SCHEMA = "schemas/mlspec.dev_v1.json"
REQUIREMENTS = "requirements.txt"
_FILES = {
    "specs/environments/staging.yaml": "staging.yaml",
    "specs/environments/prod.yaml": "prod.yaml",
    ".pre-commit-config.yaml": "pre-commit.yaml",
    ".gitattributes": "gitattributes",
    ".gitignore": "gitignore",
    "CODEOWNERS": "CODEOWNERS",
}
_CI = {"github": (".github/workflows/models.yaml", "github.yaml"), "gitlab": (".gitlab-ci.yml", "gitlab.yaml")}


def new_workspace(ci: str) -> Mapping[str, str]:
    """Path -> text; `ci` is `github`, `gitlab`, `both` or `none`."""
    chosen = [file for name, file in _CI.items() if ci in (name, "both")]
    files = {path: (_TEMPLATES / name).read_text(encoding="utf-8") for path, name in [*_FILES.items(), *chosen]}
    if chosen:
        files[REQUIREMENTS] = f"# How CI gets mlspec; say here where your index, or a repository, has it.\n{_pin()}\n"
    files[SCHEMA] = schema_text()
    return files


def schema_text() -> str:
    """What `mlspec schema` prints."""
    from mlspec.spec.json_schema import schema

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _pin() -> str:
    """This very mlspec: from the repository and commit that it was installed from (PEP 610), or else by its version."""
    try:
        installed = distribution("mlspec")
    except PackageNotFoundError:
        return "mlspec"  # run from its source, whose version nobody has installed
    origin = json.loads(installed.read_text("direct_url.json") or "{}")
    repository = origin.get("vcs_info", {})
    if repository.get("vcs") == "git" and repository.get("commit_id") and "@" not in origin["url"]:
        return f"mlspec @ git+{origin['url']}@{repository['commit_id']}"
    return f"mlspec=={installed.version}"
