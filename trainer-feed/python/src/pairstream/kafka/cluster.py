"""Confluent's client, as the feed uses it: no group, committed records alone, a position of our own."""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import TimeoutError as NotInTime
from typing import Any, NamedTuple, TypeVar

from confluent_kafka import (
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec

from pairstream.errors import Missing, PositionRefused, Unavailable
from pairstream.threads import PerProcess, left_alone_in_forks

LOG = logging.getLogger("pairstream")

T = TypeVar("T")

_TIMEOUT_S = 15.0
_ONCE_S = 5.0
"""Longest wait for one of several requests: one to a broker that is gone gets no answer."""
_PAUSE_S = 0.1
_LOOK_S = 1.0
"""For one of many questions in the background, which nothing but the process's end waits for."""
SILENCE_S = 2.0
"""After so long without a record one asks whether the topic is there still."""
GIVE_UP_S = 120.0
"""After so long without a record that is there, who reads to a topic's end gives up."""
_READ_AT_ONCE = 10_000
_READ_S = 0.1

_PASSING = frozenset(
    {
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError.REPLICA_NOT_AVAILABLE,
        KafkaError.KAFKA_STORAGE_ERROR,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._NOENT,
        KafkaError._TRANSPORT,
        KafkaError._TIMED_OUT,
    }
)
"""While a partition's leader changes, and for a moment after its topic was made. KafkaError.retriable() knows of none."""

_LATE = frozenset({KafkaError._TRANSPORT, KafkaError._TIMED_OUT})
"""No answer in time: a broker that stands still for a moment answers later."""

_OWN = {
    "isolation.level": "read_committed",
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "allow.auto.create.topics": False,
    "auto.offset.reset": "error",
    "enable.partition.eof": True,
}

JUMPING = {
    # What a jump asks for is there already. A fetch that waits for more, beyond a block's end, would keep the next
    # jump waiting; and what is fetched beyond it is thrown away.
    "fetch.wait.max.ms": 5,
    # Else the next fetch is on its way before the block's end is seen.
    "fetch.queue.backoff.ms": 1,
    "queued.min.messages": 1,
    # One of the producer's batches, which comes whole however large it is; of what is cut off behind, nothing is used.
    "max.partition.fetch.bytes": 16_384,
}
"""Settings of consumers that jump from block to block, each assigned one partition at a time."""


_FAILURES = (("FAIL",), ("ERROR",), ("REQTMOUT",))
"""Facilities of librdkafka's lines about connections: refused or ended, all gone, and one whose broker stands still."""
_SAME_FAILURE_S = 60.0
"""Failures at shorter distances are one: the client names each attempt to connect, or every half minute."""
_OVER_S = 2.0
"""Records of before a failure may still come for so long."""


class _Log:
    """Where clients log: one line while brokers do not answer, however often they are tried, and one afterwards."""

    def __init__(self) -> None:
        self._failed_at = -math.inf
        self._is_reported = False
        # One that another process held at a fork would stay held.
        self._lock = PerProcess(threading.Lock)

    def log(self, level: int, text: str, *parts: Any) -> None:
        """A line of librdkafka's: its facility, the client's name and the words."""
        if parts[:1] not in _FAILURES:
            LOG.log(level, text, *parts)
            return
        with self._lock():
            is_new = time.monotonic() - self._failed_at > _SAME_FAILURE_S
            self._is_reported |= is_new
            self._failed_at = time.monotonic()
        if is_new:
            LOG.warning("a broker does not answer, and is tried again: %s", parts[-1])

    def heard(self) -> None:
        """Records have come."""
        if self._is_reported and time.monotonic() - self._failed_at > _OVER_S:
            self._is_reported = False
            LOG.warning("the brokers answer again")


class CommittedConsumer(Consumer):
    """A consumer that says when records come."""

    def __init__(self, settings: Mapping[str, Any], heard: Callable[[], None]) -> None:
        super().__init__(settings)
        self._heard = heard

    def consume(self, *args: Any) -> list[Message]:
        messages: list[Message] = super().consume(*args)
        if any(message.error() is None for message in messages):
            self._heard()
        return messages

    def take(self, most: int, timeout_s: float) -> list[Message]:
        """Up to so many messages as are here: waits for the first, where ``consume`` waits for all of them."""
        first = self.consume(1, timeout_s)
        return first and first + self.consume(most - 1, 0)


class _Producer(Producer):
    """A producer to which there may be weak references."""


class Topic(NamedTuple):
    """A topic as it is now.

    Args:
        id: as Java's client writes it: 22 characters of URL-safe base64
        partitions: in ascending order
    """

    name: str
    id: str
    partitions: list[int]


class Cluster:
    """A Kafka cluster.

    Args:
        settings: of any of librdkafka's clients, ``bootstrap.servers`` among them
        group: whose coordinator consumers look for, which takes the right to describe the group; none of them joins it
            or commits for it
    """

    def __init__(self, settings: Mapping[str, Any], group: str) -> None:
        self._given = dict(settings)
        self.address = str(settings["bootstrap.servers"])
        self._group = group
        self._log = _Log()
        self._settings = {"log_level": 4, "logger": self._log, **settings}
        # Of clients that may produce, a mere look at a topic that is gone would make it again.
        own = {"socket.timeout.ms": 10_000, "allow.auto.create.topics": False}
        self._admin = PerProcess(lambda: left_alone_in_forks(AdminClient({**self._settings, **own})))
        self._admin()

    def __reduce__(self) -> tuple[Any, ...]:
        return Cluster, (self._given, self._group)

    def consumer(self, own: Mapping[str, Any] | None = None) -> CommittedConsumer:
        """A new consumer of committed records that belongs to no group; the caller closes it."""
        settings = {**self._settings, **_OWN, "group.id": self._group, **(own or {})}
        return left_alone_in_forks(CommittedConsumer(settings, self._log.heard))

    def producer(self, own: Mapping[str, Any] | None = None) -> Producer:
        """A new producer without transactions."""
        return left_alone_in_forks(_Producer({**self._settings, "linger.ms": 0, **(own or {})}))

    def describe_topic(self, name: str) -> Topic:
        """A topic as it is now, asked for until a broker answers.

        Raises:
            Unavailable: where the broker does not answer or has no such topic
        """
        return self._answered(name, _LATE, lambda: self._ask_for(name, _ONCE_S))

    def describe_topic_once(self, name: str) -> Topic | None:
        """A topic as it is now; None where no broker answers within a second or two.

        Raises:
            Missing: where there is no such topic
        """
        try:
            return self._ask_for(name, _LOOK_S)
        except NotInTime:
            return None
        except KafkaException as e:
            if e.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise self._unavailable(e, name) from None
            return None

    def describe_topic_if_any(self, name: str) -> Topic | None:
        """A topic as it is now; None where it does not exist.

        Raises:
            Unavailable: where the broker does not answer
        """
        try:
            return self.describe_topic(name)
        except Missing:
            return None

    def _ask_for(self, name: str, timeout_s: float) -> Topic:
        answer = self._admin().describe_topics(TopicCollection([name]), request_timeout=timeout_s)[name]
        found = answer.result(2 * timeout_s)
        topic_id = str(found.topic_id).replace("+", "-").replace("/", "_")
        return Topic(name, topic_id, sorted(one.id for one in found.partitions))

    def begins(self, topic: str, partitions: Iterable[int]) -> dict[int, int]:
        """First offset of each partition."""
        return self._offsets(topic, partitions, OffsetSpec.earliest())

    def ends(self, topic: str, partitions: Iterable[int]) -> dict[int, int]:
        """Offset behind the last committed record of each partition."""
        return self._offsets(topic, partitions, OffsetSpec.latest())

    def read_whole(self, name: str, may_lack: bool = False) -> Iterator[list[Message]]:
        """Reads a topic from its beginning, as :meth:`read` does; nothing where it may lack and does."""
        topic = self.describe_topic_if_any(name) if may_lack else self.describe_topic(name)
        return self.read(name, self.begins(name, topic.partitions)) if topic else iter(())

    def read(
        self, topic: str, begins: Mapping[int, int], is_stopped: Callable[[], bool] = lambda: False
    ) -> Iterator[list[Message]]:
        """Reads partitions from these offsets to their present ends; hands out what is committed, many at once.

        Args:
            is_stopped: says that it need not be read to its end any more

        Raises:
            PositionRefused: where the topic was deleted or made anew meanwhile
            Unavailable: where nothing comes for two minutes, or the broker has no such record any more
        """
        if not begins:
            return
        watch = TopicWatch(self, topic, self.describe_topic(topic).id)
        ends = self.ends(topic, begins)
        heard_at = asked_at = time.monotonic()
        is_late: Callable[[], bool] = lambda: time.monotonic() - heard_at > GIVE_UP_S
        left = {partition for partition, begin in begins.items() if begin < ends[partition]}
        # The end behind a transaction is known by a fetch that finds nothing: it is not to wait for more.
        consumer = self.consumer({"queued.max.messages.kbytes": 65_536, "fetch.wait.max.ms": 20})
        try:
            consumer.assign([TopicPartition(topic, partition, begins[partition]) for partition in left])
            while left and not is_stopped():
                messages = []
                for message in consumer.take(_READ_AT_ONCE, _READ_S):
                    partition, offset, error = message.partition(), message.offset(), message.error()
                    if error is None:
                        if offset < ends[partition]:
                            messages.append(message)
                        if offset + 1 >= ends[partition]:
                            left.discard(partition)
                    elif error.code() == KafkaError._PARTITION_EOF and offset >= ends[partition]:
                        left.discard(partition)
                    elif error.code() == KafkaError._AUTO_OFFSET_RESET:
                        raise Unavailable(f"{topic}-{partition}: {error.str()}")
                if messages:
                    yield messages
                    heard_at = asked_at = time.monotonic()
                    continue
                if time.monotonic() - asked_at > SILENCE_S:
                    asked_at = time.monotonic()
                    watch.require(asked_at, lambda: is_late() or is_stopped())
                if is_late():
                    raise Unavailable(f"{topic} gives nothing for {GIVE_UP_S:.0f} s: a broker of it does not answer")
            heard_at = time.monotonic()
            watch.require(heard_at, lambda: is_late() or is_stopped())
            if is_late():
                raise Unavailable(f"{topic} was read, and no broker says that it is the same still")
        finally:
            consumer.close()

    def send(self, topic: str, key: str, value: bytes) -> int:
        """Appends a record to a topic's first partition; answers its offset once all replicas have it.

        Raises:
            Unavailable: where the broker does not take it
        """
        answer: list[tuple[KafkaError | None, Message]] = []
        producer = self.producer({"acks": "all"})
        producer.produce(topic, value, key.encode("utf-8"), 0, on_delivery=lambda error, message: answer.append((error, message)))
        producer.flush(2 * _TIMEOUT_S)
        error, message = answer[0] if answer else (None, None)
        if message is None or error is not None:
            raise Unavailable(f"{topic} takes no record: {error.str() if error else 'the broker does not answer'}")
        return int(message.offset())

    def _offsets(self, topic: str, partitions: Iterable[int], spec: Any) -> dict[int, int]:
        asked = {TopicPartition(topic, partition): spec for partition in partitions}

        def ask() -> dict[int, int]:
            answers = self._admin().list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=_ONCE_S)
            found = {one.partition: answer.result(2 * _ONCE_S).offset for one, answer in answers.items()}
            # Of several leaders one may not answer: the client says so by an offset that cannot be.
            if min(found.values(), default=0) < 0:
                raise NotInTime(f"a leader of {topic}")
            return found

        def look() -> None:
            # The client goes on asking the leader that it knows of, if it does not learn of another.
            with contextlib.suppress(KafkaException):
                self._admin().list_topics(topic, _ONCE_S)

        return self._answered(topic, _PASSING, ask, look)

    def _answered(self, topic: str, passing: Collection[int], ask: Callable[[], T], look: Callable[[], None] = lambda: None) -> T:
        """The answer about a topic, asked for again for some seconds while a broker is late or an error may pass.

        Args:
            passing: codes of such errors
            look: is called before each further question

        Raises:
            Unavailable: where the broker does not answer or has no such topic
        """
        deadline = time.monotonic() + _TIMEOUT_S
        while True:
            try:
                return ask()
            except NotInTime as e:
                refusal = Unavailable(f"{str(e) or self.address} does not answer")
            except KafkaException as e:
                refusal = self._unavailable(e, topic)
                if e.args[0].code() not in passing:
                    raise refusal from e
            if time.monotonic() > deadline:
                raise refusal
            time.sleep(_PAUSE_S)
            look()

    def _unavailable(self, refusal: KafkaException, topic: str) -> Unavailable:
        error = refusal.args[0]
        if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            return Missing(f"there is no topic {topic} at {self.address}")
        return Unavailable(f"{self.address} does not answer: {error.str()}")


