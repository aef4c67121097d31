"""Ready batches over views."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Full, Queue
from typing import Any

import numpy as np
import numpy.typing as npt

from pairstream.augment import AugmentationPlan, plan_of
from pairstream.course import Course, MixCourse, Pick, Position, Step, ViewCourse, per_lane
from pairstream.errors import SettingsError
from pairstream.following import Follow, FollowedCourse
from pairstream.kafka import JUMPING
from pairstream.order import DEFAULT_LANES, DEFAULT_WINDOW, OrderPlan, RankShare
from pairstream.pixels import PixelWriter
from pairstream.records import SampleReader
from pairstream.slots import Allocate, Form, Pool, Slot
from pairstream.source import Source
from pairstream.starvation import Reading, StarvationClock
from pairstream.takedowns import Takedowns
from pairstream.view import View
from pairstream.windows import Loaded, Record, Stopped, WindowLoader
from pairstream.writing import Pictures, SampleWriter

_CONSUMERS = 2
_CHUNK = 8
"""Samples that one thread writes in one go."""

_PATIENCE_S = 0.2


class Batch:
    """Samples that a trainer can use at once.

    The arrays stay as they are while anything refers to them, or to a part of them; then their memory is used again.

    Attributes:
        images: uint8 or float32 [size, height, width, channels], or [size, channels, height, width] in the layout nchw
        tokens: int32 [size, length], padded with the tokenizer's pad id
        mask: uint8 [size, length], 1 for the caption's ids, 0 for padding
        pair_ids: size texts
        captions: size texts
        folds: int32 [size], the folds for cross-validation
        colour: what the channels are: rgb, grey, hsv, lab or ycrcb
        epoch: of the run, from 0; 0 in a mix
        step: number of the batch in its epoch, or in the run of a mix, from 0
        position: goes on exactly behind this batch, with any number of ranks
        stand_ins: samples in the place of pairs that were withdrawn after the view was cut
    """

    def __init__(self, slot: Slot, pool: Pool, step: Step, colour: str) -> None:
        size = len(step.picks)
        (images, tokens, mask), self._give_back = pool.lend(slot)
        self.images: npt.NDArray[Any] = images[:size]
        self.tokens: npt.NDArray[np.int32] = tokens[:size]
        self.mask: npt.NDArray[np.uint8] = mask[:size]
        self.pair_ids = slot.pair_ids[:size]
        self.captions = slot.captions[:size]
        self.folds = np.array(slot.folds[:size], np.int32)
        self.colour = colour
        self.epoch = step.epoch
        self.step = step.number
        self.position = step.after
        self.stand_ins = sum(slot.stand_ins[:size])

    def __len__(self) -> int:
        return len(self.pair_ids)

    def release(self) -> None:
        """Gives the arrays' memory back now, whoever still refers to them; they must not be used any more."""
        self._give_back()


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

    Threads load and decode ahead; the order depends on the view, the seed, the epoch, the lanes and the window alone.
    One thread uses a loader.

    Args:
        source: the split that the views are of
        view: what is passed over; or a mix: views with whole weights; or what :meth:`pairstream.Source.follow` answers
        batch_size: samples of all ranks together, a multiple of ``lanes``
        seed: other seeds give other orders
        lanes: equal parts of an epoch that the ranks share
        window: samples of one lane that are mixed with each other; 0 keeps the view's own order
        rank: from 0 to below ``ranks``
        ranks: number of processes that train together, a divisor of ``lanes``
        epochs: passes over the view; None for no end; a mix has none
        last: what becomes of a last batch that is not full: drop, or keep; by default keep for validation and test
        layout: nhwc or nchw
        pixels: uint8 or float32
        normalise: none, zero-to-one, minus-one-to-one, clip, imagenet or as-recipe; of float32 alone
        augment: random changes of training pictures, as docs/feed.md describes them: a mapping, or the name of a file
        side_px: of every picture, or (height, width)
        threads: that decode
        slots: batches that are made ready ahead
        token_set: another of the pair's tokenizations, by name
        rendition: another of the pair's pictures, by name
        allocate: makes the memory of batches; for memory that a device reads fast

    Raises:
        SettingsError: where an argument cannot be, or the view has too few samples for a batch
        PositionRefused: where records of the view have left the log
        Unavailable: where the broker does not answer or has no such topic
    """

    def __init__(
        self,
        source: Source,
        view: View | Sequence[tuple[View, int]] | Follow,
        *,
        batch_size: int,
        seed: int = 0,
        lanes: int = DEFAULT_LANES,
        window: int = DEFAULT_WINDOW,
        rank: int = 0,
        ranks: int = 1,
        epochs: int | None = None,
        last: str | None = None,
        layout: str = "nhwc",
        pixels: str = "uint8",
        normalise: str = "none",
        augment: Mapping[str, Any] | str | os.PathLike[str] | None = None,
        side_px: int | tuple[int, int] = 256,
        threads: int = 2,
        slots: int = 4,
        token_set: str = "",
        rendition: str = "",
        allocate: Allocate | None = None,
    ) -> None:
        if threads < 1 or slots < 1:
            raise SettingsError(f"threads and slots are at least 1, not {threads} and {slots}")
        if last not in (None, "drop", "keep"):
            raise SettingsError(f"last is drop or keep, not {last}")
        plan = self._plan = OrderPlan(seed, lanes, window)
        self._share = RankShare(rank, ranks, lanes)
        self._per_lane = per_lane(batch_size, self._share)
        self._keep_last = last == "keep" or (last is None and source.split != "training")
        self._course = _course(source, view, plan, epochs, batch_size)
        self._course.require_batches(self._per_lane, self._keep_last)
        self._pictures = Pictures(side_px, pixels, layout, normalise)
        self._source = source
        self._threads = threads
        self._slots = slots
        self._allocate = allocate or (lambda size: np.empty(size, np.uint8))
        augmentation = AugmentationPlan() if augment is None else plan_of(augment)
        if not augmentation.is_none() and source.split != "training":
            raise SettingsError(
                f"augmentation is for training alone; a feed of {source.split} hands out pictures as they are, so that "
                "figures can be compared"
            )
        reader = SampleReader(source.schemas, source.topic, rendition, token_set)
        self._writer = SampleWriter(reader, source.topic, source.split.upper(), self._pictures, augmentation)
        for one in self._course.views:
            source.require(one)
        self._position: Position = self._course.begin()
        self._run: _Run | None = None
        self._counts = _Counts()
        self._starvation = StarvationClock()

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        """Waits for the next batch.

        Raises:
            SampleRefused: where a sample in the batch is of another shape or split, or cannot be read
            PositionRefused: where records of the view have left the log
            Unavailable: where the schema registry does not answer
        """
        begin = time.perf_counter()
        if self._run is None:
            self._run = _Run(self)
            self._counts.begin = self._counts.begin or begin
        try:
            batch = self._run.next()
        finally:
            self._counts.waited += time.perf_counter() - begin
        if batch is None:
            raise StopIteration
        self._counts.batches += 1
        self._counts.samples += len(batch)
        self._position = batch.position
        self._starvation.note(self._reading())
        return batch

    def state_dict(self) -> dict[str, Any]:
        """The position behind the last batch that was handed out: less than 1 kB as JSON."""
        return dict(self._position)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on behind the batch of a position, whatever was handed out before.

        Raises:
            PositionRefused: where it is one of another view or another order
        """
        self._course.require_own(state)
        self._go_to(dict(state))

    def skip(self, batches: int) -> None:
        """Passes over so many batches without reading them."""
        if batches < 0:
            raise SettingsError(f"batches to skip are at least 0, not {batches}")
        self._go_to(self._course.skip(self._position, self._per_lane, self._keep_last, batches))

    def explain(self, step: int, epoch: int = 0) -> list[dict[str, Any]]:
        """What the batch of a step is made of, in its order and of all ranks: reads those few records alone.

        Args:
            step: number of the batch in the epoch, or in the run of a mix, from 0
            epoch: from 0; 0 in a mix

        Returns:
            of each sample ``pair_id``, ``source_kind``, ``contributor``, ``url``, ``licence``, ``language``,
            ``caption``, ``lane``, ``topic``, ``partition``, ``offset``, and ``is_stand_in``, whether it is in the place
            of a pair that is withdrawn now

        Raises:
            SettingsError: where there is no such step
        """
        start = self._course.at(epoch, step, self._per_lane)
        whole = RankShare(0, 1, self._plan.lanes)
        found = next(self._course.steps(whole, self._per_lane, self._keep_last, start), None)
        if step < 0 or epoch < 0 or found is None or (found.epoch, found.number) != (epoch, step):
            raise SettingsError(f"there is no step {step} in epoch {epoch}")
        with _Explainer(self._source, self._writer) as explainer:
            return explainer.explain(found)

    @property
    def stats(self) -> Stats:
        """What the loader has done so far. Any thread may ask."""
        counts, run = self._counts, self._run
        seconds = time.perf_counter() - counts.begin if counts.begin else 0.0
        return Stats(
            counts.batches,
            counts.samples,
            seconds,
            counts.waited * 1e3,
            run.ready if run else 0,
            self._slots,
            counts.bytes + (run.bytes if run else 0),
            run.samples if run else 0,
            self._starvation.seconds_left(self._reading()),
            run.takedowns if run else -1,
            self._position,
        )

    def close(self) -> None:
        """Ends loading. Batches that were handed out stay as they are."""
        if self._run is not None:
            self._run.close()
            # What its threads read until they ended is among them.
            self._counts.bytes += self._run.bytes
            self._run = None
        self._course.close()

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reading(self) -> Reading:
        return Reading(time.perf_counter(), self._run.samples if self._run else 0, self._counts.waited)

    def _go_to(self, position: Position) -> None:
        self.close()
        self._position = position


