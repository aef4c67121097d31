"""Takedowns, heeded while a run goes on."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from confluent_kafka import OFFSET_BEGINNING, KafkaError, Message, TopicPartition
from numpy.typing import NDArray

from pairstream.errors import Unavailable
from pairstream.hosts import host_of
from pairstream.index.conditions import Condition
from pairstream.kafka.cluster import Cluster, TopicWatch
from pairstream.read.records import Withdrawn

_POLL_S = 0.2
_BATCH = 500
_LOOK_EVERY_S = 5.0
"""How often one asks whether the topic is the same, and has no more partitions."""

_PASSING = (KafkaError._PARTITION_EOF, KafkaError._ALL_BROKERS_DOWN)

_REFUSAL = "REFUSAL/"
"""Begins the keys of what withdraws nothing: of pairs that leave their split for what a model said of them."""


class Takedowns(Withdrawn):
    """Tells pairs that are withdrawn, by what the takedowns topic says now.

    The topic is read to its end at first, and then as it grows. Thread-safe.

    Args:
        topic: of the takedowns
        is_stopped: says that the topic need not be read to its end any more

    Raises:
        Unavailable: where the broker does not answer or has no such topic
    """

    def __init__(self, cluster: Cluster, topic: str, is_stopped: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self._topic = topic
        self._keys: set[str] = set()
        found = cluster.describe_topic(topic)
        self._watch = TopicWatch(cluster, topic, found.id)
        self._partitions = set(found.partitions)
        at = cluster.begins(topic, found.partitions)
        for messages in cluster.read(topic, {**at}, is_stopped):
            at.update((message.partition(), message.offset() + 1) for message in messages)
            self.version += sum(_noted(message, self._keys) for message in messages)
        self._consumer = cluster.consumer({"auto.offset.reset": "earliest"})
        self._consumer.assign([TopicPartition(topic, partition, offset) for partition, offset in at.items()])
        self._thread.start()

    def close(self) -> None:
        super().close()
        self._consumer.close()

    def _follow(self) -> None:
        is_stopped = self._stopped.is_set
        try:
            while not is_stopped():
                for message in self._consumer.take(_BATCH, _POLL_S):
                    error = message.error()
                    if error is None:
                        self.version += _noted(message, self._keys)
                    elif error.code() not in _PASSING and not error.retriable():
                        raise Unavailable(f"{self._topic}: {error.str()}")
                found = self._watch.require(time.monotonic() - _LOOK_EVERY_S, is_stopped)
                # With more partitions, what comes for a key may come there.
                if new := set(found.partitions) - self._partitions:
                    begins = [TopicPartition(self._topic, partition, OFFSET_BEGINNING) for partition in new]
                    self._consumer.incremental_assign(begins)
                    self._partitions |= new
        except Exception as e:
            self._failure = Unavailable(f"{self._topic} can no longer be read: {e}")


def _noted(message: Message, keys: set[str]) -> bool:
    """Notes what a record says among the keys of the takedowns that hold; answers whether it is of a takedown."""
    key = (message.key() or b"").decode("utf-8", "replace")
    is_takedown = not key.startswith(_REFUSAL)
    if is_takedown:
        (keys.discard if message.value() is None else keys.add)(key)
    return is_takedown


class _Spared(NamedTuple):
    """A condition that a pair falls under no takedown by one of its fields."""

    field: str
    subjects: frozenset[str]
    subject_of: Callable[[str], str]

    def holds(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        texts = values.tolist()
        known = {text: self.subject_of(text or "") not in self.subjects for text in set(texts)}
        return np.fromiter(map(known.__getitem__, texts), np.bool_, len(texts))

    def holds_for(self, fields: Mapping[str, Any]) -> bool:
        return self.subject_of(fields.get(self.field) or "") not in self.subjects


FieldCondition = Condition | _Spared
"""A condition on a field of a pair."""


class InForce(NamedTuple):
    """The takedowns that hold at one time, carried out or not, as what a pair has to be to be spared.

    Args:
        pair_ids: of the pairs that were withdrawn one by one
        conditions: on fields, which all have to hold
    """

    pair_ids: frozenset[str]
    conditions: Sequence[_Spared]

    @classmethod
    def now(cls, cluster: Cluster, dataset: str) -> InForce:
        """Reads the takedowns of a data set.

        Raises:
            Unavailable: where the broker does not answer or has no topic of takedowns
        """
        keys: set[str] = set()
        for messages in cluster.read_whole(f"{dataset}.takedowns"):
            for message in messages:
                _noted(message, keys)
        subjects: dict[str, set[str]] = defaultdict(set)
        for key in keys:
            kind, _, subject = key.partition("/")
            subjects[kind].add(subject)
        conditions = [
            _Spared(field, frozenset(subjects[kind]), of) for kind, field, of in _FIELDS if kind != "PAIR" and subjects[kind]
        ]
        return cls(frozenset(subjects["PAIR"]), conditions)


def keys_of(pair: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys of the takedowns that a pair falls under, by its fields."""
    subjects = [(kind, subject_of(pair.get(field) or "")) for kind, field, subject_of in _FIELDS]
    return tuple(f"{kind}/{subject}" for kind, subject in subjects if subject)


_FIELDS: Sequence[tuple[str, str, Callable[[str], str]]] = (
    ("PAIR", "pair_id", str),
    ("IMAGE", "image_digest", str),
    ("CONTRIBUTOR", "contributor", str),
    ("PRODUCER", "producer", str),
    ("SOURCE", "source_kind", str),
    ("SOURCE", "url", host_of),
)
"""Kind of takedown, the field of a pair on which it depends, and what makes the subject of that field's value."""
