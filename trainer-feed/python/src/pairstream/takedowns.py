"""Takedowns, heeded while a run goes on."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from confluent_kafka import Consumer, KafkaError, TopicPartition

from pairstream.errors import Unavailable
from pairstream.kafka import Cluster

_POLL_S = 0.2
_BATCH = 500


class Takedowns:
    """Tells pairs that are withdrawn, by what the takedowns topic says now.

    The topic is read to its end at first, and then as it grows. Thread-safe.

    Args:
        topic: of the takedowns

    Raises:
        Unavailable: where the broker does not answer or has no such topic
    """

    def __init__(self, cluster: Cluster, topic: str) -> None:
        self._topic = topic
        self._keys: set[str] = set()
        self.version = 0
        """Grows with every takedown that is read, and with every one that is lifted."""
        self._failure: Unavailable | None = None
        self._stopped = threading.Event()
        found = cluster.topic(topic)
        begins = cluster.begins(topic, found.partitions)
        ends = cluster.ends(topic, found.partitions)
        self._consumer: Consumer = cluster.consumer({"auto.offset.reset": "earliest"})
        self._consumer.assign([TopicPartition(topic, partition, begins[partition]) for partition in found.partitions])
        left = {partition for partition in found.partitions if begins[partition] < ends[partition]}
        try:
            while left:
                self._read(lambda partition: left.discard(partition))
        except BaseException:
            self._consumer.close()
            raise
        self._thread = threading.Thread(target=self._follow, name="pairstream-takedowns", daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        """Number of takedowns that hold."""
        return len(self._keys)

    def hold(self, pair: Mapping[str, Any]) -> bool:
        """Whether a pair is withdrawn now.

        Args:
            pair: a prepared pair's fields by name

        Raises:
            Unavailable: where the takedowns cannot be followed any more
        """
        return self.any_holds(keys_of(pair))

    def any_holds(self, keys: Sequence[str]) -> bool:
        """Whether one of the takedowns of these keys holds now.

        Raises:
            Unavailable: where the takedowns cannot be followed any more
        """
        if self._failure is not None:
            raise self._failure
        return not self._keys.isdisjoint(keys)

    def close(self) -> None:
        """Follows no longer."""
        self._stopped.set()
        self._thread.join()
        self._consumer.close()

    def _follow(self) -> None:
        try:
            while not self._stopped.is_set() and threading.main_thread().is_alive():
                self._read(lambda partition: None)
        except Exception as e:
            self._failure = Unavailable(f"{self._topic} can no longer be read: {e}")

    def _read(self, at_end: Callable[[int], None]) -> None:
        for message in self._consumer.consume(_BATCH, _POLL_S):
            error = message.error()
            if error is not None:
                if error.code() == KafkaError._PARTITION_EOF:
                    at_end(message.partition())
                elif not error.retriable() and error.code() != KafkaError._ALL_BROKERS_DOWN:
                    raise Unavailable(f"{self._topic}: {error.str()}")
                continue
            key = (message.key() or b"").decode("utf-8", "replace")
            if message.value() is None:
                self._keys.discard(key)
            else:
                self._keys.add(key)
            self.version += 1


def keys_of(pair: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys of the takedowns that a pair falls under, by its fields."""
    keys = [f"PAIR/{pair.get('pair_id', '')}", f"IMAGE/{pair.get('image_digest', '')}"]
    if pair.get("contributor"):
        keys.append(f"CONTRIBUTOR/{pair['contributor']}")
    if pair.get("producer"):
        keys.append(f"PRODUCER/{pair['producer']}")
    keys.append(f"SOURCE/{pair.get('source_kind', '')}")
    url = pair.get("url", "")
    path = url.find("/", url.find("//") + 2)
    host = _host(url if path < 0 else url[:path])
    if host:
        keys.append(f"SOURCE/{host}")
    return tuple(keys)


@lru_cache(maxsize=10_000)
def _host(url: str) -> str:
    """The host of a URL as the platform writes it; empty where it names none.

    In lower case, without a dot at its end, in ASCII as IDNA 2003 writes it; an IPv6 address in brackets with all its
    eight groups.
    """
    try:
        host = urlsplit(url).hostname or ""
        if ":" in host:
            groups = ipaddress.IPv6Address(host).exploded.split(":")
            return "[" + ":".join(f"{int(group, 16):x}" for group in groups) + "]"
        host = host.removesuffix(".")
        return host if host.isascii() else host.encode("idna").decode("ascii").lower()
    except ValueError:
        return ""
