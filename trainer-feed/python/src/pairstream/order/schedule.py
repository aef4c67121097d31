"""Schedules: the samples that a run hands out step by step, of one view or of a mix of several.

A schedule is arithmetic alone; it reads nothing. Its position is what a checkpoint keeps, as JSON.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from pairstream.errors import SettingsError
from pairstream.order.epoch_order import EpochOrder
from pairstream.order.positions import Position
from pairstream.order.ranks import RankShare
from pairstream.views.view import View


class WindowPlace(NamedTuple):
    """Where a sample is in its window.

    Args:
        group: of the sample; 0 where an order has no groups
        number: among the window's samples of that group, from 0
    """

    group: int
    number: int


class WindowKey(NamedTuple):
    """Names what a rank loads at once.

    Args:
        part: number of the view in a mix, from 0
        epoch: of that view
        lane: of the epoch
        window: number in its lane
        only: the one sample of it that is loaded, which another rank's lane has; None for the window
    """

    part: int
    epoch: int
    lane: int
    window: int
    only: WindowPlace | None = None


@dataclass(frozen=True, eq=False)
class ViewEpoch:
    """One epoch of a view: in which windows its samples are.

    Args:
        part: number of the view in a mix, from 0; 0 where there is only one
        view: what is read
        order: of its records in this epoch
    """

    part: int
    view: View
    order: EpochOrder

    def locate(self, pick: Pick, share: RankShare) -> tuple[WindowKey, WindowPlace]:
        """The window that a rank loads for a sample, and the place there."""
        window, number = self.order.locate(pick.lane, pick.number)
        return WindowKey(self.part, self.order.epoch, pick.lane, window), WindowPlace(0, number)

    def request(self, key: WindowKey, place: WindowPlace, ranks: int) -> WindowRequest:
        """How to load a window of which the sample at a place is the first one that the rank hands out."""
        begin, end = (self.order.window_begin(key.lane, window) for window in (key.window, key.window + 1))
        # Where ranks share a lane, each sample that one of them takes stands for those of the others.
        shared_by = ranks // math.gcd(ranks, self.order.lanes)
        return WindowRequest(self, key, None, end - begin - place.number, shared_by)

    def is_used_up(self, earlier: WindowKey, key: WindowKey) -> bool:
        """Whether an earlier window of a lane has nothing more to hand out once one takes of another."""
        return earlier != key


class WindowRequest(NamedTuple):
    """A window that is to be loaded.

    Args:
        of: the epoch
        key: names the window
        wanted: the samples of it that are handed out, each once; None for all of them, in the window's order
        samples: that come into memory for the rank
        per_sample: how many of these are used up with each one that the rank takes
    """

    of: ViewEpoch
    key: WindowKey
    wanted: Sequence[WindowPlace] | None
    samples: int
    per_sample: int


class Pick(NamedTuple):
    """A sample of a step.

    Args:
        of: the epoch of the view that it is from
        lane: of that epoch
        number: of the sample in the lane, from 0
        group: of the sample; 0 where the order has no groups
    """

    of: ViewEpoch
    lane: int
    number: int
    group: int = 0


class Step(NamedTuple):
    """One batch of a rank.

    Args:
        epoch: of the batch; 0 in a mix
        number: of the batch in its epoch, or in the run of a mix, from 0
        picks: the rank's samples; none where it has no part in an epoch's last batch
        lead: the first sample of the batch, whichever rank has it
        after: the position behind the batch, the same for all ranks
        passed: samples of the rank's own lanes that another rank hands out, in groups
        parts: numbers of the views behind the batch, where a mix has changed; else None
    """

    epoch: int
    number: int
    picks: list[Pick]
    lead: Pick
    after: Position
    passed: Sequence[Pick] = ()
    parts: frozenset[int] | None = None


def require_epochs(epochs: int | None) -> None:
    """Checks the number of the epoch before which a run ends; None is no end.

    Raises:
        SettingsError: where it is less than 1
    """
    if epochs is not None and epochs < 1:
        raise SettingsError(f"a run has at least 1 epoch, not {epochs}")


class Schedule(Protocol):
    """The samples that a run hands out, step by step. Sizes of batches are those of all ranks together."""

    @property
    def views(self) -> Sequence[View]:
        """The views that the run reads now; none where that follows from what its processes agree on."""
        return ()

    @property
    def parts(self) -> int:
        """Number of views that are mixed."""
        return 1

    def begin(self) -> Position:
        """The position of a run that has handed out nothing."""

    def require_own(self, position: Position) -> None:
        """Checks a position.

        Raises:
            PositionRefused: where it is one of another view or another order, or none at all
        """

    def steps(self, share: RankShare, batch_size: int, keep_last: bool, start: Position) -> Iterator[Step | None]:
        """The steps of a rank from a position on; None where it is not known yet what comes next."""

    @property
    def sizes(self) -> Sequence[int]:
        """Samples of the first epoch, of each of its groups; none where that is not known."""
        return ()

    def require_batches(self, batch_size: int, keep_last: bool) -> None:
        """Checks that there is a batch at all.

        Raises:
            SettingsError: where there is none
        """
        if self.batches(batch_size, keep_last) == 0:
            raise SettingsError(
                f"a batch of {batch_size} takes more samples than the view has: {', '.join(map(str, self.sizes))}; give a "
                'smaller batch_size, or last="keep", which hands out batches that are not full'
            )

    def batches(self, batch_size: int, keep_last: bool) -> int | None:
        """Number of batches of an epoch; None where epochs have no one length."""
        return None

    def left_out(self, batch_size: int, keep_last: bool) -> int | None:
        """Samples of an epoch that fill no batch; None where that is not known."""
        return None

    def retained(self, rank_batch_size: int) -> int:
        """Most samples of earlier windows that stay in memory until there is a batch of them."""
        return 0

    def note_progress(self, ahead: int, begun: int | None) -> None:
        """Hears how far the run is, on which it may depend what comes next.

        Args:
            ahead: steps that were given out and of which no batch is made yet
            begun: the epoch of the last batch that was handed out; None where there is none
        """
        return None

    def skip(self, start: Position, batch_size: int, keep_last: bool, batches: int) -> Position:
        """The position so many batches behind another. Reads no records."""

    def at(self, epoch: int, number: int, batch_size: int) -> Position:
        """The position in front of the batch of this number in an epoch, or in a mix without epochs."""

    def close(self) -> None:
        """Gives back what was opened; it is opened again where it is needed."""
        return None
