"""`spec.model`: which model, in which format, from where, and its signature."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from .fields import OtherWords
from .location import checked_uri
from .paths import relative_path
from .scalars import Commit, Digest, Size, Version
from .section import Invalid, Section

Format = Literal["sklearn", "xgboost", "lightgbm", "onnx", "pytorch", "transformers", "vllm", "python"]
_CONVERT = "has no loader: convert it to `onnx`, or load it in a handler of format `python`"
_FORMAT_WORDS = OtherWords(
    meant={
        "scikit-learn": "sklearn",
        "scikit_learn": "sklearn",
        "scikitlearn": "sklearn",
        "joblib": "sklearn",
        "pickle": "sklearn",
        "skops": "sklearn",
        "xgb": "xgboost",
        "lgb": "lightgbm",
        "lgbm": "lightgbm",
        "onnxruntime": "onnx",
        "ort": "onnx",
        "torch": "pytorch",
        "torchscript": "pytorch",
        "torch.export": "pytorch",
        "safetensors": "pytorch",
        "hf": "transformers",
        "huggingface": "transformers",
        "hugging-face": "transformers",
        "bert": "transformers",
        "sentence-transformers": "transformers",
        "llm": "vllm",
        "openai": "vllm",
        "custom": "python",
        "pyfunc": "python",
    },
    advice=dict.fromkeys(("tensorflow", "tf", "keras", "savedmodel", "catboost", "paddle", "jax", "flax"), _CONVERT),
)
Datatype = Literal[
    "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"
]
_DATATYPE_WORDS = OtherWords(
    meant={
        "boolean": "BOOL",
        "byte": "UINT8",
        "short": "INT16",
        "int": "INT64",
        "integer": "INT64",
        "long": "INT64",
        "half": "FP16",
        "float16": "FP16",
        "float32": "FP32",
        "single": "FP32",
        "float": "FP32",
        "double": "FP64",
        "float64": "FP64",
        "str": "BYTES",
        "string": "BYTES",
        "text": "BYTES",
        "object": "BYTES",
    },
    advice=dict.fromkeys(["bfloat16", "bf16"], "FP32 holds every such number, and JSON and numpy have it"),
)
"""As numpy, ONNX and pandas call them."""
SCHEMES = ("s3", "gs", "az", "https", "hf", "models", "oci", "pvc")


def _uri(value: object) -> str:
    if not isinstance(value, str):
        raise Invalid("expected a path or a URI")
    scheme = value.partition(":")[0]
    if value.startswith("./"):
        return relative_path(value)
    if scheme in SCHEMES and ":" in value:
        return checked_uri(value)
    if value.startswith(("../", "/", "~")):
        raise Invalid("not beside the spec", "copy it into the spec's folder, `./<name>`; or into a store, `s3://…`")
    if ":" not in value:
        meant = f"./{value.lstrip('/')}"
        raise Invalid("neither a path nor a URI", f"a path beside the spec begins with `./`: `{meant}`", fix=meant)
    raise Invalid("unknown kind of URI", "use `./path` or one of " + ", ".join(f"{known}:" for known in SCHEMES))


Uri = Annotated[
    str,
    BeforeValidator(_uri),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(\./|(s3|gs|az|https|hf|oci|pvc)://|models:/)",
            "examples": ["./model.joblib", "s3://models/fraud/3.2.0/"],
        }
    ),
]


class Tensor(Section):
    """One input or output of the model, in the words of the Open Inference Protocol."""

    name: Annotated[str, Field(min_length=1, max_length=128, description="The tensor's name in requests.")]
    datatype: Annotated[Datatype, _DATATYPE_WORDS, Field(description="An Open Inference Protocol datatype.")]
    shape: Annotated[
        list[Annotated[int, Field(ge=-1, le=2**31 - 1)]],
        Field(min_length=1, max_length=8, description="Its dimensions; -1 where any size fits, first the batch."),
    ]


class ModelSource(Section):
    """Which model this is and where its file comes from."""

    format: Annotated[Format, Field(description="What wrote the model, and so what loads it."), _FORMAT_WORDS]
    version: Annotated[Version, Field(description="Goes into the image tag, labels, /v2 metadata and metrics.")]
    uri: Annotated[
        Uri | None,
        Field(
            description="Where the model comes from: a path beside the spec, or a store. Only python may leave it out."
        ),
    ] = None
    revision: Annotated[Commit | None, Field(description="hf:// only: a commit, so that the model cannot move.")] = None
    digest: Annotated[Digest | None, Field(description="sha256 of the model, verified before it is loaded.")] = None
    size: Annotated[
        Size | None,
        Field(
            description="Drives start-up budget, ephemeral storage and memory checks; known for a path beside the spec."
        ),
    ] = None
    inputs: Annotated[list[Tensor], Field(description="The signature's inputs; derived at start-up where absent.")] = []
    outputs: Annotated[list[Tensor], Field(description="The signature's outputs; derived where absent.")] = []
    predict: Annotated[
        Literal["predict", "predict_proba", "decision_function"],
        Field(description="For scikit-learn-like models: the method that answers a request."),
    ] = "predict"

    @model_validator(mode="after")
    def _unique_tensors(self) -> Self:
        for key, tensors in (("inputs", self.inputs), ("outputs", self.outputs)):
            names = [tensor.name for tensor in tensors]
            for index, name in enumerate(names):
                if name in names[:index]:
                    raise Invalid(f"there is a tensor {name!r} already", "name each once", at=(key, index, "name"))
        return self
