"""What is declared against what a model takes: said where no request can go well, and nothing where one may."""

from __future__ import annotations

import numpy as np
import pytest

from mlspec_runtime.fit import Declared, UnknownInput, tensors_misfit, width_misfit
from mlspec_runtime.signature import Tensors, TensorSpec


def _one(*shape: int, datatype: str = "FP32", name: str = "x") -> Tensors:
    return (TensorSpec(name, datatype, shape),)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (_one(-1, 4), "x has 4 columns in the signature, and the model takes 30"),
        (_one(-1), "x has 1 column in the signature"),
        ((*_one(-1), *_one(-1, 2, name="y")), "all inputs together has 3 columns"),
        (_one(-1, 30), None),
        ((*_one(-1, 29), *_one(-1, name="y")), None),
        (_one(-1, -1), None),
        (_one(-1, 5, 6), None),
        ((), None),
    ],
)
def test_columns_of_a_matrix(declared: Tensors, said: str | None) -> None:
    found = width_misfit(declared, 30)
    assert (found is None) if said is None else (found is not None and said in found)
    assert width_misfit(declared, None) is None


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (_one(-1, 64), None),
        (_one(-1, -1), None),
        (_one(1, 64), None),
        (_one(-1, 64, name="images"), "the model has no input 'images'; it has x"),
        (_one(-1, 64, datatype="FP64"), "x is FP64 in the signature, and the model takes FP32"),
        (_one(-1, 8, 8), "x has shape [-1, 8, 8] in the signature, and the model takes [-1, 64]"),
        (_one(-1, 63), "x has shape [-1, 63]"),
        ((), "the model needs x, which the signature does not have"),
    ],
)
def test_named_tensors(declared: Tensors, said: str | None) -> None:
    found = tensors_misfit(declared, _one(-1, 64))
    assert (found is None) if said is None else (found is not None and said in found)


def test_whoever_asks_for_an_input_that_is_not_declared() -> None:
    inputs = Declared({"x": np.zeros(1)})
    assert inputs.get("y") is None
    assert "y" not in inputs
    with pytest.raises(UnknownInput, match="asks for an input 'y', and the signature has x"):
        inputs["y"]
