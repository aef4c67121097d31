"""Ready batches over views."""

from __future__ import annotations

import json
import logging
import math
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pairstream.arguments import whole
from pairstream.batch.batch import Batch
from pairstream.batch.writer import Augment
from pairstream.errors import PositionRefused, SettingsError
from pairstream.loader.checkpoints import Lineage, run_name
from pairstream.loader.explain import explained
from pairstream.loader.pipeline import Pipeline, parts_of
from pairstream.loader.schedules import Given, OwnCut, Views, resolved, schedule_of, views_there
from pairstream.loader.settings import LoaderSettings, parameters
from pairstream.loader.stats import Counts, Reading, StarvationClock, Stats
from pairstream.options import LoaderOptions, pass_on
from pairstream.order.positions import Position
from pairstream.order.ranks import RankShare
from pairstream.order.schedule import Schedule
from pairstream.read.split import Figures, Reports
from pairstream.source import Source
from pairstream.views.view import View

if TYPE_CHECKING:
    from typing_extensions import Unpack

LOG = logging.getLogger("pairstream")

T = TypeVar("T")

_ENDED = "ended"
"""In a state: that the loop has ended."""
_WHERE = "where"
"""In a state: the conditions by which the loader cut its view."""


class Loader:
    """Ready batches of a run over a view, or over a mix of views of one topic, for one of the run's ranks.

    Threads load and decode ahead. The order depends on view, seed, epoch, lanes, window and what is withdrawn, and on
    nothing else. One thread uses a loader.

    A loop over a loader ends after ``epochs``, and the next loop has as many more. The next loop continues one that was
    broken off; in validation and test it begins anew. A batch that an interrupt, or an error of the trainer's own, kept
    from being handed out comes next. A pickled loader connects anew in its process and continues from the same position;
    one that has begun refuses in a process that was forked. A loader that nothing refers to ends.

    Args:
        source: the split that the views are of
        view: a view, or its file or name; or a mix: views with whole weights; or what
            :meth:`pairstream.Source.follow` or :meth:`pairstream.Source.mix` returned. Without one, all pairs that the
            split holds now, or those for which ``where`` holds; a state of a set's is of the pairs that it held then
        where: conditions, as :meth:`pairstream.Source.cut` takes them, where no view is given
        batch_size: samples of all ranks together, a multiple of ``ranks``
        columns: what else batches have of the records: names of fields, ``original_size``, ``crop``, ``source``,
            ``measure.NAME``, ``texts.NAME``, ``tokens.NAME``, ``images.NAME``, ``answer.NAME`` of what a model said, and
            names of columns in ``stored``; ``fold`` is in every batch
        stored: folder of columns that :func:`pairstream.write_column` wrote
        models: the model of a stored column or an answer, by the column's name, where there are several
        rendition: name of another of the pair's pictures
        token_set: name of another of the pair's tokenizations
        on_error: what happens to a record that cannot be read, is of another shape or split, or for which ``augment`` or
            ``transform`` raises: ``raise`` ends the run; ``skip`` puts another sample of the rank's batch in its place,
            counts it in ``stats.skipped`` and names it in :attr:`skipped`
        last: what happens to a last batch that is not full: ``drop``, or ``keep``; by default ``drop`` in training
        side_px: side of every picture in pixels, or (height, width)
        buckets: batches of pictures of one shape each, the same one on all ranks at each step, of a view that
            :meth:`pairstream.Source.indexed` returned; ``side_px`` is not heeded then
        layout: ``nhwc`` or ``nchw``
        pixels: ``uint8`` or ``float32``
        normalise: ``none``, ``zero-to-one``, ``minus-one-to-one``, ``clip``, ``imagenet`` or ``as-recipe``; all but
            ``none`` for float32 only
        augment: changes training pictures as they are decoded: a function of uint8 [height, width, channels] and a
            ``numpy.random.Generator`` seeded by (seed, epoch, pair id), which returns a picture of the same type and
            shape. Called in several threads
        transform: makes of each sample what ``batch.data`` has of it: a function of a dictionary (image uint8
            [height, width, channels], tokens, mask, caption, pair_id, dropped, and the columns) and a generator seeded
            as that of ``augment``, which returns a dictionary. In any split; called in several threads
        collate: makes ``batch.data`` of the list of what ``transform`` returned, or of the samples themselves, in the
            batch's order; by default a dictionary that stacks what has one shape and lists the rest
        caption_dropout: probability, 0 to 1, with which a training pair's caption is left out, by (seed, epoch, pair id)
        seed: a whole number of 64 bits; other seeds give other orders
        lanes: stretches of an epoch that are read side by side, 1 to 65,536; ranks whose number divides it read no
            other's records
        window: samples of one lane that are shuffled with each other, up to 65,536; 0 keeps the view's own order
        rank: from 0 to below ``ranks``
        ranks: number of processes that train together
        epochs: passes over the view in one loop; None for no end; ``auto`` is one pass over a view, and no end over
            what has no length: a mix, and a view that grows
        captions: weight of each kind of source, such as ``{"SCRAPED": 0.3, "SYNTHETIC": 0.7}``: all pairs of one
            picture are one sample, whose caption is drawn anew in each epoch; of a view as for ``buckets``
        threads: number of threads that decode; half as many for pictures of up to 160 x 160 px, unless a function of
            yours is called
        slots: batches that are made ready ahead
        allocate: makes the memory of each batch, which it has back when nothing refers to it; by default the loader
            uses its own memory again
        run: name of the run in the notes of its checkpoints, the same for all ranks and restarts: up to 64 lower-case
            letters, digits, '.', '-' and '_'; by default made from view and order
        report: report every 5 s on the topic that the dashboard reads

    Raises:
        SettingsError: where there is no such argument or value, the view has too few samples for a batch, or a pair
            lacks a stored column or an answer's vector
        PositionRefused: where records of the view have left the log
        Unavailable: where the broker does not answer or has no such topic
    """

    def __init__(
        self,
        source: Source,
        view: Given | None = None,
        *,
        batch_size: int,
        where: str | Sequence[str] = (),
        rank: int = 0,
        ranks: int = 1,
        augment: Augment | None = None,
        **options: Unpack[LoaderOptions],
    ) -> None:
        self._own: dict[str, Any] = {"batch_size": batch_size, "rank": rank, "ranks": ranks, "augment": augment, **options}
        settings = self._settings = LoaderSettings.of(source.split, **self._own)
        self._read(source, resolved(source, view, where, bool(settings.grouping)))
        self._handed = _Handed(self._schedule.begin())
        name = run_name(settings.resources.run, self._handed.position)
        self._lineage = Lineage(name, int(settings.batch_size), settings.keep_last, writes=rank == 0)
        self._run: Pipeline | None = None
        self._user: dict[str, int] = {}
        """The thread that asks for a batch now; after an interrupt the one that did, which may ask again."""
        self._ending: weakref.finalize[..., Loader] | None = None
        self._counts = Counts()
        self.skipped: dict[tuple[int, int], str] = {}
        """Reason for each record that was skipped so far, by partition and offset."""
        self._reporter: Reports | None = None
        self._starvation = StarvationClock()

    def _read(self, source: Source, given: Views | OwnCut) -> None:
        """Has the views read from now on."""
        settings = self._settings
        views = given.view if isinstance(given, OwnCut) else given
        asked = settings.order.epochs
        epochs = asked if asked != "auto" else 1 if isinstance(views, View) else None
        until: Callable[[int | None], Schedule] = partial(schedule_of, source, views, settings)
        schedule = until(epochs)
        schedule.require_batches(settings.batch_size, settings.keep_last)
        parts = parts_of(source, settings, schedule, partial(views_there, source, views))
        for one in schedule.views:
            source.require(one)
        self._again = partial(type(self), source, given, **self._own)
        self._where = given.where if isinstance(given, OwnCut) else None
        self._source, self._schedule_until, self._schedule, self._parts = source, until, schedule, parts
        self._end = self._epochs = epochs

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
        batches = self._batches_of_epoch()
        if batches is None:
            raise TypeError("a mix and a view that grows have no number of batches in an epoch")
        return batches

    def __repr__(self) -> str:
        share, handed = self._settings.order.share, self._handed
        return (
            f"{type(self).__name__}({self._source.topic}, batch_size={self._settings.batch_size}, rank {share.rank} of "
            f"{share.ranks}, {handed.batches} batches handed out, position={dict(handed.position)})"
        )

    @property
    def rank_batch_size(self) -> int:
        """Samples of a batch that this rank gets."""
        return self._settings.rank_batch_size

    def __next__(self) -> Batch:
        """Waits for the next batch.

        Raises:
            SampleRefused: where a sample in the batch is of another shape or split, or cannot be read
            PositionRefused: where records of the view have left the log, or its topic was deleted or made anew
            SettingsError: in a process that was forked from the one in which the loader has begun
            Unavailable: where the schema registry does not answer
        """
        return self.next_as(lambda batch: batch)

    def next_as(self, make: Callable[[Batch], T]) -> T:
        """Hands out what a function makes of the next batch, which stays the next one until that is done.

        Raises:
            PairstreamError: as :meth:`__next__` does
        """
        self._require_own_process()
        if self._user.setdefault("thread", threading.get_ident()) != threading.get_ident():
            raise SettingsError(
                "another thread waits for this loader's next batch: one thread at a time asks for batches; make a loader for "
                "each, or have one thread hand batches to the others"
            )
        if self._settings.resources.report and self._reporter is None:
            self._reporter = self._reporting()
        begin = self._counts.waits_since = time.perf_counter()
        try:
            self._counts.begin = self._counts.begin or begin
            run = self._running()
            taken = run.take()
            made = None if taken is None else make(taken.whole)
        except BaseException:
            self._user = {}
            raise
        finally:
            self._counts.waits_since = 0.0
            self._counts.waited += time.perf_counter() - begin
        if taken is None or made is None:
            self._handed, self._user = self._handed._replace(is_over=True), {}
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
        run.handed, taken.batch, self._handed, self._user = taken, None, handed, {}; return made  # noqa: E702  # fmt: skip

    def _running(self) -> Pipeline:
        """The run that makes batches, begun where there is none, or where it has failed."""
        if self._run is not None and self._run.has_failed:
            self._stop()
        if self._run is None:
            run = self._run = Pipeline(self._parts, self._schedule, self._handed.position)
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

    def _reporting(self) -> Reports | None:
        source, share, position = self._source, self._settings.order.share, self._handed.position
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
        return source.reports(self._facts, self._figures)

    def state_dict(self) -> dict[str, Any]:
        """The position behind the last batch that was handed out: less than 1 kB as JSON.

        After a loop that has ended it says so; a loader that loads it then has the next epochs in its next loop.
        """
        return self._ended(self._lineage.state(self._handed.position))

    def _ended(self, state: dict[str, Any]) -> dict[str, Any]:
        own = {} if self._where is None else {_WHERE: list(self._where)}
        return {**state, **self._source.state(), **own, **({_ENDED: True} if self._handed.is_over else {})}

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
            ViewError: where the view's file was changed after it was cut
        """
        is_over = isinstance(state, Mapping) and state.get(_ENDED) is True
        if isinstance(state, Mapping):
            # A TorchLoader's has None of what there is nothing to say of.
            state = {name: of for name, of in state.items() if of is not None and not (is_over and name == _ENDED)}
            self._require_own_where(state.pop(_WHERE, None))
            state = self._as_it_was(state)
        for view in self._schedule.views:
            view.check()
        self._schedule.require_own(state)
        state = self._lineage.load(state, self._schedule.begin())
        self._go_to(dict(state))
        if self._epochs is not None:
            # The end of the loop in which the batch was handed out, behind which other loops may have come before.
            epoch = state["epoch"]
            begun = epoch + (dict(state) != {**self._schedule.begin(), "epoch": epoch})
            self._end_before(max(1, begun) if is_over else max(1, -(-begun // self._epochs)) * self._epochs)
        self._handed = self._handed._replace(is_over=is_over)

    def _require_own_where(self, where: Any) -> None:
        """Checks the conditions in a state, where the loader that it is of and this one have cut their views themselves."""
        if isinstance(where, list) and self._where is not None and where != list(self._where):
            was, own = (" and ".join(map(str, one)) or "all pairs" for one in (where, self._where))
            raise PositionRefused(f"the state is one of other pairs: that loader's where is {was}, this one's is {own}")

    def _as_it_was(self, state: dict[str, Any]) -> dict[str, Any]:
        """The rest of a state that names a data set, once an own view is that of the data set as it was then."""
        of: dict[str, Any] = {name: state.pop(name) for name in ("set", "manifest") if name in state}
        source = self._source.at(of) if of else self._source
        if source is self._source or self._where is None:
            return state
        found = resolved(source, None, self._where, bool(self._settings.grouping))
        assert isinstance(found, OwnCut)
        try:
            schedule_of(source, found.view, self._settings, None).require_own(state)
        except PositionRefused as e:
            where = f" where {' and '.join(self._where)}" if self._where else ""
            raise PositionRefused(
                f"{e}: at manifest {of['manifest']} the pairs{where} were others. Either the conditions are not those of that "
                "run, or erasure has emptied a field since on which one depends; a run of more than days keeps its view in a "
                "file: source.cut(where).save(FILE)"
            ) from None
        self._stop()
        self._read(source, found)
        return state

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch the next loop is, as a ``DistributedSampler`` learns it; frameworks that count epochs do so.

        The loop then has what is left of that epoch: nothing where the position that was loaded is the one behind its
        last batch, all of it where the position is in none or in another. Changes nothing where a loop is not one epoch
        (``epochs=None``, 2, a mix, a view that grows) and for validation and test, which begin anew in each loop.

        Args:
            epoch: from 0
        """
        epoch = whole("epoch", epoch)
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
        batches = whole("batches", batches)
        if batches < 0:
            raise SettingsError(f"batches to skip are at least 0, not {batches}")
        settings = self._settings
        self._go_to(self._schedule.skip(self._handed.position, settings.batch_size, settings.keep_last, batches))
        self._lineage.is_exact &= batches == 0

    def explain(self, step: int, epoch: int = 0) -> list[dict[str, Any]]:
        """The pairs of a step's batch, in its order and of all ranks: reads the windows in which they are.

        Args:
            step: number of the batch in the epoch, or in the run of a mix, from 0
            epoch: from 0; 0 in a mix

        Returns:
            of each sample ``pair_id``, ``source_kind``, ``contributor``, ``producer``, ``url``, ``licence``,
            ``language``, ``caption``, ``lane``, ``topic``, ``partition``, ``offset``, and ``is_stand_in``, whether it is in
            the place of a pair that is withdrawn now

        Raises:
            SettingsError: where there is no such step
        """
        settings = self._settings
        start = self._schedule.at(epoch, step, settings.batch_size)
        found = next(self._schedule.steps(RankShare(), settings.batch_size, settings.keep_last, start), None)
        if step < 0 or epoch < 0 or found is None or (found.epoch, found.number) != (epoch, step):
            raise SettingsError(f"there is no step {step} in epoch {epoch}")
        return explained(self._source, self._parts.reader, self._parts.writer, found)

    @property
    def stats(self) -> Stats:
        """Statistics of the loader so far. Any thread may ask."""
        counts, run, handed = self._counts, self._run, self._handed
        seconds = time.perf_counter() - counts.begin if counts.begin else 0.0
        return Stats(
            handed.batches,
            handed.samples,
            seconds,
            counts.waited_until_now() * 1e3,
            run.ready if run else 0,
            self._settings.resources.slots,
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
            self._schedule, self._end = self._schedule_until(epoch), epoch

    def _reading(self) -> Reading:
        run = self._run
        return Reading(time.perf_counter(), run.samples if run else 0, self._counts.waited_until_now())

    def _figures(self) -> Figures:
        """Counters and gauges under the names that operators' pages use."""
        stats, handed = self.stats, self._handed
        self._facts["checkpoint"] = self._lineage.parent.removeprefix(f"{self._lineage.run}/")
        has_epochs = handed.epoch >= 0 and "epoch" in handed.position
        batches = self._batches_of_epoch() if has_epochs else None
        left_out = self._schedule.left_out(self._settings.batch_size, self._settings.keep_last)
        return Figures(
            {
                "feed_batches_total": stats.batches,
                "feed_samples_total": stats.samples,
                "feed_data_wait_seconds_total": stats.data_wait_ms / 1e3,
                "feed_bytes_total": stats.bytes,
            },
            {
                "feed_ready_batches": stats.ready_batches,
                "feed_samples_in_memory": stats.samples_in_memory,
                "feed_starves_seconds": stats.starves_in_seconds,
                "feed_epoch": handed.epoch if has_epochs else math.nan,
                "feed_epoch_share": (handed.step + 1) / batches if batches else math.nan,
                "feed_step": handed.step if handed.step >= 0 else math.nan,
                "feed_left_out_samples": math.nan if left_out is None else left_out,
                "feed_takedowns": stats.takedowns,
                "feed_slots": stats.slots,
                "feed_batch_samples": self._settings.rank_batch_size,
            },
        )

    def _batches_of_epoch(self) -> int | None:
        return self._schedule.batches(self._settings.batch_size, self._settings.keep_last)

    def _go_to(self, position: Position) -> None:
        self._stop()
        self._handed = self._handed._replace(position=position, is_begun=False, is_over=False)


class _Handed(NamedTuple):
    """State of what was handed out. Replaced as a whole, so that no reader sees half of it.

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


pass_on(Loader.__init__, parameters())
