"""Views that have a name: segments on the topic of views, which everyone who uses the data set finds."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from pairstream.errors import NoSuchView, SettingsError, Unavailable, ViewError
from pairstream.kafka import Cluster, TopicWatch
from pairstream.records import AvroReader, Malformed, Schemas
from pairstream.threads import PerProcess
from pairstream.view import Block, View

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_KEY = re.compile(r"([^/]+)/([0-9]{8})")
_POLL_S = 0.1
_TIMEOUT_S = 120.0
_LOOK_EVERY_S = 5.0
"""How often one asks whether the topic is the same."""
_BATCH = 200


def require_name(what: str, name: str) -> None:
    """Checks the name of a view or a run.

    Raises:
        SettingsError: where nothing can be called so
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"the name of {what} has 1 to 64 lower-case letters, digits, '.', '-' and '_', a letter or digit first, "
            f"not '{name}'"
        )


@dataclass(frozen=True)
class NamedView:
    """A view as it stands on the topic of views.

    Where it is not frozen, more segments come; those that are there never change.

    Args:
        name: of the view
        segments: fields of ``ViewSegment``, by number from 0 without a gap; at least one
    """

    name: str
    segments: Sequence[dict[str, Any]]

    @property
    def is_frozen(self) -> bool:
        """Whether no segment comes any more."""
        return any(segment.get("last", False) for segment in self.segments)

    @property
    def topic(self) -> str:
        """The split's topic."""
        return str(self.segments[0]["topic"])

    @property
    def topic_id(self) -> str:
        """Kafka's id of the split's topic."""
        return str(self.segments[0]["topic_id"])

    def samples(self, begin: int, end: int) -> int:
        """Number of pairs in the segments from ``begin`` to before ``end``."""
        return sum(sum(block["runs"][::2]) for segment in self.segments[begin:end] for block in segment["blocks"])

    def view(self, begin: int = 0, end: int | None = None) -> View:
        """The pairs of the segments from ``begin`` to before ``end``.

        Raises:
            ViewError: where there is none
        """
        chosen = self.segments[begin:end]
        blocks = [
            Block(block["partition"], block["begin"], block["bytes"], tuple(block["runs"]))
            for segment in chosen
            for block in segment["blocks"]
        ]
        blocks.sort(key=lambda block: (block.partition, block.begin))
        sealed = chosen[-1]["sealed_at"]
        if not isinstance(sealed, datetime):
            sealed = datetime.fromtimestamp(sealed / 1000, timezone.utc)
        cut_at = sealed.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return View(self.topic, self.topic_id, cut_at, tuple(blocks), tuple(self.segments[0].get("where", ())))


class TopicTail:
    """Reads a topic of one partition to its end, again and again. Not thread-safe.

    Raises:
        Unavailable: where the broker does not answer or has no such topic
    """

    def __init__(self, cluster: Cluster, topic: str) -> None:
        found = cluster.topic(topic)
        if found.partitions != [0]:
            raise Unavailable(f"{topic} has {len(found.partitions)} partitions; right is one")
        self._watch = TopicWatch(cluster, topic, found.id)
        self._cluster = cluster
        self._topic = topic
        self._at = cluster.begins(topic, [0])[0]
        self._consumer = PerProcess(self._assigned)
        self._consumer()

    def _assigned(self) -> Consumer:
        consumer = self._cluster.consumer({"auto.offset.reset": "earliest", "fetch.wait.max.ms": 20})
        consumer.assign([TopicPartition(self._topic, 0, self._at)])
        return consumer

    def read(self, reader: Callable[[Message], None]) -> None:
        """Reads on to where the first open transaction begins, or to the end.

        Raises:
            PositionRefused: where the topic was deleted or made anew
        """
        end = self._cluster.ends(self._topic, [0])[0]
        self._watch.require(time.monotonic() - _LOOK_EVERY_S)
        self.read_to(end, reader)

    def read_to(self, end: int, reader: Callable[[Message], None]) -> None:
        """Reads on to an offset, and further where more is there; waits for transactions that are open before it."""
        deadline = time.monotonic() + _TIMEOUT_S
        while self._at < end:
            for message in self._consumer().consume(_BATCH, _POLL_S):
                error = message.error()
                if error is None:
                    self._at = message.offset() + 1
                    reader(message)
                elif error.code() == KafkaError._PARTITION_EOF:
                    self._at = max(self._at, message.offset())
                elif not error.retriable() and error.code() != KafkaError._ALL_BROKERS_DOWN:
                    raise Unavailable(f"{self._topic}: {error.str()}")
                deadline = time.monotonic() + _TIMEOUT_S
            if time.monotonic() > deadline:
                raise Unavailable(f"{self._topic}-0 cannot be read beyond offset {self._at}: a transaction does not end")

    def close(self) -> None:
        """Reads no more."""
        if own := self._consumer.own():
            own.close()


class GrowingView:
    """A named view, as often as one looks at it. Not thread-safe.

    Raises:
        Unavailable: where the broker does not answer or has no topic of views
    """

    def __init__(self, cluster: Cluster, schemas: Schemas, dataset: str, name: str) -> None:
        require_name("a view", name)
        self._name = name
        topic = f"{dataset}.views"
        self._tail = TopicTail(cluster, topic)
        self._reader = AvroReader(schemas, topic, {"name": "string", "segment": "int", "blocks": "array"})
        self._segments: dict[int, dict[str, Any]] = {}

    def look(self) -> NamedView:
        """The view as it is now.

        Raises:
            NoSuchView: where there is none of that name
            ViewError: where its records are not those of a view
        """
        self._tail.read(self._note)
        if not self._segments:
            raise NoSuchView(f"there is no view {self._name}; `pairstream view ls` lists those that there are")
        for number in range(len(self._segments)):
            if number not in self._segments:
                raise ViewError(
                    f"the view {self._name} has a segment {max(self._segments)}, and none of the number {number}"
                )
        return NamedView(self._name, [self._segments[number] for number in range(len(self._segments))])

    def close(self) -> None:
        """Looks no more."""
        self._tail.close()

    def _note(self, message: Message) -> None:
        key = _KEY.fullmatch((message.key() or b"").decode("utf-8", "replace"))
        if not key or key.group(1) != self._name:
            return
        number = int(key.group(2))
        value = message.value()
        if value is None:
            self._segments.pop(number, None)
            return
        site = f"{message.topic()}-{message.partition()} at offset {message.offset()}"
        try:
            segment = self._reader.read(value)
        except Malformed as e:
            raise ViewError(f"{site}: {e}") from e
        if segment.get("name") != self._name or segment.get("segment") != number:
            raise ViewError(f"{site} holds no segment {number} of the view {self._name}, as its key says")
        self._segments[number] = segment
