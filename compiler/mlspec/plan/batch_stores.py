"""ResolvedSpec -> the stores that its batch reads and writes: what its container is told, whom it asks, and as whom.

A pod has one account and a container one environment: the checks refuse stores that want two things of them.
"""

from __future__ import annotations

from msgspec import Struct

from mlspec.environment.resolved import ResolvedSpec
from mlspec.spec.location import Location, location
from mlspec.spec.model_store import ModelStore

from . import delivery
from .delivery import Opened
from .plan import Labels, Manifest


class DataStore(Struct, frozen=True):
    """`key` is the batch's `input` or `output`; `store` None where the environment says nothing of the place."""

    key: str
    where: Location
    store: ModelStore | None

    @property
    def variables(self) -> dict[str, Manifest]:
        """By name."""
        return {item["name"]: item for item in delivery.store_environment(self.store, self.where)}

    @property
    def identity(self) -> Labels:
        return self.store.identity if self.store else {}


def data_stores(resolved: ResolvedSpec) -> list[DataStore]:
    """Those of the input and the output that are no claims."""
    asked = resolved.spec.batch
    found = (
        [(key, uri, location(uri)) for key, uri in (("input", asked.input), ("output", asked.output))] if asked else []
    )
    return [
        DataStore(key, where, delivery.store_of(resolved, uri))
        for key, uri, where in found
        if where and where.is_fetched
    ]


def data_variables(resolved: ResolvedSpec) -> dict[str, Manifest]:
    """Of the container that scores, by name."""
    return {name: item for each in data_stores(resolved) for name, item in each.variables.items()}


def data_destinations(resolved: ResolvedSpec) -> list[Opened]:
    """Where the container that scores goes, besides what the spec's `network` says."""
    return [delivery.destinations_of(each.store, each.where) for each in data_stores(resolved)]


def batch_identity(resolved: ResolvedSpec) -> Labels:
    """Annotations of the batch's ServiceAccount: of its model's store and of those of its data."""
    return dict(sorted({**delivery.account_annotations(resolved), **_data_identity(resolved)}.items()))


def fetch_identity(resolved: ResolvedSpec) -> Labels:
    """Those of them that are the init container's alone."""
    clouds = {key.partition("/")[0] for key in _data_identity(resolved)}
    mine = delivery.account_annotations(resolved)
    return {key: value for key, value in mine.items() if key.partition("/")[0] not in clouds}


def _data_identity(resolved: ResolvedSpec) -> dict[str, str]:
    return {key: value for each in data_stores(resolved) for key, value in each.identity.items()}
