"""Explanations of a batch: the pairs that it is made of."""

from __future__ import annotations

import time
from typing import Any

from pairstream.batch.writer import SampleWriter
from pairstream.order.ranks import RankShare
from pairstream.order.schedule import Pick, Step, WindowKey
from pairstream.read.samples import SampleReader
from pairstream.read.windows import GroupedWindow, Loaded, Window, WindowLoader
from pairstream.source import Source


class Explainer:
    """Looks up what a step is made of."""

    def __init__(self, source: Source, reader: SampleReader, writer: SampleWriter) -> None:
        self._writer = writer
        self._withdrawn = source.withdrawn()
        self._records = source.records(1)
        self._loader = WindowLoader(self._records, self._withdrawn, reader.keys, is_used_up=False)

    def __enter__(self) -> Explainer:
        return self

    def __exit__(self, *_: object) -> None:
        self._records.stop()
        self._loader.close()
        self._records.close()
        self._withdrawn.close()

    def explain(self, step: Step) -> list[dict[str, Any]]:
        """The pairs of a step, sample by sample; see :meth:`pairstream.Loader.explain`."""
        windows: dict[WindowKey, Window | GroupedWindow] = {}
        explained = []
        whole = RankShare()
        for pick in step.picks:
            key, place = pick.of.locate(pick, whole)
            while key not in windows or (loaded := windows[key].take(place)) is None:
                windows[key] = self._loader.load(pick.of.request(key, place, whole.ranks)).result()
            explained.append(self._described(pick, loaded))
        self._records.require_same(time.monotonic())
        return explained

    def _described(self, pick: Pick, loaded: Loaded) -> dict[str, Any]:
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
