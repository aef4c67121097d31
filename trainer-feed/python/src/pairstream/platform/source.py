"""Splits of platforms with the runs that agree on their views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pairstream.kafka.avro import Schemas
from pairstream.kafka.cluster import Cluster
from pairstream.platform.changing_mix import Mix, change_mix
from pairstream.platform.growing_view import Follow
from pairstream.platform.split import PlatformSplit
from pairstream.source import DEFAULT_WAIT_S


class PlatformSource(PlatformSplit):
    """One split of a data set on a platform."""

    def follow(self, name: str, *, run: str, extent: Literal["all", "new"] = "all", wait_s: float = DEFAULT_WAIT_S) -> Follow:
        return Follow(name, run, extent, wait_s)

    def mix(self, run: str, weights: Mapping[str, int]) -> Mix:
        return Mix(run, tuple(weights.items()))

    def change_mix(self, run: str, weights: Mapping[str, int], *, at_step: int, batch_size: int) -> None:
        change_mix(self, run, weights, at_step, batch_size)


def connect(
    bootstrap: str, registry: str, dataset: str, split: str, client: Mapping[str, Any], registry_client: Mapping[str, Any] | None
) -> PlatformSource:
    """Opens a split of a platform; see :func:`pairstream.open`."""
    cluster = Cluster({"bootstrap.servers": bootstrap, **client}, f"{dataset}-feed")
    source = PlatformSource(cluster, Schemas(registry, registry_client), dataset, split)
    source.schemas.probe(source.topic)
    return source
