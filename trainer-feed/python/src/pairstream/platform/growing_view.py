"""Runs that follow a view while it grows, and agree with each other on what an epoch covers."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from confluent_kafka import Message

from pairstream.arguments import require_name
from pairstream.errors import Malformed, NoSuchView, PositionRefused, SettingsError, ViewError
from pairstream.kafka.avro import AvroReader, Schemas
from pairstream.kafka.cluster import Cluster, TopicTail
from pairstream.order.epoch_order import EpochOrder, OrderPlan
from pairstream.order.positions import Position, plan_json, require_fields, require_plan, require_within
from pairstream.order.ranks import RankShare
from pairstream.order.schedule import Schedule, Step, ViewEpoch, require_epochs
from pairstream.order.view_schedule import epochs_from, steps_left, steps_of
from pairstream.platform.named_views import GrowingView, NamedView
from pairstream.platform.split import PlatformSplit
from pairstream.source import DEFAULT_WAIT_S, Agreed, Source
from pairstream.views.view import View

LOG = logging.getLogger("pairstream")

_LOOK_EVERY_S = 0.2
_EXTENTS = ("all", "new")


@dataclass(frozen=True)
class Follow(Agreed):
    """A view that grows, and how a run follows it.

    Args:
        view: the view's name
        run: the run's name, the same for all its ranks
        extent: all, each epoch covers the view from its beginning; or new, what came since the epoch before
        wait_s: seconds to wait for the view's first segment
    """

    view: str
    run: str
    extent: str = "all"
    wait_s: float = DEFAULT_WAIT_S

    def __post_init__(self) -> None:
        require_name("a view", self.view)
        require_name("a run", self.run)
        if self.extent not in _EXTENTS:
            raise SettingsError(f"the extent of an epoch is all or new, not {self.extent}")

    def schedule(self, source: Source, plan: OrderPlan, end: int | None, batch_size: int) -> FollowedSchedule:
        assert isinstance(source, PlatformSplit)
        return FollowedSchedule(source, self, plan, end, batch_size)

    def views_there(self, source: Source, schedule: Schedule) -> Sequence[View]:
        return [source.view(self.view)]


class RunExtents:
    """Extents of epochs that runs agreed on, by the topic of runs. Not thread-safe."""

    def __init__(self, cluster: Cluster, schemas: Schemas, dataset: str) -> None:
        self._topic = f"{dataset}.runs"
        self._cluster = cluster
        self._schemas = schemas
        self._tail = TopicTail(cluster, self._topic)
        types = {"run": "string", "view": "string", "epoch": "int", "segments": "int"}
        self._reader = AvroReader(schemas, self._topic, {**types, "follow": "string", "fingerprint": "string"}, required=types)
        self._agreed: dict[tuple[str, int], Mapping[str, Any]] = {}

    def known(self, run: str, epoch: int) -> Mapping[str, Any] | None:
        """The extent of an epoch where it was read already, else None."""
        return self._agreed.get((run, epoch))

    def of(self, run: str, epoch: int) -> Mapping[str, Any] | None:
        """The extent of an epoch; None where none was agreed on yet."""
        if (run, epoch) not in self._agreed:
            self._tail.read(self._note)
        return self._agreed.get((run, epoch))

    def propose(self, extent: Mapping[str, Any]) -> None:
        """Proposes what an epoch covers; another's proposal may hold.

        Raises:
            Unavailable: where the broker does not take it
        """
        key = f"{extent['run']}/{extent['epoch']:08d}/{uuid.uuid4()}"
        offset = self._cluster.send(self._topic, key, self._schemas.write(self._topic, extent))
        self._tail.read_to(offset + 1, self._note)

    def close(self) -> None:
        """Reads no more."""
        self._tail.close()

    def _note(self, message: Message) -> None:
        value = message.value()
        if value is None:
            return
        try:
            extent = self._reader.read(value)
        except Malformed:
            # Anybody may have written it; it decides nothing.
            return
        self._agreed.setdefault((extent.get("run", ""), extent.get("epoch", 0)), extent)


class FollowedSchedule(Schedule):
    """A named view as it grows: each epoch covers the segments that there were when the run came to it.

    A run comes to an epoch once one of its processes has begun to hand out the epoch before it, and has at most half of
    that still to make. So an epoch has what was sealed when it begins, or the one after it has.

    Args:
        plan: of the order
        epochs: the run ends before the epoch of this number; None for no end
        least: samples that an epoch has at least: those of one batch of all ranks
    """

    def __init__(self, source: PlatformSplit, follow: Follow, plan: OrderPlan, epochs: int | None, least: int) -> None:
        require_epochs(epochs)
        self._source = source
        self._follow = follow
        self._plan = plan
        self._epochs = epochs
        self._least = least
        self._lock = threading.RLock()
        self._open: tuple[GrowingView, RunExtents] | None = None
        self._looked_at = 0.0
        self._view_epochs: dict[int, ViewEpoch] = {}
        self._ahead = 0
        self._begun = 0
        with self._lock:
            self._present = self._await_first()
        if self._present.topic != source.topic:
            raise SettingsError(f"the view {follow.view} is one of {self._present.topic}, not of {source.topic}")

    def begin(self) -> Position:
        return self._position(0, 0)

    def require_own(self, position: Position) -> None:
        require_fields(position, "a run that follows a view", ("run", "view", "topic_id"), ("epoch", "segments", "samples"))
        run, view = self._follow.run, self._follow.view
        if (position["run"], position["view"]) != (run, view):
            raise PositionRefused(
                f"the position is one of the run {position['run']} over the view {position['view']}, not of the run "
                f"{run} over {view}"
            )
        if position["topic_id"] != self._present.topic_id:
            raise PositionRefused(
                f"the position is one of another topic: {self._present.topic} has been made anew "
                f"(topic id {self._present.topic_id}, position {position['topic_id']})"
            )
        require_plan(position, self._plan)
        segments = position["segments"]
        if segments == 0 and position["samples"] > 0:
            raise PositionRefused(f"no position of a run has 0 segments and {position['samples']} samples")
        if segments and segments != self._agreed(position["epoch"]):
            raise PositionRefused(
                f"the run {run} agreed on {self._agreed(position['epoch'])} segments of the view {view} for epoch "
                f"{position['epoch']}, and the position says {segments}"
            )
        if segments:
            require_within(position, self._view_epoch(position["epoch"]).order.samples)

    def steps(self, share: RankShare, batch_size: int, keep_last: bool, start: Position) -> Iterator[Step | None]:
        taken = start["samples"]
        most_ahead = 0
        self._begun = start["epoch"] - (taken == 0)
        for epoch in epochs_from(start["epoch"], self._epochs):
            while not self._is_known(epoch, most_ahead):
                if self._is_over(epoch):
                    return
                yield None
            view_epoch = self._view_epoch(epoch)
            yield from steps_of(view_epoch, share, batch_size, keep_last, taken, self._position)
            most_ahead = steps_left(view_epoch.order.samples, batch_size, keep_last, 0) // 2
            taken = 0

    def skip(self, start: Position, batch_size: int, keep_last: bool, batches: int) -> Position:
        epoch, taken = start["epoch"], start["samples"]
        left = steps_left(self._view_epoch(epoch).order.samples, batch_size, keep_last, taken)
        if batches > left:
            raise SettingsError(
                f"a run that follows a view passes over batches within an epoch: {left} are left in epoch {epoch}"
            )
        return self._position(epoch + 1, 0) if batches == left else self._position(epoch, taken + batches * batch_size)

    def at(self, epoch: int, number: int, batch_size: int) -> Position:
        return {**self._position(epoch, number * batch_size), "segments": self._agreed(epoch)}

    def note_progress(self, ahead: int, begun: int | None) -> None:
        self._ahead = ahead
        if begun is not None:
            self._begun = begun

    def close(self) -> None:
        with self._lock:
            for one in self._open or ():
                one.close()
            self._open = None

    def _topics(self) -> tuple[GrowingView, RunExtents]:
        if self._open is None:
            cluster, schemas, dataset = self._source.cluster, self._source.schemas, self._source.dataset
            self._open = (GrowingView(cluster, schemas, dataset, self._follow.view), RunExtents(cluster, schemas, dataset))
        return self._open

    def _look(self) -> NamedView:
        return self._topics()[0].look()

    def _await_first(self) -> NamedView:
        """The view as soon as it has a segment: a loader may be there before the sealer."""
        wait_s = self._follow.wait_s
        deadline = time.monotonic() + wait_s
        LOG.debug("waiting up to %g s for the first segment of the view %s", wait_s, self._follow.view)
        while True:
            try:
                return self._look()
            except NoSuchView as e:
                if time.monotonic() >= deadline:
                    raise NoSuchView(
                        f"{e}; none came within {wait_s:g} s: begin it by `pairstream view seal {self._follow.view}`, or "
                        "wait longer by follow(..., wait_s=SECONDS)"
                    ) from None
                time.sleep(_LOOK_EVERY_S)

    def _agreed(self, epoch: int) -> int:
        """Segments with which an epoch ends that the run has come to."""
        return int(self._extent(epoch)["segments"])

    def _extent(self, epoch: int) -> Mapping[str, Any]:
        with self._lock:
            extent = self._topics()[1].of(self._follow.run, epoch)
        if extent is None:
            raise PositionRefused(f"the run {self._follow.run} has not come to epoch {epoch} on this cluster")
        return extent

    def _first(self, epoch: int) -> int:
        """The segment with which an epoch begins."""
        return 0 if self._follow.extent == "all" or epoch == 0 else self._agreed(epoch - 1)

    def _is_known(self, epoch: int, most_ahead: int) -> bool:
        """Whether it is agreed what an epoch covers; proposes it where no rank has and there is enough.

        Args:
            most_ahead: with more steps still to make than these it is too early: what comes meanwhile would be missed
        """
        with self._lock:
            extents = self._topics()[1]
            known = extents.known(self._follow.run, epoch)
            if known is not None and known["segments"] <= len(self._present.segments):
                return True
            if self._ahead > most_ahead or self._begun < epoch - 1:
                return False
            if time.monotonic() - self._looked_at < _LOOK_EVERY_S:
                return False
            extent = extents.of(self._follow.run, epoch)
            if extent is None or extent["segments"] > len(self._present.segments):
                self._present = self._look()
            if extent is None and self._has_enough(self._first(epoch)):
                extents.propose(self._proposal(epoch))
                extent = extents.of(self._follow.run, epoch)
            is_known = extent is not None and extent["segments"] <= len(self._present.segments)
            self._looked_at = time.monotonic()
            return is_known

    def _is_over(self, epoch: int) -> bool:
        """Whether the view ends before it has enough for an epoch."""
        with self._lock:
            if not self._present.is_frozen or self._has_enough(self._first(epoch)):
                return False
            if self._follow.extent == "all":
                segments = len(self._present.segments)
                raise ViewError(
                    f"the view {self._follow.view} is frozen with {self._present.samples(0, segments)} samples: too "
                    f"few for batches of {self._least} by all ranks together"
                )
            return True

    def _has_enough(self, first: int) -> bool:
        segments = len(self._present.segments)
        return segments > first and self._present.samples(first, segments) >= self._least

    def _proposal(self, epoch: int) -> dict[str, Any]:
        return {
            "run": self._follow.run,
            "view": self._follow.view,
            "topic_id": self._present.topic_id,
            "follow": self._follow.extent,
            "epoch": epoch,
            "segments": len(self._present.segments),
            "fingerprint": self._present.view().fingerprint,
            "proposed_at": datetime.now(timezone.utc),
            "proposer": f"{socket.gethostname()}/{os.getpid()}",
        }

    def _view_epoch(self, epoch: int) -> ViewEpoch:
        with self._lock:
            known = self._view_epochs.get(epoch)
            if known is None:
                extent = self._extent(epoch)
                if extent["segments"] > len(self._present.segments):
                    self._present = self._look()
                self._require_own_extent(extent)
                view = self._present.view(self._first(epoch), extent["segments"])
                self._source.require(view)
                known = self._view_epochs[epoch] = ViewEpoch(0, view, EpochOrder(view.blocks, self._plan, epoch))
                for past in [one for one in self._view_epochs if one < epoch - 2]:
                    del self._view_epochs[past]
            return known

    def _require_own_extent(self, extent: Mapping[str, Any]) -> None:
        follow = self._follow
        if extent["view"] != follow.view or extent.get("follow", "all") != follow.extent:
            raise PositionRefused(
                f"the run {follow.run} follows {extent.get('follow', 'all')} of the view {extent['view']}, not "
                f"{follow.extent} of {follow.view}; give this one another name"
            )
        if extent.get("fingerprint") and extent["fingerprint"] != self._present.view(0, extent["segments"]).fingerprint:
            raise PositionRefused(
                f"the view {follow.view} is not the one that the run {follow.run} follows: it was dropped and begun anew"
            )

    def _position(self, epoch: int, taken: int) -> Position:
        return {
            "run": self._follow.run,
            "view": self._follow.view,
            "topic_id": self._present.topic_id,
            **plan_json(self._plan),
            "epoch": epoch,
            # At the beginning of an epoch some ranks know its extent already, and others do not.
            "segments": self._agreed(epoch) if taken else 0,
            "samples": taken,
        }
