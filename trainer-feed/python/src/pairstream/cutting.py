"""Cutting views out of a split's topic."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from pairstream.conditions import Condition
from pairstream.errors import Unavailable, ViewError
from pairstream.kafka import Cluster, Topic
from pairstream.records import AvroReader, Malformed, Schemas
from pairstream.view import Block, View

BLOCK_RECORDS = 128
"""Most records of a block."""

BLOCK_BYTES = 4 << 20
"""Bytes after which a block ends."""

_BATCH = 500
_POLL_S = 0.5
_PLACE = {"split": "string", "partition": "int", "offset": "long", "bytes": "int"}


class _Cut:
    """Gathers of each key, by eight bytes of its digest, the last record's offset and size, as compaction keeps it."""

    def __init__(self, cluster: Cluster, schemas: Schemas, topic: Topic, where: Sequence[Condition]) -> None:
        self._cluster = cluster
        self._schemas = schemas
        self._topic = topic
        self._where = where
        self._pairs = self._reader(topic.name, {})
        self.begins = cluster.begins(topic.name, topic.partitions)
        self.held: dict[int, dict[int, tuple[int, int]]] = {partition: {} for partition in topic.partitions}

    def _reader(self, topic: str, types: Mapping[str, str]) -> AvroReader:
        """Reads of each value what comes first, up to the last of these fields and those of the conditions."""
        return AvroReader(self._schemas, topic, types, {*types, *(condition.field for condition in self._where)})

    def read_index(self, consumer: Consumer, index: Topic, split: str) -> dict[int, int]:
        """Gathers what the index has; answers the offset behind it, by partition of the split."""
        reader = self._reader(index.name, _PLACE)
        behind = dict(self.begins)

        def take(key: int, message: Message) -> None:
            value = message.value()
            if value is None:
                for pairs in self.held.values():
                    pairs.pop(key, None)
                return
            try:
                entry = reader.read(value)
            except Malformed as e:
                site = f"{index.name}-{message.partition()}, offset {message.offset()}"
                raise ViewError(f"{site} is no entry of the index: {e}") from e
            if entry["split"] == split:
                partition, offset = entry["partition"], entry["offset"]
                behind[partition] = max(behind[partition], offset + 1)
                self._gather(partition, key, offset, entry["bytes"], all(one.holds_for(entry) for one in self._where))

        begins = self._cluster.begins(index.name, index.partitions)
        _read(consumer, index.name, begins, self._cluster.ends(index.name, index.partitions), take)
        return behind

    def read_topic(self, consumer: Consumer, begins: Mapping[int, int]) -> None:
        """Gathers what the topic has from these offsets on."""

        def take(key: int, message: Message) -> None:
            value = message.value()
            size = len(value or b"")
            matches = value is not None and self._matches(message, value)
            self._gather(message.partition(), key, message.offset(), size, matches)

        _read(consumer, self._topic.name, begins, self._cluster.ends(self._topic.name, self._topic.partitions), take)

    def _matches(self, message: Message, value: bytes) -> bool:
        if not self._where:
            return True
        try:
            pair = self._pairs.read(value)
        except Malformed as e:
            site = f"{self._topic.name}-{message.partition()}-{message.offset()}"
            raise ViewError(f"{site} cannot be held against the conditions: it holds no pair") from e
        return all(one.holds_for(pair) for one in self._where)

    def _gather(self, partition: int, key: int, offset: int, size: int, matches: bool) -> None:
        if matches and offset >= self.begins[partition]:
            self.held[partition][key] = (offset, size)
        else:
            self.held[partition].pop(key, None)


def cut(cluster: Cluster, schemas: Schemas, dataset: str, split: str, where: Sequence[str] = ()) -> View:
    """A view of all pairs of a split that are committed now and not withdrawn, and for which the conditions hold.

    Reads the index, and of the split's topic what the index has not yet.

    Raises:
        SettingsError: where a condition is none
        ViewError: where there is no such pair
        Unavailable: where the broker does not answer or has no such topic
    """
    conditions = [Condition(text) for text in where]
    topic = cluster.topic(f"{dataset}.{split}")
    gathered = _Cut(cluster, schemas, topic, conditions)
    consumer = cluster.consumer({"queued.max.messages.kbytes": 65_536})
    try:
        index = cluster.find_topic(f"{dataset}.index")
        indexed = gathered.read_index(consumer, index, split.upper()) if index else gathered.begins
        gathered.read_topic(consumer, indexed)
    finally:
        consumer.close()
    blocks = [block for number in topic.partitions for block in _blocks(number, gathered.held[number].values())]
    cut_at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return View(topic.name, topic.id, cut_at, tuple(blocks), tuple(map(str, conditions)))


def _read(
    consumer: Consumer,
    topic: str,
    begins: Mapping[int, int],
    ends: Mapping[int, int],
    take: Callable[[int, Message], Any],
) -> None:
    """Reads partitions up to where they end, and hands out each record with eight bytes of its key's digest."""
    left = {partition for partition, begin in begins.items() if begin < ends[partition]}
    consumer.assign([TopicPartition(topic, partition, begins[partition]) for partition in left])
    while left:
        for message in consumer.consume(_BATCH, _POLL_S):
            partition, offset = message.partition(), message.offset()
            error = message.error()
            if error is not None:
                if error.code() == KafkaError._PARTITION_EOF and offset >= ends[partition]:
                    left.discard(partition)
                elif error.code() == KafkaError._AUTO_OFFSET_RESET:
                    raise Unavailable(f"{topic}-{partition}: {error.str()}")
                continue
            if offset < ends[partition]:
                take(int.from_bytes(hashlib.sha256(message.key() or b"").digest()[:8], "big"), message)
            if offset + 1 >= ends[partition]:
                left.discard(partition)
    consumer.unassign()


def _blocks(partition: int, pairs: Iterable[tuple[int, int]]) -> list[Block]:
    blocks = []
    offsets: list[int] = []
    size = 0
    for offset, length in sorted(pairs):
        if len(offsets) == BLOCK_RECORDS or (size > 0 and size + length > BLOCK_BYTES):
            blocks.append(_block(partition, offsets, size))
            offsets, size = [], 0
        offsets.append(offset)
        size += length
    if offsets:
        blocks.append(_block(partition, offsets, size))
    return blocks


def _block(partition: int, offsets: list[int], size: int) -> Block:
    runs = [0]
    behind = offsets[0]
    for offset in offsets:
        if offset > behind:
            runs += [offset - behind, 0]
        runs[-1] += 1
        behind = offset + 1
    return Block(partition, offsets[0], size, tuple(runs))
