"""Statistics of a loader."""

from __future__ import annotations

import time
from dataclasses import dataclass

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
