"""A model's `uri` -> its parts: the scheme, what it is in (a bucket, a host, an image, a claim), and the path there."""

from __future__ import annotations

import re

from msgspec import Struct

from .section import Invalid

FETCHED = ("s3", "gs", "az", "https", "hf")
"""Brought by an init container before the server starts."""
MOUNTED = ("oci", "pvc")
"""There when the pod starts."""

_KEY = r"(?!.*//)(?!(?:.*/)?\.{1,2}(?:/|$))[^\s?#\\]+"
_LONGEST = 1024


class Form(Struct, frozen=True):
    """How a kind of URI is written; the pattern's groups are `root` and `path`."""

    pattern: str
    written: str


FORMS = {
    "s3": Form(rf"(?P<root>[a-z0-9][a-z0-9.-]{{1,61}}[a-z0-9])/(?P<path>{_KEY})", "s3://<bucket>/<key>"),
    "gs": Form(rf"(?P<root>[a-z0-9][a-z0-9._-]{{1,220}}[a-z0-9])/(?P<path>{_KEY})", "gs://<bucket>/<object>"),
    "az": Form(
        rf"(?P<root>[a-z0-9]{{3,24}}/[a-z0-9][a-z0-9-]{{1,61}}[a-z0-9])/(?P<path>{_KEY})",
        "az://<account>/<container>/<blob>",
    ),
    "https": Form(rf"(?P<root>[A-Za-z0-9.-]+(?::[0-9]{{1,5}})?)/(?P<path>{_KEY}(?<!/))", "https://<host>/<file>"),
    "hf": Form(
        rf"(?P<root>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:/(?P<path>{_KEY}))?",
        "hf://<organisation>/<name>, or a file of it: hf://<organisation>/<name>/<file>",
    ),
    "oci": Form(
        rf"(?P<root>[A-Za-z0-9.-]+(?::[0-9]{{1,5}})?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+@sha256:[0-9a-f]{{64}})"
        rf"(?:/(?P<path>{_KEY}))?",
        "oci://<registry>/<repository>@sha256:<digest>, or a file in it: oci://…@sha256:<digest>/<file>",
    ),
    "pvc": Form(
        rf"(?P<root>[a-z0-9](?:[-a-z0-9.]{{0,251}}[a-z0-9])?)(?:/(?P<path>{_KEY}))?", "pvc://<claim>/<path in it>"
    ),
}


class Location(Struct, frozen=True):
    """Where a model is, other than beside its spec."""

    scheme: str
    root: str
    path: str
    """Ends with `/`, or is empty, for a folder."""

    @property
    def is_fetched(self) -> bool:
        return self.scheme in FETCHED

    @property
    def name(self) -> str:
        """Of the file; empty for a folder."""
        return self.path.rpartition("/")[2]


def location(uri: str | None) -> Location | None:
    """None for a path beside the spec, for nothing, and for what no pod can find by itself (a registry of models)."""
    scheme, _, rest = (uri or "").partition("://")
    form = FORMS.get(scheme)
    match = re.fullmatch(form.pattern, rest, re.ASCII) if form else None
    return Location(scheme, match["root"], match["path"] or "") if match else None


def checked_uri(uri: str) -> str:
    """The same; raises Invalid where a URI of a known kind is not written as it must be."""
    scheme, _, rest = uri.partition(":")
    if scheme not in FORMS:
        return uri
    written = FORMS[scheme].written
    if "@" in rest and scheme != "oci":
        raise Invalid("no place for a user or a password", "the environment's `modelStores` name the Secret")
    if "?" in rest or "#" in rest:
        raise Invalid("a `?` or `#` has no place here", "a signed address would stop working: name a Secret instead")
    if scheme == "https" and rest.endswith("/"):
        raise Invalid("a folder cannot be listed over HTTPS", "name a file, or use s3, gs, az or hf")
    if scheme == "oci" and "@sha256:" not in rest:
        raise Invalid("not pinned: a tag can move", f"write `{written}`")
    if location(uri) is None or len(uri) > _LONGEST:
        raise Invalid(f"not an address of this kind ({scheme}:)", f"write `{written}`")
    return uri
