"""Which CI there is -> the files of a new workspace, apart from its models."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

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
_OF_THE_ROOT = {
    ".github/workflows/models.yaml": [
        (
            "    timeout-minutes: 10\n",
            "    timeout-minutes: 10\n    defaults: {{run: {{working-directory: {text}}}}}\n",
        )
    ],
    ".gitlab-ci.yml": [("  script:\n", "  script:\n    - cd {below}\n")],
    ".pre-commit-config.yaml": [("entry: mlspec compile\n", "entry: mlspec compile -C {below}\n")],
    "CODEOWNERS": [("# /", "# /{pattern}/")],
}
"""What GitHub, GitLab and pre-commit read in a repository's root alone; how it says that the workspace is a folder."""


def new_workspace(ci: str, below: str = "") -> Mapping[str, str]:
    """Path -> text; `ci` is `github`, `gitlab`, `both` or `none`, `below` the way from the repository's root."""
    chosen = [file for name, file in _CI.items() if ci in (name, "both")]
    files = {path: (_TEMPLATES / name).read_text(encoding="utf-8") for path, name in [*_FILES.items(), *chosen]}
    if below:
        files = {_at_root(path, below): _of_folder(path, text, below) for path, text in files.items()}
    if chosen:
        files[REQUIREMENTS] = f"# How CI gets mlspec; say here where your index, or a repository, has it.\n{_pin()}\n"
    files[SCHEMA] = schema_text()
    return files


def _at_root(path: str, below: str) -> str:
    """What is only read in a repository's root lies there."""
    return "../" * len(PurePosixPath(below).parts) + path if path in _OF_THE_ROOT else path


def _of_folder(path: str, text: str, below: str) -> str:
    """The same for a workspace in a folder of the repository."""
    for old, new in _OF_THE_ROOT.get(path, ()):
        shell, pattern = shlex.quote(below), below.replace(" ", "\\ ")
        text = text.replace(old, new.format(below=shell, text=json.dumps(below), pattern=pattern))
    return text


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
