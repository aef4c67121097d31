"""A topic of one partition, read to its end again and again."""

from __future__ import annotations

import time
from collections.abc import Callable

from confluent_kafka import KafkaError, Message, TopicPartition

from pairstream.errors import Unavailable
from pairstream.kafka.cluster import GIVE_UP_S, Cluster, CommittedConsumer, TopicWatch
from pairstream.threads import PerProcess

_POLL_S = 0.1
_LOOK_EVERY_S = 5.0
"""Seconds between two checks that the topic was not deleted and made anew."""
_BATCH = 200


class TopicTail:
    """Reads a topic of one partition to its end, again and again. Not thread-safe.

    Raises:
        Unavailable: where the broker does not answer or has no such topic
    """

    def __init__(self, cluster: Cluster, topic: str) -> None:
        found = cluster.describe_topic(topic)
        if found.partitions != [0]:
            raise Unavailable(f"{topic} has {len(found.partitions)} partitions; right is one")
        self._watch = TopicWatch(cluster, topic, found.id)
        self._cluster = cluster
        self._topic = topic
        self._at = cluster.begins(topic, [0])[0]
        self._consumer = PerProcess(self._assigned)
        self._consumer()

    def _assigned(self) -> CommittedConsumer:
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
        """Reads on to an offset, and further where more is there; waits for transactions that are open before it.

        Raises:
            Unavailable: where nothing comes for two minutes
        """
        deadline = time.monotonic() + GIVE_UP_S
        while self._at < end:
            for message in self._consumer().take(_BATCH, _POLL_S):
                error = message.error()
                if error is None:
                    self._at = message.offset() + 1
                    reader(message)
                    deadline = time.monotonic() + GIVE_UP_S
                elif error.code() == KafkaError._PARTITION_EOF:
                    self._at = max(self._at, message.offset())
                elif not error.retriable() and error.code() != KafkaError._ALL_BROKERS_DOWN:
                    raise Unavailable(f"{self._topic}: {error.str()}")
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"{self._topic}-0 gives nothing beyond offset {self._at} for {GIVE_UP_S:.0f} s, although it has "
                    f"{end}: a transaction does not end, or its broker does not answer"
                )

    def close(self) -> None:
        """Reads no more."""
        own = self._consumer.own()
        if own is not None:
            own.close()
