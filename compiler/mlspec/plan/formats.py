"""A model format's word -> what an image for it needs, and how long it takes to start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

PYTHON = "python:{python}-slim"
"""The official image: current Debian stable, glibc 2.28 or later as binary wheels need it."""


@dataclass(frozen=True)
class Format:
    """Defaults of one format. The pins of a supported row are built into an image and run by tests/images."""

    requirements: tuple[str, ...] = ()
    accelerated: tuple[str, ...] | None = None
    """Instead of `requirements` where the model has an accelerator; None: the same."""
    by_suffix: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """More requirements for a model file with this ending."""
    system_packages: tuple[str, ...] = ()
    base_image: str = PYTHON
    pickle: bool = False
    """Loading the model runs code that stands in it."""
    safe_suffixes: frozenset[str] = frozenset()
    """Endings of this format that are not pickles after all."""
    startup_seconds: int = 10
    """From exec to a loaded model of no size, on one slow core; reading the model's bytes comes on top."""
    supported: bool = False

    def runs_code(self, path: str) -> bool:
        """True where loading the model file at `path` can run code that stands in it."""
        return self.pickle and PurePosixPath(path).suffix not in self.safe_suffixes

    def requirements_for(self, path: str, *, accelerated: bool) -> tuple[str, ...]:
        """Requirement lines for a model file at `path`, on an accelerator or without."""
        chosen = self.accelerated if accelerated and self.accelerated is not None else self.requirements
        return (*chosen, *self.by_suffix.get(PurePosixPath(path).suffix, ()))


SCIKIT_LEARN = "scikit-learn==1.9.1"

FORMATS: Mapping[str, Format] = {
    "sklearn": Format(
        requirements=(SCIKIT_LEARN,),
        by_suffix={".skops": ("skops==0.16.0",)},
        pickle=True,
        safe_suffixes=frozenset({".skops"}),
        supported=True,
    ),
    "onnx": Format(
        requirements=("onnxruntime==1.32.0",),
        # CUDA and cuDNN come as wheels, so that the same slim base serves: only the driver is the node's.
        accelerated=("onnxruntime-gpu[cuda,cudnn]==1.31.1",),
        supported=True,
    ),
    "python": Format(supported=True),
    "xgboost": Format(requirements=("xgboost==3.4.1",)),
    # Its wheel does not carry OpenMP's runtime, unlike those of scikit-learn and xgboost.
    "lightgbm": Format(requirements=("lightgbm==4.7.0",), system_packages=("libgomp1",)),
    "pytorch": Format(requirements=("torch==2.15.0",), pickle=True, startup_seconds=30),
    "transformers": Format(requirements=("torch==2.15.0", "transformers==5.23.0"), startup_seconds=60),
    "vllm": Format(base_image="vllm/vllm-openai:v0.33.0", startup_seconds=180),
}
