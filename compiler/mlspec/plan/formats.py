"""A model format's word -> what an image for it needs, what its loader reads, and how long it takes to start."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from msgspec import Struct, field

PYTHON = "python:{python}-slim"
"""The official image: current Debian stable, glibc 2.28 or later as binary wheels need it."""

Reads = Literal["file", "folder", "either"]


class Format(Struct, frozen=True):
    """Defaults of one format. The pins of a row are built into an image and run by tests/images."""

    requirements: tuple[str, ...] = ()
    accelerated: tuple[str, ...] | None = None
    """Instead of `requirements` where the model has an accelerator; None: the same."""
    by_suffix: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """More requirements for a model file with this ending."""
    system_packages: tuple[str, ...] = ()
    base_image: str = PYTHON
    brings_python: str | None = None
    """The minor version of the Python in a base image that no spec says it of."""
    reads: Reads = "either"
    """What the model at `uri` is."""
    suffixes: tuple[str, ...] = ()
    """Endings of the files that its loader reads, the recommended one first; empty: it does not look."""
    methods: tuple[str, ...] = ()
    """What `model.predict` may say; empty: there is nothing to choose."""
    pickle: bool = False
    """Loading the model runs code that stands in it."""
    safe_suffixes: frozenset[str] = frozenset()
    """Endings of this format that are not pickles after all."""
    shared_memory: int = 0
    """Bytes of /dev/shm at most where the spec does not say; 0: the container runtime's own 64 MiB do."""
    memory: int = 0
    """Bytes that the server takes before it has a model, where a framework makes that more than a trifle."""
    memory_per_card: int = 0
    """The same, for each card or slice that a process of its own drives."""
    server: Literal["mlspec", "vllm"] = "mlspec"
    """Whose server answers: our own, or the one that the base image brings."""
    temporary_storage: int = 2**30
    """Bytes that may be written to /tmp, where libraries keep what they compile."""
    startup_seconds: int = 10
    """From exec to a loaded model of no size, on one slow core; reading the model's bytes comes on top."""
    warm_up_seconds: int = 5
    """For the first request, of zeros, after which the server is ready: on a CPU three at most were measured
    (benchmarks/start-up); on a card a framework loads its kernels then, or tries which of them are fastest."""

    def runs_code(self, path: str) -> bool:
        """True where loading the model file at `path` can run code that stands in it."""
        return self.pickle and PurePosixPath(path).suffix not in self.safe_suffixes

    def requirements_for(self, path: str, *, accelerated: bool) -> tuple[str, ...]:
        """Requirement lines for a model file at `path`, on an accelerator or without."""
        chosen = self.accelerated if accelerated and self.accelerated is not None else self.requirements
        return (*chosen, *self.by_suffix.get(PurePosixPath(path).suffix, ()))


SCIKIT_LEARN = "scikit-learn==1.9.1"
PANDAS = "pandas==3.1.1"
"""For a scikit-learn model that chooses its columns by their names."""
TORCH = "torch==2.15.0"
"""PyPI's build for Linux, which computes on CUDA where there is a card and on the CPU where there is none."""
_MIB, _GIB = 2**20, 2**30
_OF_TREES = 1
"""Measured: less than a tenth, of all that computes on the CPU without a framework for tensors."""

FORMATS: Mapping[str, Format] = {
    "sklearn": Format(
        requirements=(SCIKIT_LEARN,),
        by_suffix={".skops": ("skops==0.16.0",)},
        reads="file",
        suffixes=(".joblib", ".skops", ".pkl", ".pickle"),
        methods=("predict", "predict_proba", "decision_function"),
        pickle=True,
        safe_suffixes=frozenset({".skops"}),
        warm_up_seconds=_OF_TREES,
    ),
    "onnx": Format(
        requirements=("onnxruntime==1.32.0",),
        # CUDA and cuDNN come as wheels, so that the same slim base serves: only the driver is the node's.
        accelerated=("onnxruntime-gpu[cuda,cudnn]==1.31.1",),
        reads="file",
        suffixes=(".onnx",),
    ),
    "xgboost": Format(
        # The same library without NCCL and the kernels for GPUs: 5 MB rather than 400.
        requirements=(
            "xgboost-cpu==3.4.1; python_version >= '3.12'",
            "xgboost-cpu==3.2.0; python_version < '3.12'",
        ),
        reads="file",
        suffixes=(".ubj", ".json"),
        methods=("predict", "predict_proba"),
        warm_up_seconds=_OF_TREES,
    ),
    "lightgbm": Format(
        requirements=("lightgbm==4.7.0",),
        # Its wheel does not carry OpenMP's runtime, unlike those of scikit-learn and xgboost.
        system_packages=("libgomp1",),
        reads="file",
        suffixes=(".txt",),
        methods=("predict", "predict_proba", "decision_function"),
        warm_up_seconds=_OF_TREES,
    ),
    "pytorch": Format(
        requirements=(TORCH,),
        by_suffix={".safetensors": ("safetensors==0.8.0",)},
        suffixes=(".pt2", ".pt", ".pth", ".safetensors"),
        pickle=True,
        safe_suffixes=frozenset({".safetensors"}),
        shared_memory=_GIB,
        memory=704 * _MIB,
        # Twelve seconds of computing, and gigabytes of libraries that a node reads from its disk for the first time.
        startup_seconds=60,
    ),
    "transformers": Format(
        requirements=(TORCH, "transformers==5.23.0"),
        reads="folder",
        shared_memory=_GIB,
        memory=768 * _MIB,
        startup_seconds=90,
    ),
    "python": Format(),
    "vllm": Format(
        base_image="vllm/vllm-openai:v0.33.0",
        brings_python="3.12",
        reads="folder",
        # What its processes on several cards send each other.
        shared_memory=8 * _GIB,
        # A process for the API, one that schedules, and one for each card (docs/design/arch_overview.md of vLLM), which
        # has 4 GB with CUDA's libraries and the buffers that its weights go through (vllm-project/vllm#3035). For one
        # card that makes the 6 GB of the Deployment in vLLM's own docs/deployment/k8s.md.
        memory=2 * _GIB,
        memory_per_card=4 * _GIB,
        server="vllm",
        # torch.compile, Triton and FlashInfer keep the kernels that they make for the card.
        temporary_storage=8 * _GIB,
        startup_seconds=180,
        # It answers as ready only once it has measured the cards and captured its graphs.
        warm_up_seconds=0,
    ),
}
