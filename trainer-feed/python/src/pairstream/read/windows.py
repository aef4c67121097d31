"""Loading windows of views."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from itertools import compress, islice
from typing import NamedTuple

import numpy as np

from pairstream.errors import AllWithdrawn
from pairstream.order.epoch_order import EpochOrder
from pairstream.order.schedule import ViewEpoch, WindowKey, WindowPlace, WindowRequest
from pairstream.read.records import Range, Record, Records, Withdrawn
from pairstream.threads import Workers
from pairstream.views.view import NONE, View

Keys = Callable[[Record], Sequence[Hashable]]
"""Keys by which :class:`pairstream.read.records.Withdrawn` tells whether a record's pair is withdrawn."""


class Loaded(NamedTuple):
    """A sample of a window.

    Args:
        is_stand_in: whether it comes in the place of a pair that is withdrawn
    """

    record: Record
    is_stand_in: bool


class Window:
    """The records of a window: those that are there and not withdrawn, in their order, over and over.

    So a pair comes as often as another, but for once, and again only when all others have come. For one thread at a
    time.

    Args:
        records: in the order in which they are handed out; None for one that is gone
        withdrawn: is asked anew whenever its version has changed
        keys: of the takedowns that a record would fall under
        is_own: whether these are the window's own records
    """

    def __init__(self, records: Sequence[Record | None], withdrawn: Withdrawn, keys: Keys, is_own: bool = True) -> None:
        self._there = [record for record in records if record is not None]
        self._withdrawn = withdrawn
        self._keys_of = keys
        self._is_own = is_own
        self._keys: list[Sequence[Hashable]] = []
        self._living = self._there
        self._version = 0
        self.read_at = time.monotonic()

    def living(self) -> Sequence[Record]:
        """The records that are left."""
        version = self._withdrawn.version
        if version != self._version:
            if not self._keys and len(self._withdrawn):
                self._keys = [self._keys_of(record) for record in self._there]
            self._living = self._there
            if self._keys:
                living = (not self._withdrawn.any_holds(keys) for keys in self._keys)
                self._living = list(compress(self._there, living))
            self._version = version
        return self._living

    def take(self, place: WindowPlace) -> Loaded | None:
        """The record at a place, or the one that stands in for it; None where all are withdrawn by now."""
        at, living = place.number, self.living()
        return Loaded(living[at % len(living)], at >= len(living) or not self._is_own) if living else None


class GroupedWindow:
    """The records of a window that a run hands out, by group and number among the window's of that group.

    The h-th of v of a group that are withdrawn has in its place the one of number h mod v of those that are there. Each
    is given up as it is taken. For one thread at a time.

    Args:
        records: what is handed out at each place
        withdrawn: is asked anew whenever its version has changed
        version: that it had before the records were read
        keys: of the takedowns that a record would fall under
    """

    def __init__(self, records: dict[WindowPlace, Loaded], withdrawn: Withdrawn, version: int, keys: Keys) -> None:
        self._records = records
        self._withdrawn = withdrawn
        self._version = version
        self._keys_of = keys
        self.read_at = time.monotonic()

    def take(self, place: WindowPlace) -> Loaded | None:
        """The record at a place, once; None where it is withdrawn by now."""
        loaded = self._records.pop(place, None)
        if loaded and self._withdrawn.version != self._version and self._withdrawn.any_holds(self._keys_of(loaded.record)):
            return None
        return loaded


