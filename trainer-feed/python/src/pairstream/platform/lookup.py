"""Looking up a view's samples in the index, and those that it has not yet in the split's topic itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairstream.errors import Malformed, ViewError
from pairstream.index.entries import key_of
from pairstream.index.lookup import positions_of
from pairstream.kafka.avro import AvroReader, Schemas
from pairstream.kafka.cluster import Cluster
from pairstream.platform.entries import read_entries
from pairstream.views.blocks import Blocks
from pairstream.views.view import View


def looked_up(
    views: Sequence[View], cluster: Cluster, schemas: Schemas, dataset: str, split: str, types: Mapping[str, str]
) -> tuple[dict[str, NDArray[Any]], list[NDArray[np.int64]]]:
    """The keys and fields of a split's pairs, and where each view's samples are among them; -1 where one is not.

    Args:
        types: by field that is wanted, what it has to be written as

    Raises:
        ViewError: where something in the split is no pair
        Unavailable: where the broker or the registry does not answer
    """
    topic = cluster.describe_topic(f"{dataset}.{split}")
    entries, read_to = read_entries(cluster, schemas, dataset, split, fields=types)
    reader = AvroReader(schemas, topic.name, types, types, types)
    begins = cluster.begins(topic.name, topic.partitions)
    indexed = {partition: max(begin, read_to.get(partition, 0)) for partition, begin in begins.items()}
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
