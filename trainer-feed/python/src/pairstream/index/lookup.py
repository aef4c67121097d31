"""Looking up a view's samples in the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairstream.errors import ViewError
from pairstream.index.entries import key_of, read_entries
from pairstream.kafka.avro import AvroReader, Malformed, Schemas
from pairstream.kafka.cluster import Cluster
from pairstream.views.blocks import Blocks
from pairstream.views.facts import NONE, Facts
from pairstream.views.view import View

_FACTS = {"image_digest": "string", "height": "int", "width": "int", "source_kind": "string"}


def facts_of(view: View, cluster: Cluster, schemas: Schemas, dataset: str, split: str) -> Facts:
    """Looks up each sample of a view in the index of its data set, and those that it has not yet in the split itself.

    Raises:
        ViewError: where something there is no pair
        Unavailable: where the broker or the registry does not answer
    """
    columns, (at,) = _looked_up([view], cluster, schemas, dataset, split, _FACTS)
    is_there = at >= 0
    at[~is_there] = at.max(initial=0)
    heights, widths = (columns[name].astype(np.int64) for name in ("height", "width"))
    shape_numbers, bucket = np.unique((heights << 32 | widths)[at], return_inverse=True)
    kinds, kind = np.unique(columns["source_kind"][at], return_inverse=True)
    has_buckets = len(shape_numbers) <= NONE
    return Facts(
        [(number >> 32, number & 0xFFFFFFFF) for number in shape_numbers.tolist()] if has_buckets else [],
        kinds.tolist(),
        _numbered(columns["image_digest"][at]),
        np.where(is_there, bucket if has_buckets else 0, NONE).astype(np.uint8),
        kind.astype(np.uint8),
    )


def pairs_of(
    views: Sequence[View], cluster: Cluster, schemas: Schemas, dataset: str, split: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pairs of views as :func:`key_of` their ids, in order, each once.

    Returns:
        those that the index has where the views have them; and those that may be there: where a pair was withdrawn or
        prepared anew since a view was cut, all of the split

    Raises:
        ViewError: where something in the split is no pair
        Unavailable: where the broker or the registry does not answer
    """
    columns, places = _looked_up(views, cluster, schemas, dataset, split, {})
    at = np.concatenate(places)
    own, every = (np.unique(keys.astype(np.int64)) for keys in (columns["keys"][at[at >= 0]], columns["keys"]))
    return own, own if (at >= 0).all() else every


def _looked_up(
    views: Sequence[View], cluster: Cluster, schemas: Schemas, dataset: str, split: str, types: Mapping[str, str]
) -> tuple[dict[str, NDArray[Any]], list[NDArray[np.int64]]]:
    """The keys and fields of a split's pairs, and where each view's samples are among them; -1 where one is not."""
    topic = cluster.describe_topic(f"{dataset}.{split}")
    entries = read_entries(cluster, schemas, dataset, split, fields=types)
    reader = AvroReader(schemas, topic.name, types, types, types)
    begins = cluster.begins(topic.name, topic.partitions)
    indexed = {partition: max(begin, entries.read_to.get(partition, 0)) for partition, begin in begins.items()}
    known = {**entries.columns, "keys": entries.keys}
    tail: dict[str, list[Any]] = {name: [] for name in ("partition", "offset", "keys", *types)}
    for message in (message for messages in cluster.read(topic.name, indexed) for message in messages):
        if message.value() is None:
            continue
        try:
            pair = reader.read(message.value())
        except Malformed as e:
            raise ViewError(f"{topic.name}-{message.partition()}, offset {message.offset()} is no pair: {e}") from e
        pair = {**pair, "partition": message.partition(), "offset": message.offset(), "keys": key_of(message.key())}
        for name, values in tail.items():
            values.append(pair[name])
    columns = {name: np.concatenate([known[name], np.array(of, object)]) for name, of in tail.items()}
    places = np.stack([columns["partition"], columns["offset"]]).astype(np.int64)
    order = np.lexsort(places[::-1])
    found = [positions_of(Blocks.of(view.blocks), places[:, order]) for view in views]
    for at in found:
        at[at >= 0] = order[at[at >= 0]]
    return columns, found


def positions_of(blocks: Blocks, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of a view's samples is among places in order, partitions and offsets; -1 where it is not."""
    partitions, offsets = places
    own = blocks.offsets(0, len(blocks))
    of = np.repeat(blocks.partition.astype(np.int64), blocks.sizes)
    at = np.zeros(len(own), np.int64)
    for partition in np.unique(of):
        first, behind = np.searchsorted(partitions, [partition, partition + 1])
        at[of == partition] = first + np.searchsorted(offsets[first:behind], own[of == partition])
    at = np.minimum(at, len(offsets) - 1)
    return np.where((partitions[at] == of) & (offsets[at] == own), at, -1) if len(offsets) else np.full(len(own), -1)


def _numbered(values: NDArray[Any]) -> NDArray[np.uint32]:
    """The values' numbers in the order in which they come first: uint32 [values]."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values.tolist()], "<u4")
