"""A compiled workspace -> one HTML page that fetches nothing: styles, script and pictures are inside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mlspec.compile import Compilation
from mlspec.plan.cost import NOTHING, HourlyCost

from .facts import Bounds, Deployment, facts

_FEW = 24
"""Up to so many deployments all is open at once; above, a picture for each is too much to look at."""


@dataclass(frozen=True)
class Model:
    name: str
    deployments: tuple[Deployment, ...]


@dataclass(frozen=True)
class Place:
    """An environment, and what all of its models take together."""

    name: str
    kubernetes: str
    namespace: str
    models: int
    cards: Bounds
    cost: HourlyCost
    unknown: int
    """Models with accelerators of which nobody says what they cost."""


def workspace_page(compilation: Compilation) -> str:
    """The page as text; the compilation has no errors."""
    deployments = [
        facts(resolved, compilation.outputs[f"{resolved.environment.name}/{resolved.name}"])
        for resolved in sorted(compilation.resolution.specs, key=lambda spec: spec.name)
    ]
    names = dict.fromkeys(deployment.model for deployment in deployments)
    models = [Model(name, tuple(each for each in deployments if each.model == name)) for name in names]
    environment = Environment(
        loader=PackageLoader("mlspec.report.page"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"dollars": dollars, "cost": cost}
    source = environment.loader.get_source if environment.loader else None
    assert source is not None  # noqa: S101 - for mypy: the loader has just been given
    style, script = (source(environment, name)[0] for name in ("page.css", "filter.js"))
    return environment.get_template("page.html.jinja").render(
        models=models,
        places=[_place(spec_environment, deployments) for spec_environment in _environments(compilation)],
        total=len(deployments),
        open=len(deployments) <= _FEW,
        # Of our own files alone; whatever comes from a spec is escaped.
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _environments(compilation: Compilation) -> list[tuple[str, str, str]]:
    return [(each.name, each.spec.kubernetes, each.namespace) for each in compilation.resolution.environments]


def _place(environment: tuple[str, str, str], deployments: Iterable[Deployment]) -> Place:
    name, kubernetes, namespace = environment
    mine = [each for each in deployments if each.environment == name]
    return Place(
        name=name,
        kubernetes=kubernetes,
        namespace=namespace,
        models=len(mine),
        cards=Bounds(sum(each.cards.least for each in mine), sum(each.cards.most for each in mine)),
        cost=sum((each.cost for each in mine if each.cost), start=NOTHING),
        unknown=sum(each.cost is None for each in mine),
    )


def dollars(amount: Decimal) -> str:
    """`$1,234.50`."""
    return f"${amount:,.2f}"


def cost(hourly: HourlyCost | None) -> str:
    """`$1.60 to $16.00`; of a batch what a run adds; nothing where there is nothing to pay for."""
    if hourly is None:
        return "not known"
    least, most = dollars(hourly.least), dollars(hourly.most)
    served = least if least == most else f"{least} to {most}"
    if not hourly.batch:
        return served if hourly.most else "–"
    return f"{served}, {dollars(hourly.batch)} more in a run" if hourly.most else f"{dollars(hourly.batch)} in a run"
