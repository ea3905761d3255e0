"""Images built by buildah without a registry or a daemon, and run by the kernel's namespaces directly.

`--isolation chroot` builds where nested containers cannot. It cannot run an image as a pod would, so that is done with
util-linux: `buildah mount` gives the image's file system, `enter.sh` makes it read-only and goes in as a numeric user
without capabilities, in namespaces of its own; `nsenter` is `docker exec`.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .base import NAME, import_base
from .engine import ImageConfig, environment_of
from .index import host_index
from .process import run

PROGRAMS = ("buildah", "debootstrap", "ip", "mount", "nsenter", "setpriv", "tar", "unshare")
_NAMESPACES = ("--mount", "--pid", "--net", "--ipc", "--uts")
_ENTER = Path(__file__).with_name("enter.sh")


def cannot_run() -> str | None:
    """Why this machine cannot run the engine though its programs are there, or None."""
    if os.geteuid() != 0:
        return "buildah's images are mounted and entered as root"
    probe = subprocess.run(["unshare", *_NAMESPACES, "--fork", "true"], capture_output=True, text=True, check=False)
    return f"no new namespaces: {probe.stderr.strip()}" if probe.returncode else None


@dataclass(frozen=True)
class NamespaceContainer:
    """A process and its namespaces."""

    process: subprocess.Popen[bytes]
    user: tuple[int, int]
    environment: dict[str, str]
    log: Path

    def wait_until_inside(self) -> None:
        """The last that happens before the image's entry point runs is that the process gives up uid 0."""
        while Path(f"/proc/{self._first_process()}").stat().st_uid != self.user[0]:
            time.sleep(0.01)

    def _first_process(self) -> int:
        """The server's id outside: a grandchild, see `_process`."""
        while self.process.poll() is None:
            for child in _children(self.process.pid):
                for grandchild in _children(child):
                    return grandchild
            time.sleep(0.01)
        raise AssertionError(f"the container has ended:\n{self.logs()}")

    def execute(self, *argv: str, stdin: str = "") -> str:
        uid, gid = map(str, self.user)
        enter = ["nsenter", "--target", str(self._first_process()), "--mount", "--pid", "--net", "--ipc", "--uts"]
        return run(
            [*enter, "--root", "--wd", "--setuid", uid, "--setgid", gid, "--", *argv],
            stdin=stdin,
            env=self.environment,
            timeout=60,
        )

    def logs(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        os.kill(self._first_process(), signal.SIGTERM)
        return self.process.wait(timeout=60)


def _children(process: int) -> list[int]:
    try:
        return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))
    except OSError:
        return []


class Buildah:
    """An engine whose storage, with the base image in it, lasts from one test run to the next in `cache`."""

    def __init__(self, cache: Path) -> None:
        cache.mkdir(parents=True, exist_ok=True)
        self._cache = cache
        self._command = ["buildah", "--root", str(cache / "storage"), "--runroot", str(cache / "run")]
        self._index = host_index(can_mount=True)

    @contextmanager
    def session(self) -> Iterator[Buildah]:
        """Holds the storage; whoever lets go of it last removes what the tests have built."""
        with (self._cache / "users").open("w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            with (self._cache / "import").open("w") as importing:
                fcntl.flock(importing, fcntl.LOCK_EX)
                if not run([*self._command, "images", "--quiet", "--filter", f"reference={NAME}"]).strip():
                    import_base(self._command, self._cache)
            yield self
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            # An empty stage leaves its working container behind (seen with 1.28).
            run([*self._command, "rm", "--all"])
            run([*self._command, "rmi", "--prune", "--force"])

    def build(self, context: Path) -> str:
        with tempfile.TemporaryDirectory() as scratch:
            secret, image = Path(scratch, "pip.conf"), Path(scratch, "image")
            secret.write_text(self._index.pip_conf)
            mounts = [f"--volume={host}:{inside}:ro" for host, inside in self._index.mounts.items()]
            # No two tests share a step, and each that is kept is packed and unpacked: a third of a build.
            options = ["--isolation=chroot", "--pull-never", "--layers=false", f"--secret=id=pip.conf,src={secret}"]
            run([*self._command, "build", *options, *mounts, f"--iidfile={image}", str(context)])
            return image.read_text().strip()

    def config(self, image: str) -> ImageConfig:
        oci = json.loads(run([*self._command, "inspect", "--type", "image", image]))["OCIv1"]["config"]
        return ImageConfig(
            user=oci["User"],
            entrypoint=tuple(oci["Entrypoint"]),
            working_dir=oci["WorkingDir"],
            environment=environment_of(oci["Env"]),
            labels=oci["Labels"],
        )

    @contextmanager
    def start(self, image: str, user: tuple[int, int] | None = None) -> Iterator[NamespaceContainer]:
        config = self.config(image)
        uid, gid = user or tuple(map(int, config.user.split(":")))
        container = run([*self._command, "from", "--pull-never", image]).strip()
        try:
            root = run([*self._command, "mount", container]).strip()
            argv = [str(_ENTER), root, config.working_dir, str(uid), str(gid), *config.entrypoint]
            with self._process(argv, config.environment) as (process, log):
                running = NamespaceContainer(process, (uid, gid), config.environment, log)
                running.wait_until_inside()
                yield running
        finally:
            run([*self._command, "rm", container])

    @contextmanager
    def _process(
        self, argv: Sequence[str], environment: dict[str, str]
    ) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        with tempfile.TemporaryDirectory() as scratch:
            log = Path(scratch, "log")
            # Not even a killed test run leaves a server behind. The kernel forgets what is to die with its parent when
            # that gives up uid 0, so an outer process namespace, whose first process stays root, dies in its stead and
            # takes the server's with it.
            outer = ["setpriv", "--pdeathsig=KILL", "--", "unshare", "--pid", "--fork", "--kill-child", "--"]
            command = [*outer, "unshare", *_NAMESPACES, "--fork", "--", *argv]
            with log.open("wb") as output:
                process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
            try:
                yield process, log
            finally:
                process.kill()
                process.wait()
