"""Cutting views out of a split's topic."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timezone

from confluent_kafka import Consumer, KafkaError, TopicPartition

from pairstream.errors import Unavailable
from pairstream.kafka import Topic
from pairstream.view import Block, View

BLOCK_RECORDS = 128
"""Most records of a block."""

BLOCK_BYTES = 4 << 20
"""Bytes after which a block ends."""

_BATCH = 500
_POLL_S = 0.5


def cut(consumer: Consumer, topic: Topic, begins: dict[int, int], ends: dict[int, int]) -> View:
    """A view of all pairs that are committed now and not withdrawn. Reads every record once.

    Args:
        consumer: reads committed records alone, answers where a partition ends, and is assigned to nothing
        begins: first offset of each partition
        ends: offset behind each partition's last committed record

    Raises:
        ViewError: where there is no pair
    """
    # Of each key, by eight bytes of its digest, the last record's offset and size, as compaction keeps it.
    held: dict[int, dict[int, tuple[int, int]]] = {partition: {} for partition in topic.partitions}
    left = {partition for partition in topic.partitions if begins[partition] < ends[partition]}
    consumer.assign([TopicPartition(topic.name, partition, begins[partition]) for partition in left])
    while left:
        for message in consumer.consume(_BATCH, _POLL_S):
            partition, offset = message.partition(), message.offset()
            error = message.error()
            if error is not None:
                if error.code() == KafkaError._PARTITION_EOF and offset >= ends[partition]:
                    left.discard(partition)
                elif error.code() == KafkaError._AUTO_OFFSET_RESET:
                    raise Unavailable(f"{topic.name}-{partition}: {error.str()}")
                continue
            if offset < ends[partition]:
                pairs = held[partition]
                key = int.from_bytes(hashlib.sha256(message.key() or b"").digest()[:8], "big")
                value = message.value()
                if value is None:
                    pairs.pop(key, None)
                else:
                    pairs[key] = (offset, len(value))
            if offset + 1 >= ends[partition]:
                left.discard(partition)
    blocks = [block for partition in topic.partitions for block in _blocks(partition, held[partition].values())]
    cut_at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return View(topic.name, topic.id, cut_at, tuple(blocks))


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