def _course(
    source: Source,
    view: View | Sequence[tuple[View, int]] | Follow,
    plan: OrderPlan,
    epochs: int | None,
    batch_size: int,
) -> Course:
    if isinstance(view, View):
        return ViewCourse(view, plan, epochs)
    if isinstance(view, Follow):
        return FollowedCourse(source, view, plan, epochs, batch_size)
    if epochs is not None:
        raise SettingsError("a mix has no epochs of its own: leave out epochs, and stop after a number of batches")
    return MixCourse(view, plan)


class _Explainer:
    """Looks up what a step is made of."""

    def __init__(self, source: Source, writer: SampleWriter) -> None:
        self._source = source
        self._writer = writer
        self._takedowns = Takedowns(source.cluster, f"{source.dataset}.takedowns")
        self._windows_of = WindowLoader(1, lambda: source.cluster.consumer(JUMPING))

    def __enter__(self) -> _Explainer:
        return self

    def __exit__(self, *_: object) -> None:
        self._windows_of.stop()
        self._windows_of.close()
        self._takedowns.close()

    def explain(self, step: Step) -> list[dict[str, Any]]:
        wanted: dict[tuple[int, int], dict[int, list[int]]] = {}
        for index, pick in enumerate(step.picks):
            block, place = pick.of.order.place(pick.lane, pick.number)
            wanted.setdefault((pick.of.part, block), {}).setdefault(place, []).append(index)
        explained: list[dict[str, Any]] = [{} for _ in step.picks]
        for (_, block), places in wanted.items():
            view = step.picks[next(iter(places.values()))[0]].of.view
            for loaded in self._windows_of.read(view, block, sorted(places)):
                for index in places[loaded.place]:
                    explained[index] = self._told(view, step.picks[index], loaded)
        return explained

    def _told(self, view: View, pick: Pick, loaded: Loaded) -> dict[str, Any]:
        record, is_stand_in = loaded.record, loaded.is_stand_in
        if self._is_withdrawn(record):
            record = self._windows_of.stand_in(view, loaded.block, loaded.place, self._is_withdrawn)
            is_stand_in = True
        fields = self._writer.read(record).fields
        names = ("pair_id", "source_kind", "contributor", "url", "licence", "language", "caption")
        return {
            **{name: fields.get(name, "") for name in names},
            "lane": pick.lane,
            "topic": view.topic,
            "partition": record.partition,
            "offset": record.offset,
            "is_stand_in": is_stand_in,
        }

    def _is_withdrawn(self, record: Record) -> bool:
        return self._takedowns.hold(self._writer.read(record).fields)


