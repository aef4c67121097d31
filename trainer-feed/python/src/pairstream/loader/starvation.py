"""When a trainer will have to wait for data."""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

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
