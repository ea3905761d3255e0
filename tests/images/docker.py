"""Images built and run by docker or podman, whose command lines agree in all that is used here."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .base import NAME
from .engine import ImageConfig, environment_of
from .index import host_index
from .process import run


def reaches_registry(program: str) -> bool:
    """True where `program` has a daemon, if it needs one, and the base image, or a registry to pull it from."""
    try:
        for command in (["image", "inspect", NAME], ["pull", "--quiet", NAME]):
            if subprocess.run([program, *command], capture_output=True, timeout=300, check=False).returncode == 0:
                return True
    except (OSError, subprocess.TimeoutExpired):
        pass
    return False


@dataclass(frozen=True)
class DockerContainer:
    program: str
    name: str

    def execute(self, *argv: str, stdin: str = "") -> str:
        return run([self.program, "exec", "--interactive", self.name, *argv], stdin=stdin, timeout=60)

    def logs(self) -> str:
        done = subprocess.run([self.program, "logs", self.name], capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    def stop(self) -> int:
        run([self.program, "kill", "--signal=TERM", self.name])
        return int(run([self.program, "wait", self.name], timeout=60))


class Docker:
    def __init__(self, program: str) -> None:
        self._program = program

    def build(self, context: Path) -> str:
        with tempfile.TemporaryDirectory() as scratch:
            secret, image = Path(scratch, "pip.conf"), Path(scratch, "image")
            index = host_index(can_mount=self._program == "podman")
            secret.write_text(index.pip_conf)
            mounts = [f"--volume={host}:{inside}:ro" for host, inside in index.mounts.items()]
            options = [f"--secret=id=pip.conf,src={secret}", f"--iidfile={image}"]
            run([self._program, "build", *options, *mounts, str(context)])
            return image.read_text().strip()

    def config(self, image: str) -> ImageConfig:
        config = json.loads(run([self._program, "image", "inspect", image]))[0]["Config"]
        return ImageConfig(
            user=config["User"],
            entrypoint=tuple(config["Entrypoint"]),
            working_dir=config["WorkingDir"],
            environment=environment_of(config["Env"]),
            labels=config["Labels"],
        )

    @contextmanager
    def start(self, image: str, user: tuple[int, int] | None = None) -> Iterator[DockerContainer]:
        limits = [
            "--read-only",
            "--tmpfs=/tmp:mode=1777",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--network=none",
        ]
        chosen = [f"--user={user[0]}:{user[1]}"] if user else []
        name = run([self._program, "run", "--detach", *limits, *chosen, image]).strip()
        try:
            yield DockerContainer(self._program, name)
        finally:
            run([self._program, "rm", "--force", name])
