"""The threads that make batches."""

from __future__ import annotations

import atexit
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pairstream.batch.batch import Batch
from pairstream.batch.memory import Pool, Slot
from pairstream.batch.writer import Collate, SampleFormat, SampleWriter, as_it_is, note, stack
from pairstream.columns.of_records import DEFAULT_COLUMNS, Columns, Picture
from pairstream.columns.stored_files import Stored, StoredColumns
from pairstream.errors import SampleRefused, SettingsError, Unavailable
from pairstream.loader.answers import PREFIX, AnswerColumns
from pairstream.loader.settings import LoaderSettings
from pairstream.loader.windows_ahead import WindowsAhead, load_alone
from pairstream.order.positions import Position
from pairstream.order.schedule import Schedule, Step
from pairstream.read.records import Record, Records, SampleReader, Withdrawn
from pairstream.read.windows import Loaded, WindowLoader
from pairstream.source import Source
from pairstream.threads import Notice, Stopped, Workers
from pairstream.views.view import View

_CHUNK = 8
"""Samples that one thread writes in one go."""

_END: Any = object()
"""In the place of a step that no longer comes."""

_QUICK_PIXELS = 160 * 160
"""Up to so many pixels of a sample half of the threads are as quick: two wait for Python's lock."""

_LOOK_AGAIN_S = 0.2
_CLOSE_WITHIN_S = 5.0
"""After that threads that wait for others end by themselves."""


@dataclass(frozen=True)
class PipelineParts:
    """Settings, source and columns that the batches of a loader are made with.

    Args:
        settings: the loader's
        source: of the records
        reader: reads samples of them
        writer: writes samples to their places
        stored: columns that a model made
        answers: columns of what models were asked
        views: those that a schedule passes over now
        collate: makes ``batch.data`` of a batch's samples; None where it has none
    """

    settings: LoaderSettings
    source: Source
    reader: SampleReader
    writer: SampleWriter
    stored: StoredColumns
    answers: AnswerColumns
    views: Callable[[Schedule], Sequence[View]]
    collate: Collate | None


def parts_of(
    source: Source, settings: LoaderSettings, schedule: Schedule, views: Callable[[Schedule], Sequence[View]]
) -> PipelineParts:
    """The parts of a loader's pipeline.

    Args:
        views: those that a schedule passes over now, whose pairs must have a value in each stored column; asked where
            there is one, or an answer. The run keeps it, and so it must not refer to the loader

    Raises:
        SettingsError: where there is no such column, or a pair has no value
    """
    read, batch = settings.read, settings.batch
    own, asked = ({name: of for name, of in (read.models or {}).items() if name.startswith(PREFIX) == is_answer}
                  for is_answer in (False, True))  # fmt: skip
    stored = StoredColumns(read.stored, read.columns, own, views(schedule) if read.stored is not None else [])
    answers = AnswerColumns(source, read.columns, asked, read.on_error == "skip", lambda: views(schedule))
    others = [name for name in (*DEFAULT_COLUMNS, *read.columns) if name not in stored and name not in answers]
    columns = Columns(others)
    reader = source.reader(read.rendition, read.token_set, columns)
    transform, collate = batch.transform, batch.collate
    if batch.has_hook:
        transform = as_it_is if transform is None else transform
        collate = stack if collate is None else collate
    writer = SampleWriter(
        reader, source.topic, source.split.upper(), batch.pictures, settings.order.plan.seed, batch.augment, transform,
        batch.caption_dropout, {**stored.formats, **answers.formats},
    )  # fmt: skip
    return PipelineParts(settings, source, reader, writer, stored, answers, views, collate)


@dataclass
class UnfinishedBatch:
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


