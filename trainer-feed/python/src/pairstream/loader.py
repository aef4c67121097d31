"""Ready batches over views."""

from __future__ import annotations

import atexit
import json
import logging
import math
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np

from pairstream.batch import Batch
from pairstream.checkpoints import Lineage, run_name
from pairstream.columns import Columns
from pairstream.errors import SampleRefused, SettingsError, Unavailable
from pairstream.following import Follow, FollowedSchedule
from pairstream.grouping import GroupedOrder, GroupedSchedule, Grouping
from pairstream.hooks import Collate, Transform, as_it_is, stack
from pairstream.mixing import AgreedMix, Mix, RunMixes, finder
from pairstream.order import DEFAULT_LANES, DEFAULT_WINDOW, OrderPlan, RankShare
from pairstream.records import SampleReader
from pairstream.reporting import Figures, Reporter
from pairstream.schedule import Schedule, MixSchedule, Pick, Position, Step, ViewSchedule
from pairstream.slots import Allocate, Pool, Slot
from pairstream.source import AnyView, Source, Views
from pairstream.starvation import Reading, StarvationClock
from pairstream.stored import Stored, StoredColumns
from pairstream.takedowns import Takedowns
from pairstream.threads import Notice, Workers
from pairstream.view import View
from pairstream.windows import GroupedWindow, Loaded, Record, Stopped, Window, WindowLoader
from pairstream.writing import Augment, Form, Pictures, SampleWriter

LOG = logging.getLogger("pairstream")

T = TypeVar("T")

_CONSUMERS = 2
_CHUNK = 8
"""Samples that one thread writes in one go."""

_ENDED = "ended"
"""In a state: that the loop has ended."""

_LOOK_AGAIN_S = 0.2
_CLOSE_WITHIN_S = 5.0
"""After that threads that wait for others end by themselves."""


@dataclass(frozen=True)
class Stats:
    """What a loader has done since it was opened.

    Args:
        batches: handed out
        samples: in them
        seconds: since the first was asked for
        data_wait_ms: how long the trainer was kept waiting, in all
        ready_batches: batches that are ready now
        slots: batches that may be
        bytes: of records read from the topic
        samples_in_memory: that are loaded and that the trainer has not taken, those in ready batches included
        starves_in_seconds: how long those last at the rate at which they became fewer over the last minute; 0 where
            there are none and the trainer waited most of that minute; NaN where they do not become fewer
        takedowns: that the loader heeds; -1 before the first batch
        skipped: samples that could not be had, in batches that were handed out, with ``on_error="skip"``
        position: behind the last batch that was handed out
    """

    batches: int
    samples: int
    seconds: float
    data_wait_ms: float
    ready_batches: int
    slots: int
    bytes: int
    samples_in_memory: int
    starves_in_seconds: float
    takedowns: int
    skipped: int
    position: Position

    @property
    def samples_per_second(self) -> float:
        """Samples handed out per second."""
        return self.samples / self.seconds if self.seconds else 0.0

    @property
    def bytes_per_second(self) -> float:
        """Bytes of records read from the topic per second."""
        return self.bytes / self.seconds if self.seconds else 0.0


