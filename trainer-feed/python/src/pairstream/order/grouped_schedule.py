"""Buckets, and captions of one picture: batches of one shape, and of each picture one pair in an epoch.

The rule is that of trainer-feed/order.md.
"""

from __future__ import annotations

import heapq
import math
import numbers
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from pairstream.errors import PositionRefused, SettingsError
from pairstream.order.epoch_order import EpochOrder, OrderPlan
from pairstream.order.positions import Position, plan_json, require_fields, require_plan
from pairstream.order.ranks import RankShare
from pairstream.order.schedule import Pick, Schedule, Step, ViewEpoch, WindowKey, WindowPlace, WindowRequest, require_epochs
from pairstream.order.view_schedule import epochs_from
from pairstream.random_numbers import RandomNumbers
from pairstream.views.blocks import Blocks
from pairstream.views.view import NONE, Facts, View

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


@dataclass(frozen=True)
class Grouping:
    """How a run chooses and groups the pairs of a view.

    Args:
        buckets: whether each batch has pictures of one shape
        captions: weight of each kind of source, by which a picture's caption is drawn in each epoch; None hands out
            every pair
    """

    buckets: bool = False
    captions: Mapping[str, float] | None = None

    def __bool__(self) -> bool:
        return self.buckets or self.captions is not None

    def weights(self, facts: Facts) -> NDArray[np.float64]:
        """The weight of each kind of a view: float64 [kinds].

        Raises:
            SettingsError: where they are not those of the view's kinds
        """
        given = {str(kind).upper(): weight for kind, weight in (self.captions or {}).items()}
        bad = [weight for weight in given.values() if not isinstance(weight, numbers.Real) or not 0 <= weight < math.inf]
        lacking = [kind for kind in facts.kinds if kind not in given]
        if bad or lacking or not any(given[kind] for kind in facts.kinds):
            raise SettingsError(
                "captions gives each kind of source that the view has a weight of at least 0, not all 0: the view has "
                f"{', '.join(facts.kinds)}, captions {dict(self.captions or {})}"
                + (f"; give {', '.join(lacking)} a weight of 0 to leave them out" if lacking else "")
            )
        return np.array([given[kind] for kind in facts.kinds], np.float64)


