"""What every test may ask for: golden files, and outside tools, which a run may require instead of skipping."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from tests.golden import Golden

# Thousands of processes import the same packages. Where bytecode is not to be written, as in many containers, each of
# them would compile all of it anew: that was a third of what the tests took.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# No test is about time: a busy machine must not turn a property red. The ordinary profile tries 100
# workspaces for each property, `--hypothesis-profile nightly` 2,000, `long` 5,000.
# Under CI the examples are always the same: a pull request is not red for what it did not touch.
settings.register_profile(
    "ordinary",
    max_examples=100,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("nightly", settings.get_profile("ordinary"), max_examples=2_000, derandomize=False)
settings.register_profile("long", settings.get_profile("ordinary"), max_examples=5_000, derandomize=False)
settings.load_profile("ordinary")

# Where they are, Hypothesis must not mix in constants of whatever modules of ours are imported by then: that depends on
# what else the process has run. The name is Hypothesis's own, and not each of its releases has it.
if _local_constants := getattr(providers, "_get_local_constants", None):
    providers._get_local_constants = lambda: (
        providers._local_constants if settings.default.derandomize else _local_constants()
    )
REQUIRE_TOOLS = "MLSPEC_REQUIRE_TOOLS"
"""Set to 1, a tool that is missing fails what needs it."""
_LONGEST = (
    ("tests/monitoring/test_live",),
    ("tests/images/",),
    ("tests/locking/test_mlflow", "tests/rule_tests/test_examples", "tests/linters/", "tests/examples/"),
)
"""Those that wait for Prometheus, those that build images one after the other, and what else is long."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files instead of comparing")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--update-golden") and os.environ.get("CI"):
        raise pytest.UsageError("--update-golden under CI would approve whatever was made; run it where you can look")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what no test could: the properties check custom resources only where their definitions are."""
    from tests.crds import FOLDER, MISSING

    if not FOLDER.is_dir():
        terminalreporter.write_line(f"custom resources went unchecked: {MISSING}", yellow=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """One more than there are processors: every other test waits for a server, a registry or a disk now and then."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # xdist's own hook reads it
    available = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return available + 1


def pytest_collection_finish() -> None:
    """What was imported and collected stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no processor gets one of these last and goes on alone.

    Each worker is given an equal run of the list to begin with: there the long ones stand, at its beginning.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    begun: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for number, lot in enumerate(_LONGEST):
        begun[number % workers] += [item for item in items if item.nodeid.startswith(lot)]
    first = {item for each in begun for item in each}
    others = [item for item in items if item not in first]
    share = len(items) // workers
    ordered: list[pytest.Item] = []
    for each in begun:
        left = max(0, share - len(each))
        ordered += [*each, *others[:left]]
        del others[:left]
    items[:] = [*ordered, *others]


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> Golden:
    """Compares what was made with the golden files of the test, or rewrites them."""
    return Golden(update=bool(pytestconfig.getoption("--update-golden")))


def unavailable(reason: str) -> NoReturn:
    """Skips the test, or fails it where MLSPEC_REQUIRE_TOOLS=1 says that nothing may be skipped."""
    if os.environ.get(REQUIRE_TOOLS) == "1":
        pytest.fail(f"{reason} ({REQUIRE_TOOLS}=1)", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def require_tool() -> Callable[[str], str]:
    """Gives the path of a program, or calls off the test where it is not installed."""

    def require(name: str) -> str:
        # What a Python distribution brings lies beside the interpreter, on PATH only in an activated environment.
        beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        return shutil.which(name, path=beside) or unavailable(f"{name} is not installed")

    return require