class _Counts:
    def __init__(self) -> None:
        self.begin = 0.0
        self.batches = 0
        self.samples = 0
        self.waited = 0.0
        self.bytes = 0


@dataclass
class _Making:
    """A batch that is being made."""

    slot: Slot
    step: Step
    writing: list[Future[None]]

    def is_ready(self) -> bool:
        return all(done.done() for done in self.writing)


@dataclass
class _Window:
    """What is needed of a window of one lane; ``left`` of it was not taken yet."""

    samples: Future[deque[Loaded]]
    left: int


class _Run:
    """The threads that make batches from a position on."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._writer = loader._writer
        self._steps = loader._course.steps(loader._share, loader._per_lane, loader._keep_last, loader._position)
        self._takedowns = Takedowns(loader._source.cluster, f"{loader._source.dataset}.takedowns")
        self._windows_of = WindowLoader(_CONSUMERS, lambda: loader._source.cluster.consumer(JUMPING))
        self._decoders = ThreadPoolExecutor(loader._threads, thread_name_prefix="pairstream-decode")
        self._ready: Queue[_Making | BaseException | None] = Queue(loader._slots)
        self._stopped = threading.Event()
        self._is_over = False
        self._failure: BaseException | None = None
        self._form: Form | None = None
        self._pixels: PixelWriter | None = None
        self._pool: Pool | None = None
        self._windows: dict[_Key, _Window] = {}
        # One window of each lane is in use, as a rule, and half of the next one on its way.
        whole = loader._course.parts * loader._share.count * loader._plan.window_size
        self._room = whole + (whole + 1) // 2
        self._thread = threading.Thread(target=self._fill, name="pairstream-fill", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> int:
        return sum(isinstance(one, _Making) and one.is_ready() for one in list(self._ready.queue))

    @property
    def bytes(self) -> int:
        return self._windows_of.bytes

    @property
    def takedowns(self) -> int:
        return len(self._takedowns)

    @property
    def samples(self) -> int:
        """Samples in memory."""
        loaded = sum(window.left for window in list(self._windows.values()) if window.samples.done())
        return loaded + sum(len(one.step.picks) for one in list(self._ready.queue) if isinstance(one, _Making))

    def next(self) -> Batch | None:
        """The next batch; None once the run is over."""
        if self._failure is not None:
            raise self._failure
        if self._is_over:
            return None
        making = self._ready.get()
        if making is None:
            self._is_over = True
            return None
        try:
            if isinstance(making, BaseException):
                raise making
            for done in making.writing:
                done.result()
        except Exception as e:
            self._failure = e
            self._stopped.set()
            raise
        assert self._pool is not None and self._form is not None
        return Batch(making.slot, self._pool, making.step, self._form.colour)

    def close(self) -> None:
        self._stopped.set()
        self._windows_of.stop()
        self._thread.join()
        self._decoders.shutdown(wait=True, cancel_futures=True)
        self._windows_of.close()
        self._takedowns.close()

    def _fill(self) -> None:
        try:
            ahead: deque[Step] = deque()
            pending: Step | None = None
            is_over = False
            while True:
                # Windows are asked for in the order in which they are needed, as far as there is room. There always is
                # for the next step: of each lane and view, all windows before the last one are used up then.
                while not is_over:
                    if pending is None:
                        try:
                            pending = next(self._steps)
                        except StopIteration:
                            is_over = True
                            break
                    if pending is None:
                        if ahead:
                            break
                        if self._stopped.wait(_PATIENCE_S):
                            raise Stopped
                    elif self._ask(pending, must=not ahead):
                        ahead.append(pending)
                        pending = None
                    else:
                        break
                if not ahead:
                    break
                step = ahead.popleft()
                if step.picks:
                    self._put(self._make(step))
            self._put(None)
        except BaseException as e:
            if not self._stopped.is_set():
                self._put(e)

    def _ask(self, step: Step, must: bool) -> bool:
        """Asks for those windows of a step that were not asked for yet; answers whether there was room for all."""
        size = self._loader._plan.window_size
        for pick in step.picks:
            key = _key(pick, size)
            if key in self._windows:
                continue
            begin = key[-1] * size
            end = min(begin + size, pick.end)
            if end - pick.number > self._room and not must:
                return False
            self._room -= end - pick.number
            samples = self._windows_of.load(pick.of, pick.lane, key[-1], pick.number - begin, end - begin)
            self._windows[key] = _Window(samples, end - pick.number)
        return True

    def _take(self, pick: Pick) -> Loaded:
        key = _key(pick, self._loader._plan.window_size)
        window = self._windows[key]
        sample = window.samples.result().popleft()
        self._room += 1
        window.left -= 1
        if window.left == 0:
            del self._windows[key]
        return sample

    def _make(self, step: Step) -> _Making:
        samples = [self._take(pick) for pick in step.picks]
        slot = self._pool_for(samples[0]).take()
        firsts = range(0, len(samples), _CHUNK)
        return _Making(slot, step, [self._decoders.submit(self._write, step, samples, slot, at) for at in firsts])

    def _pool_for(self, first: Loaded) -> Pool:
        if self._pool is None:
            loader = self._loader
            form = self._form = self._writer.form_of(first.record)
            self._pixels = self._writer.pixel_writer(form)
            size = loader._per_lane * loader._share.count
            pictures = loader._pictures
            self._pool = Pool(
                lambda: Slot(size, pictures.shape(form.channels), pictures.pixels, form.tokens, loader._allocate)
            )
        return self._pool

    def _write(self, step: Step, samples: list[Loaded], slot: Slot, first: int) -> None:
        assert self._form is not None and self._pixels is not None
        for index in range(first, min(first + _CHUNK, len(samples))):
            of = step.picks[index].of
            record, is_stand_in, block, place = samples[index]
            sample = self._writer.read(record)
            if self._takedowns.hold(sample.fields):
                record = self._windows_of.stand_in(of.view, block, place, self._is_withdrawn)
                sample = self._writer.read(record)
                is_stand_in = True
            slot.stand_ins[index] = is_stand_in
            self._writer.write(record, sample, of.order.epoch, self._form, self._pixels, slot, index)

    def _is_withdrawn(self, record: Record) -> bool:
        return self._takedowns.hold(self._writer.read(record).fields)

    def _put(self, making: _Making | BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                return self._ready.put(making, timeout=_PATIENCE_S)
            except Full:
                pass
        raise Stopped


_Key = tuple[int, int, int, int]
"""Part, epoch, lane and window."""


def _key(pick: Pick, window_size: int) -> _Key:
    return (pick.of.part, pick.of.order.epoch, pick.lane, pick.number // window_size)
