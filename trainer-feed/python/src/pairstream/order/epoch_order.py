"""The order of one epoch: a pure function of a view's blocks, the plan and the epoch's number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairstream.arguments import require_whole
from pairstream.errors import SettingsError
from pairstream.random_numbers import RandomNumbers
from pairstream.views.blocks import Block, Blocks

DEFAULT_LANES = 32
"""Ranks whose number divides it read nothing that is another's."""

DEFAULT_WINDOW = 256

_MOST = 65_536
_STRATA = (0, 4, 2, 6, 1, 5, 3, 7)
"""Stretches of the log of which every window has a part, in the order in which they are counted: neighbours far apart."""


@dataclass(frozen=True)
class OrderPlan:
    """Seed, lanes and window of a run: with the view and the epoch, they decide its order.

    Args:
        seed: any whole number of 64 bits; other seeds give other orders
        lanes: parts of an epoch that are handed out by turns, 1 to 65,536; fewer where the view is small
        window: samples of one lane that are mixed with each other, 1 to 65,536; 0 hands the view out in its own order
    """

    seed: int = 0
    lanes: int = DEFAULT_LANES
    window: int = DEFAULT_WINDOW

    def __post_init__(self) -> None:
        require_whole(self, "seed", "lanes", "window")
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

    def lanes_of(self, samples: int) -> int:
        """Lanes of a view of so many samples: halved, rounded up, until each has a whole window."""
        lanes = self.lanes
        while lanes > 1 and samples < lanes * self.window_size:
            lanes = (lanes + 1) // 2
        return lanes

    def in_use(self, samples: int, ranks: int) -> int:
        """Samples of one window of each lane that a rank reads, rounded up, of a view of so many."""
        lanes = self.lanes_of(samples)
        windows = max(1, samples // lanes // self.window_size)
        return -(-samples // windows // math.gcd(lanes, ranks))


class Piece(NamedTuple):
    """Some of one block's records: those from place ``first`` on."""

    block: int
    first: int
    size: int


class EpochOrder:
    """The order of one epoch. Immutable; safe for use by several threads.

    Args:
        blocks: of the view, at least one
        plan: of the order
        epoch: at least 0
        lanes: where they are not those of :meth:`OrderPlan.lanes_of`
    """

    def __init__(self, blocks: Sequence[Block], plan: OrderPlan, epoch: int, lanes: int | None = None) -> None:
        self.plan = plan
        self.epoch = epoch
        self._samples_before = Blocks.of(blocks).samples_before
        self._blocks = self._spread(Blocks.of(blocks)) if plan.window else np.arange(len(blocks), dtype=np.uint32)
        self._in_group = len(_STRATA) if plan.window else 1
        self._groups = max(1, len(blocks) // self._in_group)
        # Of what grows with the view, a rank has this alone to itself.
        self._before = np.zeros(self._groups + 1, np.int64)
        sizes = Blocks.of(blocks).sizes[self._blocks]
        np.cumsum(np.add.reduceat(sizes, np.arange(self._groups) * self._in_group), out=self._before[1:])
        self.samples = int(self._before[-1])
        """Records of the view."""
        self.lanes = lanes if lanes else plan.lanes_of(self.samples)
        """How many lanes the epoch has."""

    def lane_length(self, lane: int) -> int:
        """Records of a lane; the first ones have one more than the last ones, where the lanes do not divide them."""
        return (self.samples - lane - 1) // self.lanes + 1

    def windows(self, lane: int) -> int:
        """Windows of a lane, all of one size but for a record, and none smaller than the plan's where the lane is not."""
        return max(1, self.lane_length(lane) // self.plan.window_size)

    def window_begin(self, lane: int, window: int) -> int:
        """Number in its lane of a window's first record; behind the last window, the lane's length."""
        return window * self.lane_length(lane) // self.windows(lane)

    def locate(self, lane: int, number: int) -> tuple[int, int]:
        """The window of the sample of a number in a lane, and its number there."""
        window = ((number + 1) * self.windows(lane) - 1) // self.lane_length(lane)
        return window, number - self.window_begin(lane, window)

    def pieces(self, lane: int, window: int) -> list[Piece]:
        """The records of a window, in the order in which they are counted."""
        begin = self._begin(lane) + self.window_begin(lane, window)
        end = self._begin(lane) + self.window_begin(lane, window + 1)
        pieces = []
        for piece, at in self._pieces_from(begin):
            if at >= end:
                break
            first, behind = max(begin, at), min(end, at + piece.size)
            if first < behind:
                pieces.append(Piece(piece.block, piece.first + first - at, behind - first))
        return pieces

    def permutation(self, lane: int, window: int) -> list[int]:
        """The order of a window: at i the number, among the records of :meth:`pieces`, of its i-th sample."""
        length = self.window_begin(lane, window + 1) - self.window_begin(lane, window)
        if not self.plan.window:
            return list(range(length))
        return RandomNumbers(self.plan.seed, self.epoch, f"window {lane} {window}").permutation(length)

    def groups(self, lane: int, window: int) -> NDArray[np.uint8]:
        """The group of each of a window's samples, in the order in which they are handed out: all are of one."""
        return np.zeros(self.window_begin(lane, window + 1) - self.window_begin(lane, window), np.uint8)

    def places(self, lane: int, window: int) -> list[tuple[int, int]]:
        """Block and place of each of a window's samples, in the order in which they are handed out."""
        counted = [(piece.block, piece.first + i) for piece in self.pieces(lane, window) for i in range(piece.size)]
        return [counted[i] for i in self.permutation(lane, window)]

    def _spread(self, blocks: Blocks) -> NDArray[np.uint32]:
        """The blocks in groups, each of one block of every stretch of the log; the last one has what is over too."""
        _, firsts, counts = np.unique(blocks.partition, return_index=True, return_counts=True)
        # All partitions side by side, as they were written: what came together stands together.
        ages = 2 * (np.arange(len(blocks)) - np.repeat(firsts, counts)) + 1 << 30
        log = np.argsort(ages // np.repeat(counts, counts), kind="stable").astype(np.uint32)
        numbers = RandomNumbers(self.plan.seed, self.epoch, "blocks")
        ends = [stratum * len(log) // len(_STRATA) for stratum in range(len(_STRATA) + 1)]
        # Strata stand side by side as columns; one that is shorter than another ends in what is no block.
        spread = np.full((-(-len(log) // len(_STRATA)), len(_STRATA)), len(log), np.uint32)
        for begin, end, column in zip(ends, ends[1:], np.argsort(_STRATA)):
            spread[: end - begin, column] = log[begin:end][numbers.permutation(end - begin)]
        return spread[spread < len(log)]

    def _pieces_from(self, begin: int) -> Iterator[tuple[Piece, int]]:
        """Pieces, and which record of the epoch is their first one, from the one that holds a record on.

        Of each group, the parts: so many that each is a window or more; a part has the same share of every block.
        """
        group_of_begin = int(np.searchsorted(self._before, begin, side="right")) - 1
        for group in range(min(group_of_begin, self._groups - 1), self._groups):
            first = group * self._in_group
            behind = first + self._in_group if group < self._groups - 1 else len(self._blocks)
            at, end = self._before[group : group + 2].tolist()
            whole = end - at
            own = self._blocks[first:behind]
            sizes = (self._samples_before[own + 1] - self._samples_before[own]).tolist()
            parts = max(1, whole // self.plan.window_size) if self.plan.window else 1
            first_part = max(0, begin - at) * parts // whole
            at += sum(first_part * size // parts for size in sizes)
            for part in range(first_part, parts):
                for number, size in zip(own.tolist(), sizes):
                    begins = part * size // parts
                    piece = Piece(number, begins, (part + 1) * size // parts - begins)
                    yield piece, at
                    at += piece.size

    def _begin(self, lane: int) -> int:
        each, more = divmod(self.samples, self.lanes)
        return lane * each + min(lane, more)
