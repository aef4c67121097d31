"""The order of an epoch whose samples are in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pairstream.order.epoch_order import EpochOrder, OrderPlan
from pairstream.order.ranks import RankShare
from pairstream.order.schedule import Pick, ViewEpoch, WindowKey, WindowPlace, WindowRequest
from pairstream.views.blocks import Blocks
from pairstream.views.facts import NONE
from pairstream.views.view import View

_CHUNK = 1 << 16
"""Samples of an epoch of which it is known how many of each group there are."""


class GroupedOrder(EpochOrder):
    """The order of those pairs of a view that an epoch hands out, in groups. Immutable; safe for several threads.

    Sample p of the epoch is sample ``p // lanes`` of lane ``p % lanes``; a group's come in the order of their p.

    Args:
        view: what is read
        groups: of each of its samples, in the view's order, the group or ``NONE``: uint8 [samples]
        size: number of groups
    """

    def __init__(self, view: View, plan: OrderPlan, epoch: int, groups: NDArray[np.uint8], size: int) -> None:
        super().__init__(view.blocks, plan, epoch)
        pieces = np.array([piece for piece, _ in self._pieces_from(0)], np.int64)
        begins = Blocks.of(view.blocks).samples_before[pieces[:, 0]] + pieces[:, 1]
        before = np.cumsum(pieces[:, 2]) - pieces[:, 2]
        counted = groups[np.repeat(begins - before, pieces[:, 2]) + np.arange(self.samples)]
        self._groups_of = np.empty(self.samples, np.uint8)
        for lane in range(self.lanes):
            self._groups_of[lane :: self.lanes] = counted[self._begin(lane) : self._begin(lane + 1)]
        chunks = np.arange(0, self.samples, _CHUNK)
        counts = [np.add.reduceat(self._groups_of == group, chunks, dtype=np.int64) for group in range(size)]
        self._in_front = [np.concatenate([[0], np.cumsum(one)]) for one in counts]

    @property
    def sizes(self) -> list[int]:
        """Samples of each group."""
        return [int(one[-1]) for one in self._in_front]

    def numbers(self, group: int, begin: int, end: int) -> NDArray[np.int64]:
        """The p of a group's samples from one number to below another."""
        in_front = self._in_front[group]
        first = int(np.searchsorted(in_front, begin, side="right")) - 1
        behind = int(np.searchsorted(in_front, end))
        found = first * _CHUNK + np.flatnonzero(self._groups_of[first * _CHUNK : behind * _CHUNK] == group)
        return found[begin - int(in_front[first]) : end - int(in_front[first])]

    def span(self, group: int, begin: int, end: int) -> range:
        """From the p of a group's sample of one number to behind that of the last one below another."""
        if begin >= end:
            return range(0)
        return range(int(self.numbers(group, begin, begin + 1)[0]), int(self.numbers(group, end - 1, end)[0]) + 1)

    def locate_in_group(self, lane: int, number: int, group: int) -> tuple[int, WindowPlace]:
        """The window of a lane's sample of a group, and how many of that group the window counts in front of it."""
        window, at = self.locate(lane, number)
        return window, WindowPlace(group, int(np.count_nonzero(self._window(lane, window)[:at] == group)))

    def groups(self, lane: int, window: int) -> NDArray[np.uint8]:
        """The group of each of a window's samples, in the order in which they are handed out."""
        return self._window(lane, window)[self.permutation(lane, window)]

    def within(self, lane: int, window: int, spans: Sequence[range]) -> list[WindowPlace]:
        """The samples of a window that are in their group's span, in the order in which they are counted."""
        found, counts = [], [0] * len(spans)
        for at, group in enumerate(self._window(lane, window).tolist(), self.window_begin(lane, window)):
            if group != NONE:
                if at * self.lanes + lane in spans[group]:
                    found.append(WindowPlace(group, counts[group]))
                counts[group] += 1
        return found

    def _window(self, lane: int, window: int) -> NDArray[np.uint8]:
        """The group of each of a window's samples, as they are counted."""
        begin, end = self.window_begin(lane, window), self.window_begin(lane, window + 1)
        return self._groups_of[lane :: self.lanes][begin:end]


@dataclass(frozen=True, eq=False)
class GroupedEpoch(ViewEpoch):
    """One epoch of a view in groups.

    Args:
        order: of its records in this epoch
        spans: by group, between which samples of the epoch those are that the run hands out
    """

    order: GroupedOrder
    spans: Sequence[range]

    def locate(self, pick: Pick, share: RankShare) -> tuple[WindowKey, WindowPlace]:
        """The window that a rank loads for a sample, and the place there; the sample alone where its lane is another rank's."""
        window, place = self.order.locate_in_group(pick.lane, pick.number, pick.group)
        is_own = pick.lane % share.ranks == share.rank
        return WindowKey(self.part, self.order.epoch, pick.lane, window, None if is_own else place), place

    def request(self, key: WindowKey, place: WindowPlace, ranks: int) -> WindowRequest:
        """How to load a window, or one sample of it: with what the run hands out of it."""
        wanted = [key.only] if key.only else self.order.within(key.lane, key.window, self.spans)
        return WindowRequest(self, key, wanted, len(wanted), 1)

    def is_used_up(self, earlier: WindowKey, key: WindowKey) -> bool:
        """Whether an earlier window is of an earlier epoch: those of one are used side by side."""
        return earlier.epoch < key.epoch
