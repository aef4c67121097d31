"""Splits of sets, as loaders read them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pairstream.columns.of_records import Columns
from pairstream.errors import Missing, PositionRefused, SettingsError, ViewError
from pairstream.index.cut import answered, conditions_of, view_of, why_none
from pairstream.index.entries import PLACE, Entries, PairAnswers, Pairs, Said, positions_of
from pairstream.sets.cache import RangeCache
from pairstream.sets.fetch import SetFetcher
from pairstream.sets.index import SetIndex
from pairstream.sets.manifest import Manifest, Shard, read_manifest
from pairstream.sets.records import Newest, SetReader, SetRecords, WithdrawnRows, key_at
from pairstream.sets.store import Store
from pairstream.source import Source
from pairstream.threads import PerProcess
from pairstream.views.blocks import Blocks
from pairstream.views.view import View, nothing_in

T = TypeVar("T")


class SetSource(Source):
    """One split of a set, as it is at one of its commits.

    Args:
        cache: folder of what was read of a bucket; None for the user's own
        newest: manifest of the set, for what is withdrawn and where objects are now
        manifest: of the commit, by which views are cut

    Attributes:
        store: where the set's objects are
    """

    def __init__(self, store: Store, cache: Path | None, newest: Newest, manifest: Manifest, split: str) -> None:
        super().__init__(manifest.dataset, split)
        self.store = store
        self._folder = cache
        # With a lock, which another process may hold at a fork.
        self._cache = PerProcess(lambda: RangeCache(cache))
        self._newest = newest
        self._manifest = manifest
        self._shards = manifest.split(split).shards

    @property
    def address(self) -> str:
        return self.store.url

    def __reduce__(self) -> tuple[Any, ...]:
        return SetSource, (self.store, self._folder, self._newest, self._manifest, self.split)

    def cut(self, where: str | Sequence[str] = ()) -> View:
        conditions = conditions_of(where)
        asked = [one for one in conditions if not one.answer]
        columns = self._asked(lambda index: index.columns({*PLACE, *(one.field for one in asked)}))
        keys = key_at(columns["partition"], columns["offset"])
        chosen = np.logical_and.reduce([~self._withdrawn(), *(one.holds(columns[one.field]) for one in asked)])
        if of_answers := [one for one in conditions if one.answer]:
            answers = self.answers([one.answer for one in of_answers], keys[chosen])
            chosen[chosen] = answered(keys[chosen], of_answers, answers, lambda: self._names_in("answers"))
        texts = tuple(map(str, conditions))
        if not chosen.any():
            why = why_none(asked, columns, lambda: self._names_in("measures"))
            raise ViewError(f"{nothing_in(self.topic, texts)}{why}")
        places = np.column_stack([columns[name][chosen] for name in PLACE])
        return view_of(self.topic, self._manifest.set_id, places, texts)

    def require(self, view: View) -> None:
        if view.topic != self.topic:
            raise SettingsError(f"the view is one of {view.topic}, not of {self.topic}")
        if view.topic_id != self._manifest.set_id:
            raise PositionRefused(
                f"the view was cut from another data set (id {view.topic_id}), not from the set at {self.address} "
                f"(id {self._manifest.set_id})"
            )
        blocks = Blocks.of(view.blocks)
        shard = int(blocks.partition[-1])
        shards = self._newest.manifest.split(self.split).shards
        if shard >= len(shards):
            shards = self._newest.look().split(self.split).shards
        if shard >= len(shards):
            raise PositionRefused(
                f"the view has pairs of shard {shard}, and the set at {self.address} has {len(shards)} shards of {self.split}: "
                "it was copied by halves, or is an older copy"
            )
        for number in np.unique(blocks.partition).tolist():
            last = view.blocks[int(np.searchsorted(blocks.partition, number, "right")) - 1]
            if last.end > shards[number].rows:
                raise PositionRefused(
                    f"shard {number} of {self.topic} has {shards[number].rows} pairs, and the view's go up to {last.end}"
                )

    def records(self, side_by_side: int = 2) -> SetRecords:
        def fetcher() -> SetFetcher:
            # Of the newest manifest: a view may be of a later one than this source.
            index = SetIndex(self.store, self._newest.manifest, self.split, self._cache())
            return SetFetcher(self.store, index, self._cache(), lambda shard: self._newest.look().split(self.split).shards[shard])

        return SetRecords(self._tried(fetcher))

    def withdrawn(self, is_stopped: Callable[[], bool] = lambda: False) -> WithdrawnRows:
        return WithdrawnRows(self._newest, self.split)

    def reader(self, rendition: str = "", token_set: str = "", columns: Columns = Columns()) -> SetReader:
        return SetReader(rendition, token_set, columns)

    def entries(self, fields: Sequence[str]) -> Entries:
        columns = self._asked(lambda index: index.columns({*PLACE, *fields}))
        is_there = ~self._withdrawn()
        own = {name: column[is_there] for name, column in columns.items()}
        return Entries(key_at(own["partition"], own["offset"]), own)

    def looked_up(
        self, views: Sequence[View], types: Mapping[str, str]
    ) -> tuple[Mapping[str, NDArray[Any]], list[NDArray[np.int64]]]:
        entries = self.entries(list(types))
        places = np.stack([entries.columns["partition"], entries.columns["offset"]])
        return {**entries.columns, "keys": entries.keys}, [positions_of(Blocks.of(view.blocks), places) for view in views]

    def answers(self, names: Sequence[str], pairs: Pairs) -> PairAnswers:
        found = self._asked(lambda index: index.answers(set(names)))
        places = self._index().columns(["partition", "offset"])
        keys = key_at(places["partition"], places["offset"])[found.row]
        is_wanted = np.isin(keys, pairs)
        keys, model, name = keys[is_wanted], found.model[is_wanted], found.name[is_wanted]
        numbers = {one: np.where(name == one, found.numbers[is_wanted], np.nan) for one in names}
        labels = {one: np.where(name == one, found.labels[is_wanted], np.array(None)) for one in names}
        return PairAnswers(keys, keys, model, numbers, labels)

    def said(self, names: Sequence[str], keys: NDArray[np.int64]) -> Said:
        # Vectors and texts are on a platform alone.
        return Said(keys, set(self._names_in("answers")), {})

    def begins(self) -> tuple[str, NDArray[np.int64]]:
        return self._manifest.set_id, np.zeros(len(self._newest.manifest.split(self.split).shards), np.int64)

    def state(self) -> dict[str, Any]:
        return {"set": self._manifest.set_id, "manifest": self._manifest.number}

    def at(self, state: Mapping[str, Any]) -> SetSource:
        own, number = state.get("set", self._manifest.set_id), state.get("manifest", self._manifest.number)
        if own != self._manifest.set_id:
            raise PositionRefused(
                f"the position is one of another set (id {own}), not of the one at {self.address} (id {self._manifest.set_id})"
            )
        if type(number) is not int or number < 1:
            raise PositionRefused(f"a set has manifests from 1 on, and the position says {number!r}")
        if number == self._manifest.number:
            return self
        manifest = read_manifest(self.store, number)
        if number > self._newest.manifest.number:
            self._newest.look()
        return SetSource(self.store, self._folder, self._newest, manifest, self.split)

    def present(self) -> SetSource:
        return SetSource(self.store, self._folder, self._newest, self._newest.look(), self.split)

    def _names_in(self, column: str) -> list[str]:
        return self._asked(lambda index: index.names_in(column))

    def _asked(self, question: Callable[[SetIndex], T]) -> T:
        return self._tried(lambda: question(self._index()))

    def _tried(self, read: Callable[[], T]) -> T:
        """Reads objects; where one is gone, those that a newer manifest has put in its place."""
        known = self._newest.manifest
        try:
            return read()
        except Missing:
            if self._newest.look() is known:
                raise
            return read()

    def _index(self) -> SetIndex:
        """The index of the commit's pairs, in the objects that have it now."""
        newest = self._newest.manifest
        shards = tuple(map(self._moved, range(len(self._shards)))) if newest.number > self._manifest.number else self._shards
        split = self._manifest.split(self.split)._replace(shards=shards)
        return SetIndex(self.store, self._manifest._replace(splits={self.split: split}), self.split, self._cache())

    def _moved(self, shard: int) -> Shard:
        """A shard with the names that its objects have now."""
        return self._newest.manifest.split(self.split).shards[shard]

    def _withdrawn(self) -> NDArray[np.bool_]:
        """bool [rows]: the pairs that were withdrawn at the commit."""
        parts = []
        for shard in self._shards:
            parts.append(np.zeros(shard.rows, np.bool_))
            parts[-1][list(shard.withdrawn)] = True
        return np.concatenate([np.empty(0, np.bool_), *parts])


def open_set(
    url: str | os.PathLike[str], split: str, storage: Mapping[str, Any] | None, cache: str | os.PathLike[str] | None
) -> SetSource:
    """Opens a split of a set; see :func:`pairstream.open`."""
    store = Store(os.fspath(url), storage)
    manifest = read_manifest(store)
    return SetSource(store, None if cache is None else Path(cache), Newest(store, manifest), manifest, split)
