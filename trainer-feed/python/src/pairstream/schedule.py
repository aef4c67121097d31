"""What a run hands out, step by step: one view, or a mix of several.

A schedule is arithmetic alone; it reads nothing. Its position is what a checkpoint keeps, as JSON; that of a
view the Java feed reads too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple, Protocol

from pairstream.errors import PositionRefused, SettingsError
from pairstream.order import EpochOrder, OrderPlan, RankShare
from pairstream.view import View

Position = Mapping[str, Any]
"""Where a run goes on, as a JSON object of less than 1 kB."""

MOST_WEIGHTS = 1000


class ViewEpoch(NamedTuple):
    """One epoch of a view.

    Args:
        part: number of the view in a mix, from 0; 0 where there is only one
        view: what is read
        order: of its records in this epoch
        spans: by group, between which samples of the epoch those are that the run hands out, where they are grouped
    """

    part: int
    view: View
    order: EpochOrder
    spans: Sequence[range] | None = None


class Pick(NamedTuple):
    """One sample: the one of this ``number`` in a lane of a pass, among those of its group."""

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


class Schedule(Protocol):
    """What a run hands out."""

    @property
    def views(self) -> Sequence[View]:
        """The views that the run reads now."""

    @property
    def parts(self) -> int:
        """Number of views that it mixes."""

    def begin(self) -> Position:
        """The position of a run that has handed out nothing."""

    def require_own(self, position: Position) -> None:
        """Checks a position.

        Raises:
            PositionRefused: where it is one of another view or another order, or none at all
        """

    def steps(self, share: RankShare, batch_size: int, keep_last: bool, start: Position) -> Iterator[Step | None]:
        """The steps of a rank from a position on; None where it is not known yet what comes next.

        Args:
            batch_size: of all ranks together, as everywhere here
        """

    def require_batches(self, batch_size: int, keep_last: bool) -> None:
        """Checks that there is a batch at all."""

    def skip(self, start: Position, batch_size: int, keep_last: bool, batches: int) -> Position:
        """The position so many batches behind another. Reads nothing."""

    def at(self, epoch: int, number: int, batch_size: int) -> Position:
        """The position in front of the batch of this number in an epoch, or in a mix without epochs."""

    def close(self) -> None:
        """Gives back what was opened; it is opened again where it is needed."""


class ViewSchedule:
    """Every pair of a view once in each epoch.

    Args:
        view: what is read
        plan: of the order
        epochs: the run ends before the epoch of this number; None for no end
    """

    parts = 1

    def __init__(self, view: View, plan: OrderPlan, epochs: int | None) -> None:
        if epochs is not None and epochs < 1:
            raise SettingsError(f"a run has at least 1 epoch, not {epochs}")
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
        require_fields(position, "a run over a view", ("view",), ("seed", "lanes", "window", "epoch", "samples"))
        if position["view"] != self._view.fingerprint:
            raise PositionRefused(
                f"the position is one of the view {position['view']}, not of {self._view.fingerprint}"
            )
        require_plan(position, self._plan)
        require_within(position, self._view.samples)

    def require_batches(self, batch_size: int, keep_last: bool) -> None:
        if self._view.samples < batch_size and not keep_last:
            raise SettingsError(f"a batch of {batch_size} takes more samples than the view has: {self._view.samples}")

    def batches(self, batch_size: int, keep_last: bool) -> int:
        """Number of batches of an epoch."""
        return steps_left(self._view.samples, batch_size, keep_last, 0)

    def steps(self, share: RankShare, batch_size: int, keep_last: bool, start: Position) -> Iterator[Step]:
        taken = start["samples"]
        for epoch in count(start["epoch"]):
            if self._epochs is not None and epoch >= self._epochs:
                return
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

    def close(self) -> None:
        pass

    def _position(self, epoch: int, taken: int) -> Position:
        return {"view": self._view.fingerprint, **plan_json(self._plan), "epoch": epoch, "samples": taken}


def steps_of(
    of: ViewEpoch,
    share: RankShare,
    batch_size: int,
    keep_last: bool,
    taken: int,
    position: Callable[[int, int], Position],
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


class MixSchedule:
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
        require_fields(position, "a mix", (), ("seed", "lanes", "window", "samples"))
        if [list(part) for part in mix] != self._named():
            raise PositionRefused(f"the position is one of the mix {mix}, not of {self._named()}")
        require_plan(position, self._plan)

    def require_batches(self, batch_size: int, keep_last: bool) -> None:
        """A view that is through begins anew."""

    def steps(self, share: RankShare, batch_size: int, keep_last: bool, start: Position) -> Iterator[Step]:
        for taken in count(start["samples"], batch_size):
            picks = [self.pick(number) for number in share.of(taken, taken + batch_size)]
            yield Step(0, taken // batch_size, picks, self.pick(taken), self._position(taken + batch_size))

    def skip(self, start: Position, batch_size: int, keep_last: bool, batches: int) -> Position:
        return self._position(start["samples"] + batches * batch_size)

    def at(self, epoch: int, number: int, batch_size: int) -> Position:
        return self._position(number * batch_size)

    def close(self) -> None:
        pass

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
    """Which view each of the first W samples is of, W being the sum of the weights."""
    whole = sum(weights)
    chosen = [0] * len(weights)
    order = []
    for i in range(whole):
        open_parts = [v for v in range(len(weights)) if chosen[v] < weights[v]]
        best = max(open_parts, key=lambda v: (weights[v] * (i + 1) - whole * chosen[v], -v))
        chosen[best] += 1
        order.append(best)
    return order


def plan_json(plan: OrderPlan) -> dict[str, int]:
    """The part of a position that tells the order."""
    return {"seed": plan.seed, "lanes": plan.lanes, "window": plan.window}


def require_plan(position: Position, plan: OrderPlan) -> None:
    """Checks that a position belongs to an order.

    Raises:
        PositionRefused: where it does not
    """
    found = {name: position[name] for name in ("seed", "lanes", "window")}
    if found != plan_json(plan):
        raise PositionRefused(
            f"the position belongs to another order: {_text(found)}, and this run has {_text(plan_json(plan))}"
        )


def _text(plan: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {value}" for name, value in plan.items())


def require_fields(position: Position, of: str, texts: Sequence[str], numbers: Sequence[str]) -> None:
    """Checks that a position has all that one of its kind has.

    Raises:
        PositionRefused: where it does not
    """
    if isinstance(position, Mapping) and "taken" in position and "samples" in numbers:
        raise PositionRefused(
            f"the position is one of an earlier version, which handed samples out in another order (it counts them by "
            f"lane, as taken); to begin its epoch anew, put \"samples\": 0 in the place of \"taken\": {position['taken']}"
        )
    is_good = (
        isinstance(position, Mapping)
        and all(isinstance(position.get(name), str) for name in texts)
        and all(isinstance(position.get(name), int) and not isinstance(position[name], bool) for name in numbers)
    )
    if not is_good:
        shown = str(position)
        raise PositionRefused(
            f"no position of {of} (an object with {', '.join([*texts, *numbers])}): "
            f"{shown[:80]}{'...' if len(shown) > 80 else ''}"
        )
    if any(position[name] < 0 for name in numbers if name != "seed"):
        raise PositionRefused(f"a position has no negative epoch or count: {str(dict(position))[:200]}")


def require_within(position: Position, samples: int) -> None:
    """Checks that an epoch goes on behind a position.

    Raises:
        PositionRefused: where it does not
    """
    if position["samples"] >= samples:
        raise PositionRefused(
            f"the position says that {position['samples']} samples of epoch {position['epoch']} were handed out, and the "
            f"epoch has {samples}"
        )
