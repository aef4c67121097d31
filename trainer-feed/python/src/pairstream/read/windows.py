"""Loading windows of views from their topic."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from itertools import compress, islice
from queue import SimpleQueue
from typing import NamedTuple, TypeVar

import numpy as np
from confluent_kafka import Consumer, KafkaError, TopicPartition

from pairstream.errors import AllWithdrawn, PositionRefused, Unavailable
from pairstream.kafka.cluster import JUMPING, SILENCE_S, Cluster, TopicWatch
from pairstream.order.epoch_order import EpochOrder, Piece
from pairstream.order.schedule import ViewEpoch, WindowKey, WindowPlace, WindowRequest
from pairstream.read.samples import Sample
from pairstream.takedowns import Takedowns
from pairstream.threads import Workers
from pairstream.views.blocks import Block
from pairstream.views.facts import NONE
from pairstream.views.view import View

_POLL_S = 0.1

T = TypeVar("T")


@dataclass(slots=True)
class Record:
    """A record of a view, as it is stored."""

    partition: int
    offset: int
    key: bytes
    value: bytes
    sample: Sample | None = None
    """The decoded part of the value that a batch needs, kept from when its takedowns were looked up."""


class Stopped(Exception):
    """The loading was ended."""


class Loaded(NamedTuple):
    """A sample of a window.

    Args:
        is_stand_in: whether it comes in the place of a pair that is withdrawn
    """

    record: Record
    is_stand_in: bool


class Window:
    """The records of a window: those that are there and not withdrawn, in their order, over and over.

    So a pair comes as often as another, but for once, and again only when all others have come. For one thread at a
    time.

    Args:
        records: in the order in which they are handed out; None for one that is gone
        withdrawn: is asked anew whenever its version has changed
        keys: of the takedowns that a record would fall under
        is_own: whether these are the window's own records
    """

    def __init__(
        self, records: Sequence[Record | None], withdrawn: Takedowns, keys: Callable[[Record], Sequence[str]], is_own: bool = True
    ) -> None:
        self._there = [record for record in records if record is not None]
        self._withdrawn = withdrawn
        self._keys_of = keys
        self._is_own = is_own
        self._keys: list[Sequence[str]] = []
        self._living = self._there
        self._version = 0
        self.read_at = time.monotonic()

    def has_living(self) -> bool:
        """Whether any pair is left."""
        version = self._withdrawn.version
        if version != self._version:
            if not self._keys and len(self._withdrawn):
                self._keys = [self._keys_of(record) for record in self._there]
            self._living = self._there
            if self._keys:
                living = (not self._withdrawn.any_holds(keys) for keys in self._keys)
                self._living = list(compress(self._there, living))
            self._version = version
        return bool(self._living)

    def take(self, place: WindowPlace) -> Loaded | None:
        """The record at a place, or the one that stands in for it; None where all are withdrawn by now."""
        if not self.has_living():
            return None
        at = place.number
        return Loaded(self._living[at % len(self._living)], at >= len(self._living) or not self._is_own)


_NOT_IN_THE_LOG = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE)


class GroupedWindow:
    """The records of a window that a run hands out, by group and number among the window's of that group.

    The h-th of v of a group that are withdrawn has in its place the one of number h mod v of those that are there. Each
    is given up as it is taken. For one thread at a time.

    Args:
        records: what is handed out at each place
        withdrawn: is asked anew whenever its version has changed
        version: that it had before the records were read
        keys: of the takedowns that a record would fall under
    """

    def __init__(
        self, records: dict[WindowPlace, Loaded], withdrawn: Takedowns, version: int, keys: Callable[[Record], Sequence[str]]
    ) -> None:
        self._records = records
        self._withdrawn = withdrawn
        self._version = version
        self._keys_of = keys
        self.read_at = time.monotonic()

    def take(self, place: WindowPlace) -> Loaded | None:
        """The record at a place, once; None where it is withdrawn by now."""
        loaded = self._records.pop(place, None)
        if loaded and self._withdrawn.version != self._version and self._withdrawn.any_holds(self._keys_of(loaded.record)):
            return None
        return loaded


class WindowLoader:
    """Loads windows, several at a time, each by a consumer of its own.

    A window of which every pair is withdrawn hands out those of the next one in its lane, counted around the lane's
    end, that has any; where there is none in the lane, those of the next lane. All views are of one topic.

    Args:
        count: of consumers
        cluster: where the topic is
        withdrawn: which pairs are withdrawn
        keys: of the takedowns that a record would fall under
    """

    def __init__(self, count: int, cluster: Cluster, withdrawn: Takedowns, keys: Callable[[Record], Sequence[str]]) -> None:
        self._withdrawn = withdrawn
        self._keys = keys
        # As many as consumers: threads that waited for one would be overtaken by those that give one back.
        self._threads = Workers(count, "pairstream-load")
        self._idle: SimpleQueue[Consumer] = SimpleQueue()
        self._cluster = cluster
        self._watch: TopicWatch | None = None
        self._all = [cluster.consumer(JUMPING) for _ in range(count)]
        for one in self._all:
            self._idle.put(one)
        self._is_stopped = False
        self._lock = threading.Lock()
        self.bytes = 0
        """Bytes of the records' values that were read so far."""

    def load(self, request: WindowRequest) -> Future[Window | GroupedWindow]:
        """Loads a window, which has a living pair when it is there.

        Raises:
            AllWithdrawn: where every pair of the view, or of a group, is withdrawn
        """
        if request.wanted is None:
            return self._threads.submit(self._load, request.of, request.key)
        return self._threads.submit(self._load_places, request.of, request.key, request.wanted)

    def read(self, view: View, block: int) -> list[Record | None]:
        """A block's records; None for one that is gone."""
        records = self._with_consumer(lambda consumer: self._read(consumer, view, block, 0, view.blocks[block].size))
        self.require_same(time.monotonic())
        return records

    def require_same(self, read_at: float) -> None:
        """Makes sure that what was read until a time, which a window tells, is of the views' own topic.

        Raises:
            PositionRefused: where the topic was deleted or made anew
        """
        if self._watch is not None:
            self._watch.require(read_at, lambda: self._is_stopped)

    def stop(self) -> None:
        """Ends all loading, without waiting for that."""
        self._is_stopped = True

    def close(self) -> None:
        """Waits for the end of what is being loaded, and closes the consumers."""
        self._threads.close()
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

    def _load(self, of: ViewEpoch, key: WindowKey) -> Window:
        own = key.lane, key.window
        for at in _from(of.order, *own):
            loaded = Window(self._records(of.view, of.order, *at), self._withdrawn, self._keys, is_own=at == own)
            if loaded.has_living():
                return loaded
        raise AllWithdrawn("every pair of the view has been withdrawn")

    def _load_places(self, of: ViewEpoch, key: WindowKey, wanted: Sequence[WindowPlace]) -> GroupedWindow:
        version = self._withdrawn.version
        view, order, at = of.view, of.order, (key.lane, key.window)
        if len(wanted) == 1:
            [(group, number)] = wanted
            block, first = order.places(*at)[int(np.flatnonzero(order.groups(*at) == group)[number])]
            found = self._with_consumer(lambda consumer: self._read(consumer, view, block, first, 1))[0]
            if found and not self._is_withdrawn(found):
                return GroupedWindow({wanted[0]: Loaded(found, False)}, self._withdrawn, version, self._keys)
        by_group = self._by_group(view, order, *at)
        handed_out = {}
        for group in {group for group, _ in wanted}:
            there = [record for record in by_group[group] if record is not None]
            if not there:
                there = self._of_another(view, order, *at, group)
            holes = iter(range(len(by_group[group])))
            for number, record in enumerate(by_group[group]):
                loaded = Loaded(there[next(holes) % len(there)], True) if record is None else Loaded(record, False)
                handed_out[WindowPlace(group, number)] = loaded
        return GroupedWindow({place: handed_out[place] for place in wanted}, self._withdrawn, version, self._keys)

    def _of_another(self, view: View, order: EpochOrder, lane: int, window: int, group: int) -> list[Record]:
        """The records of a group in the next window that has any."""
        for at in islice(_from(order, lane, window), 1, None):
            if group in order.groups(*at) and (there := [one for one in self._by_group(view, order, *at)[group] if one]):
                return there
        raise AllWithdrawn("every pair of one of the view's groups has been withdrawn")

    def _by_group(self, view: View, order: EpochOrder, lane: int, window: int) -> dict[int, list[Record | None]]:
        """The records of a window by group; None for one that is gone or withdrawn."""
        found: dict[int, list[Record | None]] = {}
        for group, record in zip(order.groups(lane, window).tolist(), self._records(view, order, lane, window)):
            is_there = record and group != NONE and not self._is_withdrawn(record)
            found.setdefault(group, []).append(record if is_there else None)
        return found

    def _is_withdrawn(self, record: Record) -> bool:
        return len(self._withdrawn) > 0 and self._withdrawn.any_holds(self._keys(record))

    def _records(self, view: View, order: EpochOrder, lane: int, window: int) -> list[Record | None]:
        """The records of a window in the order in which they are handed out; None for one that is gone."""
        counted = self._with_consumer(partial(self._read_pieces, view, order.pieces(lane, window)))
        return [counted[number] for number in order.permutation(lane, window)]

    def _read_pieces(self, view: View, pieces: Sequence[Piece], consumer: Consumer) -> list[Record | None]:
        firsts: dict[int, int] = {}
        sizes: dict[int, int] = {}
        # Pieces of one block follow one another: read at once, so that a batch across their border is fetched once.
        for piece in pieces:
            firsts.setdefault(piece.block, piece.first)
            sizes[piece.block] = sizes.get(piece.block, 0) + piece.size
        records = {block: iter(self._read(consumer, view, block, first, sizes[block])) for block, first in firsts.items()}
        return [next(records[piece.block]) for piece in pieces for _ in range(piece.size)]

    def _read(self, consumer: Consumer, view: View, index: int, first: int, count: int) -> list[Record | None]:
        block = view.blocks[index]
        if self._watch is None:
            self._watch = TopicWatch(self._cluster, view.topic, view.topic_id)
        offsets = block.offsets[first : first + count]
        return self._read_offsets(consumer, view.topic, block, offsets)

    def _read_offsets(self, consumer: Consumer, topic: str, block: Block, offsets: Sequence[int]) -> list[Record | None]:
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
                    records[place] = Record(block.partition, at, message.key() or b"", value)
                    read += len(value)
        with self._lock:
            self.bytes += read
        return records


def _from(order: EpochOrder, lane: int, window: int) -> Iterator[tuple[int, int]]:
    """Lanes and windows from one on: those of its lane, counted around the lane's end, then those of the next lane."""
    for i in range(order.lanes):
        windows = order.windows((lane + i) % order.lanes)
        for j in range(windows):
            yield (lane + i) % order.lanes, ((window if i == 0 else 0) + j) % windows


def _behind(error: KafkaError, offset: int, partition: str, first: int) -> int:
    """The last offset that an event leaves behind."""
    if error.code() == KafkaError._PARTITION_EOF:
        return offset - 1
    if error.code() in _NOT_IN_THE_LOG:
        raise PositionRefused(f"{partition}: records of the view, from {first} on, have left the log")
    if error.retriable() or error.code() in (KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN):
        return -1
    raise Unavailable(f"{partition}: {error.str()}")
