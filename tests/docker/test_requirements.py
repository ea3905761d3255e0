"""What pip is asked to install: one choice for each distribution, and nothing but requirements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mlspec.artifacts.docker.requirements import requirements
from mlspec.plan.formats import FORMATS
from mlspec.plan.image import ImagePlan, merge_requirements, runtime_requirements
from mlspec.spec.requirements import distribution, read_requirements, requirement_problem

from .plans import image_plan, rendered
from .text import free_text


def lines_of(plan: ImagePlan) -> list[str]:
    """As pip splits them (pip/_internal/req/req_file.py)."""
    return [line for line in rendered(requirements, plan).splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("accelerated", [False, True])
def test_every_default_is_pinned(name: str, accelerated: bool) -> None:
    for line in FORMATS[name].requirements_for("model/m.skops", accelerated=accelerated):
        (pin,) = Requirement(line).specifier
        assert pin.operator == "=="


def test_runtime_is_pinned() -> None:
    assert runtime_requirements()
    for line in runtime_requirements():
        (pin,) = Requirement(line).specifier
        assert pin.operator == "=="


def test_accelerator_replaces_the_plain_framework() -> None:
    names = {distribution(line) for line in lines_of(image_plan(format="onnx", accelerated=True))}
    assert "onnxruntime-gpu" in names
    assert "onnxruntime" not in names


def test_one_library_is_chosen_once_whatever_its_build() -> None:
    lines = lines_of(image_plan(format="xgboost", requirements=["xgboost==3.2.0"]))
    assert [line for line in lines if "xgboost" in line] == ["xgboost==3.2.0"]
    lines = lines_of(image_plan(format="onnx", accelerated=True, requirements=["onnxruntime==1.30.0"]))
    assert [line for line in lines if "onnxruntime" in line] == ["onnxruntime==1.30.0"]


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_a_default_applies_once_to_every_python(python: str) -> None:
    for name, row in FORMATS.items():
        for accelerated in (False, True):
            found = [Requirement(line) for line in row.requirements_for("m.x", accelerated=accelerated)]
            apply = [
                each.name for each in found if each.marker is None or each.marker.evaluate({"python_version": python})
            ]
            assert sorted(apply) == sorted({each.name for each in found}), name


def test_users_line_wins_over_a_default_however_it_is_spelt() -> None:
    lines = lines_of(image_plan(requirements=["Scikit_Learn == 1.8.0", "numpy>=2", "pandas==3.0.0"]))
    assert [line for line in lines if distribution(line) in ("scikit-learn", "numpy", "pandas")] == [
        "numpy>=2",
        "pandas==3.0.0",
        "Scikit_Learn == 1.8.0",
    ]


def test_lines_with_markers_for_one_distribution_stay_together() -> None:
    own = ["torch==2.1; python_version < '3.12'", "torch==2.2; python_version >= '3.12'"]
    assert merge_requirements(["torch==1.0", "absl-py==2"], own) == ("absl-py==2", *own)


READ = {
    "numpy==2.0  # pinned for us": ["numpy==2.0"],
    "# all\n\nnumpy==2.0\n": ["numpy==2.0"],
    "numpy==2.0 \\\n  --hash=sha256:ab\n": ["numpy==2.0 --hash=sha256:ab"],
    "a @ https://example.com/a.whl#sha256=ab": ["a @ https://example.com/a.whl#sha256=ab"],
    "a==1\r\nb==2\r\n": ["a==1", "b==2"],
    "a==1 \\": ["a==1"],
}


@pytest.mark.parametrize("text", READ)
def test_file_is_read_as_pip_reads_it(text: str) -> None:
    assert [line for _, line in read_requirements(text)] == READ[text]


def test_lines_keep_their_number() -> None:
    assert list(read_requirements("# x\na==1 \\\n --hash=sha256:ab\n\nb==2")) == [
        (2, "a==1 --hash=sha256:ab"),
        (5, "b==2"),
    ]


ALLOWED = (
    "numpy",
    "numpy==2.4.6",
    "numpy>=2,<3",
    "numpy ~= 2.1, != 2.2.*",
    "onnxruntime-gpu[cuda,cudnn]==1.31.1",
    "torch==2.15.0+cpu",
    "uvloop==0.23.0; sys_platform != 'win32'",
    "a @ https://example.com/a-1.0-py3-none-any.whl",
    "a==1 --hash=sha256:0a --hash=sha256:0b",
)


@pytest.mark.parametrize("line", ALLOWED)
def test_requirement_is_allowed(line: str) -> None:
    assert requirement_problem(line) is None
    assert distribution(line) == canonicalize_name(Requirement(line.partition(" --hash")[0]).name)


REFUSED = (
    "--index-url https://example.com/simple",
    "-r other.txt",
    "-e .",
    "./wheels/a.whl",
    "https://example.com/a.whl",
    "a @ https://user:${TOKEN}@example.com/a.whl",
    "a==1 --global-option=x",
    "a==1; python_version > '3' --global-option=x",
    "a[b, --global-option=x]",
    "a== --global-option=x",
    "a==1\nb==2",
    "a==1\u2028b==2",
    "a==1 # why",
    "a==1 \\",
    "",
    "a b",
    "ä==1",
    "a==1; python_version",
    "a==1; pyton_version < '3.12'",
    "a==1; python_version < '3.12' and",
    "a~=1",
    "a==1.x",
)


@pytest.mark.parametrize("line", REFUSED)
def test_requirement_is_refused(line: str) -> None:
    assert requirement_problem(line)
    with pytest.raises(ValueError, match=r"not a requirement|option of pip|cannot be written"):
        image_plan(requirements=[line])


@given(st.builds("".join, st.tuples(st.sampled_from(["a==1", "a @ https://x/", "a; ", ""]), free_text)))
def test_what_is_allowed_is_one_requirement(line: str) -> None:
    if requirement_problem(line):
        return
    written = lines_of(image_plan(requirements=[line]))
    assert written.count(line) == 1
    assert len(written) == len(lines_of(image_plan(requirements=["a"])))
    assert "${" not in line
    assert not [word for word in line.split() if word.startswith("-") and not word.startswith("--hash=")]
