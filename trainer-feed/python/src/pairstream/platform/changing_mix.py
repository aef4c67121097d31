"""Mixes that change while a run goes on: its processes agree, by one log, on what holds from which sample on.

The log is read from its beginning, in its order, by everyone. A record of it says one of two things: from a sample on
the mix is this one; or nothing in front of a sample changes any more. A change of what does not change any more is
void. A process hands out samples only in front of the last such border that it has read, so that it knows of all
changes there.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import threading
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from confluent_kafka import Message

from pairstream.arguments import require_name
from pairstream.errors import Malformed, Missing, PairstreamError, PositionRefused, SettingsError, Unavailable, ViewError
from pairstream.kafka.avro import MIX, AvroReader
from pairstream.kafka.cluster import TopicTail
from pairstream.order.epoch_order import EpochOrder, OrderPlan
from pairstream.order.mix_schedule import MOST_WEIGHTS, NO_EPOCHS, Turns, require_weights
from pairstream.order.positions import Position, plan_json, require_fields, require_plan
from pairstream.order.ranks import RankShare
from pairstream.order.schedule import Pick, Schedule, Step, ViewEpoch
from pairstream.platform.split import PlatformSplit
from pairstream.source import Agreed, Source
from pairstream.views.view import View

LOG = logging.getLogger("pairstream")

_SEGMENT = 100
"""Batches that are agreed on at once."""


@dataclass(frozen=True)
class Mix(Agreed):
    """The mix with which a run begins.

    Args:
        run: the run's name, the same for all its ranks
        weights: of views, by their names or files
    """

    run: str
    weights: tuple[tuple[str, int], ...]

    def __post_init__(self) -> None:
        require_name("a run", self.run)
        require_weights([weight for _, weight in self.weights])

    def schedule(self, source: Source, plan: OrderPlan, end: int | None, batch_size: int) -> AgreedMix:
        assert isinstance(source, PlatformSplit)
        if end is not None:
            raise SettingsError(NO_EPOCHS)
        return AgreedMix(self, plan, lambda: RunMixes(source, self.run), finder(source))


class Part(NamedTuple):
    """A view in a mix.

    Args:
        view: its name or file
        segments: how many of the named view's it has; 0 where it is a file
        fingerprint: of the view of these, by which it is known whatever its name is
        weight: its samples of those that the weights sum up to
    """

    view: str
    segments: int
    fingerprint: str
    weight: int


class MixHistory:
    """Contents of the log of a run.

    Attributes:
        changes: the mix from a sample on, by the sample's number since the run began; that from 0 on is its first one
        decided: no change in front of this sample comes any more; 0 where the run has not begun
        lanes: of the run
        taken: keys of the records that were no void changes
    """

    def __init__(self) -> None:
        self.changes: dict[int, Sequence[Part]] = {}
        self.decided = 0
        self.lanes = 0
        self.taken: set[str] = set()

    def note(self, key: str, samples: int, lanes: int, parts: Sequence[Part]) -> None:
        """Takes a record of the log: a change where it has parts, else a border."""
        if not parts:
            self.decided = max(self.decided, samples) if self.changes else 0
        elif samples >= self.decided and (samples > 0) == bool(self.changes) and key not in self.taken:
            weights = [part.weight for part in parts]
            is_mix = len({part.fingerprint for part in parts}) == len(parts)
            if not is_mix or min(weights) < 1 or sum(weights) > MOST_WEIGHTS:
                return
            self.taken.add(key)
            self.changes[samples] = parts
            if not samples:
                self.decided, self.lanes = 1, max(1, lanes)


class RunMixes:
    """The records of a run on the topic of runs. Not thread-safe.

    Raises:
        Unavailable: where the broker or the registry does not answer; the log is read anew, by another object, then
    """

    def __init__(self, source: PlatformSplit, run: str) -> None:
        self._source = source
        self._topic = f"{source.dataset}.runs"
        self._prefix = f"{run}/mix/"
        self._tail = TopicTail(source.cluster, self._topic)
        self._reader = AvroReader(source.schemas, self._topic, MIX, required=MIX)

    def read(self, history: MixHistory) -> None:
        """Notes what has come, to the present end."""
        self._tail.read(lambda message: self._note(history, message))

    def append(self, history: MixHistory, samples: int, parts: Sequence[Part] = (), lanes: int = 0) -> str:
        """Appends a record, and notes what has come up to it and itself; answers its key."""
        key = f"{self._prefix}{uuid.uuid4()}"
        fields = {
            "samples": samples,
            "lanes": lanes,
            "mix": [part._asdict() for part in parts],
            "proposed_at": datetime.now(timezone.utc),
            "proposer": f"{socket.gethostname()}/{os.getpid()}",
        }
        source = self._source
        offset = source.cluster.send(self._topic, key, source.schemas.write(self._topic, fields))
        self._tail.read_to(offset + 1, lambda message: self._note(history, message))
        return key

    def close(self) -> None:
        """Reads no more."""
        self._tail.close()

    def _note(self, history: MixHistory, message: Message) -> None:
        key, value = (message.key() or b"").decode("utf-8", "replace"), message.value()
        if value is None or not key.startswith(self._prefix):
            return
        try:
            found = self._reader.read(value)
            parts = [Part(**part) for part in found["mix"]]
        except (Malformed, KeyError, TypeError):
            # Anybody may have written it; it decides nothing.
            return
        history.note(key, found["samples"], found["lanes"], parts)


class _Stretch:
    """The samples from one change to the next.

    Args:
        begin: the first of them
        before: by fingerprint and lane, samples of each view that the lane had before
        past: digest of the changes before this one
    """

    def __init__(self, begin: int, parts: Sequence[Part], lanes: int, before: Mapping[str, Sequence[int]], past: str) -> None:
        self.begin = begin
        self.parts = parts
        self._lanes = lanes
        self._before = {part.fingerprint: [0] * lanes for part in parts} | dict(before)
        self._turns = Turns([part.weight for part in parts])
        named = " ".join(f"{part.fingerprint} {part.weight}" for part in parts)
        self.digest = hashlib.sha256(f"{past}\n{begin} {named}\n".encode("ascii", "replace")).hexdigest()[:32]

    def stand(self, number: int) -> tuple[Part, int]:
        """The view of a sample, and how many of it the sample's lane had before."""
        lane = number % self._lanes
        first, turn = self._turns_of(lane, number)
        index = self._turns.part(turn)
        part = self.parts[index]
        before = self._before[part.fingerprint][lane]
        return part, before + self._turns.count(index, turn) - self._turns.count(index, first)

    def had(self, end: int) -> Mapping[str, Sequence[int]]:
        """Samples of each view that each lane had before a sample behind."""
        turns = [self._turns_of(lane, end) for lane in range(self._lanes)]
        count_of = self._turns.count
        own = {
            part.fingerprint: [
                had + count_of(index, turn) - count_of(index, first)
                for had, (first, turn) in zip(self._before[part.fingerprint], turns)
            ]
            for index, part in enumerate(self.parts)
        }
        return {**self._before, **own}

    def _turns_of(self, lane: int, number: int) -> tuple[int, int]:
        """The turn with which a lane begins, and that of its first sample from a number on."""
        first = lane * self._turns.whole // self._lanes
        return first, first + (lane - self.begin) // self._lanes - (lane - number) // self._lanes


