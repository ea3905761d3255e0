"""Real git servers on loopback, and what is published to them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlspec.artifacts.file import File
from mlspec.gitops.message import Origin
from mlspec.gitops.publication import Destination, Publication, render_record
from mlspec.tree.index import render_index
from tests.ports import free_port

WHO = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}
ORIGIN = Origin("c" * 40, "https://git.example.com/acme/models.git")


@dataclass(frozen=True)
class Server:
    """A bare repository."""

    folder: Path
    url: str

    def git(self, *arguments: str) -> str:
        ran = subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True)
        return ran.stdout

    def files(self, revision: str = "main") -> dict[str, str]:
        paths = self.git("ls-tree", "-r", "--name-only", revision).split()
        return {path: self.git("show", f"{revision}:{path}") for path in paths}

    def commit(self, **files: str) -> None:
        """Somebody else's commit, made in a clone; `a__b.yaml` is the path `a/b.yaml`."""
        clone = self.folder.parent / f"clone-{len(list(self.folder.parent.iterdir()))}"
        environment = {**os.environ, **WHO}
        subprocess.run(["git", "clone", "--quiet", self.url, clone], check=True, capture_output=True)
        for name, text in files.items():
            path = clone / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        for words in (
            ["add", "--all"],
            ["commit", "--quiet", "-m", "by hand"],
            ["push", "--quiet", "origin", "HEAD:main"],
        ):
            subprocess.run(["git", *words], cwd=clone, env=environment, check=True, capture_output=True)


def bare(folder: Path) -> Server:
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", folder], check=True)
    return Server(folder, folder.as_uri())


@contextlib.contextmanager
def daemon(folder: Path) -> Iterator[Server]:
    """The same behind git's own server."""
    server = bare(folder / "ops.git")
    with free_port() as port:
        words = ["git", "daemon", "--listen=127.0.0.1", f"--port={port}", "--export-all", "--enable=receive-pack"]
        words += [f"--base-path={folder}", "--reuseaddr", str(folder)]
        process = subprocess.Popen(words, start_new_session=True)
        try:
            for _ in range(200):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield Server(server.folder, f"git://127.0.0.1:{port}/ops.git")
        finally:
            os.killpg(process.pid, 15)
            process.wait()


def publication(url: str, root: Path, source: str, versions: Mapping[str, str], content: str = "") -> Publication:
    """A file for each model, by `prod/churn`, and what belongs to the environment `prod`."""
    files: dict[str, bytes] = {}
    owners = {"prod": "", **versions}
    for owner, version in owners.items():
        path = f"generated/{owner}/deployment.yaml" if version else "argocd/prod.yaml"
        output = File(path, f"{owner} {version} {content if version else ''}\n".encode())
        files |= {path: output.content, f"generated/.mlspec/{owner}.json": render_index([output])}
    made = Publication(Destination(url, "main"), source, root, "generated", files, owners)
    files[made.record] = render_record(source, owners)
    return made
