"""What a run hands out, step by step: one view, or a mix of several.

A course is arithmetic alone; it reads nothing. Its position is what a checkpoint keeps, as JSON that the Java feed
reads too.
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

_MOST_WEIGHTS = 1000


class Pass(NamedTuple):
    """One pass over a view.

    Args:
        part: number of the view in a mix, from 0; 0 where there is only one
        view: what is passed over
        order: of its records in this epoch
    """

    part: int
    view: View
    order: EpochOrder


class Pick(NamedTuple):
    """One sample: the one of this ``number`` among a lane's in a pass, which hands out those before ``end``."""

    of: Pass
    lane: int
    number: int
    end: int


class Step(NamedTuple):
    """One batch of a rank.

    Args:
        epoch: of the batch; 0 in a mix
        number: of the batch in its epoch, or in the run of a mix, from 0
        picks: the samples, lane by lane; none where a rank has no part in an epoch's last batch
        after: the position behind the batch
    """

    epoch: int
    number: int
    picks: list[Pick]
    after: Position


class Course(Protocol):
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

    def steps(self, share: RankShare, per_lane: int, keep_last: bool, start: Position) -> Iterator[Step | None]:
        """The steps of a rank from a position on; None where it is not known yet what comes next."""

    def require_batches(self, per_lane: int, keep_last: bool) -> None:
        """Checks that there is a batch at all."""

    def skip(self, start: Position, per_lane: int, keep_last: bool, batches: int) -> Position:
        """The position so many batches behind another. Reads nothing."""

    def at(self, epoch: int, number: int, per_lane: int) -> Position:
        """The position in front of the batch of this number in an epoch, or in a mix without epochs."""

    def close(self) -> None:
        """Gives back what was opened; it is opened again where it is needed."""


