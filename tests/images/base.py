"""A stand-in for the official slim Python image, for machines that reach Debian's mirror but no registry.

`python:3.13-slim` is Debian 13 with Python 3.13 in /usr/local. Debian 13 itself has Python 3.13: debootstrap unpacks
it and links in /usr/local/bin give it the official image's commands. What differs: the Python is Debian's build.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from .process import run

NAME = "docker.io/library/python:3.13-slim"
SUITE = "trixie"
_PACKAGES = ("ca-certificates", "python3", "python3-pip", "python3-venv")
_DEFAULT_MIRROR = "http://deb.debian.org/debian"


def unpack_base(rootfs: Path) -> None:
    """Makes the root file system of the base below the empty folder `rootfs`; half a minute."""
    # In the cache's own file system, since /tmp may be mounted without device files.
    run(["debootstrap", "--variant=minbase", f"--include={','.join(_PACKAGES)}", SUITE, str(rootfs), _mirror()])
    for alias, program in {"python": "python3", "python3": "python3", "pip": "pip3", "pip3": "pip3"}.items():
        (rootfs / "usr/local/bin" / alias).symlink_to(f"/usr/bin/{program}")
    for archive in (rootfs / "var/cache/apt/archives").glob("*.deb"):
        archive.unlink()
    (rootfs / "etc/apt/apt.conf.d/99proxy").write_text(_apt_proxies())


def import_base(buildah: list[str], cache: Path) -> None:
    """Makes the base and gives it its name in the storage of `buildah`."""
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        rootfs = Path(scratch) / "rootfs"
        unpack_base(rootfs)
        archive = f"{scratch}/rootfs.tar"
        run(["tar", "--directory", str(rootfs), "--create", "--file", archive, "."])
        container = run([*buildah, "from", "scratch"]).strip()
        run([*buildah, "add", container, archive, "/"])
        run(
            [
                *buildah,
                "config",
                "--cmd",
                "python3",
                "--env",
                "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                container,
            ]
        )
        run([*buildah, "commit", "--rm", container, NAME])


def _mirror() -> str:
    """The first Debian archive that this machine's own apt uses."""
    sites = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    return next((site for site in sites if re.search(r"/debian/?$", site)), _DEFAULT_MIRROR)


def _apt_proxies() -> str:
    settings = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=False).stdout
    return "".join(f"{line}\n" for line in settings.splitlines() if re.search(r"::Proxy ", line, re.IGNORECASE))
