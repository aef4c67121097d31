"""Which record stands where: a pure function of the sizes of a view's blocks, the plan and the epoch.

The rule is that of docs/views.md; the Java feed has it too, and ``conformance.json`` is what both come to.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pairstream.errors import SettingsError
from pairstream.random_numbers import RandomNumbers

DEFAULT_LANES = 24
"""Divided by 1, 2, 3, 4, 6, 8, 12 and 24 ranks."""

DEFAULT_WINDOW = 256

_MOST = 65_536


@dataclass(frozen=True)
class OrderPlan:
    """What, besides a view and an epoch, decides the order of a run.

    Args:
        seed: any whole number of 64 bits; other seeds give other orders
        lanes: equal parts that an epoch is cut into, and that ranks share; 1 to 65,536
        window: samples of one lane that are mixed with each other, 1 to 65,536; 0 hands the view out in its own order
    """

    seed: int = 0
    lanes: int = DEFAULT_LANES
    window: int = DEFAULT_WINDOW

    def __post_init__(self) -> None:
        if not -(1 << 63) <= self.seed < 1 << 63:
            raise SettingsError(f"the seed must be a whole number of 64 bits, was {self.seed}")
        if not 1 <= self.lanes <= _MOST:
            raise SettingsError(f"lanes must be 1 to 65,536, was {self.lanes}")
        if not 0 <= self.window <= _MOST:
            raise SettingsError(f"the window must be 0 to 65,536 samples, was {self.window}")

    @property
    def window_size(self) -> int:
        """Records of a whole window."""
        return self.window or DEFAULT_WINDOW


class Piece(NamedTuple):
    """Some of one block's records: those from place ``first`` on."""

    block: int
    first: int
    size: int


class EpochOrder:
    """The order of one epoch. Immutable; safe for use by several threads.

    Args:
        sizes: records of each of the view's blocks, each at least 1
        plan: of the order
        epoch: at least 0
    """

    def __init__(self, sizes: Sequence[int], plan: OrderPlan, epoch: int) -> None:
        self.plan = plan
        self.epoch = epoch
        self._blocks = (
            RandomNumbers(plan.seed, epoch, "blocks").permutation(len(sizes)) if plan.window else list(range(len(sizes)))
        )
        counts = np.asarray(sizes, dtype=np.int64)[self._blocks]
        self._before: list[int] = [0, *np.cumsum(counts).tolist()]

    @property
    def samples(self) -> int:
        """Records of the view."""
        return self._before[-1]

    @property
    def shortest_lane(self) -> int:
        """Records of the shortest lane; others have as many, or one more."""
        return self.samples // self.plan.lanes

    def lane_length(self, lane: int) -> int:
        """Records of a lane."""
        return self._begin(lane + 1) - self._begin(lane)

    def window_length(self, lane: int, window: int) -> int:
        """Records in a window of a lane."""
        size = self.plan.window_size
        return min(size, self.lane_length(lane) - window * size)

    def pieces(self, lane: int, window: int) -> list[Piece]:
        """The records of a window, in the order in which they are counted."""
        begin = self._begin(lane) + window * self.plan.window_size
        end = begin + self.window_length(lane, window)
        pieces = []
        at = bisect_right(self._before, begin) - 1
        while at < len(self._blocks) and self._before[at] < end:
            first = max(begin, self._before[at])
            behind = min(end, self._before[at + 1])
            pieces.append(Piece(self._blocks[at], first - self._before[at], behind - first))
            at += 1
        return pieces

    def permutation(self, lane: int, window: int) -> list[int]:
        """The order of a window: at i the number, among the records of :meth:`pieces`, of its i-th sample."""
        length = self.window_length(lane, window)
        if not self.plan.window:
            return list(range(length))
        return RandomNumbers(self.plan.seed, self.epoch, f"window {lane} {window}").permutation(length)

    def place(self, lane: int, number: int) -> tuple[int, int]:
        """Block and place of the sample of a number in a lane."""
        window, at = divmod(number, self.plan.window_size)
        counted = self.permutation(lane, window)[at]
        for piece in self.pieces(lane, window):
            if counted < piece.size:
                return piece.block, piece.first + counted
            counted -= piece.size
        raise IndexError(f"sample {number} of lane {lane}")

    def _begin(self, lane: int) -> int:
        return lane * self.samples // self.plan.lanes


@dataclass(frozen=True)
class RankShare:
    """The lanes of one of several ranks that train together.

    They are neighbours, so that the batches of all ranks, one behind the other, are the same batch whatever the number
    of ranks.

    Args:
        rank: from 0 to below ``ranks``
        ranks: number of processes that train together, a divisor of ``lanes``
        lanes: of the plan
    """

    rank: int
    ranks: int
    lanes: int

    def __post_init__(self) -> None:
        if self.ranks < 1 or not 0 <= self.rank < self.ranks:
            raise SettingsError(
                f"rank {self.rank} of {self.ranks}; ranks count from 0, and there is at least one"
            )
        if self.lanes % self.ranks:
            below = max(n for n in range(1, min(self.ranks, self.lanes) + 1) if self.lanes % n == 0)
            above = [n for n in range(self.ranks, self.lanes + 1) if self.lanes % n == 0][:1]
            nearest = " and ".join(str(n) for n in [below, *above])
            raise SettingsError(
                f"{self.lanes} lanes cannot be shared by {self.ranks} ranks alike; "
                f"the nearest numbers of ranks are {nearest}"
            )

    @property
    def count(self) -> int:
        """Number of the rank's lanes."""
        return self.lanes // self.ranks

    @property
    def own(self) -> range:
        """The rank's lanes."""
        return range(self.rank * self.count, (self.rank + 1) * self.count)
