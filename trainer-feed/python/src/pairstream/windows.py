"""Loading windows of views from their topic."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import NamedTuple, TypeVar

from confluent_kafka import Consumer, KafkaError, TopicPartition

from pairstream.course import Pass
from pairstream.errors import PositionRefused, Unavailable
from pairstream.view import Block, View

_POLL_S = 0.1

T = TypeVar("T")


class Record(NamedTuple):
    """A record of a view, as it is stored."""

    partition: int
    offset: int
    key: bytes
    value: bytes


class Stopped(Exception):
    """The loading was ended."""


class Loaded(NamedTuple):
    """A record that a window holds.

    Args:
        is_stand_in: whether the record of this place is gone, and this is another
        block: in the view, where the place is
        place: in the block
    """

    record: Record
    is_stand_in: bool
    block: int
    place: int


class WindowLoader:
    """Loads windows, several at a time, each by a consumer of its own.

    A pair that was withdrawn after the view was cut leaves a hole. In its place comes the nearest record behind it in
    its block, counted around the block's end, that is still there; where the whole block is gone, the first record of
    the next block, counted around the view's end.

    Args:
        count: of consumers
        consumer: makes one that reads committed records alone and answers where a partition ends
    """

    def __init__(self, count: int, consumer: Callable[[], Consumer]) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="pairstream-load")
        self._idle: SimpleQueue[Consumer] = SimpleQueue()
        self._all = [consumer() for _ in range(count)]
        for one in self._all:
            self._idle.put(one)
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self.bytes = 0
        """Of the records' values that were read so far."""

    def load(self, of: Pass, lane: int, window: int, first: int, end: int) -> Future[deque[Loaded]]:
        """Loads the samples of a window from its ``first`` to before its ``end``, in the order of handing out."""
        return self._threads.submit(
            self._with_consumer, lambda consumer: self._load(consumer, of, lane, window, first, end)
        )

    def stand_in(self, view: View, block: int, place: int, is_gone: Callable[[Record], bool]) -> Record:
        """What comes in the place of a record that is there no more, or no longer wanted."""
        return self._with_consumer(lambda consumer: self._stand_in(consumer, view, block, place, is_gone))

    def read(self, view: View, block: int, places: Sequence[int]) -> list[Loaded]:
        """Some of a block's records, or what stands in for them; places in ascending order."""

        def task(consumer: Consumer) -> list[Loaded]:
            offsets = view.blocks[block].offsets
            records = self._read_offsets(consumer, view.topic, view.blocks[block], [offsets[at] for at in places])
            return [
                Loaded(record or self._stand_in(consumer, view, block, at, lambda _: False), record is None, block, at)
                for at, record in zip(places, records)
            ]

        return self._with_consumer(task)

    def stop(self) -> None:
        """Ends all loading."""
        self._stopped.set()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """Closes the consumers, which nobody uses any more."""
        for consumer in self._all:
            consumer.close()

    def _with_consumer(self, task: Callable[[Consumer], T]) -> T:
        consumer = self._idle.get()
        try:
            return task(consumer)
        finally:
            # Else it would ask the broker for what comes next, hundreds of times a second, and throw it away.
            consumer.unassign()
            self._idle.put(consumer)

    def _load(self, consumer: Consumer, of: Pass, lane: int, window: int, first: int, end: int) -> deque[Loaded]:
        counted: list[Loaded] = []
        for piece in of.order.pieces(lane, window):
            records = self._read(consumer, of.view, piece.block, piece.first, piece.size)
            for place, record in enumerate(records, piece.first):
                is_hole = record is None
                if record is None:
                    record = self._stand_in(consumer, of.view, piece.block, place, lambda _: False)
                counted.append(Loaded(record, is_hole, piece.block, place))
        order = of.order.permutation(lane, window)
        return deque(counted[order[i]] for i in range(first, end))

    def _stand_in(
        self, consumer: Consumer, view: View, block: int, place: int, is_gone: Callable[[Record], bool]
    ) -> Record:
        blocks = len(view.blocks)
        for i in range(blocks + 1):
            index = (block + i) % blocks
            records = self._read(consumer, view, index, 0, view.blocks[index].size)
            first = place if i == 0 else 0
            for record in records[first:] + records[:first]:
                if record is not None and not is_gone(record):
                    return record
        raise PositionRefused("every pair of the view has been withdrawn")

    def _read(self, consumer: Consumer, view: View, index: int, first: int, count: int) -> list[Record | None]:
        block = view.blocks[index]
        offsets = block.offsets[first : first + count]
        return self._read_offsets(consumer, view.topic, block, offsets)

    def _read_offsets(
        self, consumer: Consumer, topic: str, block: Block, offsets: Sequence[int]
    ) -> list[Record | None]:
        places = {offset: place for place, offset in enumerate(offsets)}
        records: list[Record | None] = [None] * len(offsets)
        last = offsets[-1]
        at = offsets[0] - 1
        read = 0
        consumer.assign([TopicPartition(topic, block.partition, offsets[0])])
        while at < last:
            if self._stopped.is_set() or not threading.main_thread().is_alive():
                raise Stopped
            # For more records than are there, the client would wait; transactions' ends are no records.
            for message in consumer.consume(len(offsets) - bisect_right(offsets, at), _POLL_S):
                error = message.error()
                if error is not None:
                    at = max(at, _behind(error, message.offset(), f"{topic}-{block.partition}", offsets[0]))
                    continue
                at = message.offset()
                place = places.get(at)
                value = message.value()
                if place is not None and value is not None:
                    records[place] = Record(block.partition, at, message.key() or b"", value)
                    read += len(value)
        with self._lock:
            self.bytes += read
        return records


def _behind(error: KafkaError, offset: int, partition: str, first: int) -> int:
    """The last offset that an event leaves behind."""
    if error.code() == KafkaError._PARTITION_EOF:
        return offset - 1
    if error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
        raise PositionRefused(f"{partition}: records of the view, from {first} on, have left the log")
    if error.retriable() or error.code() in (KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN):
        return -1
    raise Unavailable(f"{partition}: {error.str()}")