class WindowLoader:
    """Loads windows, as many at a time as records are read side by side.

    A window of which every pair is withdrawn hands out those of the next one in its lane, counted around the lane's
    end, that has any; where there is none in the lane, those of the next lane. All views are of one split.

    Args:
        records: reads them
        withdrawn: which pairs are withdrawn
        keys: by which that is known of a record
        is_used_up: whether all that is handed out of a window will be decoded
    """

    def __init__(self, records: Records, withdrawn: Withdrawn, keys: Keys, is_used_up: bool = True) -> None:
        self._is_used_up = is_used_up
        self._records_of = records
        self._withdrawn = withdrawn
        self._keys = keys
        self._threads = Workers(records.side_by_side, "pairstream-load")

    def load(self, request: WindowRequest) -> Future[Window | GroupedWindow]:
        """Loads a window, which has a living pair when it is there.

        Raises:
            AllWithdrawn: where every pair of the view, or of a group, is withdrawn
        """
        if request.wanted is None:
            return self._threads.submit(self._load, request.of, request.key)
        return self._threads.submit(self._load_places, request.of, request.key, request.wanted)

    def close(self) -> None:
        """Waits for the end of what is being loaded."""
        self._threads.close()

    def _load(self, of: ViewEpoch, key: WindowKey) -> Window:
        own = key.lane, key.window
        for at in _from(of.order, *own):
            loaded = Window(self._records(of.view, of.order, *at), self._withdrawn, self._keys, is_own=at == own)
            if living := loaded.living():
                self._ahead(living)
                return loaded
        raise AllWithdrawn("every pair of the view has been withdrawn")

    def _load_places(self, of: ViewEpoch, key: WindowKey, wanted: Sequence[WindowPlace]) -> GroupedWindow:
        version = self._withdrawn.version
        view, order, at = of.view, of.order, (key.lane, key.window)
        if len(wanted) == 1:
            [(group, number)] = wanted
            block, first = order.places(*at)[int(np.flatnonzero(order.groups(*at) == group)[number])]
            [[found]] = self._records_of.read(view, [Range(block, first, 1)])
            if found and not self._is_withdrawn(found):
                self._ahead([found])
                return GroupedWindow({wanted[0]: Loaded(found, False)}, self._withdrawn, version, self._keys)
        by_group = self._by_group(view, order, *at)
        handed_out = {}
        for group in {group for group, _ in wanted}:
            there = [record for record in by_group[group] if record is not None]
            if not there:
                there = self._of_another(view, order, *at, group)
            holes = iter(range(len(by_group[group])))
            for number, record in enumerate(by_group[group]):
                loaded = Loaded(there[next(holes) % len(there)], True) if record is None else Loaded(record, False)
                handed_out[WindowPlace(group, number)] = loaded
        own = {place: handed_out[place] for place in wanted}
        self._ahead([loaded.record for loaded in own.values()])
        return GroupedWindow(own, self._withdrawn, version, self._keys)

    def _ahead(self, records: Sequence[Record]) -> None:
        if self._is_used_up:
            self._records_of.ahead(records)

    def _of_another(self, view: View, order: EpochOrder, lane: int, window: int, group: int) -> list[Record]:
        """The records of a group in the next window that has any."""
        for at in islice(_from(order, lane, window), 1, None):
            if group in order.groups(*at) and (there := [one for one in self._by_group(view, order, *at)[group] if one]):
                return there
        raise AllWithdrawn("every pair of one of the view's groups has been withdrawn")

    def _by_group(self, view: View, order: EpochOrder, lane: int, window: int) -> dict[int, list[Record | None]]:
        """The records of a window by group; None for one that is gone or withdrawn."""
        found: dict[int, list[Record | None]] = {}
        for group, record in zip(order.groups(lane, window).tolist(), self._records(view, order, lane, window)):
            is_there = record and group != NONE and not self._is_withdrawn(record)
            found.setdefault(group, []).append(record if is_there else None)
        return found

    def _is_withdrawn(self, record: Record) -> bool:
        return len(self._withdrawn) > 0 and self._withdrawn.any_holds(self._keys(record))

    def _records(self, view: View, order: EpochOrder, lane: int, window: int) -> list[Record | None]:
        """The records of a window in the order in which they are handed out; None for one that is gone."""
        pieces = order.pieces(lane, window)
        firsts: dict[int, int] = {}
        sizes: dict[int, int] = {}
        # Pieces of one block follow one another: read at once, so that a batch across their border is fetched once.
        for piece in pieces:
            firsts.setdefault(piece.block, piece.first)
            sizes[piece.block] = sizes.get(piece.block, 0) + piece.size
        read = self._records_of.read(view, [Range(block, first, sizes[block]) for block, first in firsts.items()])
        records = dict(zip(firsts, map(iter, read)))
        counted = [next(records[piece.block]) for piece in pieces for _ in range(piece.size)]
        return [counted[number] for number in order.permutation(lane, window)]


def _from(order: EpochOrder, lane: int, window: int) -> Iterator[tuple[int, int]]:
    """Lanes and windows from one on: those of its lane, counted around the lane's end, then those of the next lane."""
    for i in range(order.lanes):
        windows = order.windows((lane + i) % order.lanes)
        for j in range(windows):
            yield (lane + i) % order.lanes, ((window if i == 0 else 0) + j) % windows
