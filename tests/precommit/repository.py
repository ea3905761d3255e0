"""A real git repository with a compiled workspace, in which the real pre-commit runs this project's hooks."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.cli.running import environment

ROOT = Path(__file__).parents[2]
MANIFEST = ".pre-commit-hooks.yaml"
WHEELS = "wheels"
"""Where pip finds distributions, in the folder that pre-commit keeps."""
_PUBLISHED = ("compiler", "pyproject.toml", "README.md", "LICENSE", MANIFEST)
"""What of this repository a hook is installed from."""

_CONFIGURATION = """repos:
- repo: {url}
  rev: "{revision}"
  hooks:
  - id: {hook}
"""


@dataclass(frozen=True)
class Committed:
    """Whether git took the commit, and what it and the hooks said."""

    done: bool
    said: str


@dataclass(frozen=True)
class Repository:
    """A work tree, and a folder in which pre-commit keeps what it would keep in the user's home."""

    root: Path
    home: Path

    def git(self, *arguments: str) -> str:
        """What git says; CalledProcessError where it refuses."""
        finished = self._run("git", *arguments)
        finished.check_returncode()
        return finished.stdout

    def install(self, hook: str, hooks: Repository | None = None) -> None:
        """Makes every commit run a hook of this project, and asserts that pre-commit takes the configuration."""
        hooks = hooks or hook_repository(self.home / "hooks")
        revision = hooks.git("describe", "--tags", "--always").strip()
        text = _CONFIGURATION.format(url=hooks.root, revision=revision, hook=hook)
        (self.root / ".pre-commit-config.yaml").write_text(text)
        self.git("add", "--all")
        self._run("pre-commit", "install", "--install-hooks").check_returncode()
        assert self.commit().done

    def commit(self) -> Committed:
        """Commits what is staged, if the hook agrees."""
        finished = self._run("git", "commit", "--message", "a change")
        return Committed(finished.returncode == 0, finished.stdout + finished.stderr)

    def run(self, stage: str) -> Committed:
        """Runs the hooks of a stage without a commit."""
        finished = self._run("pre-commit", "run", "--hook-stage", stage, "--all-files", *_FURTHER.get(stage, ()))
        return Committed(finished.returncode == 0, finished.stdout + finished.stderr)

    def committed(self) -> dict[str, str]:
        """Every file of the last commit, with the name that git gives its content."""
        lines = self.git("ls-tree", "-r", "HEAD").splitlines()
        return {path: blob for blob, path in (line.split(maxsplit=2)[2].split("\t") for line in lines)}

    def changed(self) -> list[str]:
        """The files of the work tree that are not as they were committed."""
        return sorted(line[3:] for line in self.git("status", "--porcelain", "--untracked-files=all").splitlines())

    def update(self) -> str:
        """Takes the newest tag of the hooks; what pre-commit says."""
        finished = self._run("pre-commit", "autoupdate")
        finished.check_returncode()
        return finished.stdout

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        variables = environment(
            GIT_CONFIG_GLOBAL=os.devnull,
            GIT_CONFIG_NOSYSTEM="1",
            GIT_AUTHOR_NAME="a",
            GIT_AUTHOR_EMAIL="a@example.com",
            GIT_COMMITTER_NAME="a",
            GIT_COMMITTER_EMAIL="a@example.com",
            PRE_COMMIT_HOME=str(self.home),
            # What pip may look for is in a folder of the test, if anywhere.
            PIP_NO_INDEX="1",
            PIP_FIND_LINKS=str(self.home / WHEELS),
            PIP_CONFIG_FILE=os.devnull,
            PIP_NO_COMPILE="1",
        )
        inherited = {name: value for name, value in variables.items() if not _is_of_an_outer_git(name)}
        return subprocess.run(command, cwd=self.root, env=inherited, capture_output=True, text=True, check=False)


_FURTHER = {"commit-msg": ("--commit-msg-filename", MANIFEST)}


def hook_repository(root: Path) -> Repository:
    """A repository with this project's hooks as it publishes them, but for the language.

    pre-commit would install a hook in Python from the network, into an environment of its own. Here it takes the
    `mlspec` that is installed beside the tests.
    """
    published = (ROOT / MANIFEST).read_text(encoding="utf-8")
    assert published.count("language: python") == published.count("- id:")
    root.mkdir(parents=True)
    (root / MANIFEST).write_text(published.replace("language: python", "language: system"))
    hooks = Repository(root, root)
    hooks.git("init", "--quiet")
    hooks.git("add", "--all")
    hooks.git("commit", "--quiet", "--message", "hooks")
    return hooks


def whole_repository(root: Path) -> Repository:
    """This project as users name it under `repo`, at a tag: its hooks are installed by pip."""
    root.mkdir(parents=True)
    for name in _PUBLISHED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy(source, root / name)
    published = Repository(root, root)
    published.git("init", "--quiet")
    published.git("add", "--all")
    published.git("commit", "--quiet", "--message", "a release")
    published.git("tag", "v0.1.0")
    return published


def _is_of_an_outer_git(name: str) -> bool:
    """Whether git set it for a hook that runs these tests: it would lead our git to that other repository."""
    return name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "PRE_COMMIT")
