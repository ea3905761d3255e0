"""Where a model comes from and what its image contains, with the files of the workspace that this needs."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import strategies as st

from mlspec_runtime.digest import folder_digest
from tests.strategies.text import versions

Spec = dict[str, Any]

DATATYPES = ("BOOL", "UINT8", "INT64", "FP16", "FP32", "FP64", "BYTES")
NAMES = st.sampled_from(["x", "input 1", '"', "\N{SNOWMAN}", "a\nb", "{{", "n" * 128])
TENSORS = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "datatype": st.sampled_from(DATATYPES),
            "shape": st.lists(st.integers(-1, 2**31 - 1), min_size=1, max_size=8),
        }
    ),
    max_size=3,
    unique_by=lambda tensor: str(tensor["name"]),
)
TABLES = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "datatype": st.sampled_from(DATATYPES),
            "shape": st.sampled_from([[-1], [-1, 1], [-1, 3]]),
        }
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda tensor: str(tensor["name"]),
)
"""Inputs whose columns could stand in a file."""
FILE_NAMES = ("model.bin", "m \N{SNOWMAN} '\"$(id)", "a/b/c.d", "M" * 100)
METHODS = {
    "sklearn": ("predict", "predict_proba", "decision_function"),
    "lightgbm": ("predict", "predict_proba", "decision_function"),
    "xgboost": ("predict", "predict_proba"),
}
ENDINGS = {
    "sklearn": (".joblib", ".skops", ".pkl"),
    "xgboost": (".ubj", ".json"),
    "lightgbm": (".txt",),
    "onnx": (".onnx",),
    "pytorch": (".pt2", ".pt", ".pth"),
}
"""Without those that need a handler; an ending that nobody knows fits every format."""
TEXT = [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
PLACES = (
    "s3://models/fraud/3.2.0/",
    "s3://models.example.com/",
    "gs://models/a/b/",
    "az://account1/models/",
    "https://models.example.com:8443/m%20n/",
    "hf://organisation/some.model/",
    "pvc://models/",
    "pvc://models.nfs/fraud/",
)
IMAGE_VOLUME = f"oci://registry.example.com/ml/fraud@sha256:{'1' * 64}/"
FOLDERS = ("s3://models/fraud/3.2.0/", "gs://models/a/", "hf://organisation/some.model", "pvc://models", "pvc://a/b/")


@st.composite
def elsewhere(draw: st.DrawFn, kind: str, *, digest: bool, image_volumes: bool) -> Spec:
    """A model that is fetched or mounted."""
    places = (*PLACES, IMAGE_VOLUME) if image_volumes else PLACES
    files = st.builds("{}m{}".format, st.sampled_from(places), st.sampled_from(ENDINGS.get(kind, (".bin",))))
    spec = draw(_found_at(draw(files | st.sampled_from(FOLDERS)), digest=digest))
    return spec | {"size": draw(st.sampled_from(["1k", "100Mi", "300M"]))}


@st.composite
def folders_elsewhere(draw: st.DrawFn, *, digest: bool, image_volumes: bool) -> Spec:
    """A model of several files that is fetched or mounted, but for its size."""
    # A whole image is named without a path, and so without the slash before one.
    uri = draw(st.sampled_from((*FOLDERS, IMAGE_VOLUME.rstrip("/")) if image_volumes else FOLDERS))
    return draw(_found_at(uri, digest=digest))


@st.composite
def _found_at(draw: st.DrawFn, uri: str, *, digest: bool) -> Spec:
    spec: Spec = {"uri": uri}
    if uri.startswith("hf:"):
        spec["revision"] = draw(st.sampled_from(["0" * 40, "4f1c" * 10]))
    return spec | ({"digest": f"sha256:{'2' * 64}"} if digest or draw(st.booleans()) else {})


@st.composite
def sources(
    draw: st.DrawFn, folder: str, files: dict[str, bytes], *, digest: bool, image_volumes: bool = False
) -> Spec:
    """The block `model`; the bytes are no model, which nothing but a server would notice."""
    kind = draw(st.sampled_from(["python", "transformers", *ENDINGS]))
    spec: Spec = {"format": kind, "version": draw(versions)}
    content = draw(st.binary(max_size=40))
    if draw(st.integers(0, 2)) == 0:
        spec |= draw(elsewhere(kind, digest=digest, image_volumes=image_volumes))
    elif kind != "python" or digest or draw(st.booleans()):
        name, sha256 = draw(file_names(kind)), hashlib.sha256(content).hexdigest()
        names = ["config.json", "w/1.bin"] if name.endswith("/") else [""]
        files |= {f"{folder}/{name}{inner}": content for inner in names}
        spec["uri"] = f"./{name}"
        if digest or draw(st.booleans()):
            whole = folder_digest((inner, sha256) for inner in names) if len(names) > 1 else f"sha256:{sha256}"
            spec["digest"] = whole
    inputs = st.just(TEXT) if kind == "transformers" else TENSORS
    fields = {"inputs": inputs, "outputs": TENSORS}
    if "size" not in spec:
        fields["size"] = st.sampled_from(["1k", "100Mi"])
    if kind in METHODS:
        fields["predict"] = st.sampled_from(METHODS[kind])
    required = {"inputs": TENSORS.filter(bool)} if kind == "pytorch" else {}
    return spec | draw(
        st.fixed_dictionaries(required, optional={key: each for key, each in fields.items() if key not in required})
    )


def file_names(kind: str) -> st.SearchStrategy[str]:
    """What a model of this format may be called; a folder ends with `/`."""
    if kind == "transformers":
        return st.just("folder/")
    plain = st.sampled_from(FILE_NAMES)
    if kind == "python":
        return plain | st.just("folder/")
    return plain | st.builds(
        str.__add__, st.sampled_from(["model", "m \N{SNOWMAN} '\"$(id)"]), st.sampled_from(ENDINGS[kind])
    )


@st.composite
def code(draw: st.DrawFn, folder: str, files: dict[str, bytes], *, needed: bool) -> Spec:
    """A handler and the code that has it."""
    if not needed and draw(st.booleans()):
        return {}
    module, where = draw(st.sampled_from([("handler", "./src"), ("a.b", "./src/"), ("x_1", "./c \N{SNOWMAN}")]))
    files[f"{folder}/{where.strip('./')}/{module.replace('.', '/')}.py"] = b"class Handler: ..."
    return {"code": where, "handler": f"{module}:Handler"}


@st.composite
def requirements(draw: st.DrawFn, folder: str, files: dict[str, bytes]) -> Spec:
    """What else is installed, from a list or from a file."""
    lines = draw(
        st.lists(
            st.sampled_from(["scikit-learn==1.9.1", "torch", "pandas[parquet,s3]>=2,<3", "a.b_c~=1.0"]),
            unique=True,
            max_size=3,
        )
    )
    fields: dict[str, st.SearchStrategy[object]] = {
        "python": st.sampled_from(["3.11", "3.12", "3.13"]),
        "baseImage": st.sampled_from(["python:3.13-slim", f"registry.example.com:5000/a/b@sha256:{'0' * 64}"]),
        "systemPackages": st.lists(st.sampled_from(["libgomp1", "g++=4:14.2.0-1"]), unique=True, max_size=2),
    }
    spec = draw(st.fixed_dictionaries({}, optional=fields))
    if draw(st.booleans()) and lines:
        files[f"{folder}/requirements.txt"] = "\r\n".join(["# pins", *lines]).encode()
        return spec | {"requirements": "./requirements.txt"}
    return spec | ({"requirements": lines} if lines else {})
