"""One split of a data set: its topic, and the views of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from pairstream.errors import PositionRefused, SampleRefused, SettingsError
from pairstream.kafka.avro import Malformed, Schemas
from pairstream.kafka.cluster import Cluster
from pairstream.read.named_views import GrowingView
from pairstream.read.samples import Sample, SampleReader
from pairstream.read.windows import Record, WindowLoader
from pairstream.takedowns import Takedowns, keys_of
from pairstream.views.blocks import Blocks
from pairstream.views.view import View

AnyView = View | str | os.PathLike[str]
"""A view, or its file or name, as :meth:`Split.view` takes it."""

_SPLITS = ("training", "validation", "test")


class Split:
    """One split of a data set on a Kafka cluster: reads its records, and the views of them.

    Attributes:
        cluster: where the topics are
        schemas: the registry's, with which values were written
        dataset: prefix of the data set's topics
        split: training, validation or test
        topic: name of the split's topic: ``pairs.training``
    """

    def __init__(self, cluster: Cluster, schemas: Schemas, dataset: str, split: str) -> None:
        if split not in _SPLITS:
            raise SettingsError(f"a split is {', '.join(_SPLITS)}, not {split}")
        self.cluster = cluster
        self.schemas = schemas
        self.dataset = dataset
        self.split = split
        self.topic = f"{dataset}.{split}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.topic} at {self.cluster.address})"

    def view(self, name: str | os.PathLike[str]) -> View:
        """Reads a view from a file, or by its name from the topic of views.

        What exists as a file, holds a ``/`` or ends in ``.view`` or ``.json`` is a file. Of a view that still grows,
        it is what is there now; to train while it grows, :meth:`follow` it.

        Raises:
            ViewError: where there is no such view, or the file holds something else
            Unavailable: where the broker does not answer
        """
        return self.view_with_segments(os.fspath(name))[0]

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

    def view_with_segments(self, name: str, segments: int | None = None) -> tuple[View, int]:
        """A view as :meth:`view` answers it, and the number of its segments: as it is now, or as it was when it had so
        many; those of a file are 0."""
        is_file = "/" in name or os.sep in name or name.endswith((".view", ".json")) or Path(name).exists()
        if segments == 0 or (segments is None and is_file):
            return View.load(name), 0
        growing = GrowingView(self.cluster, self.schemas, self.dataset, name)
        try:
            found = growing.look()
        finally:
            growing.close()
        return found.view(0, segments), segments or len(found.segments)

    def samples(self, view: AnyView) -> Iterator[Sample]:
        """A view's pairs as they are stored, in the view's own order; those that are withdrawn are left out.

        Raises:
            SettingsError: where the view is one of another topic
            PositionRefused: where records of the view have left the log
            SampleRefused: where a record is no prepared pair
            Unavailable: where the broker or the registry does not answer
        """
        view = self.as_view(view)
        self.require(view)
        for _, sample in self.living(view):
            yield sample

    def living(self, view: View) -> Iterator[tuple[Record, Sample]]:
        """Records and samples of a view that :meth:`require` has checked, without those that are withdrawn."""
        reader = SampleReader(self.schemas, self.topic)
        takedowns = Takedowns(self.cluster, f"{self.dataset}.takedowns")
        loader = WindowLoader(1, self.cluster, takedowns, lambda record: ())
        try:
            for number in range(len(view.blocks)):
                for record in loader.read(view, number):
                    if record is None:
                        continue
                    try:
                        sample = reader.read(record.value)
                    except Malformed as e:
                        site = f"{self.topic}-{record.partition}, offset {record.offset}"
                        raise SampleRefused(f"{site}: {e}") from e
                    if not takedowns.any_holds(keys_of(sample.fields)):
                        yield record, sample
        finally:
            loader.stop()
            loader.close()
            takedowns.close()

    def require(self, view: View) -> None:
        """Checks that all of a view's records are still there to be read.

        Raises:
            SettingsError: where it is one of another topic
            PositionRefused: where the topic is another one of that name, or records have left it
            Unavailable: where the broker does not answer or has no such topic
        """
        if view.topic != self.topic:
            raise SettingsError(f"the view is one of {view.topic}, not of {self.topic}")
        topic = self.cluster.describe_topic(view.topic)
        if topic.id != view.topic_id:
            raise PositionRefused(
                f"{topic.name} is not the topic that the view was cut from: it has been made anew "
                f"(topic id {topic.id}, view {view.topic_id})"
            )
        partitions, firsts = np.unique(Blocks.of(view.blocks).partition, return_index=True)
        begins = self.cluster.begins(topic.name, partitions.tolist())
        ends = self.cluster.ends(topic.name, partitions.tolist())
        for first, behind in pairwise([*firsts.tolist(), len(view.blocks)]):
            block, last = view.blocks[first], view.blocks[behind - 1]
            site = f"{topic.name}-{block.partition}"
            begin, end = begins[block.partition], ends[block.partition]
            if block.begin < begin:
                raise PositionRefused(f"{site} begins at {begin}: records of the view, from {block.begin} on, have left the log")
            if last.end > end:
                raise PositionRefused(
                    f"{site} ends at {end}, before the view's {last.end}: records were lost, or the view is another cluster's"
                )