class ViewCourse:
    """Every pair of a view once in each epoch.

    Args:
        view: what is passed over
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
        self._pass = lru_cache(maxsize=3)(
            lambda epoch: Pass(0, self._view, EpochOrder(self._view.sizes, self._plan, epoch))
        )

    @property
    def views(self) -> Sequence[View]:
        return (self._view,)

    def begin(self) -> Position:
        return self._position(0, 0)

    def require_own(self, position: Position) -> None:
        require_fields(position, "a run over a view", ("view",), ("seed", "lanes", "window", "epoch", "taken"))
        if position["view"] != self._view.fingerprint:
            raise PositionRefused(
                f"the position is one of the view {position['view']}, not of {self._view.fingerprint}"
            )
        require_plan(position, self._plan)

    def require_batches(self, per_lane: int, keep_last: bool) -> None:
        shortest = self._view.samples // self._plan.lanes
        if shortest < (1 if keep_last else per_lane):
            raise SettingsError(
                f"the view has {self._view.samples} samples, {shortest} in each of {self._plan.lanes} lanes: "
                f"too few for batches of {per_lane} of each lane"
            )

    def steps(self, share: RankShare, per_lane: int, keep_last: bool, start: Position) -> Iterator[Step]:
        taken = start["taken"]
        for epoch in count(start["epoch"]):
            if self._epochs is not None and epoch >= self._epochs:
                return
            yield from steps_of(self._pass(epoch), share, per_lane, keep_last, taken, self._position)
            taken = 0

    def skip(self, start: Position, per_lane: int, keep_last: bool, batches: int) -> Position:
        usable = longest_of(self._view.samples, self._plan, per_lane, keep_last)
        epoch, taken = start["epoch"], start["taken"]
        present = longest_of(self._view.samples, self._plan, per_lane, keep_last, taken)
        left = -(-max(0, present - taken) // per_lane)
        if batches < left:
            return self._position(epoch, taken + batches * per_lane)
        epochs, steps = divmod(batches - left, -(-usable // per_lane))
        return self._position(epoch + 1 + epochs, steps * per_lane)

    def at(self, epoch: int, number: int, per_lane: int) -> Position:
        return self._position(epoch, number * per_lane)

    def close(self) -> None:
        pass

    def _position(self, epoch: int, taken: int) -> Position:
        return {"view": self._view.fingerprint, **plan_json(self._plan), "epoch": epoch, "taken": taken}


def steps_of(
    of: Pass,
    share: RankShare,
    per_lane: int,
    keep_last: bool,
    taken: int,
    position: Callable[[int, int], Position],
) -> Iterator[Step]:
    """The steps of a rank in one epoch, from what was taken of each lane on.

    Args:
        position: of an epoch, and what was taken of each lane in it
    """
    order, epoch = of.order, of.order.epoch
    # Of all ranks' lanes, so that ranks agree on the end of an epoch; a rank may have no sample in its last step.
    longest = longest_of(order.samples, order.plan, per_lane, keep_last, taken)
    ends = [(lane, order.lane_length(lane) if keep_last else longest) for lane in share.own]
    while taken < longest:
        behind = taken + per_lane
        picks = [Pick(of, lane, number, end) for lane, end in ends for number in range(taken, min(behind, end))]
        yield Step(epoch, taken // per_lane, picks, position(epoch + 1, 0) if behind >= longest else position(epoch, behind))
        taken = behind


def longest_of(samples: int, plan: OrderPlan, per_lane: int, keep_last: bool, taken: int = 0) -> int:
    """Samples of the longest lane that an epoch hands out.

    Args:
        taken: of each lane so far, by batches that may have been of another size
    """
    if keep_last:
        return -(-samples // plan.lanes)
    return taken + max(0, samples // plan.lanes - taken) // per_lane * per_lane


class MixCourse:
    """Samples of several views of one topic, by weight, without an end.

    Of every W samples of a lane, W being the sum of the weights, each view has as many as its weight says, spread
    evenly. Each has its own epochs in each lane; the remainder of an epoch that not all lanes have is left out.

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
        if any(not isinstance(weight, int) or weight < 1 for weight in weights) or sum(weights) > _MOST_WEIGHTS:
            raise SettingsError(
                f"weights are whole numbers of at least 1, together at most {_MOST_WEIGHTS}, not {weights}"
            )
        self._views = [view for view, _ in parts]
        self._weights = weights
        self._plan = plan
        self.pattern = pattern(weights)
        self._before = [[0] * len(parts)]
        for part in self.pattern:
            counts = list(self._before[-1])
            counts[part] += 1
            self._before.append(counts)
        self._lengths = [view.samples // plan.lanes for view in self._views]
        self._pass = lru_cache(maxsize=3 * len(parts))(
            lambda part, epoch: Pass(
                part, self._views[part], EpochOrder(self._views[part].sizes, self._plan, epoch)
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
        require_fields(position, "a mix", (), ("seed", "lanes", "window", "taken"))
        if [list(part) for part in mix] != self._named():
            raise PositionRefused(f"the position is one of the mix {mix}, not of {self._named()}")
        require_plan(position, self._plan)

    def require_batches(self, per_lane: int, keep_last: bool) -> None:
        for view, length in zip(self._views, self._lengths):
            if length < 1:
                raise SettingsError(
                    f"the view {view.fingerprint} has {view.samples} samples, too few for {self._plan.lanes} lanes"
                )

    def steps(self, share: RankShare, per_lane: int, keep_last: bool, start: Position) -> Iterator[Step]:
        for taken in count(start["taken"], per_lane):
            picks = [self.pick(lane, t) for lane in share.own for t in range(taken, taken + per_lane)]
            yield Step(0, taken // per_lane, picks, self._position(taken + per_lane))

    def skip(self, start: Position, per_lane: int, keep_last: bool, batches: int) -> Position:
        return self._position(start["taken"] + batches * per_lane)

    def at(self, epoch: int, number: int, per_lane: int) -> Position:
        return self._position(number * per_lane)

    def close(self) -> None:
        pass

    def pick(self, lane: int, t: int) -> Pick:
        """The ``t``-th sample of a lane since the run began."""
        whole = len(self.pattern)
        first = lane * whole // self._plan.lanes
        part = self.pattern[(t + first) % whole]
        number = self._count(part, t + first) - self._count(part, first)
        epoch, index = divmod(number, self._lengths[part])
        return Pick(self._pass(part, epoch), lane, index, self._lengths[part])

    def _count(self, part: int, t: int) -> int:
        """Samples of a view among the first ``t`` of the pattern without an end."""
        rounds, rest = divmod(t, len(self.pattern))
        return rounds * self._weights[part] + self._before[rest][part]

    def _named(self) -> list[list[object]]:
        return [[view.fingerprint, weight] for view, weight in zip(self._views, self._weights)]

    def _position(self, taken: int) -> Position:
        return {"mix": self._named(), **plan_json(self._plan), "taken": taken}


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


def per_lane(batch_size: int, share: RankShare) -> int:
    """Samples of each lane in a batch.

    Args:
        batch_size: of all ranks together

    Raises:
        SettingsError: where lanes would have different shares
    """
    if batch_size < 1 or batch_size % share.lanes:
        below = max(share.lanes, batch_size // share.lanes * share.lanes)
        raise SettingsError(
            f"a batch of {batch_size} samples cannot be taken alike from {share.lanes} lanes; "
            f"the nearest sizes are {below} and {below + share.lanes}"
        )
    return batch_size // share.lanes


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
