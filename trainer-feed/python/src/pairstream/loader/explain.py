"""Explanations of a batch: the pairs that it is made of."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from typing import Any

from pairstream.batch.writer import SampleWriter
from pairstream.order.ranks import RankShare
from pairstream.order.schedule import Pick, Step, WindowKey
from pairstream.read.records import SampleReader
from pairstream.read.windows import GroupedWindow, Loaded, Window, WindowLoader
from pairstream.source import Source


def explained(source: Source, reader: SampleReader, writer: SampleWriter, step: Step) -> list[dict[str, Any]]:
    """The pairs of a step, sample by sample; see :meth:`pairstream.Loader.explain`."""
    windows: dict[WindowKey, Window | GroupedWindow] = {}
    found = []
    whole = RankShare()
    with (
        closing(source.withdrawn()) as withdrawn,
        closing(source.records(1)) as records,
        closing(WindowLoader(records, withdrawn, reader.keys, is_used_up=False)) as loader,
        ExitStack() as ending,
    ):
        ending.callback(records.stop)
        for pick in step.picks:
            key, place = pick.of.locate(pick, whole)
            while key not in windows or (loaded := windows[key].take(place)) is None:
                windows[key] = loader.load(pick.of.request(key, place, whole.ranks)).result()
            found.append(_described(pick, loaded, writer))
        records.require_same(time.monotonic())
    return found


def _described(pick: Pick, loaded: Loaded, writer: SampleWriter) -> dict[str, Any]:
    record = loaded.record
    fields = writer.read(record, keeps_fields=True).fields
    names = ("pair_id", "source_kind", "contributor", "producer", "url", "licence", "language", "caption")
    return {
        **{name: fields.get(name, "") for name in names},
        "lane": pick.lane,
        "topic": pick.of.view.topic,
        "partition": record.partition,
        "offset": record.offset,
        "is_stand_in": loaded.is_stand_in,
    }
