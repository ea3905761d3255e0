"""Text of the spec -> durations, sizes, shares and names, each with its unit and its limits."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from msgspec import Struct
from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from .section import Invalid

DURATION = r"^(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m(?!s))?([0-9]+s)?([0-9]+ms)?$"
SIZE = r"^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T)$"
CPU = r"^([0-9]+m|[0-9]+(\.[0-9]{1,3})?)$"
PERCENT = r"^[0-9]+(\.[0-9]+)?%$"
WHOLE_PERCENT = r"^([1-9][0-9]?|100)%$"
DNS_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
DNS_1035 = r"^[a-z]([-a-z0-9]*[a-z0-9])?$"
DNS_NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
KEY_NAME = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
REGISTRY = r"[a-z0-9]+((\.|_|-+)[a-z0-9]+)*(:[0-9]{1,5})?(/[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*)*"

_MILLISECONDS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_BYTES = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_LONGEST = timedelta(days=400)
_LARGEST = 2**53
_DIGITS = 32
"""No quantity needs more characters; Python's own conversion refuses thousands of digits with another error."""


def _text(value: object, what: str, example: str) -> str:
    if isinstance(value, str) and len(value) <= _DIGITS:
        return value
    raise Invalid(f"expected {what}", f"write it with its unit, for instance `{example}`")


def _unlike(label: str, meant: str, otherwise: str) -> Invalid:
    """What was meant (`meant.py`, which is imported for findings only), else how such a value is written."""
    return Invalid(label, "" if meant else otherwise, fix=meant)


def parse_duration(value: object) -> timedelta:
    """`1h30m`, `250ms`, … -> timedelta; raises Invalid."""
    if isinstance(value, timedelta):
        return value
    text = _text(value, "a duration", "30s")
    if not re.fullmatch(DURATION, text, re.ASCII):
        from .meant import meant_duration

        how = "write whole numbers with a unit, largest first: `250ms`, `30s`, `1h30m`, `7d`"
        raise _unlike("not a duration", meant_duration(text), how)
    milliseconds = sum(int(number) * _MILLISECONDS[unit] for number, unit in re.findall(r"([0-9]+)([a-z]+)", text))
    if milliseconds > _LONGEST // timedelta(milliseconds=1):
        raise Invalid("too long a duration", "the longest is 400d")
    return timedelta(milliseconds=milliseconds)


def parse_size(value: object) -> int:
    """`180Mi`, `1.5Gi`, `2G` -> bytes; raises Invalid."""
    text = _text(value, "a size", "1Gi")
    if not re.fullmatch(SIZE, text, re.ASCII):
        from .meant import meant_size

        raise _unlike("not a size", meant_size(text), "write a number with a unit: `512Mi`, `1Gi`")
    number = text.rstrip("KMGTki")
    size = Fraction(number) * _BYTES[text.removeprefix(number)]
    if size.denominator != 1:
        raise Invalid("not a whole number of bytes", "use a smaller unit")
    if not 0 < size < _LARGEST:
        raise Invalid("a size must be above 0 and below 8Pi")
    return int(size)


