"""What this Python lacks of an image's requirements, by the modules that it needs."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

from mlspec.plan.formats import FORMATS
from mlspec.serving.requirements import find_shortfall

HERE = {"torch": "2.15.0", "xgboost": "3.4.1", "onnxruntime": "1.32.0"}


def installed(name: str) -> str:
    if name not in HERE:
        raise PackageNotFoundError(name)
    return HERE[name]


def shortfall_of(name: str, *, accelerated: bool = False) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    lines = FORMATS[name].requirements_for("model/m.x", accelerated=accelerated)
    found = find_shortfall("\n".join(lines), installed)
    return found.missing, found.different


def test_what_is_missing_is_named_by_its_requirement() -> None:
    assert shortfall_of("transformers") == (("transformers==5.23.0",), ())
    assert shortfall_of("lightgbm") == (("lightgbm==4.7.0",), ())
    assert find_shortfall("a-b==1", installed).remedy == "pip install a-b==1"
    assert find_shortfall("a_b==1", installed, without=["A-b==2"]).missing == ()


def test_another_build_of_the_same_library_will_do() -> None:
    missing, different = shortfall_of("xgboost")
    assert missing == ()
    assert [version for _, version in different] in ([], ["3.4.1"])
    (line,) = FORMATS["onnx"].accelerated or ()
    assert shortfall_of("onnx", accelerated=True) == ((), ((line, "1.32.0"),))
