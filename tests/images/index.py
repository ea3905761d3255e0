"""How pip reaches its index on this machine -> the same inside a build: a pip.conf and the folders it needs.

A build sees neither the host's pip.conf nor its certificates. Both go in the way that the Dockerfile offers to
everybody, the build secret `pip.conf`; what the file points to on this machine is mounted at the same place.
"""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

CERTIFICATES = "/run/host-certificates.pem"
_PASSED_ON = {
    "index-url",
    "extra-index-url",
    "find-links",
    "trusted-host",
    "proxy",
    "timeout",
    "default-timeout",
    "retries",
    "no-index",
}


@dataclass(frozen=True)
class Index:
    """`mounts`: path on this machine -> path in the build, read-only."""

    pip_conf: str
    mounts: dict[str, str]


def host_index(*, can_mount: bool) -> Index:
    """What a build cannot mount is left out: then pip uses the base image's certificates."""
    settings = _host_settings()
    mounts: dict[str, str] = {}
    certificates = settings.pop("cert", None) or ssl.get_default_verify_paths().cafile
    chosen = {key: value for key, value in settings.items() if key in _PASSED_ON}
    if not can_mount:
        return Index(_pip_conf(chosen), {})
    if certificates and Path(certificates).is_file():
        chosen["cert"] = CERTIFICATES
        mounts[str(Path(certificates).resolve())] = CERTIFICATES
    for key in ("index-url", "extra-index-url", "find-links"):
        for folder in map(_local_folder, chosen.get(key, "").split()):
            if folder is not None:
                mounts[str(folder)] = str(folder)
    return Index(_pip_conf(chosen), mounts)


def _pip_conf(settings: dict[str, str]) -> str:
    return "[global]\n" + "".join(f"{key} = {' '.join(value.split())}\n" for key, value in sorted(settings.items()))


def _host_settings() -> dict[str, str]:
    """pip's own view: files first, then the environment, which wins, as in pip. Empty where pip is not installed."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    found = re.findall(r"^(:env:|global|install|download)\.([a-z-]+)='(.*)'$", listed.stdout, re.MULTILINE)
    ordered = sorted(found, key=lambda entry: entry[0] == ":env:")
    return {key: value.replace("\\n", " ") for _, key, value in ordered}


def _local_folder(location: str) -> Path | None:
    """The folder to mount for a local index or folder of wheels; an index's pages link to files beside it."""
    url = urlsplit(location)
    path = Path(unquote(url.path))
    if url.scheme not in ("", "file") or not path.is_dir():
        return None
    return path.parent if url.scheme == "file" and path.name == "simple" else path
