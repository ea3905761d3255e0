"""What each plan becomes, as golden files: read them as the reviewer of a pull request does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.artifacts.plans import PLANS
from tests.artifacts.rendered import deployment_files, environment_files
from tests.golden import Golden

FOLDER = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", PLANS)
def test_deployment(name: str, golden: Golden) -> None:
    golden.check(FOLDER / name, {file.path: file.content for file in deployment_files(name)})


def test_environment(golden: Golden) -> None:
    golden.check(FOLDER / "environment", {file.path: file.content for file in environment_files()})
