"""Runs over several views, mixed by weights that stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count

from pairstream.errors import PositionRefused, SettingsError
from pairstream.order.epoch_order import EpochOrder, OrderPlan
from pairstream.order.positions import Position, plan_json, require_fields, require_plan
from pairstream.order.ranks import RankShare
from pairstream.order.schedule import Pick, Schedule, Step, ViewEpoch
from pairstream.views.view import View

MOST_WEIGHTS = 1000
NO_EPOCHS = "a mix has no epochs of its own: leave out epochs, and stop after a number of batches"


class MixSchedule(Schedule):
    """Samples of several views of one topic, by weight, without an end.

    Of every W samples of a lane, W being the sum of the weights, each view has as many as its weight says, spread
    evenly. Each has its own epochs in each lane; the remainder of an epoch that not all lanes have is left out. The
    lanes are those of the smallest view.

    Args:
        parts: views of one topic, with whole weights of at least 1, together at most 1000
        plan: of the order
    """

    def __init__(self, parts: Sequence[tuple[View, int]], plan: OrderPlan) -> None:
        if len(parts) < 2:
            raise SettingsError("a mix has at least two views; a weight alone of one says nothing")
        if len({(view.topic, view.topic_id) for view, _ in parts}) > 1:
            raise SettingsError("the views of a mix are of one topic")
        if len({view.fingerprint for view, _ in parts}) < len(parts):
            raise SettingsError("a view is in a mix once; raise its weight instead")
        weights = [weight for _, weight in parts]
        require_weights(weights)
        self._views = [view for view, _ in parts]
        self._weights = weights
        self._plan = plan
        self._turns = Turns(weights)
        self._lanes = plan.lanes_of(min(view.samples for view in self._views))
        self._lengths = [view.samples // self._lanes for view in self._views]
        self._view_epoch = lru_cache(maxsize=3 * len(parts))(
            lambda part, epoch: ViewEpoch(
                part, self._views[part], EpochOrder(self._views[part].blocks, self._plan, epoch, self._lanes)
            )
        )

    @property
    def views(self) -> Sequence[View]:
        return self._views

    @property
    def parts(self) -> int:
        return len(self._views)

    def begin(self) -> Position:
        return self._position(0)

    def require_own(self, position: Position) -> None:
        mix = position.get("mix")
        if not isinstance(mix, list):
            raise PositionRefused(f"no position of a mix (an object with mix): {str(dict(position))[:80]}")
        require_fields(position, "a mix", (), ("samples",))
        if [list(part) for part in mix] != self._named():
            raise PositionRefused(f"the position is one of the mix {mix}, not of {self._named()}")
        require_plan(position, self._plan)

    def steps(self, share: RankShare, batch_size: int, keep_last: bool, start: Position) -> Iterator[Step]:
        for view in self.views:
            view.require_unchanged()
        for taken in count(start["samples"], batch_size):
            picks = [self.pick(number) for number in share.of(taken, taken + batch_size)]
            yield Step(0, taken // batch_size, picks, self.pick(taken), self._position(taken + batch_size))

    def skip(self, start: Position, batch_size: int, keep_last: bool, batches: int) -> Position:
        return self._position(start["samples"] + batches * batch_size)

    def at(self, epoch: int, number: int, batch_size: int) -> Position:
        return self._position(number * batch_size)

    def pick(self, number: int) -> Pick:
        """The sample of a number since the run began."""
        t, lane = divmod(number, self._lanes)
        turns = self._turns
        first = lane * turns.whole // self._lanes
        part = turns.part(t + first)
        epoch, index = divmod(turns.count(part, t + first) - turns.count(part, first), self._lengths[part])
        return Pick(self._view_epoch(part, epoch), lane, index)

    def _named(self) -> list[list[object]]:
        return [[view.fingerprint, weight] for view, weight in zip(self._views, self._weights)]

    def _position(self, taken: int) -> Position:
        return {"mix": self._named(), **plan_json(self._plan), "samples": taken}


def require_weights(weights: Sequence[int]) -> None:
    """Checks the weights of a mix.

    Raises:
        SettingsError: where they cannot be
    """
    if (
        not weights
        or any(isinstance(weight, bool) or not isinstance(weight, int) or weight < 1 for weight in weights)
        or sum(weights) > MOST_WEIGHTS
    ):
        raise SettingsError(f"weights are whole numbers of at least 1, together at most {MOST_WEIGHTS}, not {weights}")


class Turns:
    """The pattern of weights, without an end: which view each turn is of.

    Args:
        weights: of the views
    """

    def __init__(self, weights: Sequence[int]) -> None:
        self._weights = weights
        self._pattern = pattern(weights)
        self.whole = len(self._pattern)
        self._before = [[0] * len(weights)]
        for part in self._pattern:
            counts = list(self._before[-1])
            counts[part] += 1
            self._before.append(counts)

    def part(self, turn: int) -> int:
        """The number of the view whose turn it is."""
        return self._pattern[turn % self.whole]

    def count(self, part: int, turn: int) -> int:
        """Turns of a view before this one."""
        rounds, rest = divmod(turn, self.whole)
        return rounds * self._weights[part] + self._before[rest][part]


def pattern(weights: Sequence[int]) -> list[int]:
    """The number of the view of each of the first W samples, W being the sum of the weights."""
    whole = sum(weights)
    chosen = [0] * len(weights)
    order = []
    for i in range(whole):
        open_parts = [v for v in range(len(weights)) if chosen[v] < weights[v]]
        best = max(open_parts, key=lambda v: (weights[v] * (i + 1) - whole * chosen[v], -v))
        chosen[best] += 1
        order.append(best)
    return order