class AgreedMix(Schedule):
    """A mix that changes while it goes on; without a change it is what :class:`pairstream.order.mix_schedule.MixSchedule` is.

    The lanes are those of the smallest view that it begins with. A view goes on where it was, however often it comes
    back.

    Args:
        mix: the one to begin with, where the run has not begun
        plan: of the order
        log: opens the run's log
        find: answers a view by its name or file, and of how many segments it is: of so many, or of those that there are
    """

    def __init__(
        self, mix: Mix, plan: OrderPlan, log: Callable[[], RunMixes], find: Callable[[str, int | None], tuple[View, int]]
    ) -> None:
        self._mix = mix
        self._plan = plan
        self._open_log = log
        self._log: RunMixes | None = None
        self._find = find
        self._history = MixHistory()
        self._stretches: list[_Stretch] = []
        self._begins: list[int] = []
        self._numbers: dict[str, int] = {}
        """Numbers of the views, in the order in which they came in."""
        self._views: dict[str, tuple[View, Callable[[int], ViewEpoch]]] = {}
        self._lock = threading.RLock()
        with self._lock:
            self._begin()

    @property
    def views(self) -> Sequence[View]:
        return [self._view(part)[0] for part in self._stretches[-1].parts]

    @property
    def parts(self) -> int:
        return len(self._stretches[-1].parts)

    def begin(self) -> Position:
        return self._position(0)

    def require_own(self, position: Position) -> None:
        require_fields(position, "a mix of a run", ("run", "changes"), ("samples",))
        run, samples = self._mix.run, position["samples"]
        if position["run"] != run:
            raise PositionRefused(f"the position is one of the run {position['run']}, not of {run}")
        require_plan(position, self._plan)
        self._require_decided(samples, PositionRefused)
        if position != {**position, **self._position(samples)}:
            raise PositionRefused(
                f"the position is one of another run {run}, whose mix changed otherwise in front of sample {samples}"
            )

    def steps(self, share: RankShare, batch_size: int, keep_last: bool, start: Position) -> Iterator[Step | None]:
        parts: frozenset[int] = frozenset()
        for taken in count(start["samples"], batch_size):
            behind = taken + batch_size
            while not self._is_decided(behind, batch_size):
                yield None
            picks = [self.pick(number) for number in share.of(taken, behind)]
            present = frozenset(self._numbers[part.fingerprint] for part in self._stretch(behind - 1).parts)
            changed, parts = present if present != parts else None, present
            yield Step(0, taken // batch_size, picks, self.pick(taken), self._position(behind), parts=changed)

    def skip(self, start: Position, batch_size: int, keep_last: bool, batches: int) -> Position:
        behind = start["samples"] + batches * batch_size
        self._decide(behind, batch_size)
        return self._position(behind)

    def at(self, epoch: int, number: int, batch_size: int) -> Position:
        if epoch or number < 0:
            raise SettingsError(f"there is no step {number} in epoch {epoch}: a mix has epoch 0 alone")
        self._require_decided((number + 1) * batch_size, SettingsError)
        return self._position(number * batch_size)

    def close(self) -> None:
        with self._lock:
            if self._log is not None:
                self._log.close()
                self._log = None

    def pick(self, number: int) -> Pick:
        """The sample of a number since the run began, in front of what is decided."""
        part, had = self._stretch(number).stand(number)
        view, epoch_of = self._view(part)
        lanes = self._history.lanes
        epoch, index = divmod(had, view.samples // lanes)
        return Pick(epoch_of(epoch), number % lanes, index)

    def _begin(self) -> None:
        log, history, run = self._opened(), self._history, self._mix.run
        log.read(history)
        if not history.changes:
            found = [self._find(name, None) for name, _ in self._mix.weights]
            parts = [
                Part(name, segments, view.fingerprint, weight)
                for (name, weight), (view, segments) in zip(self._mix.weights, found)
            ]
            require_views(parts)
            log.append(history, 0, parts, self._plan.lanes_of(min(view.samples for view, _ in found)))
        self._settle()
        begun = {part.view: part.weight for part in history.changes[0]}
        if begun != dict(self._mix.weights):
            raise SettingsError(
                f"the run {run} has begun with the mix {begun}, not with {dict(self._mix.weights)}; change it by "
                "source.change_mix, or give this one another name"
            )
        lanes = self._plan.lanes_of(min(self._view(part)[0].samples for part in history.changes[0]))
        if lanes != history.lanes:
            raise SettingsError(f"the run {run} has {history.lanes} lanes; by lanes and window this process has {lanes}")

    def _opened(self) -> RunMixes:
        if self._log is None:
            self._log = self._open_log()
        return self._log

    def _is_decided(self, behind: int, batch_size: int) -> bool:
        """Decides what is in front of a sample; false where the platform does not answer."""
        try:
            self._decide(behind, batch_size)
            for part in self._stretch(behind - 1).parts:
                self._view(part)
            return True
        except Missing:
            raise
        except Unavailable as e:
            LOG.warning("the run %s waits: it cannot agree on what follows: %s", self._mix.run, e)
            return False

    def _decide(self, behind: int, batch_size: int) -> None:
        """Sees to it that nothing in front of a sample changes any more."""
        segment = _SEGMENT * batch_size
        self._read_on(behind, -(-behind // segment) * segment)

    def _require_decided(self, behind: int, refusal: type[PairstreamError]) -> None:
        """Checks that the run has come to a sample."""
        self._read_on(behind)
        if self._history.decided < behind:
            raise refusal(
                f"the run {self._mix.run} has not come so far on this cluster: up to sample {self._history.decided}, not {behind}"
            )

    def _read_on(self, behind: int, border: int | None = None) -> None:
        """Reads what was agreed on, where that may decide a sample, and sets a border, if any, where none is set."""
        with self._lock:
            if self._history.decided >= behind:
                return
            try:
                log = self._opened()
                log.read(self._history)
                if self._history.decided < behind and border is not None:
                    log.append(self._history, border)
            except Unavailable:
                # Some of what came may not have been noted: the log is read anew.
                self.close()
                raise
            self._settle()

    def _settle(self) -> None:
        """Appends the stretches of changes that are decided now."""
        history = self._history
        for begin in sorted(history.changes):
            if begin >= history.decided or (self._begins and begin <= self._begins[-1]):
                continue
            last = self._stretches[-1] if self._stretches else None
            had, past = (last.had(begin), last.digest) if last else ({}, "")
            for part in history.changes[begin]:
                self._numbers.setdefault(part.fingerprint, len(self._numbers))
            self._stretches.append(_Stretch(begin, history.changes[begin], history.lanes, had, past))
            self._begins.append(begin)

    def _stretch(self, number: int) -> _Stretch:
        return self._stretches[bisect_right(self._begins, number) - 1]

    def _view(self, part: Part) -> tuple[View, Callable[[int], ViewEpoch]]:
        with self._lock:
            if part.fingerprint not in self._views:
                view = self._find(part.view, part.segments)[0]
                if view.fingerprint != part.fingerprint:
                    raise ViewError(
                        f"the view {part.view} is not the one of the run {self._mix.run}: it was made anew, or ranks "
                        "have different files of that name"
                    )
                require_lanes(part.view, view, self._history.lanes)
                self._views[part.fingerprint] = view, self._epochs(self._numbers[part.fingerprint], view)
            return self._views[part.fingerprint]

    def _epochs(self, number: int, view: View) -> Callable[[int], ViewEpoch]:
        plan, lanes = self._plan, self._history.lanes
        return lru_cache(maxsize=3)(lambda epoch: ViewEpoch(number, view, EpochOrder(view.blocks, plan, epoch, lanes)))

    def _position(self, taken: int) -> Position:
        last = self._stretches[max(0, bisect_left(self._begins, taken) - 1)]
        return {"run": self._mix.run, "changes": last.digest, **plan_json(self._plan), "samples": taken}


def require_views(parts: Sequence[Part]) -> None:
    """Checks that no view is in a mix twice.

    Raises:
        SettingsError: where one is
    """
    if len({part.fingerprint for part in parts}) < len(parts):
        raise SettingsError("a view is in a mix once; raise its weight instead")


def require_lanes(name: str, view: View, lanes: int) -> None:
    """Checks that a view has something for each lane.

    Raises:
        SettingsError: where it has not
    """
    if view.samples < lanes:
        raise SettingsError(f"the {lanes} lanes of the run take more samples than the view {name} has: {view.samples}")


def change(log: RunMixes, history: MixHistory, samples: int, parts: Sequence[Part]) -> bool:
    """Changes a mix from a sample on; answers whether it was not too late for that."""
    log.read(history)
    return samples >= history.decided and log.append(history, samples, parts) in history.taken


def finder(source: PlatformSplit) -> Callable[[str, int | None], tuple[View, int]]:
    """Finds views by name, in so many segments, and checks that they can be read."""

    def find(name: str, segments: int | None) -> tuple[View, int]:
        view, of = source.view_with_segments(name, segments)
        source.require(view)
        return view, of

    return find


def change_mix(source: PlatformSplit, run: str, weights: Mapping[str, int], at_step: int, batch_size: int) -> None:
    """Implements :meth:`pairstream.Source.change_mix`."""
    asked = Mix(run, tuple(weights.items()))
    if at_step < 1 or batch_size < 1:
        raise SettingsError(f"a mix changes at a step from 1 on, of batches from 1, not {at_step} and {batch_size}")
    history = MixHistory()
    with closing(RunMixes(source, run)) as log:
        log.read(history)
        if not history.changes:
            raise SettingsError(f"no run {run} of a mix has begun on {source.dataset}")
        known = {part.view: part for parts in history.changes.values() for part in parts}
        parts = []
        for name, weight in asked.weights:
            if name in known:
                parts.append(known[name]._replace(weight=weight))
                continue
            view, segments = finder(source)(name, None)
            require_lanes(name, view, history.lanes)
            parts.append(Part(name, segments, view.fingerprint, weight))
        require_views(parts)
        if not change(log, history, at_step * batch_size, parts):
            raise SettingsError(
                f"step {at_step} is too early: ranks of the run {run} may have loaded it, since they settle {_SEGMENT} batches "
                f"at a time; the first one that can change now is {-(-history.decided // batch_size)}"
            )


def mixes(source: Source, run: str) -> MixHistory:
    """Past and coming mixes of a run, by the first sample of each.

    Raises:
        SettingsError: where no run is called so
        Unavailable: where the broker or the registry does not answer
    """
    require_name("a run", run)
    assert isinstance(source, PlatformSplit)
    history = MixHistory()
    with closing(RunMixes(source, run)) as log:
        log.read(history)
    return history
