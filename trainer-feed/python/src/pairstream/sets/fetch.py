"""Samples' bytes of one split of a set, fetched before they are used."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, InvalidStateError
from typing import Any

from pairstream.errors import Malformed, Missing, PairstreamError, ViewError
from pairstream.sets.cache import Place, RangeCache
from pairstream.sets.index import SetIndex
from pairstream.sets.manifest import Shard
from pairstream.sets.store import Store
from pairstream.sets.tar import pair_of
from pairstream.threads import Stopped, Workers

LOG = logging.getLogger("pairstream")

_ALONE = 16
"""Samples that are fetched alone at a time."""

_RANGES = 8
"""Ranges at a time: beside them, samples are on their way soon."""

_RANGE_BYTES = 3 << 19
"""Most bytes of a range of several samples."""

_GAP = 64 << 10
"""Bytes between samples that cost less than a request."""

Moved = Callable[[int], "Shard | None"]
"""Answers a shard as the newest manifest has it, by its number; None where it knows no newer one."""


class _Range:
    """Samples of a shard that are fetched together."""

    def __init__(self, shard: int, begin: int, end: int, place: Place | None = None) -> None:
        self.shard = shard
        self.begin = begin
        self.end = end
        self.rows: set[int] = set()
        """Rows that are still to be used."""
        self.is_begun = place is not None
        self.place = place
        self.content: Future[bytes] = Future()
        """Given up once the range has a place in the cache."""


class SetFetcher:
    """Fetches samples: ranges of them in the order in which they will be used, into the cache; others alone, at once.

    Of a folder, samples are read where they are. Thread-safe; made in the process that uses it.

    Args:
        cache: of a bucket's ranges; None for the user's own
        moved: is asked once for a tar that is gone

    Attributes:
        bytes: that were read of the set so far
    """

    def __init__(self, store: Store, index: SetIndex, cache: RangeCache | None = None, moved: Moved | None = None) -> None:
        self._store = store.stopping()
        self._shards: list[Shard] = list(index.split.shards)
        self._withdrawn = [frozenset(shard.withdrawn) for shard in self._shards]
        self._starts = index.starts.tolist()
        self._offsets, self._sizes = index.extents()
        self._cache = RangeCache() if cache is None else cache
        self._moved = moved
        self._name: Callable[[Shard], str] = lambda shard: index.cached(shard.data)
        self._lock = threading.Lock()
        self._coming: dict[tuple[int, int], _Range] = {}
        """By shard and row, the range with which a sample that is still to be used comes."""
        self._of_place: dict[Place, _Range] = {}
        self._alone: dict[tuple[int, int], Future[bytes]] = {}
        self._awaited: set[Future[bytes]] = set()
        self._held: list[_Range] | None = []
        """Ranges that wait until the samples that are needed first have come; None from then on."""
        self._first: list[Future[bytes]] | None = None
        self._is_stopped = False
        self._is_cached = True
        self.bytes = 0
        is_far = not store.is_local
        if is_far:
            self._cache.supersede(map(self._name, self._shards))
        self._threads = [
            Workers(count * is_far, f"pairstream-{name}") for name, count in (("samples", _ALONE), ("ranges", _RANGES))
        ]

    def ahead(self, ranges: Iterable[tuple[int, int, int]]) -> None:
        """Hears which samples will be used, after those of which it heard before; returns at once.

        What is needed first comes before them: they begin to come once the first sample was taken.

        Args:
            ranges: shard, first row, and the row behind the last one; rows that were withdrawn are left out
        """
        if self._store.is_local:
            for shard, first, behind in ranges:
                begin, end = self._extent(shard, first)[0], sum(self._extent(shard, behind - 1))
                with contextlib.suppress(OSError):
                    self._store.expect(self._shards[shard].data, begin, end - begin)
            return
        found: list[_Range] = []
        with self._lock:
            for shard, first, behind in ranges:
                self._cache.look(self._name(self._shards[shard]))
                end = sum(self._extent(shard, behind - 1))
                # What is used together stays together.
                is_full = not found or found[-1].shard != shard or end - found[-1].begin > _RANGE_BYTES
                for row in sorted({*range(first, behind)} - self._withdrawn[shard]):
                    is_full = self._add(found, shard, row, is_full)
            if self._held is not None:
                self._held += found
                return
        self._begin(found)

    def need(self, places: Iterable[tuple[int, int]]) -> None:
        """Hears which samples are used next; those that are not there or on their way come alone. Returns at once.

        Args:
            places: shard and row
        """
        if self._store.is_local:
            return
        asked = []
        for place in places:
            with self._lock:
                coming = self._coming.get(place)
                is_coming = (
                    coming.is_begun if coming else self._cache.find(self._name(self._shards[place[0]]), *self._extent(*place))
                )
                if not is_coming and place not in self._alone:
                    asked.append(self._fetch_alone(place))
        self._first = asked if self._first is None else self._first

    def get(self, shard: int, row: int) -> bytes:
        """All members of a sample, with their headers; waits for them.

        Raises:
            Stopped: after :meth:`stop`
            Missing: where the set has no such object
            ViewError: where an object has another size than its set says
            Unavailable: where it cannot be read
        """
        if self._is_stopped:
            raise Stopped
        offset, size = self._extent(shard, row)
        if self._store.is_local:
            return self._bytes(shard, offset, size)
        with self._lock:
            alone = self._alone.pop((shard, row), None)
            coming = self._coming.pop((shard, row), None)
            if coming and not coming.is_begun:
                coming.rows.discard(row)
                coming = None
            place = coming.place if coming else self._cache.find(self._name(self._shards[shard]), offset, size)
            content = coming.content if coming and not place else None
        found = None
        try:
            if alone is None and coming and content:
                # Where it failed, what is fetched alone says what is wrong.
                with contextlib.suppress(PairstreamError):
                    found = content.result()[offset - coming.begin :][:size]
            elif alone is None and place:
                found = self._cache.read(place, offset, size)
            if found is None:
                found = (self._fetch_alone((shard, row), is_kept=False) if alone is None else alone).result()
            return found
        finally:
            if coming:
                self._use(coming, row)
            if self._held is not None:
                self._let_go()

    def pair(self, shard: int, row: int) -> dict[str, Any]:
        """The fields of a sample; waits for it.

        Raises:
            Malformed: where the tar holds something else there, or ends before
        """
        try:
            return pair_of(self.get(shard, row))
        except ViewError as e:
            raise Malformed(str(e)) from None
        except Malformed as e:
            raise Malformed(f"{self._store.site(self._shards[shard].data)}, byte {self._extent(shard, row)[0]}: {e}") from None

    def stop(self) -> None:
        """Ends all fetching, without waiting for that. Finalizers may call it."""
        self._is_stopped = True
        self._store.stop()
        for one in list(self._awaited):
            with contextlib.suppress(InvalidStateError):
                one.set_exception(Stopped())

    def close(self) -> None:
        """Waits for the end of what is on its way."""
        self.stop()
        for threads in self._threads:
            threads.close()

    def _begin(self, ranges: Iterable[_Range]) -> None:
        for one in ranges:
            self._submit(self._threads[1], one.content, self._load, one)

    def _let_go(self) -> None:
        """Begins to fetch ranges once what is needed first has come."""
        with self._lock:
            while self._first and self._first[-1].done():
                self._first.pop()
            if self._first or self._held is None:
                return
            held, self._held = self._held, None
        self._begin(held)

    def _extent(self, shard: int, row: int) -> tuple[int, int]:
        number = self._starts[shard] + row
        return int(self._offsets[number]), int(self._sizes[number])

    def _add(self, found: list[_Range], shard: int, row: int, is_full: bool) -> bool:
        """Adds a sample to the last of the ranges, or to a new one; answers whether the last one may have no more."""
        if (shard, row) in self._coming:
            return is_full
        offset, size = self._extent(shard, row)
        place = self._cache.find(self._name(self._shards[shard]), offset, size)
        if place:
            self._cache.expect(place)
            self._expect(self._of_place.setdefault(place, _Range(shard, place.offset, place.offset + place.length, place)), row)
            return is_full
        last = None if is_full else found[-1]
        if last is None or not last.end <= offset <= last.end + _GAP or offset + size - last.begin > _RANGE_BYTES:
            found.append(last := _Range(shard, offset, offset))
        last.end = offset + size
        self._expect(last, row)
        return False

    def _expect(self, one: _Range, row: int) -> None:
        one.rows.add(row)
        self._coming[one.shard, row] = one

    def _use(self, one: _Range, row: int) -> None:
        with self._lock:
            one.rows.discard(row)
            if not one.rows and one.place:
                self._cache.use_up(one.place)
                self._of_place.pop(one.place, None)

    def _fetch_alone(self, place: tuple[int, int], is_kept: bool = True) -> Future[bytes]:
        fetched: Future[bytes] = Future()
        if is_kept:
            self._alone[place] = fetched
        self._submit(self._threads[0], fetched, self._bytes, place[0], *self._extent(*place))
        return fetched

    def _submit(self, threads: Workers, done: Future[bytes], task: Callable[..., bytes], *args: object) -> None:
        self._awaited.add(done)

        def do() -> None:
            try:
                found = None if self._is_stopped else task(*args)
            except BaseException as e:
                with contextlib.suppress(InvalidStateError):
                    done.set_exception(e)
            else:
                with contextlib.suppress(InvalidStateError):
                    done.set_exception(Stopped()) if found is None else done.set_result(found)
            self._awaited.discard(done)

        threads.submit(do)

    def _load(self, one: _Range) -> bytes:
        """Fetches a range, unless all of its samples came alone meanwhile."""
        with self._lock:
            if not one.rows:
                return b""
            one.is_begun = True
        content, shard = self._read(one.shard, one.begin, one.end - one.begin)
        place = self._cache.put(self._name(shard), one.begin, content)
        if place:
            with self._lock:
                one.place, one.content = place, Future()
                if one.rows:
                    self._cache.expect(place)
                    self._of_place[place] = one
                else:
                    self._cache.use_up(place)
        elif self._is_cached:
            self._is_cached = False
            LOG.warning("%s takes no more: what comes of the set stays in memory until it is used", self._cache.folder)
        return content

    def _bytes(self, number: int, offset: int, length: int) -> bytes:
        return self._read(number, offset, length)[0]

    def _read(self, number: int, offset: int, length: int) -> tuple[bytes, Shard]:
        """Bytes of a tar, and the shard as it was when they were read."""
        shard = self._shards[number]
        try:
            found = self._store.read_range(shard.data, offset, length, shard.bytes)
        except Missing:
            now = self._moved(number) if self._moved else None
            if now is None or now.data == shard.data:
                raise
            self._shards[number] = now
            self._cache.supersede([self._name(now)])
            found, shard = self._store.read_range(now.data, offset, length, now.bytes), now
        with self._lock:
            self.bytes += length
        return found, shard
