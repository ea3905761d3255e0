"""`spec.batch`: stored rows that are scored by a Job, once or by a schedule."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from .cron import Cron, TimeZone, parse_schedule
from .location import checked_uri
from .scalars import DNS_NAME, Duration, between, parse_duration
from .section import Invalid, Section

_LONGEST = 1024
SCHEMES = ("pvc", "s3", "gs", "az", "https")
_PLACES = ("{date}", "{time}")
_KEY = r"(?!.*//)(?!(?:.*/)?\.{1,2}(?:/|$))[^\s?#\\{}]*"
_CLAIM = rf"{DNS_NAME[1:-1]}(/{_KEY})?"


def _uri(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise Invalid("expected a URI", "write where the files are: `pvc://lake/customers/`")
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in SCHEMES:
        known = ", ".join(f"{each}://" for each in SCHEMES)
        raise Invalid("not a place that a Job can reach", f"begin it with one of {known}")
    plain = rest
    for place in _PLACES:
        plain = plain.replace(place, "0")
    if "{" in plain or "}" in plain:
        raise Invalid("has a placeholder that there is not", f"there are {' and '.join(_PLACES)}")
    if scheme != "pvc":
        return checked_uri(value)
    if not re.fullmatch(_CLAIM, plain, re.ASCII):
        raise Invalid("not an address of this kind (pvc:)", "write `pvc://<claim>/<path in it>`")
    return value


def _columns(value: object) -> object:
    """A single name stands for a list of one."""
    return [value] if isinstance(value, str) else value


Uri = Annotated[
    str,
    BeforeValidator(_uri),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^({'|'.join(SCHEMES)})://",
            "maxLength": _LONGEST,
            "examples": ["pvc://lake/customers/{date}/", "s3://lake/customers/{date}/"],
        }
    ),
]
Column = Annotated[str, Field(min_length=1, max_length=256)]


class Batch(Section):
    """Files of rows that are scored with the same image and model, by an Indexed Job or a CronJob."""

    input: Annotated[
        Uri,
        Field(
            description="A folder, or one file (a store's folder ends with `/`); `{date}` and `{time}`: as scheduled."
        ),
    ]
    output: Annotated[Uri, Field(description="A folder that holds nothing else; `{date}` and `{time}` as in `input`.")]
    format: Annotated[Literal["parquet", "csv", "jsonl"], Field(description="Of the input's files and the output's.")]
    schedule: Annotated[
        Cron | None, Field(description="Five fields, as cron has them; absent: once, when it is first applied.")
    ] = None
    time_zone: Annotated[TimeZone, Field(description="In which the schedule is meant: an IANA name.")] = "Etc/UTC"
    shards: Annotated[
        int, Field(ge=1, le=10_000, description="Parts of the work, each by a pod of its own; files or row groups.")
    ] = 1
    parallelism: Annotated[int | None, Field(ge=1, le=10_000, description="Pods at once; default: all shards.")] = None
    columns: Annotated[
        dict[
            Annotated[str, Field(min_length=1, max_length=128)],
            Annotated[
                Annotated[list[Column], Field(min_length=1, max_length=10_000)],
                BeforeValidator(_columns),
                WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
            ],
        ],
        Field(description="For an input of the model its column, or several side by side; default by name."),
    ] = {}
    id: Annotated[Column | None, Field(description="The column that tells rows apart: carried over, never empty.")] = (
        None
    )
    keep: Annotated[list[Column], Field(description="Columns that the output has beside the predictions.")] = []
    batch_size: Annotated[int, Field(ge=1, le=1_000_000, description="Rows in one call of the model.")] = 1024
    timeout: Annotated[
        Annotated[Duration, between("1m", "7d")],
        Field(description="A run that takes longer is ended and has failed.", json_schema_extra={"default": "6h"}),
    ] = parse_duration("6h")

    @property
    def pods(self) -> int:
        """How many run at once."""
        return min(self.parallelism or self.shards, self.shards)

    @model_validator(mode="after")
    def _sound_shards(self) -> Self:
        if self.parallelism is not None and self.parallelism > self.shards:
            raise Invalid(
                f"more than there are shards ({self.shards})", "raise shards or lower this", at=("parallelism",)
            )
        return self

    @model_validator(mode="after")
    def _sound_schedule(self) -> Self:
        if self.schedule is None:
            if "time_zone" in self.model_fields_set:
                raise Invalid("without a schedule there is no time to tell", "remove it", at=("timeZone",))
            for key, uri in (("input", self.input), ("output", self.output)):
                if any(place in uri for place in _PLACES):
                    raise Invalid("only a `schedule` has a date", "write the date itself, or a schedule", at=(key,))
            return self
        if "{date}" not in self.output:
            raise Invalid(
                "the same place for every run", "write `{date}` in it: a run never replaces another", at=("output",)
            )
        if parse_schedule(self.schedule).runs_a_day > 1 and "{time}" not in self.output:
            raise Invalid(
                "the same place for all runs of a day", "write `{time}` in it, beside `{date}`", at=("output",)
            )
        return self

    @model_validator(mode="after")
    def _output_is_writable(self) -> Self:
        if self.output.startswith("https:"):
            raise Invalid("nothing can be written over HTTPS", "write into a bucket or a claim", at=("output",))
        return self

    @model_validator(mode="after")
    def _output_is_apart(self) -> Self:
        source, target = (uri.rstrip("/") + "/" for uri in (self.input, self.output))
        if target.startswith(source) or source.startswith(target):
            raise Invalid("input and output lie in one another", "name two folders of their own", at=("output",))
        return self

    @model_validator(mode="after")
    def _unique_columns(self) -> Self:
        seen = {self.id}
        for index, name in enumerate(self.keep):
            if name in seen:
                raise Invalid("is carried over already", "name each column once", at=("keep", index))
            seen.add(name)
        return self