def parse_cpu(value: object) -> int:
    """`500m`, `2`, `0.5` (text or number) -> thousandths of a core; raises Invalid."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Invalid("expected an amount of CPU", "write cores or thousandths of a core: `2`, `0.5`, `500m`")
    plausible = len(value) <= _DIGITS if isinstance(value, str) else abs(value) < _DIGITS**_DIGITS
    text = str(value) if plausible else ""
    if not re.fullmatch(CPU, text, re.ASCII):
        from .meant import meant_cpu

        how = "write cores or thousandths of a core: `2`, `0.5`, `500m`"
        raise _unlike("not an amount of CPU", meant_cpu(text), how)
    millicores = int(text[:-1]) if text.endswith("m") else int(Decimal(text) * 1000)
    if not 0 < millicores <= 1_024_000:
        raise Invalid("CPU must be above 0 and at most 1024 cores")
    return millicores


def parse_percent(value: object) -> Decimal:
    """`99.9%` -> Decimal("0.999"); raises Invalid."""
    if not isinstance(value, str):
        from .meant import meant_percent

        raise _unlike("expected a percentage", meant_percent(value), "write it with its unit, for instance `99.9%`")
    text = _text(value, "a percentage", "99.9%")
    if not re.fullmatch(PERCENT, text, re.ASCII) or len(text) > 12:
        from .meant import meant_percent

        raise _unlike("not a percentage", meant_percent(text), "write a number and `%`, for instance `99.9%`")
    share = Decimal(text[:-1]) / 100
    if not 0 <= share <= 1:
        raise Invalid("a percentage must lie between 0% and 100%")
    return share


def _whole_percent(share: Decimal) -> Decimal:
    if share == 0 or share * 100 % 1:
        raise Invalid("must be a whole percentage above 0%", "Kubernetes takes whole numbers here: `70%`")
    return share


def _objective(share: Decimal) -> Decimal:
    if not 0 < share < 1:
        raise Invalid("an objective lies between 0% and 100%", "100% leaves no error budget to measure; write `99.9%`")
    return share


def between(shortest: str, longest: str) -> AfterValidator:
    """Bounds for a duration, both allowed."""
    low, high = parse_duration(shortest), parse_duration(longest)

    def check(value: timedelta) -> timedelta:
        if not low <= value <= high:
            raise Invalid(f"must lie between {shortest} and {longest}", "write a duration in these bounds")
        return value

    return AfterValidator(check)


def share_between(least: str, most: str) -> AfterValidator:
    """Bounds for a percentage, both allowed."""
    low, high = parse_percent(least), parse_percent(most)

    def check(value: Decimal) -> Decimal:
        if not low <= value <= high:
            raise Invalid(f"must lie between {least} and {most}", "write a percentage in these bounds")
        return value

    return AfterValidator(check)


class Word(Struct, frozen=True):
    """Metadata of a text type: its pattern, its length at most, what it is called and the rule behind it."""

    pattern: str
    length: int
    what: str
    rule: str
    examples: tuple[str, ...] = ()

    def parse(self, value: object) -> str:
        """The text itself; raises Invalid."""
        if not isinstance(value, str):
            raise Invalid(
                f"expected {self.what}", "write it in quotes" if isinstance(value, int | float) else self.rule
            )
        if not re.fullmatch(self.pattern, value, re.ASCII):
            from .meant import meant_word

            meant = meant_word(value, self.pattern, self.length)
            raise Invalid(f"not {self.what}", f"did you mean `{meant}`? {self.rule}" if meant else self.rule, fix=meant)
        if len(value) > self.length:
            raise Invalid(f"{len(value)} characters, at most {self.length} fit", self.rule)
        return value

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.parse, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        stated = {"type": "string", "pattern": self.pattern, "maxLength": self.length}
        return stated | ({"examples": list(self.examples)} if self.examples else {})


def _quantity(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


Duration = Annotated[timedelta, BeforeValidator(parse_duration), _quantity(DURATION, "250ms", "30s", "1h30m")]
Size = Annotated[int, BeforeValidator(parse_size), _quantity(SIZE, "512Mi", "1Gi")]
Cpu = Annotated[
    int,
    BeforeValidator(parse_cpu),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": CPU}, {"type": "number"}], "examples": ["500m", 2]}),
]
Percent = Annotated[Decimal, BeforeValidator(parse_percent), _quantity(PERCENT, "99.9%", "70%")]
WholePercent = Annotated[Percent, AfterValidator(_whole_percent), _quantity(WHOLE_PERCENT, "70%")]
Objective = Annotated[Percent, AfterValidator(_objective), _quantity(PERCENT, "99.9%")]

_LABEL_RULE = "use lower-case letters, digits and `-`, beginning and ending with a letter or digit"
ModelName = Annotated[
    str,
    Word(DNS_1035, 40, "a model's name", "use lower-case letters, digits and `-`, beginning with a letter", ("churn",)),
]
EnvironmentName = Annotated[
    str,
    Word(
        DNS_1035,
        20,
        "an environment's name",
        _LABEL_RULE,
        (
            "staging",
            "prod",
        ),
    ),
]
DnsLabel = Annotated[str, Word(DNS_LABEL, 63, "a DNS label", _LABEL_RULE, ("ml-prod",))]
DnsName = Annotated[
    str, Word(DNS_NAME, 253, "a DNS name", _LABEL_RULE + ", in parts joined by `.`", ("fraud.ml.example.com",))
]
Version = Annotated[
    str,
    Word(
        r"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$",
        50,
        "a version",
        "use letters, digits, `.`, `_` and `-`: it becomes part of an image tag and a label",
        ("1.0.0",),
    ),
]
Owner = Annotated[
    str,
    Word(
        r"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$",
        63,
        "a label's value",
        "use letters, digits, `.`, `_` and `-`: the owner becomes a label",
        ("payments-risk",),
    ),
]
LabelValue = Annotated[
    str,
    Word(
        r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$",
        63,
        "a label's value",
        "use at most 63 letters, digits, `.`, `_` and `-`",
        ("cc-1234",),
    ),
]
LabelKey = Annotated[
    str,
    Word(
        rf"^({DNS_NAME[1:-1]}/)?{KEY_NAME}$",
        253,
        "a label's key",
        "use a name of at most 63 letters, digits, `.`, `_` and `-`, with an optional DNS prefix and `/`",
        ("cost-centre",),
    ),
]
ResourceName = Annotated[
    str,
    Word(
        rf"^{DNS_NAME[1:-1]}/{KEY_NAME}$",
        253,
        "an extended resource",
        "write the name that the device plugin announces, with its domain",
        ("nvidia.com/gpu",),
    ),
]
MigProfile = Annotated[
    str,
    Word(
        r"^[0-9]{1,2}g\.[0-9]{1,3}gb([+-][a-z.]{2,8})?$",
        20,
        "a MIG profile",
        "write it as `nvidia-smi mig -lgip` lists it, in small letters: `1g.10gb` is one of seven parts with 10 GB",
        ("1g.10gb",),
    ),
]
MetricName = Annotated[
    str,
    Word(
        r"^[A-Za-z_][A-Za-z0-9_]*$",
        200,
        "a metric's name",
        "use letters, digits and `_`",
        ("mlspec_requests_in_progress",),
    ),
]
Commit = Annotated[
    str,
    Word(
        r"^[0-9a-f]{40}$",
        40,
        "a commit",
        "write its 40 hex digits, since a branch or a tag can move: "
        "`git ls-remote https://huggingface.co/<organisation>/<name>` shows them",
    ),
]
Branch = Annotated[
    str,
    Word(
        r"^[A-Za-z0-9][A-Za-z0-9._/-]*$",
        200,
        "a branch",
        "use letters, digits, `.`, `_`, `/` and `-`, beginning with a letter or digit",
        ("main",),
    ),
]
Region = Annotated[
    str,
    Word(r"^[a-z0-9-]{1,40}$", 40, "a region", "write it as the provider does: `eu-central-1`", ("eu-central-1",)),
]
AlertName = Annotated[
    str,
    Word(
        r"^[A-Z][A-Za-z0-9]*$",
        80,
        "an alert's name",
        "write it in CamelCase, as the community does: `FraudRateHigh`",
        ("FraudRateHigh",),
    ),
]
ObjectKind = Annotated[
    str,
    Word(r"^[A-Z][A-Za-z0-9]*$", 63, "a kind", "write it as Kubernetes does: `Deployment`", ("Deployment",)),
]
Digest = Annotated[str, Word(r"^sha256:[0-9a-f]{64}$", 71, "a digest", "write `sha256:` and 64 hex digits")]
EnvVarName = Annotated[
    str,
    Word(
        r"^[A-Za-z_][A-Za-z0-9_]*$",
        253,
        "an environment variable's name",
        "use letters, digits and `_`",
        ("OMP_NUM_THREADS",),
    ),
]
ImageReference = Annotated[
    str,
    Word(
        rf"^{REGISTRY}(:[A-Za-z0-9_][A-Za-z0-9._-]{{0,127}})?(@sha256:[0-9a-f]{{64}})?$",
        255,
        "an image reference",
        "write `[registry/]name:tag` or `…@sha256:<digest>`",
        ("python:3.13-slim",),
    ),
]
Registry = Annotated[
    str,
    Word(
        rf"^{REGISTRY}$",
        200,
        "a registry",
        "write a host with an optional port and path, without a scheme",
        ("registry.example.com/ml",),
    ),
]
