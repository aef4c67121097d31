"""The index of one split of a set: columns of all its pairs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple

import numpy as np
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

_MAPS = ("measures", "texts")


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
        stored = {path for name, path in wanted.items() if name not in ("partition", "offset")}
        tables = self._read({path.partition(".")[0] for path in stored})
        found: dict[str, NDArray[Any]] = {}
        for name, path in wanted.items():
            if name in ("partition", "offset"):
                numbers = np.repeat(np.arange(len(tables)), np.diff(self.starts))
                found[name] = numbers if name == "partition" else np.arange(self.rows) - self.starts[numbers]
            else:
                parts = [self._column(shard, table, path) for shard, table in zip(self.split.shards, tables)]
                found[name] = np.concatenate(parts) if parts else np.empty(0, object)
        return found

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
        import pyarrow as pa

        of = pa.list_(
            pa.struct([("name", pa.string()), ("model", pa.string()), ("number", pa.float64()), ("label", pa.string())])
        )
        tables = self._read(["answers"])
        rows, parts = [np.empty(0, np.int64)], []
        for start, shard, table in zip(self.starts.tolist(), self.split.shards, tables):
            own, inner = _flat(self._cast(shard, table, "answers", of))
            rows.append(own + start)
            parts.append(inner)
        inner = pa.concat_arrays(parts) if parts else pa.array([], of.value_type)
        fields = {field: inner.field(number) for number, field in enumerate(("name", "model", "number", "label"))}
        every = np.concatenate(rows)
        of_names = _texts(fields["name"])
        is_wanted = np.ones(len(every), np.bool_) if names is None else np.isin(of_names.astype(np.str_), list(names))
        texts = {name: _texts(fields[name])[is_wanted] for name in ("model", "label")}
        numbers = _floats(fields["number"])[is_wanted]
        return SetAnswers(every[is_wanted], of_names[is_wanted], texts["model"], numbers, texts["label"])

    def answer_names(self) -> list[str]:
        """Names of the answers that pairs have."""
        return sorted(set(self.answers().name.tolist()))

    def measure_names(self) -> list[str]:
        """Names of the measures that pairs have."""
        found: set[str] = set()
        for shard, table in zip(self.split.shards, self._read(["measures"])):
            _, inner = _flat(self._map(shard, table, "measures"))
            found.update(inner.field(0).unique().to_pylist())
        return sorted(found - {None})

    def _column(self, shard: Shard, table: Any, path: str) -> NDArray[Any]:
        import pyarrow as pa

        name, _, part = path.partition(".")
        if name in _MAPS and part:
            return self._of_map(shard, table, name, part)
        if name not in table.schema.names:
            return np.full(shard.rows, None)
        column = table.column(name).combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        if part and pa.types.is_struct(column.type) and column.type.get_field_index(part) >= 0:
            column = column.flatten()[column.type.get_field_index(part)]
        kind = column.type
        if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
            return column.cast(pa.int64(), safe=False).fill_null(-1).to_numpy(zero_copy_only=False)
        if pa.types.is_floating(kind):
            return _floats(column)
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind):
            return _texts(column)
        if pa.types.is_list(kind) and pa.types.is_string(kind.value_type):
            return _lists(column)
        raise self._refused(shard, f"column {path} is of {kind}")

    def _of_map(self, shard: Shard, table: Any, name: str, key: str) -> NDArray[Any]:
        rows, inner = _flat(self._map(shard, table, name))
        names, values = inner.field(0), inner.field(1)
        found: NDArray[Any] = np.full(shard.rows, np.nan if name == "measures" else None)
        alike = np.flatnonzero(_texts(names) == key)
        found[rows[alike]] = (_floats if name == "measures" else _texts)(values)[alike]
        return found

    def _map(self, shard: Shard, table: Any, name: str) -> Any:
        import pyarrow as pa

        value = pa.float64() if name == "measures" else pa.string()
        return self._cast(shard, table, name, pa.list_(pa.struct([("name", pa.string()), ("value", value)])))

    def _cast(self, shard: Shard, table: Any, name: str, kind: Any) -> Any:
        import pyarrow as pa

        if name not in table.schema.names:
            return pa.nulls(shard.rows, kind)
        try:
            chunks = table.column(name).cast(kind).chunks
            return pa.concat_arrays(chunks) if chunks else pa.array([], kind)
        except (pa.ArrowException, ValueError) as e:
            raise self._refused(shard, f"column {name} is of {table.column(name).type}") from e

    def _refused(self, shard: Shard, why: str) -> ViewError:
        return ViewError(f"{self._store.site(shard.index)} is no index of a set: {why}; copy the set again")

    def _read(self, names: Iterable[str]) -> list[Any]:
        """Tables of columns, one of each shard, in order."""
        wanted = sorted(set(names))
        if not wanted:
            return [None] * len(self.split.shards)
        if not self._store.is_local:
            self._cache.supersede(self.cached(shard.index) for shard in self.split.shards)
        with closing(Workers(min(_THREADS, max(1, len(self.split.shards))), "pairstream-index")) as threads:
            loading = [threads.submit(self._table, shard, wanted) for shard in self.split.shards]
            return [one.result() for one in loading]

    def _table(self, shard: Shard, names: Sequence[str]) -> Any:
        import pyarrow as pa
        import pyarrow.parquet as pq

        whole = self._range(shard, 0, shard.index_bytes) if shard.index_bytes <= _WHOLE else None
        source = _File(shard.index_bytes, partial(self._range, shard)) if whole is None else pa.BufferReader(whole)
        try:
            # Columns that lie near each other are read at once.
            with pq.ParquetFile(source, pre_buffer=True) as file:
                if file.metadata.num_rows != shard.rows:
                    raise self._refused(shard, f"it has {file.metadata.num_rows} rows of {shard.rows}")
                return file.read([name for name in names if name in file.schema_arrow.names], use_threads=False)
        except (pa.ArrowException, OSError, ValueError, MemoryError) as e:
            raise self._refused(shard, str(e)[:200]) from e

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


def _flat(lists: Any) -> tuple[NDArray[np.int64], Any]:
    """The row of each item of lists, and the items."""
    import pyarrow.compute as pc

    return pc.list_parent_indices(lists).to_numpy().astype(np.int64), pc.list_flatten(lists)


def _floats(column: Any) -> NDArray[np.float64]:
    import pyarrow as pa

    return column.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)


def _texts(column: Any) -> NDArray[Any]:
    """Objects that are str or None, those that are equal the same ones."""
    import pyarrow as pa

    known = column if isinstance(column, pa.DictionaryArray) else column.dictionary_encode()
    texts = np.array([*known.dictionary.to_pylist(), None], object)
    return texts[known.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)]


def _lists(column: Any) -> NDArray[Any]:
    """Tuples of str; None where the list is null."""
    return np.fromiter((None if one is None else tuple(one) for one in column.to_pylist()), object, len(column))