class GroupedSchedule(Schedule):
    """Batches of one group each, of one view.

    Of the groups that have another batch, the one whose batch is the first to be through, as a share of its group, has
    the turn; of several the first. Last batches that are not full come at the end.

    Args:
        view: what is read, with :class:`Facts`
        plan: of the order
        grouping: buckets, captions or both
        epochs: the run ends before the epoch of this number; None for no end
    """

    def __init__(self, view: View, plan: OrderPlan, grouping: Grouping, epochs: int | None) -> None:
        require_epochs(epochs)
        if view.facts is None:
            raise SettingsError(
                "buckets and captions need to know the shape and the picture of each pair: give "
                "source.indexed(view) instead of the view, and save that"
            )
        self._view = view
        self._facts = view.facts
        self._plan = plan
        self._epochs = epochs
        self._grouping = grouping
        self._weights = None if grouping.captions is None else grouping.weights(view.facts)
        if grouping.buckets and not view.facts.shapes:
            raise SettingsError(
                f"the view has pictures of more than {NONE} shapes, too many for buckets: let the recipe resize to buckets"
            )
        self._order = lru_cache(maxsize=2)(self._ordered)

    @property
    def views(self) -> Sequence[View]:
        return (self._view,)

    def begin(self) -> Position:
        return self._position(0, [0] * self.groups)

    def require_own(self, position: Position) -> None:
        require_fields(position, "a run in groups", ("view", "facts"), ("epoch",))
        own = self.begin()
        if position["view"] != own["view"]:
            raise PositionRefused(f"the position is one of the view {position['view']}, not of {own['view']}")
        require_plan(position, self._plan)
        found = {name: position.get(name) for name in ("facts", "buckets", "captions")}
        if any(found[name] != own.get(name) for name in found):
            raise PositionRefused(
                "the position is one of other facts, buckets or captions: give the file of the view that the run began "
                f"with, and the same buckets and captions ({found})"
            )
        taken = position.get("samples")
        sizes = self._order(position["epoch"]).sizes
        is_list = isinstance(taken, list) and len(taken) == len(sizes) and all(type(one) is int for one in taken)
        if not is_list or not all(0 <= one <= size for one, size in zip(taken or (), sizes)):
            raise PositionRefused(f"samples of a position are a list with at most {sizes}, not {str(taken)[:200]}")

    def retained(self, rank_batch_size: int) -> int:
        return self.groups * rank_batch_size

    def batches(self, batch_size: int, keep_last: bool) -> int:
        """Number of batches of the first epoch; others have as many but where pictures changed their shape."""
        return sum(-(-size // batch_size) if keep_last else size // batch_size for size in self.sizes)

    def steps(self, share: RankShare, batch_size: int, keep_last: bool, start: Position) -> Iterator[Step]:
        taken = list(start["samples"])
        for epoch in epochs_from(start["epoch"], self._epochs):
            self._view.require_unchanged()
            order = self._order(epoch)
            ends = [_end(size, begin, batch_size, keep_last) for size, begin in zip(order.sizes, taken)]
            spans = [order.span(group, begin, end) for group, (begin, end) in enumerate(zip(taken, ends))]
            of = GroupedEpoch(0, self._view, order, spans)
            number = sum(-(-one // batch_size) for one in taken)
            turns = _turns(order.sizes, taken, batch_size, ends)
            following = next(turns, None)
            while following is not None:
                group, behind = following
                following = next(turns, None)
                begin, taken[group] = taken[group], behind
                after = self._position(epoch + 1, [0] * self.groups) if following is None else self._position(epoch, taken)
                places = order.numbers(group, begin, behind)
                lanes = places % order.lanes
                picks = [Pick(of, *one, group) for one in zip(lanes.tolist(), (places // order.lanes).tolist())]
                assigned = _assigned(lanes % share.ranks, share.ranks)
                own = [picks[i] for i in np.flatnonzero(assigned == share.rank)]
                passed = [picks[i] for i in np.flatnonzero((assigned != share.rank) & (lanes % share.ranks == share.rank))]
                yield Step(epoch, number, own, picks[0], after, passed)
                number += 1
            taken = [0] * self.groups

    def skip(self, start: Position, batch_size: int, keep_last: bool, batches: int) -> Position:
        epoch, taken = start["epoch"], list(start["samples"])
        while batches:
            sizes = self._order(epoch).sizes
            ends = [_end(size, begin, batch_size, keep_last) for size, begin in zip(sizes, taken)]
            left = sum(-(-(end - begin) // batch_size) for begin, end in zip(taken, ends))
            if batches >= left:
                epoch, taken, batches = epoch + 1, [0] * self.groups, batches - left
                continue
            for _, (group, behind) in zip(range(batches), _turns(sizes, taken, batch_size, ends)):
                taken[group] = behind
            batches = 0
        return self._position(epoch, taken)

    def at(self, epoch: int, number: int, batch_size: int) -> Position:
        return self.skip(self._position(epoch, [0] * self.groups), batch_size, True, number)

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self._facts.shapes) if self._grouping.buckets else 1

    @cached_property
    def sizes(self) -> Sequence[int]:
        """Samples of each group in the first epoch."""
        return self._order(0).sizes

    def _ordered(self, epoch: int) -> GroupedOrder:
        facts = self._facts
        groups = facts.bucket if self._grouping.buckets else np.where(facts.bucket == NONE, NONE, np.uint8(0))
        if self._weights is not None:
            groups = np.where(self._drawn(epoch), groups, np.uint8(NONE))
        return GroupedOrder(self._view, self._plan, epoch, groups, self.groups)

    def _drawn(self, epoch: int) -> NDArray[np.bool_]:
        """Whether a sample is the one that its picture hands out in an epoch: bool [samples].

        Of the pairs of a picture the one with the least -ln(1 - u) / w, a draw by the weights w (P. Efraimidis and
        P. Spirakis, Weighted random sampling with a reservoir, 2006); pairs of one kind share its weight.
        """
        facts = self._facts
        assert self._weights is not None
        of_kind = facts.picture.astype(np.int64) * len(facts.kinds) + facts.kind
        _, kinds_of, alike = np.unique(of_kind, return_inverse=True, return_counts=True)
        weights = self._weights[facts.kind] / alike[kinds_of]
        draws = RandomNumbers(self._plan.seed, epoch, "captions").many_bits(len(weights)) >> np.uint64(11)
        with np.errstate(divide="ignore"):
            times = -np.log1p(draws.astype(np.float64) * -(2.0**-53)) / weights
        times[(weights == 0) | (facts.bucket == NONE)] = np.inf
        by_picture = np.lexsort((times, facts.picture))
        is_first = np.concatenate([[True], np.diff(facts.picture[by_picture]) != 0])
        drawn = np.zeros(len(weights), np.bool_)
        drawn[by_picture[is_first]] = True
        return drawn & np.isfinite(times)

    def _position(self, epoch: int, taken: Sequence[int]) -> Position:
        grouping = self._grouping
        return {
            "view": self._view.fingerprint,
            "facts": self._facts.digest,
            "buckets": grouping.buckets,
            **({"captions": dict(sorted(grouping.captions.items()))} if grouping.captions is not None else {}),
            **plan_json(self._plan),
            "epoch": epoch,
            "samples": list(taken),
        }


def _end(size: int, taken: int, batch_size: int, keep_last: bool) -> int:
    """Number of a group's samples that an epoch hands out in batches of a size, those that are taken among them."""
    return size if keep_last else taken + max(0, size - taken) // batch_size * batch_size


def _assigned(owners: NDArray[np.int64], ranks: int) -> NDArray[np.int64]:
    """The rank that hands out each sample of a batch: whose lane it is of, as far as all are to have as many."""
    quotas = len(owners) // ranks + (np.arange(ranks) < len(owners) % ranks)
    counts = np.bincount(owners, minlength=ranks)
    by_owner = np.argsort(owners, kind="stable")
    of_owner = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    surplus = np.sort(by_owner[of_owner >= quotas[owners[by_owner]]])
    assigned = owners.copy()
    assigned[surplus] = np.repeat(np.arange(ranks), quotas - np.minimum(counts, quotas))
    return assigned


def _turns(sizes: Sequence[int], taken: Sequence[int], batch_size: int, ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The group of each batch, and the number of its samples that are taken then."""

    def batch(group: int, begin: int) -> tuple[float, bool, int, int]:
        behind = min(begin + batch_size, ends[group])
        return behind / sizes[group], behind - begin < batch_size, group, behind

    left = [batch(group, begin) for group, begin in enumerate(taken) if begin < ends[group]]
    heapq.heapify(left)
    while left:
        _, _, group, behind = left[0]
        yield group, behind
        if behind < ends[group]:
            heapq.heapreplace(left, batch(group, behind))
        else:
            heapq.heappop(left)
