"""Records of a split's topic."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from queue import SimpleQueue
from typing import Any

from confluent_kafka import Consumer, KafkaError, TopicPartition

from pairstream.columns.of_records import Columns
from pairstream.errors import Malformed, PositionRefused, Unavailable
from pairstream.index.entries import key_of
from pairstream.kafka.avro import PAIR, AvroReader, Schemas
from pairstream.kafka.cluster import JUMPING, SILENCE_S, Cluster, TopicWatch
from pairstream.platform.takedowns import keys_of
from pairstream.read.records import Range, Record, Records, SampleReader
from pairstream.threads import Stopped
from pairstream.views.blocks import Block
from pairstream.views.view import View

_OF_A_BATCH = {
    *("pair_id", "image", "image_encoding", "width", "height", "channels", "colour", "normalisation", "caption", "split"),
    *("token_ids", "token_count", "pad_id", "empty_token_ids", "empty_token_count"),
}
"""Fields of a pair that every batch needs; its writers put them first."""

_POLL_S = 0.1
_NOT_IN_THE_LOG = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE)


class PairReader(SampleReader):
    """Reads prepared pairs from Confluent's wire format with the schema that their writer had. Thread-safe.

    Args:
        topic: full name of the topic, whose subject holds the writers' schemas
    """

    def __init__(
        self, schemas: Schemas, topic: str, rendition: str = "", token_set: str = "", columns: Columns = Columns()
    ) -> None:
        super().__init__(rendition, token_set, columns)
        chosen = {"renditions" if rendition else "image", "token_sets" if token_set else "token_ids"}
        self._whole = AvroReader(schemas, topic, PAIR)
        self._of_a_batch = AvroReader(schemas, topic, PAIR, _OF_A_BATCH | chosen | columns.fields)

    def fields(self, record: Record, *, keeps_fields: bool = False) -> dict[str, Any]:
        return (self._whole if keeps_fields else self._of_a_batch).read(record.value)

    def keys(self, record: Record, *, keeps_fields: bool = False) -> tuple[str, ...]:
        """Keys of the takedowns that a record falls under: none where it is no prepared pair; who decodes it refuses it."""
        try:
            sample = self.read(record, keeps_fields=True)
        except Malformed:
            return ()
        # In few objects: windows hold thousands of records, and the garbage collector walks over all of them.
        record.sample = sample if keeps_fields else sample._replace(fields={})
        return keys_of(sample.fields)


class TopicRecords(Records):
    """Reads records of a topic, several blocks at a time, each by a consumer of its own.

    Args:
        count: of consumers
    """

    def __init__(self, cluster: Cluster, count: int) -> None:
        # Threads that waited for a consumer would be overtaken by those that give one back.
        self.side_by_side = count
        self.bytes = 0
        self._cluster = cluster
        self._watch: TopicWatch | None = None
        self._idle: SimpleQueue[Consumer] = SimpleQueue()
        self._all = [cluster.consumer(JUMPING) for _ in range(count)]
        for one in self._all:
            self._idle.put(one)
        self._is_stopped = False
        self._lock = threading.Lock()

    def read(self, view: View, ranges: Sequence[Range]) -> list[list[Record | None]]:
        if self._watch is None:
            self._watch = TopicWatch(self._cluster, view.topic, view.topic_id)
        consumer = self._idle.get()
        try:
            return [self._read(consumer, view.topic, view.blocks[one.block], one.first, one.size) for one in ranges]
        finally:
            # Else it would ask the broker for what comes next, hundreds of times a second, and throw it away.
            consumer.unassign()
            self._idle.put(consumer)

    def ahead(self, records: Iterable[Record]) -> None:
        """Does nothing: the records are here."""

    def need(self, records: Iterable[Record]) -> None:
        """Does nothing: the records are here."""

    def require_same(self, read_at: float) -> None:
        if self._watch is not None:
            self._watch.require(read_at, lambda: self._is_stopped)

    def stop(self) -> None:
        self._is_stopped = True

    def close(self) -> None:
        for consumer in self._all:
            consumer.close()

    def _read(self, consumer: Consumer, topic: str, block: Block, first: int, count: int) -> list[Record | None]:
        offsets = block.offsets[first : first + count]
        places = {offset: place for place, offset in enumerate(offsets)}
        records: list[Record | None] = [None] * len(offsets)
        last = offsets[-1]
        at = offsets[0] - 1
        read = 0
        consumer.assign([TopicPartition(topic, block.partition, offsets[0])])
        heard_at = time.monotonic()
        while at < last:
            if self._is_stopped:
                raise Stopped
            if time.monotonic() - heard_at > SILENCE_S:
                heard_at = time.monotonic()
                self.require_same(heard_at)
            # For more records than are there, the client would wait; transactions' ends are no records.
            for message in consumer.consume(len(offsets) - bisect_right(offsets, at), _POLL_S):
                error = message.error()
                if error is not None:
                    if error.code() in _NOT_IN_THE_LOG:
                        # A topic that was made anew may have fewer records yet.
                        self.require_same(time.monotonic())
                    at = max(at, _behind(error, message.offset(), f"{topic}-{block.partition}", offsets[0]))
                    continue
                heard_at = time.monotonic()
                at = message.offset()
                place = places.get(at)
                value = message.value()
                if place is not None and value is not None:
                    records[place] = Record(block.partition, at, key_of(message.key() or b""), value)
                    read += len(value)
        with self._lock:
            self.bytes += read
        return records


def _behind(error: KafkaError, offset: int, partition: str, first: int) -> int:
    """The last offset that an event leaves behind."""
    if error.code() == KafkaError._PARTITION_EOF:
        return offset - 1
    if error.code() in _NOT_IN_THE_LOG:
        raise PositionRefused(f"{partition}: records of the view, from {first} on, have left the log")
    if error.retriable() or error.code() in (KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN):
        return -1
    raise Unavailable(f"{partition}: {error.str()}")
