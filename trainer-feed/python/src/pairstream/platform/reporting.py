"""Reports of a loader to those who operate its data set."""

from __future__ import annotations

import atexit
import logging
import math
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any
from weakref import WeakMethod

from confluent_kafka import Producer

from pairstream.kafka.avro import Schemas
from pairstream.kafka.cluster import Cluster
from pairstream.read.split import Figures, Reports
from pairstream.version import VERSION

LOG = logging.getLogger("pairstream")

_INTERVAL_S = 5.0
_LATE_S = 10.0
"""A report that is not taken within that is stale, and given up."""
_CLOSE_WITHIN_S = 1.0


class Reporter(Reports):
    """Reports every few seconds on the topic of instances, as the Java feed does, on a thread of its own.

    It never hurts training: while the broker or the registry is away, or the topic is missing, a report is left out.

    Args:
        facts: what does not change
        figures: method that answers what there is to say now; nothing is said any more when its object is gone
    """

    def __init__(
        self, cluster: Cluster, schemas: Schemas, dataset: str, facts: Mapping[str, str], figures: Callable[[], Figures]
    ) -> None:
        self._cluster = cluster
        self._schemas = schemas
        self._topic = f"{dataset}.instances"
        self._figures = WeakMethod(figures)
        host = socket.gethostname()
        self._fixed = {
            "service": "feed",
            # Another name for each, since in a container every start has the same host and process id.
            "instance": f"{host}-{os.getpid()}-{uuid.uuid4().hex[:6]}",
            "host": host,
            "pid": os.getpid(),
            "version": VERSION,
            "state": "RUNNING",
            "facts": facts,
            "interval_ms": int(_INTERVAL_S * 1000),
            "started_at": datetime.now(timezone.utc),
        }
        self._key = f"feed/{self._fixed['instance']}"
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._report, name="pairstream-report", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def close(self) -> None:
        """Says that the end is an orderly one, if the broker is there to hear it."""
        if os.getpid() != self._fixed["pid"]:
            return
        atexit.unregister(self.close)
        self._closing.set()
        self._thread.join(2 * _CLOSE_WITHIN_S)

    def _report(self) -> None:
        producer: Producer | None = None
        is_said = True
        while True:
            try:
                present = self._present()
                if present is None:
                    break
                value = self._schemas.write(self._topic, present)
                if producer is None:
                    producer = self._cluster.producer({"message.timeout.ms": int(_LATE_S * 1000)})
                producer.produce(self._topic, value, self._key)
                producer.poll(0)
                is_said = True
            except Exception as e:  # Whatever is wrong, training goes on.
                LOG.log(logging.INFO if is_said else logging.DEBUG, "no report on %s: %s", self._topic, e)
                is_said = False
            if self._closing.wait(_INTERVAL_S):
                break
        if producer is not None:
            producer.produce(self._topic, None, self._key)
            producer.flush(_CLOSE_WITHIN_S)

    def _present(self) -> dict[str, Any] | None:
        figures = self._figures()
        if figures is None:
            return None
        found = figures()
        return {
            **self._fixed,
            "metrics": [
                *_metrics("COUNTER", {**found.counters, "process_cpu_seconds_total": time.process_time()}),
                *_metrics("GAUGE", found.gauges),
            ],
            "reported_at": datetime.now(timezone.utc),
        }


def _metrics(kind: str, values: Mapping[str, float]) -> list[dict[str, Any]]:
    known = {name: float(value) for name, value in values.items() if not math.isnan(value)}
    return [{"name": name, "type": kind, "part": "", "labels": {}, "value": value} for name, value in known.items()]
