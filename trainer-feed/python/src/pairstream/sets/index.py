"""The index of one split of a set: columns of all its pairs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pairstream.errors import ViewError
from pairstream.sets.cache import RangeCache
from pairstream.sets.manifest import Manifest, SetSplit, Shard
from pairstream.sets.store import Store
from pairstream.threads import Workers

_THREADS = 8
_WHOLE = 128 << 10
"""Largest index that is read whole."""

_BLOCK = 512
_MOST_SAMPLE = 256 << 20
_FIELDS = {"bytes": "sample.size", "image_digest": "original_digest", "received_at": "received_at_ms"}
"""Fields that an index names otherwise."""

_KINDS = {
    "sample": pa.struct([("offset", pa.int64()), ("size", pa.int64())]),
    "measures": pa.list_(pa.struct([("name", pa.string()), ("value", pa.float64())])),
    "answers": pa.list_(
        pa.struct([("name", pa.string()), ("model", pa.string()), ("number", pa.float64()), ("label", pa.string())])
    ),
}
"""Types of the columns that have parts."""


class SetAnswers(NamedTuple):
    """Answers of models about a split's pairs, in the order of their rows.

    Args:
        row: int64 [n], which of the split's rows
        name: [n], of the answer
        model: [n], digests
        numbers: float64 [n], NaN where the answer is not a number
        labels: [n], str or None
    """

    row: NDArray[np.int64]
    name: NDArray[Any]
    model: NDArray[Any]
    numbers: NDArray[np.float64]
    labels: NDArray[Any]


class SetIndex:
    """Columns of all pairs of a split at one commit, by shard and row. Reads no more than it is asked for. Thread-safe.

    Args:
        cache: keeps what was read of a bucket; None for the user's own

    Attributes:
        split: at that commit
        starts: int64 [shards + 1], the number of each shard's first row among all
    """

    def __init__(self, store: Store, manifest: Manifest, split: str, cache: RangeCache | None = None) -> None:
        self.split: SetSplit = manifest.split(split)
        self._store = store
        self._cache = RangeCache() if cache is None else cache
        self._set_id = manifest.set_id
        self.starts = np.cumsum([0, *(shard.rows for shard in self.split.shards)], dtype=np.int64)

    @property
    def rows(self) -> int:
        """Pairs of the split, those that are withdrawn among them."""
        return int(self.starts[-1])

    def cached(self, key: str) -> str:
        """The name of one of the set's objects in the cache."""
        return f"{self._set_id}-{key.replace('/', '-')}"

    def columns(self, names: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Columns [rows] by name, withdrawn rows among them.

        Args:
            names: ``partition`` and ``offset``, which are shard and row; ``bytes``, of all the pair's members; fields of the
                index; ``measures.NAME``

        Returns:
            int64, float64, or objects that are str, tuples of str, or None where the index does not say. ``measures.NAME``
            is float64, NaN where the pair has none

        Raises:
            ViewError: where the index is none
            Unavailable: where it cannot be read
        """
        wanted = {name: _FIELDS.get(name, name) for name in names}
        table = self._read({path.partition(".")[0] for path in wanted.values()} - {"partition", "offset"})
        numbers = np.repeat(np.arange(len(self.split.shards)), np.diff(self.starts))
        places = {"partition": numbers, "offset": np.arange(self.rows) - self.starts[numbers]}
        return {name: places[path] if path in places else self._column(table, path) for name, path in wanted.items()}

    def extents(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where each pair's members begin in its tar, and how many bytes they have: int64 [rows] both.

        Raises:
            ViewError: where the index is none, or they are not in the tar
            Unavailable: where it cannot be read
        """
        columns = self.columns(["sample.offset", "sample.size"])
        offsets, sizes = columns["sample.offset"].astype(np.int64), columns["sample.size"].astype(np.int64)
        ends = np.repeat([shard.bytes for shard in self.split.shards], np.diff(self.starts))
        is_right = (offsets >= 0) & (offsets % _BLOCK == 0) & (sizes > 0) & (sizes % _BLOCK == 0) & (sizes <= _MOST_SAMPLE)
        is_right &= offsets <= ends - sizes
        if not is_right.all():
            number = int(np.searchsorted(self.starts, np.flatnonzero(~is_right)[0], side="right")) - 1
            raise ViewError(f"{self._store.site(self.split.shards[number].index)} has pairs that are not in their tar")
        return offsets, sizes

    def answers(self, names: Collection[str] | None = None) -> SetAnswers:
        """Answers of models about the split's pairs.

        Args:
            names: of the answers; None for all

        Raises:
            ViewError: where the index is none
            Unavailable: where it cannot be read
        """
        nothing = np.empty(0, np.int64), pa.array([], _KINDS["answers"].value_type)
        found = []
        for rows, items in [nothing, *_items(self._read({"answers"}), "answers")]:
            texts = {name: _texts(items.field(name)) for name in ("name", "model", "label")}
            own = SetAnswers(rows, texts["name"], texts["model"], _floats(items.field("number")), texts["label"])
            is_wanted = slice(None) if names is None else np.isin(own.name.astype(np.str_), list(names))
            found.append([column[is_wanted] for column in own])
        return SetAnswers(*map(np.concatenate, zip(*found)))

    def names_in(self, column: str) -> list[str]:
        """Names of the ``answers`` or ``measures`` that pairs have."""
        parts = (items.field("name").unique().to_pylist() for _, items in _items(self._read({column}), column))
        return sorted({name for part in parts for name in part} - {None})

    def _column(self, table: pa.Table, path: str) -> NDArray[Any]:
        name, _, part = path.partition(".")
        if name == "measures":
            found = np.full(self.rows, np.nan)
            for rows, items in _items(table, name):
                alike = np.flatnonzero(_texts(items.field("name")) == part)
                found[rows[alike]] = _floats(items.field("value"))[alike]
            return found
        if name not in table.column_names:
            return np.full(self.rows, None)
        column = pc.struct_field(table.column(name), part) if part else table.column(name)
        return np.concatenate(list(map(_array, column.chunks)))

    def _refused(self, shard: Shard, why: str) -> ViewError:
        return ViewError(f"{self._store.site(shard.index)} is no index of a set: {why}; copy the set again")

    def _read(self, names: Collection[str]) -> pa.Table:
        """Columns of all shards, in order; without those that none of them has."""
        if not names:
            return pa.table({})
        if not self._store.is_local:
            self._cache.supersede(self.cached(shard.index) for shard in self.split.shards)
        with closing(Workers(min(_THREADS, max(1, len(self.split.shards))), "pairstream-index")) as threads:
            loading = [threads.submit(self._table, shard, names) for shard in self.split.shards]
            tables = [one.result() for one in loading]
        try:
            return pa.concat_tables([pa.table({}), *tables], promote_options="default")
        except pa.ArrowException as e:
            raise ViewError(f"the indexes of {self._store.url} do not go together, copy the set again: {e}") from None

    def _table(self, shard: Shard, names: Collection[str]) -> pa.Table:
        whole = self._range(shard, 0, shard.index_bytes) if shard.index_bytes <= _WHOLE else None
        source = _File(shard.index_bytes, partial(self._range, shard)) if whole is None else pa.BufferReader(whole)
        try:
            # Columns that lie near each other are read at once.
            with pq.ParquetFile(source, pre_buffer=True) as file:
                if file.metadata.num_rows != shard.rows:
                    raise self._refused(shard, f"it has {file.metadata.num_rows} rows of {shard.rows}")
                table = file.read([name for name in file.schema_arrow.names if name in names], use_threads=False)
            return table.cast(pa.schema([(field.name, _kind_of(field)) for field in table.schema]))
        except (pa.ArrowException, OSError, ValueError, MemoryError) as e:
            raise self._refused(shard, str(e)[:200]) from None

    def _range(self, shard: Shard, offset: int, length: int) -> bytes:
        """Bytes of an index, out of the cache where they are there; of a whole one, the digest is as the manifest says."""
        name = self.cached(shard.index)
        place = None if self._store.is_local else self._cache.find(name, offset, length)
        found = self._cache.read(place, offset, length) if place else None
        if found is None:
            found = self._store.read_range(shard.index, offset, length, shard.index_bytes)
            if length == shard.index_bytes and hashlib.sha256(found).hexdigest() != shard.index_sha256:
                raise self._refused(shard, "its bytes are not those that the manifest tells by their digest")
            if not self._store.is_local:
                self._cache.put(name, offset, found)
        return found


class _File:
    """An index as a file, of which those ranges are read that are asked for."""

    closed = False

    def __init__(self, size: int, read: Callable[[int, int], bytes]) -> None:
        self._size = size
        self._read = read
        self._at = 0

    def read(self, count: int) -> bytes:
        begin, self._at = self._at, min(self._size, self._at + count)
        return self._read(begin, self._at - begin)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self.closed = True


def _kind_of(field: pa.Field) -> pa.DataType:
    """The type in which a column is read."""
    kind, types = field.type, pa.types
    if field.name in _KINDS:
        return _KINDS[field.name]
    if types.is_integer(kind) or types.is_boolean(kind):
        return pa.int64()
    if types.is_floating(kind):
        return pa.float64()
    if types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind):
        return pa.string()
    if types.is_list(kind) and types.is_string(kind.value_type):
        return kind
    raise ValueError(f"column {field.name} is of {kind}")


def _items(table: pa.Table, name: str) -> Iterator[tuple[NDArray[np.int64], pa.StructArray]]:
    """The row of each item of a column of lists, and the items, by parts."""
    begin = 0
    for part in table.column(name).chunks if name in table.column_names else ():
        yield pc.list_parent_indices(part).to_numpy().astype(np.int64) + begin, pc.list_flatten(part)
        begin += len(part)


def _array(column: pa.Array) -> NDArray[Any]:
    if pa.types.is_integer(column.type):
        return column.fill_null(-1).to_numpy(zero_copy_only=False)
    if pa.types.is_floating(column.type):
        return _floats(column)
    if pa.types.is_string(column.type):
        return _texts(column)
    # Tuples of str; None where the list is null.
    return np.fromiter((None if one is None else tuple(one) for one in column.to_pylist()), object, len(column))


def _floats(column: pa.Array) -> NDArray[np.float64]:
    return column.fill_null(np.nan).to_numpy(zero_copy_only=False)


def _texts(column: pa.Array) -> NDArray[Any]:
    """Objects that are str or None, those that are equal the same ones."""
    known = column.dictionary_encode()
    texts = np.array([*known.dictionary.to_pylist(), None], object)
    return texts[known.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)]
