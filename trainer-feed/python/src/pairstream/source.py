"""Where samples come from: one split of a data set."""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pairstream.errors import Malformed, SampleRefused, SettingsError
from pairstream.index.entries import FACTS, facts_of
from pairstream.index.profile import fields_of, profile
from pairstream.order.epoch_order import OrderPlan
from pairstream.order.schedule import Schedule
from pairstream.read.records import Range, Record, Sample
from pairstream.read.split import Split
from pairstream.views.view import View

AnyView = View | str | os.PathLike[str]
"""A view, or its file or name, as :meth:`Source.view` takes it."""

DEFAULT_WAIT_S = 60.0
"""Seconds to wait for a view's first segment."""


class Agreed(ABC):
    """Views on which the processes of a run agree while it goes on: one that grows, or a mix that changes."""

    @abstractmethod
    def schedule(self, source: Source, plan: OrderPlan, end: int | None, batch_size: int) -> Schedule:
        """The schedule of a run over the views that ends before the epoch of a number; None for no end.

        Raises:
            SettingsError: where there is no such run
        """

    def views_there(self, source: Source, schedule: Schedule) -> Sequence[View]:
        """The views whose pairs the run has at its begin."""
        return schedule.views


class Source(Split):
    """One split of a data set: on a platform, or of a set in a folder or a bucket.

    May be pickled: with its addresses and settings, secrets among them.

    Attributes:
        dataset: name of the data set
        split: training, validation or test
        topic: name of the split: ``pairs.training``
    """

    def __repr__(self) -> str:
        return f"Source({self.topic} at {self.address})"

    @abstractmethod
    def cut(self, where: str | Sequence[str] = ()) -> View:
        """Cuts a view of the pairs that the split holds now, without those that fall under a takedown.

        Reads the index of the data set, and only those records themselves that the index has not yet.

        Args:
            where: a condition, or several that all have to hold, such as ``language=en,de``, ``measure.sharpness>=50`` or
                ``answer.nsfw<=0.3``; a pair without that answer is left out, and a warning says how many are. Limits of
                answers with ``when-outside: hold`` or ``reject`` in the recipe of a platform's data set are added

        Raises:
            SettingsError: where a condition is none
            ViewError: where there is no such pair
            Unavailable: where the data set does not answer or has no such split
        """

    def view(self, name: str | os.PathLike[str]) -> View:
        """Reads a view from a file, or by its name from a platform's topic of views.

        What exists as a file, holds a ``/`` or ends in ``.view`` is a file. Of a view that still grows, it is what is
        there now; to train while it grows, :meth:`follow` it.

        Raises:
            ViewError: where there is no such view, or the file holds something else
            Unavailable: where the platform does not answer
        """
        name = os.fspath(name)
        return View.load(name) if is_file(name) else self.named_view(name)

    def as_view(self, view: AnyView) -> View:
        """The view itself, or the one of its file or name.

        Raises:
            SettingsError: where it is something else
        """
        if isinstance(view, (str, os.PathLike)):
            return self.view(view)
        if not isinstance(view, View):
            raise SettingsError(
                "a view is what source.cut or source.view answers, or the name or file of one; a mix is a list of views "
                f"with whole weights, [(english, 7), (chinese, 3)]; not {type(view).__name__}"
            )
        return view

    def _required(self, view: AnyView) -> View:
        found = self.as_view(view)
        self.require(found)
        return found

    def indexed(self, view: AnyView) -> View:
        """The view with what the index knows of each sample: shape, picture and kind of source, 6 bytes together.

        ``buckets`` and ``captions`` of a loader need it. Reads the index once; keep the view in a file that does not
        end in ``.json``.

        Raises:
            SettingsError: where the view is one of another topic
            PositionRefused: where records of the view have left the log
            Unavailable: where the broker or the registry does not answer
        """
        view = self._required(view)
        columns, (at,) = self.looked_up([view], FACTS)
        return replace(view, facts=facts_of(columns, at))

    def profile(self, view: AnyView, measures: Sequence[str] = ()) -> dict[str, Any]:
        """Counts of what a view is made of, by the index of the data set; reads no pair.

        Args:
            measures: of which quantiles are wanted, such as ``sharpness``

        Returns:
            ``samples``; ``unknown``, how many of them the index does not know: they are withdrawn, or newer; of the
            others ``counts``, of each text and of ``size`` (WIDTHxHEIGHT) the 20 most frequent, then ``other``; and
            ``quantiles`` by their share, of ``token_count``, ``width``, ``height``, ``bytes`` and measures, with
            ``known``, how many samples have it

        Raises:
            SettingsError: where the view is one of another topic
            PositionRefused: where records of the view have left the log
            Unavailable: where the broker or the registry does not answer
        """
        view = self._required(view)
        return profile(view, self.entries(fields_of(measures)).columns, measures)

    def follow(self, name: str, *, run: str, extent: Literal["all", "new"] = "all", wait_s: float = DEFAULT_WAIT_S) -> Agreed:
        """A platform's named view as it grows, for a :class:`pairstream.Loader`.

        Args:
            name: of the view
            run: a name of the run, the same for all its ranks; a run that is begun again under its name repeats itself
            extent: all, each epoch covers the view from its beginning; or new, what came since the epoch before
            wait_s: how long a loader waits for the view's first segment, in seconds

        Raises:
            SettingsError: where the source is no platform's
        """
        raise self.needs_platform("a view is followed")

    def mix(self, run: str, weights: Mapping[str, int]) -> Agreed:
        """A mix whose weights and views :meth:`change_mix` changes while it goes on, for a :class:`pairstream.Loader`.

        Args:
            run: a name of the run, the same for all its ranks; a run that is begun again under its name repeats itself,
                with its changes
            weights: with which the run begins: whole numbers of at least 1, together at most 1000, by the views' names
                as :meth:`view` takes them; files lie where every rank finds them

        Raises:
            SettingsError: where no run is called so, a weight cannot be, or the source is no platform's
        """
        raise self.needs_platform("a mix is changed")

    def change_mix(self, run: str, weights: Mapping[str, int], *, at_step: int, batch_size: int) -> None:
        """Changes the mix of a run, for all its ranks at the same step.

        Each view goes on where it was; one that is new begins at its beginning, one that is left out goes on once it
        comes back. Of two changes at one step the later one holds.

        Args:
            run: name of the run
            weights: from that step on, of all views of the mix; named views that the run knows stay as they came in
            at_step: number of a batch that no rank has loaded yet, from 1
            batch_size: of all ranks together, by which steps are counted

        Raises:
            SettingsError: where the run has not begun, a weight cannot be, a view has fewer samples than the run has
                lanes, or ranks may have loaded the step: the message says which one is possible
            Unavailable: where the broker or the registry does not answer; the change may have been noted still
        """
        raise self.needs_platform("a mix is changed")

    def samples(self, view: AnyView) -> Iterator[Sample]:
        """A view's pairs as they are stored, in the view's own order; those that are withdrawn are left out.

        Raises:
            SettingsError: where the view is one of another topic
            PositionRefused: where records of the view have left the log
            SampleRefused: where a record is no prepared pair
            Unavailable: where the broker or the registry does not answer
        """
        view = self._required(view)
        for _, sample in self.living(view):
            yield sample

    def captions(self, view: AnyView) -> Iterator[tuple[str, str]]:
        """A view's pair ids and captions, as :meth:`samples` hands them out. Decodes no image."""
        return ((sample.pair_id, sample.caption) for sample in self.samples(view))

    def living(self, view: View) -> Iterator[tuple[Record, Sample]]:
        """Records and samples of a view that :meth:`require` has checked, without those that are withdrawn."""
        reader = self.reader()
        with closing(self.withdrawn()) as withdrawn, closing(self.records(1)) as records:
            for number, size in enumerate(view.sizes.tolist()):
                [found] = records.read(view, [Range(number, 0, size)])
                records.require_same(time.monotonic())
                there = [record for record in found if record is not None]
                records.ahead(there)
                for record in there:
                    if withdrawn.any_holds(reader.keys(record, keeps_fields=True)):
                        continue
                    try:
                        yield record, reader.read(record, keeps_fields=True) if record.sample is None else record.sample
                    except Malformed as e:
                        site = f"{self.topic}-{record.partition}, offset {record.offset}"
                        raise SampleRefused(f"{site}: {e}") from None

    @abstractmethod
    def require(self, view: View) -> None:
        """Checks that all of a view's records are still there to be read.

        Raises:
            SettingsError: where it is one of another split
            PositionRefused: where the split is another one of that name, or records have left it
            Unavailable: where the data set does not answer or has no such split
        """


def is_file(name: str) -> bool:
    """Whether a view is named by its file."""
    return "/" in name or os.sep in name or name.endswith(".view") or Path(name).exists()
