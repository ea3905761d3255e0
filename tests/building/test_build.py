"""`mlspec build` with real buildah and a real registry: what is built, pushed, skipped, and said when it cannot be."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.registry.server import PASSWORD, USER, Registry, serving, with_password

from .conftest import EMPTY, Workspace, add_model


def _rows(output: str) -> list[tuple[str, str]]:
    """What was done, and the repository of the tag."""
    found = re.findall(r"^\S+ +(.+?)   \S+?/(\S+?):[0-9a-f]{12}", output, re.MULTILINE)
    return [(done.strip(), where) for done, where in found]


def test_an_image_is_built_once(workspace: Workspace) -> None:
    done = workspace.build()
    assert done.exit_code == 0, done.output
    assert {what for what, _ in _rows(done.stdout)} == {"built"}
    assert "1 image: 1 made by buildah" in done.stdout
    assert "buildah makes neither an SBOM nor a provenance" in done.stderr
    again = workspace.build()
    assert {what for what, _ in _rows(again.stdout)} == {"is there"}
    assert "1 image: 0 made, 1 skipped: it exists" in again.stdout
    assert again.stderr == ""


def test_a_push_goes_to_every_registry_that_lacks_it(workspace: Workspace) -> None:
    (name,) = [path.name for path in (workspace.root / "specs").iterdir() if path.name != "environments"]
    done = workspace.build("--push", "-e", "prod")
    assert done.exit_code == 0, done.output
    assert _rows(done.stdout) == [("built and pushed", f"prod/{name}")]
    tag = re.findall(r":([0-9a-f]{12})", done.stdout)[0]
    pushed = workspace.registry.digest(f"prod/{name}", tag)
    both = workspace.build("--push")
    assert both.exit_code == 0, both.output
    assert workspace.registry.digest(f"staging/{name}", tag) == pushed, "it is the very same image"
    assert {what for what, _ in _rows(workspace.build("--push").stdout)} == {"is there"}


def test_an_image_that_a_killed_run_had_built_is_only_pushed(workspace: Workspace) -> None:
    assert workspace.build("-e", "prod").exit_code == 0
    done = workspace.build("--push", "-e", "prod")
    assert [what for what, _ in _rows(done.stdout)] == ["pushed"]


def test_the_first_image_that_fails_ends_the_run(workspace: Workspace) -> None:
    name = add_model(workspace, "absent")
    spec = workspace.root / f"specs/{name}/model.yaml"
    spec.write_text(spec.read_text().replace("vllm:1", "gone:1"))
    assert workspace.run("compile").exit_code == 1
    done = workspace.build("-e", "prod")
    assert done.exit_code == 2
    assert "building absent failed (buildah); run it again to go on where it stopped" in done.stderr
    assert "manifest unknown" in done.stderr, "the end of the builder's own log"
    assert "Traceback" not in done.output


def test_a_context_that_is_not_as_the_specs_have_it_is_not_built(workspace: Workspace) -> None:
    dockerfile = next((workspace.root / "generated/images").glob("*/Dockerfile"))
    dockerfile.write_text(dockerfile.read_text() + "RUN true\n")
    done = workspace.build()
    assert done.exit_code == 2
    path = dockerfile.relative_to(workspace.root)
    assert f"error: not as the specs have it: {path}; run mlspec compile first" in done.stderr
    assert not any(path.parent.name in image for image in workspace.images())


def test_a_registry_that_is_down_is_said_so_before_anything_is_built(
    workspace: Workspace, require_tool: Callable[[str], str]
) -> None:
    with serving(require_tool("docker-registry")) as down:
        pass
    _move(workspace, down)
    done = workspace.build("--push")
    assert done.exit_code == 2
    assert f"error: {down.name} cannot be reached: Connection refused; nothing was built" in done.stderr


def test_wrong_credentials_are_said_to_be_wrong(
    workspace: Workspace, require_tool: Callable[[str], str], tmp_path: Path
) -> None:
    with with_password(require_tool("docker-registry")) as closed:
        closed.push("vllm", "1", EMPTY)
        _move(workspace, closed)
        home = str(tmp_path)
        none = workspace.build("--push", "-e", "prod", HOME=home)
        assert none.exit_code == 2
        assert f"it wants a login; log in: docker login {closed.name}; nothing was built" in none.stderr
        _log_in(tmp_path, closed.name, "wrong")
        wrong = workspace.build("--push", "-e", "prod", HOME=home)
        assert "the credentials that this user has there are refused" in wrong.stderr
        _log_in(tmp_path, closed.name, PASSWORD)
        right = workspace.build("--push", "-e", "prod", HOME=home)
        assert right.exit_code == 0, right.output
        assert [what for what, _ in _rows(right.stdout)] == ["built and pushed"]


def _move(workspace: Workspace, registry: Registry) -> None:
    """To another registry, for the base images as well."""
    for path in (workspace.root / "specs").rglob("*.yaml"):
        path.write_text(path.read_text().replace(workspace.registry.name, registry.name))
    assert workspace.run("compile").exit_code == 1


def _log_in(home: Path, registry: str, password: str) -> None:
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker/config.json").write_text(json.dumps({"auths": {registry: {"auth": auth}}}))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chot"], "there is no model `chot`"),
        (["-e", "prid"], "there is no environment `prid`; did you mean `prod`?"),
        (["--builder=podman"], "podman is not installed"),
        (["--builder=docker"], "docker is not installed"),
        ([], "there is none of docker with buildx, podman and buildah: install one of them"),
    ],
)
@pytest.mark.usefixtures("without_builders")
def test_what_cannot_be_meant_or_done_is_said(workspace: Workspace, arguments: list[str], said: str) -> None:
    done = workspace.run("build", *arguments)
    assert done.exit_code == 2
    assert f"error: {said}" in done.stderr


@pytest.mark.usefixtures("without_builders")
def test_a_push_needs_a_registry(workspace: Workspace, without_builders: Path) -> None:
    (without_builders / "buildah").symlink_to("/bin/true")
    environment = workspace.root / "specs/environments/prod.yaml"
    environment.write_text(re.sub(r"  registry: .*\n", "", environment.read_text()))
    assert workspace.run("compile").exit_code == 1
    done = workspace.build("--push", "-e", "prod")
    assert done.exit_code == 2
    assert "nowhere to push to; the environment names no `registry`" in done.stderr


def test_a_disk_that_is_full_is_said_so_and_the_next_run_goes_on(workspace: Workspace, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(disk)], check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        settings = tmp_path / "storage.conf"
        settings.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{disk}/root"\nrunroot = "{disk}/run"\n')
        full = workspace.build(CONTAINERS_STORAGE_CONF=str(settings))
        assert full.exit_code == 2
        assert "the disk is full; what is built already stays, and the next run goes on from there" in full.stderr
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert workspace.build(CONTAINERS_STORAGE_CONF=str(settings)).exit_code == 0
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
