"""One split of a data set on a platform: its topics, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairstream.columns.of_records import Columns
from pairstream.errors import PositionRefused, SettingsError
from pairstream.index.entries import Entries, PairAnswers, Pairs, Said, key_of
from pairstream.kafka.avro import Schemas
from pairstream.kafka.cluster import Cluster
from pairstream.platform.answers import read_answers, read_said
from pairstream.platform.cut import cut, looked_up
from pairstream.platform.entries import read_entries
from pairstream.platform.named_views import GrowingView
from pairstream.platform.records import PairReader, TopicRecords
from pairstream.platform.reporting import Reporter
from pairstream.platform.takedowns import InForce, Takedowns
from pairstream.read.split import Figures
from pairstream.source import Source, is_file
from pairstream.views.blocks import Blocks
from pairstream.views.view import View


class PlatformSplit(Source):
    """One split of a data set on a Kafka cluster.

    Attributes:
        cluster: where the topics are
        schemas: the registry's, with which values were written
    """

    def __init__(self, cluster: Cluster, schemas: Schemas, dataset: str, split: str) -> None:
        super().__init__(dataset, split)
        self.cluster = cluster
        self.schemas = schemas

    @property
    def address(self) -> str:
        return self.cluster.address

    def cut(self, where: str | Sequence[str] = ()) -> View:
        return cut(self.cluster, self.schemas, self.dataset, self.split, where)

    def named_view(self, name: str) -> View:
        return self.view_with_segments(name)[0]

    def view_with_segments(self, name: str, segments: int | None = None) -> tuple[View, int]:
        """A view as :meth:`view` finds it, and the number of its segments: as it is now, or as it was when it had so
        many; those of a file are 0."""
        if segments == 0 or (segments is None and is_file(name)):
            return View.load(name), 0
        with closing(GrowingView(self.cluster, self.schemas, self.dataset, name)) as growing:
            found = growing.look()
        return found.view(0, segments), segments or len(found.segments)

    def require(self, view: View) -> None:
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

    def records(self, side_by_side: int = 2) -> TopicRecords:
        return TopicRecords(self.cluster, side_by_side)

    def withdrawn(self, is_stopped: Callable[[], bool] = lambda: False) -> Takedowns:
        return Takedowns(self.cluster, f"{self.dataset}.takedowns", is_stopped)

    def reader(self, rendition: str = "", token_set: str = "", columns: Columns = Columns()) -> PairReader:
        return PairReader(self.schemas, self.topic, rendition, token_set, columns)

    def entries(self, fields: Sequence[str]) -> Entries:
        in_force = InForce.now(self.cluster, self.dataset)
        found, _ = read_entries(self.cluster, self.schemas, self.dataset, self.split, in_force.conditions, fields)
        is_there = ~np.isin(found.keys, [key_of(pair_id.encode("utf-8")) for pair_id in in_force.pair_ids])
        return Entries(found.keys[is_there], {name: column[is_there] for name, column in found.columns.items()})

    def looked_up(
        self, views: Sequence[View], types: Mapping[str, str]
    ) -> tuple[Mapping[str, NDArray[Any]], list[NDArray[np.int64]]]:
        return looked_up(views, self.cluster, self.schemas, self.dataset, self.split, types)

    def answers(self, names: Sequence[str], pairs: Pairs) -> PairAnswers:
        return read_answers(self.cluster, self.schemas, self.dataset, names, pairs)

    def said(self, names: Sequence[str], keys: NDArray[np.int64]) -> Said:
        return read_said(self.cluster, self.schemas, self.dataset, names, keys)

    def begins(self) -> tuple[str, NDArray[np.int64]]:
        topic = self.cluster.describe_topic(self.topic)
        found = self.cluster.begins(topic.name, topic.partitions)
        return topic.id, np.array([found[partition] for partition in topic.partitions], np.int64)

    def reports(self, facts: Mapping[str, str], figures: Callable[[], Figures]) -> Reporter:
        return Reporter(self.cluster, self.schemas, self.dataset, facts, figures)

    takes_notes = True

    def note(self, key: str, fields: Mapping[str, Any]) -> None:
        topic = f"{self.dataset}.runs"
        self.cluster.send(topic, key, self.schemas.write(topic, fields))