class Loader:
    """Hands out ready batches of a run over a view, or over a mix of views of one topic, as one of its ranks.

    Threads load and decode ahead; the order depends on the view, the seed, the epoch, the lanes, the window and what is
    withdrawn alone.
    One thread uses a loader.

    A loop over a loader ends after ``epochs``, and the next loop hands out as many more; one that was broken off is
    gone on with, in validation and test begun anew. What an interrupt, or an error of the trainer's own, keeps from
    being handed out is handed out next. A loader that is pickled, for another process, connects there and goes on from
    the same position; one that has begun does not go on in a process that was forked. One that nothing refers to ends.

    Args:
        source: the split that the views are of
        view: what is passed over, or its file or name; or a mix: views with whole weights; or what
            :meth:`pairstream.Source.follow` or :meth:`pairstream.Source.mix` answers
        batch_size: samples of all ranks together, a multiple of ``ranks``
        seed: other seeds give other orders
        lanes: parts of an epoch that are handed out by turns; ranks whose number divides it read no other's records
        window: samples of one lane that are mixed with each other; 0 keeps the view's own order
        rank: from 0 to below ``ranks``
        ranks: number of processes that train together
        epochs: passes over the view before a loop ends; None for no end; auto is one pass over a view, and no end over
            what has no length: a mix, which has no passes, and a view that grows
        last: what becomes of a last batch that is not full: drop, or keep; by default keep for validation and test
        layout: nhwc or nchw
        pixels: uint8 or float32
        normalise: none, zero-to-one, minus-one-to-one, clip, imagenet or as-recipe; of float32 alone; ``normalize``
            is the same
        augment: changes training pictures as they are decoded: a function of uint8 [height, width, channels] and a
            ``numpy.random.Generator`` that is seeded by (seed, epoch, pair id); answers a picture of the same shape.
            Called in several threads
        columns: what else batches have of the records: names of fields, ``original_size``, ``crop``, ``source``,
            ``measure.NAME``, ``texts.NAME``, ``tokens.NAME``, ``images.NAME``; and of those in ``stored``
        stored: folder of columns that :func:`pairstream.write_column` wrote
        models: of which model a stored column is, by its name, where it is there of several
        transform: makes of each sample what ``batch.data`` has of it: a function of a dictionary (image uint8
            [height, width, channels], tokens, mask, caption, pair_id, dropped, and the columns) and a generator that is
            seeded as that of ``augment`` is; answers a dictionary. In any split; called in several threads
        collate: makes ``batch.data`` of the list of what ``transform`` answered, or of the samples themselves, in the
            batch's order; by default a dictionary that stacks what has one shape and lists the rest
        buckets: batches of pictures of one shape each, the same one on all ranks at each step, of a view that
            :meth:`pairstream.Source.indexed` answered; takes the place of ``side_px``
        captions: weight of each kind of source, such as ``{"SCRAPED": 0.3, "SYNTHETIC": 0.7}``: all pairs of one
            picture are one sample, with a caption that is drawn anew in each epoch; of a view as for ``buckets``
        caption_dropout: probability with which a training pair's caption is left out, by (seed, epoch, pair id)
        side_px: of every picture, or (height, width)
        threads: that decode
        slots: batches that are made ready ahead
        token_set: another of the pair's tokenizations, by name
        rendition: another of the pair's pictures, by name
        allocate: makes the memory of each batch, to which it goes back when nothing refers to it; by default the
            loader uses its own memory again
        on_error: what becomes of a record that cannot be read, is of another shape or split, or of which ``augment`` or
            ``transform`` makes an error: ``raise``; or ``skip``: another sample of the rank's batch is in its place,
            ``stats.skipped`` counts them, and :attr:`skipped` tells which
        run: name of the run in the notes of its checkpoints, the same for all its ranks and however often it goes on: up
            to 64 lower-case letters, digits, '.', '-' and '_'; by default one that follows from view and order
        report: say every few seconds how the loader is, on the topic where the dashboard finds it

    Raises:
        SettingsError: where an argument cannot be, the view has too few samples for a batch, or a pair lacks a stored
            column
        PositionRefused: where records of the view have left the log
        Unavailable: where the broker does not answer or has no such topic
    """

    def __init__(
        self,
        source: Source,
        view: AnyView | Sequence[tuple[AnyView, int]] | Follow | Mix,
        *,
        batch_size: int,
        seed: int = 0,
        lanes: int = DEFAULT_LANES,
        window: int = DEFAULT_WINDOW,
        rank: int = 0,
        ranks: int = 1,
        epochs: int | Literal["auto"] | None = "auto",
        last: str | None = None,
        layout: str = "nhwc",
        pixels: str = "uint8",
        normalise: str = "none",
        normalize: str | None = None,
        augment: Augment | None = None,
        columns: Sequence[str] = (),
        stored: str | os.PathLike[str] | None = None,
        models: Mapping[str, str] = {},  # noqa: B006 - it is not changed
        transform: Transform | None = None,
        collate: Collate | None = None,
        buckets: bool = False,
        captions: Mapping[str, float] | None = None,
        caption_dropout: float = 0.0,
        side_px: int | tuple[int, int] = 256,
        threads: int = 2,
        slots: int = 4,
        token_set: str = "",
        rendition: str = "",
        allocate: Allocate | None = None,
        on_error: str = "raise",
        run: str = "",
        report: bool = True,
    ) -> None:
        view = source.resolved(view)
        options = {name: value for name, value in locals().items() if name not in ("self", "source", "view")}
        self._again = partial(type(self), source, view, **options)
        if threads < 1 or slots < 1:
            raise SettingsError(f"threads and slots are at least 1, not {threads} and {slots}")
        if last not in (None, "drop", "keep"):
            raise SettingsError(f"last is drop or keep, not {last}")
        if on_error not in ("raise", "skip"):
            raise SettingsError(f"on_error is raise or skip, not {on_error}")
        if epochs == "auto":
            epochs = 1 if isinstance(view, View) else None
        elif isinstance(epochs, str):
            raise SettingsError(f"epochs is a number, None for no end, or auto, not {epochs}")
        plan = OrderPlan(seed, lanes, window)
        share = self._share = RankShare(rank, ranks)
        share.require_batch(batch_size)
        self._batch_size = batch_size
        self._keep_last = last == "keep" or (last is None and source.split != "training")
        self._epochs = epochs
        grouping = Grouping(buckets, captions)
        self._schedule_to: Callable[[int | None], Schedule] = lambda end: _schedule(
            source, view, plan, grouping, end, batch_size
        )
        self._schedule = self._schedule_to(epochs)
        self._schedule.require_batches(batch_size, self._keep_last)
        size = None if buckets else side_px
        pictures = Pictures(size, pixels, layout, normalise if normalize is None else normalize)
        self._source = source
        if augment is not None and source.split != "training":
            raise SettingsError(
                f"augmentation is for training alone; a feed of {source.split} hands out pictures as they are, so that "
                "figures can be compared"
            )
        if not 0.0 <= caption_dropout <= 1.0 or (caption_dropout and source.split != "training"):
            raise SettingsError(
                f"caption_dropout is from 0 to 1, and for training alone, not {caption_dropout} of {source.split}"
            )
        has_hook = transform is not None or collate is not None
        if has_hook and (augment is not None or pictures != Pictures(size)):
            raise SettingsError(
                "transform gets pictures as uint8 [height, width, channels]: it takes the place of augment, layout, pixels "
                "and normalise"
            )
        names = Columns(columns).names
        views = self._schedule.views or ([source.view(view.view)] if stored is not None and isinstance(view, Follow) else [])
        stored_columns = StoredColumns(stored, names, models, views)
        own = Columns([name for name in names if name not in stored_columns])
        reader = SampleReader(source.schemas, source.topic, rendition, token_set, own)
        self._writer = SampleWriter(
            reader, source.topic, source.split.upper(), pictures, seed, augment,
            (transform or as_it_is) if has_hook else None, caption_dropout, stored_columns.forms,
        )  # fmt: skip
        self._work = _Work(
            source, plan, share, batch_size, self._keep_last, self._writer, stored_columns,
            (collate or stack) if has_hook else None, threads, slots, allocate, on_error == "skip",
        )  # fmt: skip
        for one in self._schedule.views:
            source.require(one)
        self._handed = _Handed(self._schedule.begin())
        name = run_name(run, self._handed.position)
        self._lineage = Lineage(name, int(batch_size), self._keep_last, writes=rank == 0)
        self._end = epochs
        self._run: _Run | None = None
        self._ending: weakref.finalize[..., Loader] | None = None
        self._counts = _Counts()
        self.skipped: dict[tuple[int, int], str] = {}
        """By partition and offset, what is wrong with each record that was skipped so far."""
        self._reports = report
        self._reporter: Reporter | None = None
        self._starvation = StarvationClock()

    def __iter__(self) -> Iterator[Batch]:
        self._require_own_process()
        if self._end is not None and self._epochs is not None:
            if self._handed.position["epoch"] >= self._end and (self._handed.is_over or self._handed.is_begun):
                self._stop()
                self._end_before(self._end + self._epochs)
            elif self._source.split != "training" and self._handed.is_begun:
                self._go_to({**self._schedule.begin(), "epoch": self._end - self._epochs})
                self._lineage.is_exact = False
        return self

    def __len__(self) -> int:
        """Number of batches in an epoch.

        Raises:
            TypeError: of a mix and of a view that grows, whose epochs have no one length
        """
        if not isinstance(self._schedule, (ViewSchedule, GroupedSchedule)):
            raise TypeError("a mix and a view that grows have no number of batches in an epoch")
        return self._schedule.batches(self._batch_size, self._keep_last)

    @property
    def rank_batch_size(self) -> int:
        """Samples of a batch that this rank gets."""
        return self._batch_size // self._share.ranks

    def __next__(self) -> Batch:
        """Waits for the next batch.

        Raises:
            SampleRefused: where a sample in the batch is of another shape or split, or cannot be read
            PositionRefused: where records of the view have left the log, or its topic was deleted or made anew
            SettingsError: in a process that was forked from the one in which the loader has begun
            Unavailable: where the schema registry does not answer
        """
        return self._next(lambda batch: batch)

    def _next(self, make: Callable[[Batch], T]) -> T:
        """Hands out what is made of the next batch, which stays the next one until that is done."""
        self._require_own_process()
        if self._reports and self._reporter is None:
            self._reporter = self._reporting()
        begin = self._counts.waits_since = time.perf_counter()
        try:
            self._counts.begin = self._counts.begin or begin
            run = self._running()
            taken = run.take()
            made = None if taken is None else make(taken.whole)
        finally:
            self._counts.waits_since = 0.0
            self._counts.waited += time.perf_counter() - begin
        if taken is None or made is None:
            self._handed = self._handed._replace(is_over=True)
            raise StopIteration
        batch = taken.whole
        for (partition, offset), why in batch.skipped.items():
            if (partition, offset) not in self.skipped:
                LOG.warning("skipped: %s", why)
        self.skipped.update(batch.skipped)
        self._lineage.takedowns = max(self._lineage.takedowns, run.takedowns)
        self._starvation.note(self._reading())
        handed = self._handed.behind(batch)
        # Stores alone: no signal's handler is called between them and the return, as one may be after any call.
        run.handed, taken.batch, self._handed = taken, None, handed; return made  # noqa: E702 - one line, done as one

    def _running(self) -> _Run:
        """The run that makes batches, begun where there is none, or where it has failed."""
        if self._run is not None and self._run.has_failed:
            self._stop()
        if self._run is None:
            run = self._run = _Run(self._work, self._schedule, self._handed.position)
            try:
                # The run's threads do not refer to the loader: it ends them when it is gone.
                self._ending = weakref.finalize(self, run.stop)
                self._ending.atexit = False
                run.begin()
            except BaseException:
                self._run = None
                run.stop()
                raise
        return self._run

    def _require_own_process(self) -> None:
        if self._run is not None and self._run.pid != os.getpid():
            raise SettingsError(
                f"the loader has begun in process {self._run.pid}, from which this one was forked, without the threads "
                "that make the batches: make the loader in each process, or start processes by spawn, where it connects anew"
            )

    def _reporting(self) -> Reporter:
        source, share, position = self._source, self._share, self._handed.position
        run = {name: of for name, of in position.items() if name not in ("epoch", "segments", "changes", "samples")}
        self._facts = {
            "split": source.split.upper(),
            "rank": str(share.rank),
            "ranks": str(share.ranks),
            "run": json.dumps(run, sort_keys=True),
            "name": self._lineage.run,
            "view": str(run.get("view", "")),
            "checkpoint": "",
        }
        return Reporter(source.cluster, source.schemas, source.dataset, self._facts, self._figures)

    def state_dict(self) -> dict[str, Any]:
        """The position behind the last batch that was handed out: less than 1 kB as JSON.

        Behind a loop that has ended it says so: whoever goes on from it has the next epochs in the next loop, as here.
        """
        return self._ended(self._lineage.state(self._handed.position))

    def _ended(self, state: dict[str, Any]) -> dict[str, Any]:
        return {**state, _ENDED: True} if self._handed.is_over else state

    def checkpoint(self, name: str) -> dict[str, Any]:
        """The state of :meth:`state_dict`, noted under a name, so that ``pairstream exposure`` tells what it has seen.

        Rank 0 writes the note, of at most 300 bytes; the other ranks may call it too. Where the platform does not take
        it within 30 s, a warning is logged, and the state is the same but for that.

        Args:
            name: 1 to 32 letters, digits, '.', '-' and '_', another one for each checkpoint: ``step-4000``

        Raises:
            SettingsError: where no checkpoint can be called so, or the run goes on from one of that name
        """
        return self._ended(self._lineage.checkpoint(name, self._handed.position, self._source))

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on behind the batch of a position, whatever was handed out before.

        Raises:
            PositionRefused: where it is one of another view or another order
        """
        is_over = isinstance(state, Mapping) and state.get(_ENDED) is True
        if isinstance(state, Mapping):
            # A TorchLoader's has None of what there is nothing to say of.
            state = {name: of for name, of in state.items() if of is not None and not (is_over and name == _ENDED)}
        self._schedule.require_own(state)
        state = self._lineage.load(state, self._schedule.begin())
        self._go_to(dict(state))
        if self._epochs is not None:
            # The end of the loop in which the batch was handed out, behind which other loops may have come before.
            epoch = state["epoch"]
            begun = epoch + (dict(state) != {**self._schedule.begin(), "epoch": epoch})
            self._end_before(max(1, begun) if is_over else max(1, -(-begun // self._epochs)) * self._epochs)
        self._handed = self._handed._replace(is_over=is_over)

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch the next loop is, as a ``DistributedSampler`` is told; frameworks that count epochs do so.

        The loop then has what is left of that epoch: nothing where the position that was loaded is the one behind its
        last batch, all of it where the position is in none or in another. Changes nothing where a loop is not one epoch
        (``epochs=None``, 2, a mix, a view that grows) and for validation and test, which begin anew in each loop.

        Args:
            epoch: from 0
        """
        if epoch < 0:
            raise SettingsError(f"epochs are counted from 0, not {epoch}")
        if self._epochs != 1 or self._source.split != "training":
            return
        handed, begin = self._handed, {**self._schedule.begin(), "epoch": epoch + 1}
        is_left_empty = handed.position == begin and self._end == epoch + 1 and not (handed.is_begun or handed.is_over)
        if is_left_empty:
            return
        if handed.position["epoch"] != epoch:
            self._lineage.is_exact = False
            self._go_to({**begin, "epoch": epoch})
        elif self._end != epoch + 1:
            self._stop()
        self._end_before(epoch + 1)

    def skip(self, batches: int) -> None:
        """Passes over so many batches without reading them."""
        if batches < 0:
            raise SettingsError(f"batches to skip are at least 0, not {batches}")
        self._go_to(self._schedule.skip(self._handed.position, self._batch_size, self._keep_last, batches))
        self._lineage.is_exact &= batches == 0

    def explain(self, step: int, epoch: int = 0) -> list[dict[str, Any]]:
        """What the batch of a step is made of, in its order and of all ranks: reads the windows in which it stands.

        Args:
            step: number of the batch in the epoch, or in the run of a mix, from 0
            epoch: from 0; 0 in a mix

        Returns:
            of each sample ``pair_id``, ``source_kind``, ``contributor``, ``producer``, ``url``, ``licence``,
            ``language``, ``caption``, ``lane``, ``topic``, ``partition``, ``offset``, and ``is_stand_in``, whether it is in the place
            of a pair that is withdrawn now

        Raises:
            SettingsError: where there is no such step
        """
        start = self._schedule.at(epoch, step, self._batch_size)
        whole = RankShare()
        found = next(self._schedule.steps(whole, self._batch_size, self._keep_last, start), None)
        if step < 0 or epoch < 0 or found is None or (found.epoch, found.number) != (epoch, step):
            raise SettingsError(f"there is no step {step} in epoch {epoch}")
        with _Explainer(self._source, self._writer) as explainer:
            return explainer.explain(found)

    @property
    def stats(self) -> Stats:
        """What the loader has done so far. Any thread may ask."""
        counts, run, handed = self._counts, self._run, self._handed
        seconds = time.perf_counter() - counts.begin if counts.begin else 0.0
        return Stats(
            handed.batches,
            handed.samples,
            seconds,
            counts.waited_until_now() * 1e3,
            run.ready if run else 0,
            self._work.slots,
            counts.bytes + (run.bytes if run else 0),
            run.samples if run else 0,
            self._starvation.seconds_left(self._reading()),
            run.takedowns if run else -1,
            handed.skipped,
            handed.position,
        )

    def close(self) -> None:
        """Ends loading. Batches that were handed out stay as they are."""
        self._stop()
        if self._reporter is not None:
            self._reporter.close()
            self._reporter = None

    def _stop(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            if run.pid != os.getpid():
                return
            if self._ending is not None:
                self._ending.detach()
            is_closed = run.close()
            # What its threads read until they ended is among them.
            self._counts.bytes += run.bytes
            if not is_closed:
                return
        self._schedule.close()

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return self._again, (), self.state_dict()

    def __setstate__(self, position: Position) -> None:
        self.load_state_dict(position)

    def _end_before(self, epoch: int) -> None:
        if epoch != self._end:
            self._schedule.close()
            self._schedule, self._end = self._schedule_to(epoch), epoch

    def _reading(self) -> Reading:
        run = self._run
        return Reading(time.perf_counter(), run.samples if run else 0, self._counts.waited_until_now())

    def _figures(self) -> Figures:
        """The same as the Java feed's."""
        stats, handed = self.stats, self._handed
        self._facts["checkpoint"] = self._lineage.parent.removeprefix(f"{self._lineage.run}/")
        is_view = isinstance(self._schedule, (ViewSchedule, GroupedSchedule))
        has_epochs = handed.epoch >= 0 and "epoch" in handed.position
        share = (handed.step + 1) / len(self) if has_epochs and is_view else math.nan
        drops = isinstance(self._schedule, ViewSchedule) and not self._keep_last
        return Figures(
            {
                "feed_batches_total": stats.batches,
                "feed_samples_total": stats.samples,
                "feed_data_wait_nanoseconds_total": int(stats.data_wait_ms * 1e6),
                "feed_bytes_total": stats.bytes,
            },
            {
                "feed_ready_batches": stats.ready_batches,
                "feed_samples_in_memory": stats.samples_in_memory,
                "feed_starves_seconds": stats.starves_in_seconds,
                "feed_epoch": handed.epoch if has_epochs else math.nan,
                "feed_epoch_share": share,
                "feed_step": handed.step if handed.step >= 0 else math.nan,
                "feed_left_out_samples": self._schedule.views[0].samples % self._batch_size if drops else math.nan,
                "feed_takedowns": stats.takedowns,
                "feed_slots": stats.slots,
                "feed_batch_samples": self._work.batch_samples,
            },
        )

    def _go_to(self, position: Position) -> None:
        self._stop()
        self._handed = self._handed._replace(position=position, is_begun=False, is_over=False)


class _Handed(NamedTuple):
    """What the trainer has. Replaced as a whole, so that it is never half of it.

    Args:
        position: behind the last batch
        is_begun: whether that batch is of a loop here, and not of one before the position was gone to
        is_over: whether the loop has ended in which it was handed out
    """

    position: Position
    batches: int = 0
    samples: int = 0
    skipped: int = 0
    epoch: int = -1
    step: int = -1
    is_begun: bool = False
    is_over: bool = False

    def behind(self, batch: Batch) -> _Handed:
        return _Handed(
            batch.position, self.batches + 1, self.samples + len(batch), self.skipped + len(batch.skipped), batch.epoch,
            batch.step, is_begun=True,
        )  # fmt: skip


def _schedule(
    source: Source,
    view: Views,
    plan: OrderPlan,
    grouping: Grouping,
    epochs: int | None,
    batch_size: int,
) -> Schedule:
    if isinstance(view, View) and grouping:
        return GroupedSchedule(view, plan, grouping, epochs)
    if grouping:
        raise SettingsError("buckets and captions are of one view, not of a mix or of one that grows")
    if isinstance(view, View):
        return ViewSchedule(view, plan, epochs)
    if isinstance(view, Follow):
        return FollowedSchedule(source, view, plan, epochs, batch_size)
    if epochs is not None:
        raise SettingsError("a mix has no epochs of its own: leave out epochs, and stop after a number of batches")
    if isinstance(view, Mix):
        return AgreedMix(view, plan, lambda: RunMixes(source, view.run), finder(source))
    return MixSchedule(view, plan)


class _Explainer:
    """Looks up what a step is made of."""

    def __init__(self, source: Source, writer: SampleWriter) -> None:
        self._source = source
        self._writer = writer
        self._takedowns = Takedowns(source.cluster, f"{source.dataset}.takedowns")
        self._windows_of = WindowLoader(1, source.cluster, self._takedowns, writer.keys)

    def __enter__(self) -> _Explainer:
        return self

    def __exit__(self, *_: object) -> None:
        self._windows_of.stop()
        self._windows_of.close()
        self._takedowns.close()

    def explain(self, step: Step) -> list[dict[str, Any]]:
        windows: dict[_Key, Window | GroupedWindow] = {}
        explained = []
        for pick in step.picks:
            key, at = _stand(pick)
            while key not in windows or (loaded := windows[key].take(pick.group, at)) is None:
                windows[key] = self._windows_of.load(pick.of, *key[2:]).result()
            explained.append(self._told(pick, loaded))
        self._windows_of.require_same(time.monotonic())
        return explained

    def _told(self, pick: Pick, loaded: Loaded) -> dict[str, Any]:
        record = loaded.record
        fields = self._writer.read(record).fields
        names = ("pair_id", "source_kind", "contributor", "producer", "url", "licence", "language", "caption")
        return {
            **{name: fields.get(name, "") for name in names},
            "lane": pick.lane,
            "topic": pick.of.view.topic,
            "partition": record.partition,
            "offset": record.offset,
            "is_stand_in": loaded.is_stand_in,
        }


class _Counts:
    def __init__(self) -> None:
        self.begin = 0.0
        self.waited = 0.0
        self.waits_since = 0.0
        self.bytes = 0

    def waited_until_now(self) -> float:
        """Seconds that the trainer has waited, those since it began to wait now among them."""
        since = self.waits_since
        return self.waited + (time.perf_counter() - since if since else 0.0)


@dataclass(frozen=True)
class _Work:
    """How a loader's batches are made."""

    source: Source
    plan: OrderPlan
    share: RankShare
    batch_size: int
    keep_last: bool
    writer: SampleWriter
    stored: StoredColumns
    collate: Collate | None
    threads: int
    slots: int
    allocate: Allocate | None
    skips: bool

    @property
    def batch_samples(self) -> int:
        """Samples of the rank in a full batch."""
        return self.batch_size // self.share.ranks


@dataclass
class _Making:
    """A batch that is being made; without a step the end of the run.

    Args:
        left: numbers of the parts that are to be written, down to 0
        refused: by place in the batch, what is wrong with a sample
    """

    step: Step | None
    slot: Slot | None = None
    samples: Sequence[Loaded] = ()
    stored: Stored = field(default_factory=dict)
    left: Iterator[int] = iter(())
    refused: dict[int, str] = field(default_factory=dict)
    batch: Batch | None = None
    failure: BaseException | None = None
    is_done: bool = False

    @property
    def whole(self) -> Batch:
        """The batch, once it is done."""
        assert self.batch is not None
        return self.batch


@dataclass
class _Asked:
    """A window that was asked for; ``held`` counts those of its records that take room still."""

    loading: Future[Window | GroupedWindow]
    share: int
    """Ranks that hand out its samples by turns."""
    held: int
    is_there: bool = False

    def note(self, _: object) -> None:
        """Notes that it is loaded: to ask the future takes a lock, which an interrupt could leave locked."""
        self.is_there = True


class _Run:
    """The threads that make batches from a position on. What they need, one of them opens and closes.

    Attributes:
        pid: of the process in which they are
        handed: the last one that the trainer has
        has_failed: whether what comes next cannot be had, and another run is to try again
    """

    def __init__(self, work: _Work, schedule: Schedule, position: Position) -> None:
        self.pid = os.getpid()
        self.handed: _Making | None = None
        self.has_failed = False
        self._work = work
        self._writer = work.writer
        self._schedule = schedule
        self._steps = schedule.steps(work.share, work.batch_size, work.keep_last, position)
        self._takedowns: Takedowns | None = None
        self._windows_of: WindowLoader
        self._decoders: Workers
        self._ready: deque[_Making] = deque()
        self._taken: _Making | None = None
        """What comes next, or came last; until then it is the first of those that are ready, or was."""
        self._news = Notice()
        """That a batch is made, or done."""
        self._room_made = Notice()
        """That one was taken, or nothing more is to be made."""
        self._is_stopped = False
        self._forms: dict[int, Form] = {}
        """By group."""
        self._pool = Pool(lambda: Slot(work.batch_samples, work.allocate), reuses=work.allocate is None)
        self._windows: dict[tuple[int, int], dict[_Key, _Asked]] = {}
        """By part and lane, in the order in which they are needed."""
        self._read_at = 0.0
        """When the last of the windows was read of which there are samples."""
        # One window of each of the rank's lanes is in use, as a rule, and half of the next one on its way.
        plan = work.plan
        sizes = [view.samples for view in schedule.views] or [plan.lanes * plan.window_size]
        self._parts = schedule.parts
        self._of_a_part = (max(plan.in_use(size, work.share.ranks) for size in sizes) * 3 + 1) // 2
        self._room = self._parts * self._of_a_part
        if isinstance(schedule, GroupedSchedule):
            # What is left of earlier windows, until there is a batch of it.
            self._room += schedule.groups * work.batch_samples
        self._thread = threading.Thread(target=self._live, name="pairstream-fill", daemon=True)

    @property
    def ready(self) -> int:
        return sum(one.step is not None and one.is_done for one in list(self._ready))

    @property
    def bytes(self) -> int:
        return self._windows_of.bytes if self._is_open() else 0

    @property
    def takedowns(self) -> int:
        return -1 if self._takedowns is None else len(self._takedowns)

    @property
    def samples(self) -> int:
        """Samples in memory."""
        windows = [window for lane in list(self._windows.values()) for window in list(lane.values()) if window.is_there]
        loaded = sum(window.held // window.share for window in windows)
        return loaded + sum(len(one.step.picks) for one in list(self._ready) if one.step is not None)

    def begin(self) -> None:
        """Starts the threads."""
        self._thread.start()
        atexit.register(self.close)

    def take(self) -> _Making | None:
        """The next batch, the same one until it is ``handed``; None once the run is over.

        Each step of it may be done again: what raises in the middle, as signals' handlers do, loses nothing.
        """
        if self._taken is None or self._taken is self.handed:
            while not self._ready:
                self._news.wait()
            self._taken = self._ready[0]
        taken = self._taken
        if self._ready and self._ready[0] is taken:
            self._ready.popleft()
        self._room_made.give()
        while not taken.is_done:
            self._news.wait()
        if taken.failure is not None:
            self.has_failed = True
            raise taken.failure
        return taken if taken.step else None

    def stop(self) -> None:
        """Ends the threads, without waiting for that. Finalizers may call it."""
        self._is_stopped = True
        if self._is_open():
            self._windows_of.stop()
        self._room_made.give()

    def close(self) -> bool:
        """Ends the threads; answers whether they have ended within seconds, or will do so by themselves."""
        atexit.unregister(self.close)
        self.stop()
        self._thread.join(_CLOSE_WITHIN_S)
        return not self._thread.is_alive()

    def _is_open(self) -> bool:
        return hasattr(self, "_windows_of")

    def _live(self) -> None:
        cluster, topic = self._work.source.cluster, f"{self._work.source.dataset}.takedowns"
        try:
            with (
                closing(Takedowns(cluster, topic, lambda: self._is_stopped)) as self._takedowns,
                closing(WindowLoader(_CONSUMERS, cluster, self._takedowns, self._writer.keys)) as self._windows_of,
                closing(Workers(self._work.threads, "pairstream-decode")) as self._decoders,
            ):
                try:
                    self._fill()
                    self._finish(_Making(None))
                except BaseException as e:
                    self._finish(_Making(None, failure=e))
                finally:
                    self._windows_of.stop()
        except BaseException as e:
            self._finish(_Making(None, failure=e))
        finally:
            atexit.unregister(self.close)
            if self._is_stopped:
                self._schedule.close()

    def _finish(self, end: _Making) -> None:
        end.is_done = True
        self._ready.append(end)
        self._news.give()

    def _fill(self) -> None:
        schedule = self._schedule
        ahead: deque[Step] = deque()
        pending: Step | None = None
        is_over = False
        while True:
            # Windows are asked for in the order in which they are needed, as far as there is room. There always is
            # for the next step: of each lane and view, all windows before the last one are used up then.
            while not is_over:
                if isinstance(schedule, FollowedSchedule):
                    schedule.ahead = len(ahead)
                    if self.handed is not None and self.handed.step is not None:
                        schedule.begun = self.handed.step.epoch
                if pending is None:
                    try:
                        pending = next(self._steps)
                    except StopIteration:
                        is_over = True
                        break
                if pending is not None and pending.parts is not None:
                    self._room += (len(pending.parts) - self._parts) * self._of_a_part
                    self._parts = len(pending.parts)
                if pending is None:
                    if ahead:
                        break
                    self._room_made.wait(_LOOK_AGAIN_S)
                    if self._is_stopped:
                        raise Stopped
                elif self._ask(pending, must=not ahead):
                    ahead.append(pending)
                    pending = None
                else:
                    break
            if not ahead:
                break
            step = ahead.popleft()
            self._put(self._make(step))
            if step.parts is not None:
                self._leave(step.parts.union(pick.of.part for other in ahead for pick in other.picks))

    def _leave(self, parts: Collection[int]) -> None:
        """Gives back what is loaded of other views than these."""
        for key in [key for key in self._windows if key[0] not in parts]:
            self._room += sum(asked.held for asked in self._windows.pop(key).values())

    def _ask(self, step: Step, must: bool) -> bool:
        """Asks for those windows of a step that were not asked for yet; answers whether there was room for all."""
        for pick in (*step.picks, *step.passed):
            key, at = self._key(pick)
            lane = self._windows.setdefault((pick.of.part, pick.lane), {})
            if key in lane:
                continue
            order, spans, share = pick.of.order, pick.of.spans, 1
            if isinstance(order, GroupedOrder) and spans is not None:
                size = 1 if key[4:] else len(order.own(pick.lane, key[3], spans))
            else:
                size = order.window_begin(pick.lane, key[3] + 1) - order.window_begin(pick.lane, key[3]) - at
                ranks = self._work.share.ranks
                share = ranks // math.gcd(ranks, order.lanes)
            if size > self._room and not must:
                return False
            self._room -= size
            lane[key] = asked = _Asked(self._windows_of.load(pick.of, *key[2:]), share, size)
            asked.loading.add_done_callback(asked.note)
        return True

    def _key(self, pick: Pick) -> tuple[_Key, int]:
        """The window of a sample, and its place there; of a group and another's lane, the sample alone."""
        key, at = _stand(pick)
        share = self._work.share
        is_another = pick.of.spans is not None and pick.lane % share.ranks != share.rank
        return ((*key, pick.group, at) if is_another else key), at

    def _take(self, pick: Pick) -> Loaded:
        key, at = self._key(pick)
        lane = self._windows[pick.of.part, pick.lane]
        is_grouped = pick.of.spans is not None
        # A lane's windows are used up one after the other; in groups, all those of an epoch side by side.
        for before in list(takewhile(lambda other: other[1] < key[1] if is_grouped else other != key, lane)):
            self._room += lane.pop(before).held
        asked = lane[key]
        while (loaded := asked.loading.result().take(pick.group, at)) is None:
            asked.loading = self._windows_of.load(pick.of, *key[2:])
        self._read_at = max(self._read_at, asked.loading.result().read_at)
        taken = min(asked.share, asked.held)
        asked.held -= taken
        self._room += taken
        if is_grouped and not asked.held:
            del lane[key]
        return loaded

    def _make(self, step: Step) -> _Making:
        samples = [self._take(pick) for pick in step.picks]
        for pick in step.passed:
            self._take(pick)
        self._windows_of.require_same(self._read_at)
        group = step.lead.group
        if group not in self._forms:
            records = [loaded.record for loaded in samples or [self._lead(step.lead)]]
            if self._work.skips:
                # What cannot be read has no keys.
                records = [record for record in records if self._writer.keys(record)] or records
            self._forms[group] = self._writer.form_of(records)
        slot = self._pool.take()
        self._writer.arrange(slot, self._forms[group])
        firsts = range(0, max(1, len(samples)), _CHUNK)
        stored = self._work.stored.find([loaded.record for loaded in samples])
        making = _Making(step, slot, samples, stored, iter(range(len(firsts))[::-1]))
        for at in firsts:
            self._decoders.submit(self._write, making, step, slot, at)
        return making

    def _lead(self, pick: Pick) -> Loaded:
        """Another rank's sample, for its form."""
        key, at = _stand(pick)
        while True:
            if loaded := self._windows_of.load(pick.of, *key[2:]).result().take(pick.group, at):
                return loaded

    def _write(self, making: _Making, step: Step, slot: Slot, first: int) -> None:
        try:
            for index in range(first, min(first + _CHUNK, len(making.samples))):
                if self._is_stopped:
                    raise Stopped
                self._write_one(making, step, slot, index)
        except BaseException as e:
            making.failure = e
        # Whoever writes the last part of a batch makes it one: nobody waits for it.
        if next(making.left) > 0:
            return
        try:
            if making.failure is None:
                self._fill_in(making, slot)
                if self._work.collate is not None:
                    size = len(making.samples)
                    made, slot.made, slot.pictures = slot.made[:size], [None] * len(slot.made), {}
                    slot.data = self._work.collate(made)
                making.batch = Batch(slot, self._pool, step, self._forms[step.lead.group])
        except BaseException as e:
            making.failure = e
        making.slot, making.samples, making.stored, making.is_done = None, (), {}, True
        self._news.give()

    def _write_one(self, making: _Making, step: Step, slot: Slot, index: int) -> None:
        record, is_stand_in = making.samples[index]
        slot.stand_ins[index] = is_stand_in
        slot.places[index] = record.partition, record.offset
        for name, values in making.stored.items():
            slot.arrays[name][index] = values[index]
        try:
            sample = record.sample or self._writer.read(record)
            epoch = step.picks[index].of.order.epoch
            self._writer.write(record, sample, epoch, self._forms[step.lead.group], slot, index)
        except (SettingsError, Unavailable):
            raise
        except Exception as e:
            if not self._work.skips:
                raise
            is_told = isinstance(e, SampleRefused)
            making.refused[index] = str(e) if is_told else f"{self._writer.site(record)}: {type(e).__name__}: {e}"

    def _fill_in(self, making: _Making, slot: Slot) -> None:
        """Has others of the batch in the places of samples that were refused."""
        good = [index for index in range(len(making.samples)) if index not in making.refused]
        for number, (index, why) in enumerate(sorted(making.refused.items())):
            if not good:
                raise SampleRefused(f"{why}; nor can any other sample of the rank's batch be had")
            slot.skipped[slot.places[index]] = why
            slot.copy(good[number % len(good)], index)

    def _put(self, making: _Making) -> None:
        while len(self._ready) >= self._work.slots:
            self._room_made.wait(_LOOK_AGAIN_S)
            if self._is_stopped:
                raise Stopped
        self._ready.append(making)
        self._news.give()


_Key = tuple[int, ...]
"""Part, epoch, lane and window; of one sample of it, its group and number too."""


def _stand(pick: Pick) -> tuple[_Key, int]:
    """Window of a sample, and its place there."""
    order = pick.of.order
    lane, window, at = order.stand(pick.lane, pick.number, pick.group)
    return (pick.of.part, order.epoch, lane, window), at
