"""Views that have a name: segments on the topic of views, which everyone who uses the data set finds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from confluent_kafka import Message

from pairstream.arguments import require_name
from pairstream.errors import Malformed, NoSuchView, ViewError
from pairstream.kafka.avro import SEGMENT, AvroReader, Schemas
from pairstream.kafka.cluster import Cluster, TopicTail
from pairstream.views.blocks import Block
from pairstream.views.view import View

_KEY = re.compile(r"([^/]+)/([0-9]{8})")


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
            try:
                sealed = datetime.fromtimestamp(sealed / 1000, timezone.utc)
            except (ValueError, OverflowError, OSError) as e:
                raise ViewError(f"the view {self.name} was sealed at {sealed} ms, which is no time: {e}") from None
        cut_at = sealed.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return View(self.topic, self.topic_id, cut_at, tuple(blocks), tuple(self.segments[0].get("where", ())))


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
        self._reader = AvroReader(schemas, topic, SEGMENT, required=SEGMENT.keys() - {"where", "last"})
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
                raise ViewError(f"the view {self._name} has a segment {max(self._segments)}, and none of the number {number}")
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
            raise ViewError(f"{site}: {e}") from None
        if segment.get("name") != self._name or segment.get("segment") != number:
            raise ViewError(f"{site} holds no segment {number} of the view {self._name}, as its key says")
        self._segments[number] = segment
