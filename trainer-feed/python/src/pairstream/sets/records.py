"""Records of a set's split, and which of them are withdrawn."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from pairstream.errors import PairstreamError, Unavailable
from pairstream.read.records import Range, Record, Records, SampleReader, Withdrawn
from pairstream.sets.fetch import SetFetcher
from pairstream.sets.manifest import Manifest, newer
from pairstream.sets.store import Store
from pairstream.threads import PerProcess
from pairstream.views.view import View

LOG = logging.getLogger("pairstream")

_LOOK_EVERY_S = 60.0
"""How often a run looks for newer manifests."""

_ROW_BITS = 32


def key_at(shard: Any, row: Any) -> Any:
    """The key of the pair at a place, or of those at many."""
    return shard << _ROW_BITS | row


class Newest:
    """The newest manifest of a set that this process knows. May be pickled. Thread-safe.

    Attributes:
        manifest: that one
    """

    def __init__(self, store: Store, manifest: Manifest) -> None:
        self._store = store
        # One that another process held at a fork would stay held.
        self._lock = PerProcess(threading.Lock)
        self.manifest = manifest

    def __reduce__(self) -> tuple[Any, ...]:
        return Newest, (self._store, self.manifest)

    def look(self) -> Manifest:
        """Looks for a newer one; answers the newest.

        Raises:
            Unavailable: where the set cannot be read
            ViewError: where what was committed is not of the same pairs
        """
        with self._lock():
            self.manifest = newer(self._store, self.manifest) or self.manifest
            return self.manifest


class SetReader(SampleReader):
    """Reads prepared pairs of their members of a tar. Thread-safe."""

    def fields(self, record: Record, *, keeps_fields: bool = False) -> dict[str, Any]:
        return record.value()

    def keys(self, record: Record, *, keeps_fields: bool = False) -> tuple[int]:
        return (record.key,)


class SetRecords(Records):
    """Reads records of a set, whose bytes come once they are asked for, and ahead of that."""

    side_by_side = 1
    """One, so that records are handed out in the order in which they are asked for."""

    def __init__(self, fetcher: SetFetcher) -> None:
        self._fetcher = fetcher

    @property
    def bytes(self) -> int:  # type: ignore[override]
        return self._fetcher.bytes

    def read(self, view: View, ranges: Sequence[Range]) -> list[list[Record | None]]:
        found: list[list[Record | None]] = []
        for block, first, size in ranges:
            shard = view.blocks[block].partition
            rows = view.blocks[block].offsets[first : first + size]
            found.append([Record(shard, row, key_at(shard, row), partial(self._fetcher.pair, shard, row)) for row in rows])
        return found

    def ahead(self, records: Iterable[Record]) -> None:
        runs: list[tuple[int, int, int]] = []
        for shard, row in sorted((record.partition, record.offset) for record in records):
            if runs and runs[-1][0] == shard and runs[-1][2] == row:
                runs[-1] = shard, runs[-1][1], row + 1
            else:
                runs.append((shard, row, row + 1))
        self._fetcher.ahead(runs)

    def need(self, records: Iterable[Record]) -> None:
        self._fetcher.need([(record.partition, record.offset) for record in records])

    def require_same(self, read_at: float) -> None:
        """Does nothing: objects never change."""

    def stop(self) -> None:
        self._fetcher.stop()

    def close(self) -> None:
        self._fetcher.close()


class WithdrawnRows(Withdrawn):
    """Tells which pairs of a split are withdrawn, by the newest manifest. Thread-safe."""

    def __init__(self, newest: Newest, split: str) -> None:
        super().__init__()
        self._newest = newest
        self._split = split
        self._note(newest.look())
        self._thread.start()

    def _note(self, manifest: Manifest) -> None:
        shards = manifest.split(self._split).shards
        keys = frozenset(key_at(shard.number, row) for shard in shards for row in shard.withdrawn)
        if keys != self._keys:
            self._keys = keys
            self.version += 1

    def _follow(self) -> None:
        while not self._stopped.wait(_LOOK_EVERY_S):
            try:
                self._note(self._newest.look())
            except Unavailable as e:
                LOG.warning("which pairs were withdrawn since is not known, and is asked again: %s", e)
            except PairstreamError as e:
                self._failure = e
                return