class Pipeline:
    """The threads that make batches from a position on. What they need, one of them opens and closes.

    Attributes:
        pid: of the process in which they are
        handed: the last one that the trainer has
        has_failed: whether what comes next cannot be had, and another run is to try again
    """

    def __init__(self, parts: PipelineParts, schedule: Schedule, position: Position) -> None:
        settings = parts.settings
        self.pid = os.getpid()
        self.handed: UnfinishedBatch | None = None
        self.has_failed = False
        self._parts = parts
        self._writer = parts.writer
        self._schedule = schedule
        self._steps = schedule.steps(settings.order.share, settings.batch_size, settings.keep_last, position)
        self._withdrawn: Withdrawn | None = None
        self._records: Records
        self._loader: WindowLoader
        self._decoders: Workers | None = None
        """There once the samples' format is known."""
        self._ready: deque[UnfinishedBatch] = deque()
        self._taken: UnfinishedBatch | None = None
        """The batch that comes next, or came last; still in front of those that are ready until it is taken."""
        self._news = Notice()
        """Given when a batch is begun, or done."""
        self._room_made = Notice()
        """Given when a batch was taken, or nothing more is to be made."""
        self._is_stopped = False
        self._formats: dict[int, SampleFormat] = {}
        """The format of samples, by group."""
        allocate = settings.resources.allocate
        self._pool = Pool(lambda: Slot(settings.rank_batch_size, allocate), reuses=allocate is None)
        order = settings.order
        self._windows = WindowsAhead(
            schedule, order.plan, order.share, settings.rank_batch_size, lambda request: self._loader.load(request)
        )
        self._thread = threading.Thread(target=self._live, name="pairstream-fill", daemon=True)

    @property
    def ready(self) -> int:
        """Batches that are ready."""
        return sum(one.step is not None and one.is_done for one in list(self._ready))

    @property
    def bytes(self) -> int:
        """Bytes of the records' values that were read so far."""
        return self._records.bytes if self._is_open() else 0

    @property
    def takedowns(self) -> int:
        """Takedowns that hold; -1 before they are read."""
        return -1 if self._withdrawn is None else len(self._withdrawn)

    @property
    def samples(self) -> int:
        """Samples in memory, in windows and in batches."""
        return self._windows.samples + sum(len(one.step.picks) for one in list(self._ready) if one.step is not None)

    def begin(self) -> None:
        """Starts the threads."""
        self._thread.start()
        atexit.register(self.close)

    def take(self) -> UnfinishedBatch | None:
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
            self._records.stop()
        self._room_made.give()

    def close(self) -> bool:
        """Ends the threads; answers whether they have ended within seconds, or will do so by themselves."""
        atexit.unregister(self.close)
        self.stop()
        self._thread.join(_CLOSE_WITHIN_S)
        return not self._thread.is_alive()

    def _is_open(self) -> bool:
        return hasattr(self, "_records")

    def _live(self) -> None:
        source = self._parts.source
        try:
            with (
                closing(source.withdrawn(lambda: self._is_stopped)) as self._withdrawn,
                closing(source.records()) as self._records,
                closing(WindowLoader(self._records, self._withdrawn, self._parts.reader.keys)) as self._loader,
                ExitStack() as self._ending,
            ):
                # Once all is decoded that was made: bytes of a set come until then.
                self._ending.callback(self._records.stop)
                try:
                    self._fill()
                    self._finish(UnfinishedBatch(None))
                except BaseException as e:
                    self._finish(UnfinishedBatch(None, failure=e))
        except BaseException as e:
            self._finish(UnfinishedBatch(None, failure=e))
        finally:
            atexit.unregister(self.close)
            if self._is_stopped:
                self._schedule.close()

    def _finish(self, end: UnfinishedBatch) -> None:
        end.is_done = True
        self._ready.append(end)
        self._news.give()

    def _fill(self) -> None:
        ahead: deque[Step] = deque()
        pending: Step | None = None
        self._parts.stored.require_whole()
        while True:
            # Windows are asked for in the order in which they are needed, as far as there is room. There always is
            # for the next step: of each lane and view, all windows before the last one are used up then.
            while pending is not _END:
                handed = self.handed
                begun = handed.step.epoch if handed is not None and handed.step is not None else None
                self._schedule.note_progress(len(ahead), begun)
                pending = next(self._steps, _END) if pending is None else pending
                if pending is None:
                    if ahead:
                        break
                    self._wait_for_room()
                elif pending is not _END:
                    if pending.parts is not None:
                        self._windows.mix(len(pending.parts))
                    if not self._windows.ask(pending, must=not ahead):
                        break
                    ahead.append(pending)
                    pending = None
            if not ahead:
                break
            step = ahead.popleft()
            self._put(self._make(step))
            if step.parts is not None:
                self._windows.keep(step.parts.union(pick.of.part for other in ahead for pick in other.picks))

    def _wait_for_room(self) -> None:
        self._room_made.wait(_LOOK_AGAIN_S)
        if self._is_stopped:
            raise Stopped

    def _make(self, step: Step) -> UnfinishedBatch:
        samples = [self._windows.take(pick) for pick in step.picks]
        self._records.need(loaded.record for loaded in samples)
        for pick in step.passed:
            self._windows.take(pick)
        self._records.require_same(self._windows.read_at)
        sample_format = self._format_of(step, samples)
        if self._decoders is None:
            self._decoders = self._ending.enter_context(closing(Workers(self._threads(sample_format), "pairstream-decode")))
        slot = self._pool.take()
        self._writer.arrange(slot, sample_format)
        firsts = range(0, max(1, len(samples)), _CHUNK)
        records = [loaded.record for loaded in samples]
        stored = self._parts.stored.find([(record.partition, record.offset) for record in records])
        views = partial(self._parts.views, self._schedule)
        stored = {**stored, **self._parts.answers.find([record.key for record in records], views)}
        making = UnfinishedBatch(step, slot, samples, stored, iter(range(len(firsts))[::-1]))
        for at in firsts:
            self._decoders.submit(self._write, making, step, slot, at)
        return making

    def _format_of(self, step: Step, samples: Sequence[Loaded]) -> SampleFormat:
        """The format of a step's group, which the first batch of the group decides."""
        group = step.lead.group
        if group not in self._formats:
            records = [loaded.record for loaded in samples or [load_alone(step.lead, self._loader.load)]]
            if self._skips:
                records = [record for record in records if self._is_readable(record)] or records
            self._formats[group] = self._writer.format_of(records)
        return self._formats[group]

    def _threads(self, form: SampleFormat) -> int:
        pixels = sum(value.height * value.width for value in form.values.values() if isinstance(value, Picture))
        batch, threads = self._parts.settings.batch, self._parts.settings.resources.threads
        return threads if pixels > _QUICK_PIXELS or batch.has_hook or batch.augment else max(1, threads // 2)

    def _is_readable(self, record: Record) -> bool:
        try:
            self._writer.read(record)
        except SampleRefused:
            return False
        return True

    @property
    def _skips(self) -> bool:
        return self._parts.settings.read.on_error == "skip"

    def _write(self, making: UnfinishedBatch, step: Step, slot: Slot, first: int) -> None:
        try:
            for index in range(first, min(first + _CHUNK, len(making.samples))):
                if self._is_stopped:
                    raise Stopped
                self._write_one(making, step, slot, index)
        except BaseException as e:
            making.failure = e
        # The thread that writes the last part of a batch completes it: no thread waits for it.
        if next(making.left) > 0:
            return
        try:
            if making.failure is None:
                self._fill_in(making, slot)
                if self._parts.collate is not None:
                    size = len(making.samples)
                    made, slot.made, slot.pictures = slot.made[:size], [None] * len(slot.made), {}
                    try:
                        slot.data = self._parts.collate(made)
                    except Exception as e:
                        note(e, f"in the batch of step {step.number} of epoch {step.epoch}")
                        raise
                making.batch = Batch(slot, self._pool, step, self._formats[step.lead.group])
        except BaseException as e:
            making.failure = e
        making.slot, making.samples, making.stored, making.is_done = None, (), {}, True
        self._news.give()

    def _write_one(self, making: UnfinishedBatch, step: Step, slot: Slot, index: int) -> None:
        record, is_stand_in = making.samples[index]
        slot.stand_ins[index] = is_stand_in
        slot.places[index] = record.partition, record.offset
        try:
            for name, values in making.stored.items():
                if values[index] is None:
                    raise SampleRefused(f"{self._writer.site(record)}: has no {name}; pairstream score asks models for it")
                (slot.texts if name in slot.texts else slot.arrays)[name][index] = values[index]
            sample = self._writer.read(record) if record.sample is None else record.sample
            epoch = step.picks[index].of.order.epoch
            self._writer.write(record, sample, epoch, self._formats[step.lead.group], slot, index)
        except (SettingsError, Unavailable):
            raise
        except Exception as e:
            is_refusal = isinstance(e, SampleRefused)
            if not self._skips:
                if not is_refusal:
                    note(e, f"in the sample of pair {slot.pair_ids[index]}, {self._writer.site(record)}")
                raise
            making.refused[index] = str(e) if is_refusal else f"{self._writer.site(record)}: {type(e).__name__}: {e}"

    def _fill_in(self, making: UnfinishedBatch, slot: Slot) -> None:
        """Has others of the batch in the places of samples that were refused."""
        good = [index for index in range(len(making.samples)) if index not in making.refused]
        for number, (index, why) in enumerate(sorted(making.refused.items())):
            if not good:
                raise SampleRefused(f"{why}; nor can any other sample of the rank's batch be had")
            slot.skipped[slot.places[index]] = why
            slot.copy(good[number % len(good)], index)

    def _put(self, making: UnfinishedBatch) -> None:
        while len(self._ready) >= self._parts.settings.resources.slots:
            self._wait_for_room()
        self._ready.append(making)
        self._news.give()