class TopicWatch:
    """Sees to it that a topic stays the one that it is: a client reads whatever has its name. Thread-safe.

    Args:
        id: of the topic, as :class:`Topic` has it
    """

    def __init__(self, cluster: Cluster, name: str, id: str) -> None:
        self._cluster = cluster
        self._name = name
        self._id = id
        self._seen: tuple[float, Topic] = (-math.inf, Topic(name, id, []))

    def require(self, since: float, is_stopped: Callable[[], bool] = lambda: False) -> Topic:
        """Asks for the topic, unless that was done after a time of ``time.monotonic``; answers how it was then.

        While no broker answers, nothing can be read either: it is asked again, until it is stopped.

        Raises:
            PositionRefused: where the topic was deleted, or made anew
        """
        missing = 0
        while self._seen[0] < since and not is_stopped():
            asked_at = time.monotonic()
            try:
                found = self._cluster.describe_topic_once(self._name)
            except Missing:
                # One broker may not know it at once, after its start.
                missing += 1
                if missing > 1:
                    raise PositionRefused(f"{self._name} has been deleted, and its records with it") from None
                found = None
            if found is None:
                time.sleep(_LOOK_S if missing else _PAUSE_S)
            elif found.id != self._id:
                raise PositionRefused(
                    f"{self._name} has been made anew since it was read first: its records are others (topic id "
                    f"{found.id}, at first {self._id})"
                )
            else:
                self._seen = asked_at, found
        return self._seen[1]


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
