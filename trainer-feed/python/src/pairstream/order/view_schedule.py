"""Runs over one view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count

from pairstream.errors import PositionRefused
from pairstream.order.epoch_order import EpochOrder, OrderPlan
from pairstream.order.positions import Position, plan_json, require_fields, require_plan, require_within
from pairstream.order.ranks import RankShare
from pairstream.order.schedule import Pick, Schedule, Step, ViewEpoch, require_epochs
from pairstream.views.view import View


class ViewSchedule(Schedule):
    """Every pair of a view once in each epoch.

    Args:
        view: what is read
        plan: of the order
        epochs: the run ends before the epoch of this number; None for no end
    """

    def __init__(self, view: View, plan: OrderPlan, epochs: int | None) -> None:
        require_epochs(epochs)
        self._view = view
        self._plan = plan
        self._epochs = epochs
        self._view_epoch = lru_cache(maxsize=3)(
            lambda epoch: ViewEpoch(0, self._view, EpochOrder(self._view.blocks, self._plan, epoch))
        )

    @property
    def views(self) -> Sequence[View]:
        return (self._view,)

    def begin(self) -> Position:
        return self._position(0, 0)

    def require_own(self, position: Position) -> None:
        require_fields(position, "a run over a view", ("view",), ("epoch", "samples"))
        if position["view"] != self._view.fingerprint:
            raise PositionRefused(f"the position is one of the view {position['view']}, not of {self._view.fingerprint}")
        require_plan(position, self._plan)
        require_within(position, self._view.samples)

    @property
    def sizes(self) -> Sequence[int]:
        return (self._view.samples,)

    def batches(self, batch_size: int, keep_last: bool) -> int:
        return steps_left(self._view.samples, batch_size, keep_last, 0)

    def left_out(self, batch_size: int, keep_last: bool) -> int | None:
        return None if keep_last else self._view.samples % batch_size

    def steps(self, share: RankShare, batch_size: int, keep_last: bool, start: Position) -> Iterator[Step]:
        taken = start["samples"]
        for epoch in epochs_from(start["epoch"], self._epochs):
            self._view.require_unchanged()
            yield from steps_of(self._view_epoch(epoch), share, batch_size, keep_last, taken, self._position)
            taken = 0

    def skip(self, start: Position, batch_size: int, keep_last: bool, batches: int) -> Position:
        epoch, taken = start["epoch"], start["samples"]
        left = steps_left(self._view.samples, batch_size, keep_last, taken)
        if batches < left:
            return self._position(epoch, taken + batches * batch_size)
        epochs, steps = divmod(batches - left, steps_left(self._view.samples, batch_size, keep_last, 0))
        return self._position(epoch + 1 + epochs, steps * batch_size)

    def at(self, epoch: int, number: int, batch_size: int) -> Position:
        return self._position(epoch, number * batch_size)

    def _position(self, epoch: int, taken: int) -> Position:
        return {"view": self._view.fingerprint, **plan_json(self._plan), "epoch": epoch, "samples": taken}


def epochs_from(first: int, end: int | None) -> Iterable[int]:
    """Numbers of epochs from one on, up to the one before which a run ends; None is no end."""
    return count(first) if end is None else range(first, end)


def steps_of(
    of: ViewEpoch, share: RankShare, batch_size: int, keep_last: bool, taken: int, position: Callable[[int, int], Position]
) -> Iterator[Step]:
    """The steps of a rank in one epoch, behind so many of its samples.

    Args:
        position: of an epoch, and how many of its samples were handed out
    """
    epoch, lanes = of.order.epoch, of.order.lanes
    for _ in range(steps_left(of.order.samples, batch_size, keep_last, taken)):
        behind = min(taken + batch_size, of.order.samples)
        picks = [Pick(of, number % lanes, number // lanes) for number in share.of(taken, behind)]
        is_last = steps_left(of.order.samples, batch_size, keep_last, behind) == 0
        after = position(epoch + 1, 0) if is_last else position(epoch, behind)
        yield Step(epoch, taken // batch_size, picks, Pick(of, taken % lanes, taken // lanes), after)
        taken = behind


def steps_left(samples: int, batch_size: int, keep_last: bool, taken: int) -> int:
    """Batches that an epoch of so many samples has behind those that were taken."""
    left = max(0, samples - taken)
    return -(-left // batch_size) if keep_last else left // batch_size
