"""Statistics of a loader, and when its trainer will have to wait for data."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from pairstream.order.positions import Position


@dataclass(frozen=True)
class Stats:
    """Statistics of a loader since it was opened.

    Args:
        batches: handed out
        samples: in them
        seconds: since the first was asked for
        data_wait_ms: how long the trainer was kept waiting, in all
        ready_batches: batches that are ready now
        slots: batches that may be
        bytes: of records read from the topic
        samples_in_memory: that are loaded and that the trainer has not taken, those in ready batches included
        starves_in_seconds: how long those last at the rate at which they became fewer over the last minute; 0 where
            there are none and the trainer waited most of that minute; NaN where they do not become fewer
        takedowns: that the loader heeds; -1 before the first batch
        skipped: samples that could not be had, in batches that were handed out, with ``on_error="skip"``
        position: behind the last batch that was handed out
    """

    batches: int
    samples: int
    seconds: float
    data_wait_ms: float
    ready_batches: int
    slots: int
    bytes: int
    samples_in_memory: int
    starves_in_seconds: float
    takedowns: int
    skipped: int
    position: Position

    @property
    def samples_per_second(self) -> float:
        """Samples handed out per second."""
        return self.samples / self.seconds if self.seconds else 0.0

    @property
    def bytes_per_second(self) -> float:
        """Bytes of records read from the topic per second."""
        return self.bytes / self.seconds if self.seconds else 0.0


class Counts:
    def __init__(self) -> None:
        self.begin = 0.0
        self.waited = 0.0
        self.waits_since = 0.0
        self.bytes = 0

    def waited_until_now(self) -> float:
        """Seconds that the trainer has waited, those since it began to wait now among them."""
        since = self.waits_since
        return self.waited + (time.perf_counter() - since if since else 0.0)


_SPAN_S = 60.0
_STEP_S = 1.0
_STARVES_NOW = 0.5


class Reading(NamedTuple):
    """How things stand.

    Args:
        seconds: when, on any clock
        in_memory: samples that are loaded and not taken
        waited: seconds that the trainer has waited so far, in all
    """

    seconds: float
    in_memory: int
    waited: float


class StarvationClock:
    """How long the samples in memory last at the rate at which they became fewer over the last minute.

    One thread notes, any may ask: without a lock, which an interrupt could leave locked. A trainer that waited more
    than half of that minute, with nothing in memory, starves now.
    """

    def __init__(self) -> None:
        self._readings: deque[Reading] = deque()

    def note(self, now: Reading) -> None:
        """Notes how things stand after a batch was handed out."""
        if self._readings and now.seconds - self._readings[-1].seconds < _STEP_S:
            return
        self._readings.append(now)
        while len(self._readings) > 2 and now.seconds - self._readings[0].seconds > _SPAN_S:
            self._readings.popleft()

    def seconds_left(self, now: Reading) -> float:
        """Seconds until nothing is left; NaN where samples do not become fewer, or none were taken."""
        begin = self._readings[0] if self._readings else now
        seconds = now.seconds - begin.seconds
        if seconds <= 0:
            return math.nan
        if now.in_memory == 0 and (now.waited - begin.waited) / seconds > _STARVES_NOW:
            return 0.0
        fewer = begin.in_memory - now.in_memory
        return math.nan if fewer <= 0 else now.in_memory * seconds / fewer
