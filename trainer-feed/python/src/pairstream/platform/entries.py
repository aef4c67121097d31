"""The index of a data set, read of its topic."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from sys import intern
from typing import Any

import numpy as np
from confluent_kafka import Message
from numpy.typing import NDArray

from pairstream.errors import Malformed, ViewError
from pairstream.index.entries import PLACE, Entries, key_of
from pairstream.kafka.avro import PAIR, Schemas, fields_of
from pairstream.kafka.cluster import Cluster
from pairstream.platform.takedowns import FieldCondition

_ALWAYS = (*PLACE, "height", "width", "image_digest", "source_kind")
"""Fields that every entry of the index has."""

_PREFIX = struct.Struct(">bI")
_LONGEST = 10
"""Bytes of a number of 64 bits."""

_MOST_ITEMS = 4096
"""Most entries of an array or a map: bounds the time that a record takes, of which each takes a turn."""

_PADDING = bytes(_LONGEST)
_FIXED = {"boolean": ("u1", 1), "float": ("<f4", 4), "double": ("<f8", 8)}


def last_of_each(keys: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where each key is for the last time."""
    order = np.argsort(keys, kind="stable")
    in_order = keys[order]
    is_last = np.ones(len(keys), np.bool_)
    is_last[:-1] = in_order[1:] != in_order[:-1]
    return order[is_last]


def read_entries(
    cluster: Cluster, schemas: Schemas, dataset: str, split: str, where: Sequence[FieldCondition] = (), fields: Iterable[str] = ()
) -> tuple[Entries, dict[int, int]]:
    """Reads the index to its end: of a split, the pairs for which all conditions hold. None where there is no index.

    The last entry of each pair counts; there is none of a withdrawn one.

    Args:
        fields: of the columns, besides :data:`pairstream.index.entries.PLACE`

    Returns:
        the entries; and by partition of the split the offset behind the last entry of it, chosen or not

    Raises:
        ViewError: where a record is no entry
        Unavailable: where the broker or the registry does not answer
    """
    wanted = {*PLACE, *fields}
    read_to: dict[int, int] = defaultdict(int)

    def judge(_: Sequence[Message], columns: dict[str, NDArray[Any]]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        in_split = columns["split"] == split.upper()
        for partition in np.unique(columns["partition"][in_split]).tolist():
            last = columns["offset"][in_split & (columns["partition"] == partition)].max()
            read_to[partition] = max(read_to[partition], int(last) + 1)
        return in_split, np.logical_and.reduce([in_split, *(one.holds(columns[one.field]) for one in where)])

    asked = {"split", *wanted, *(one.field for one in where)}
    keys, whole = read_last(cluster, schemas, f"{dataset}.index", PAIR, asked, wanted, judge)
    order = np.lexsort((whole["offset"], whole["partition"]))
    return Entries(keys[order], {name: column[order] for name, column in whole.items()}), dict(read_to)


Judge = Callable[[Sequence[Message], dict[str, NDArray[Any]]], tuple[NDArray[np.bool_], NDArray[np.bool_]]]
"""Tells of records that have a value, and of their columns, which of them count and which of those are wanted."""


def read_last(
    cluster: Cluster,
    schemas: Schemas,
    topic: str,
    types: Mapping[str, str],
    asked: Iterable[str],
    wanted: Iterable[str],
    judge: Judge,
) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """Reads a topic to its end: the keys whose last record is wanted, and the columns of these records.

    Args:
        topic: none of its keys where there is no such topic
        types: by field, what it has to be written as
        asked: fields that the judge sees
        wanted: those that are kept; the judge may have put further ones among its columns

    Raises:
        ViewError: where a record is none of the topic's
        Unavailable: where the broker or the registry does not answer
    """
    reader = ColumnReader(schemas, topic, types, asked)
    # Of each record that counts or has no value: its key, and its row in the columns or -1.
    keys, rows = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    found = {name: [np.empty(0, np.int64 if name in PLACE else object)] for name in wanted}
    row_count = 0
    for messages in cluster.read_whole(topic, may_lack=True):
        values = [message.value() for message in messages]
        has_value = np.array([value is not None for value in values])
        with_value = np.flatnonzero(has_value)
        try:
            columns = reader.read([value for value in values if value is not None])
        except MalformedRow as e:
            message = messages[with_value[e.row]]
            raise ViewError(f"{topic}-{message.partition()}, offset {message.offset()} is none of its records: {e}") from None
        counts, matches = judge([messages[at] for at in with_value], columns)
        row = np.full(len(messages), -1)
        row[with_value[matches]] = np.arange(row_count, row_count + matches.sum())
        row_count += int(matches.sum())
        is_kept = ~has_value
        is_kept[with_value] = counts
        keys.append(np.array([key_of(message.key()) for message in messages])[is_kept])
        rows.append(row[is_kept])
        for name, parts in found.items():
            parts.append(columns[name][matches])
    all_keys, all_rows = np.concatenate(keys), np.concatenate(rows)
    last = last_of_each(all_keys)
    last = last[all_rows[last] >= 0]
    # The first part says what a column without rows is.
    whole = {name: np.concatenate(parts[1:] or parts)[all_rows[last]] for name, parts in found.items()}
    return all_keys[last], whole


class MalformedRow(Malformed):
    """One of many values is none of the topic's.

    Attributes:
        row: which
    """

    def __init__(self, row: int, why: str) -> None:
        super().__init__(why)
        self.row = row


class ColumnReader:
    """Reads flat records into columns, many at once: a fiftieth of the time that one by one takes.

    Args:
        topic: whose values these are
        types: by field, what it has to be written as; no writer may lack what the index has always had
        wanted: names of fields, or ``FIELD.NAME`` of one that is a map of numbers or of texts; what is written behind
            the last of them is not read
    """

    def __init__(self, schemas: Schemas, topic: str, types: Mapping[str, str], wanted: Iterable[str]) -> None:
        self._schemas = schemas
        self._topic = topic
        self._types = types
        self._wanted = set(wanted)
        self._fields: dict[int, list[tuple[str, Any]]] = {}

    def read(self, values: Sequence[bytes]) -> dict[str, NDArray[Any]]:
        """Arrays [n] by what is wanted: of int64, float64, str or tuples of str; of None where a writer did not know it.

        Raises:
            MalformedRow: where a value is something else
            Unavailable: where the registry cannot be asked for a writer's schema
        """
        try:
            return self._read(values)
        except Malformed:
            for row, value in enumerate(values):
                try:
                    self._read([value])
                except Malformed as e:
                    raise MalformedRow(row, str(e)) from None
            raise

    def _read(self, values: Sequence[bytes]) -> dict[str, NDArray[Any]]:
        data = b"".join(values) + _PADDING
        lengths = np.fromiter(map(len, values), np.int64, len(values))
        ends = np.cumsum(lengths)
        begins = ends - lengths
        octets = np.frombuffer(data, np.uint8)
        if (lengths < _PREFIX.size).any() or octets[begins].any():
            raise Malformed("not Avro in Confluent wire format")
        ids = np.ndarray(len(data) - 3, ">u4", data, strides=(1,))[begins + 1] if values else begins
        parts: dict[str, list[NDArray[Any]]] = {name: [] for name in self._wanted}
        rows = [np.flatnonzero(ids == schema_id) for schema_id in np.unique(ids)]
        for own in rows:
            fields = self._known(int(ids[own[0]]))
            columns = _Columns(data, begins[own] + _PREFIX.size, ends[own])
            found = {key: value for name, kind in fields for key, value in columns.read(name, kind, self._wanted)}
            for name in self._wanted:
                parts[name].append(found.get(name, np.full(len(own), None)))
        if len(rows) == 1:
            return {name: part[0] for name, part in parts.items()}
        order = np.argsort(np.concatenate([np.empty(0, np.int64), *rows]))
        return {name: np.concatenate([np.empty(0, object), *part])[order] for name, part in parts.items()}

    def _known(self, schema_id: int) -> list[tuple[str, Any]]:
        if schema_id not in self._fields:
            schema = self._schemas.writer(schema_id, self._topic)
            needed = {name.partition(".")[0] for name in self._wanted}
            fields = fields_of(schema, self._types, needed, needed.intersection(_ALWAYS))
            self._fields[schema_id] = [(field["name"], field["type"]) for field in fields]
        return self._fields[schema_id]


class _Columns:
    """Records that lie behind each other in memory, read field by field.

    Args:
        at: int64 [n], where each record's next field begins
        ends: int64 [n], behind each record
    """

    def __init__(self, data: bytes, at: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        self._data = data
        self._octets = np.frombuffer(data, np.uint8)
        self._at = at
        self._ends = ends

    def read(self, name: str, kind: Any, wanted: set[str]) -> list[tuple[str, NDArray[Any]]]:
        """Goes on behind a field; answers of it what is wanted."""
        if isinstance(kind, dict):
            if kind["type"] == "map":
                return list(self._map(name, kind["values"], [one for one in wanted if one.startswith(f"{name}.")]))
            if kind["type"] == "array" and kind["items"] == "string":
                return self._texts(name, name in wanted)
            kind = kind["type"]
        every = np.arange(len(self._at))
        if kind not in ("string", "bytes"):
            found = self._number(every, name, kind)
            return [(name, found)] if name in wanted else []
        begins, lengths = self._text(every, name)
        if name not in wanted:
            return []
        return [(name, self._decoded(name, begins, lengths))]

    def _texts(self, name: str, is_wanted: bool) -> list[tuple[str, NDArray[Any]]]:
        found: dict[int, list[str]] = defaultdict(list)
        for rows in self._items(name):
            begins, lengths = self._text(rows, name)
            if is_wanted:
                for row, text in zip(rows.tolist(), self._decoded(name, begins, lengths)):
                    found[row].append(text)
        if not is_wanted:
            return []
        every = range(len(self._at))
        return [(name, np.fromiter((tuple(found.get(row, ())) for row in every), object, len(every)))]

    def _map(self, name: str, kind: str, wanted: list[str]) -> Iterable[tuple[str, NDArray[Any]]]:
        unknown = np.full(len(self._at), None if kind == "string" else np.nan)
        found = {one: (one[len(name) + 1 :].encode(), unknown.copy()) for one in wanted}
        for rows in self._items(name):
            begins, lengths = self._text(rows, name)
            values = self._text(rows, name) if kind == "string" else (self._number(rows, name, kind),)
            for key, column in found.values():
                alike = np.flatnonzero(lengths == len(key))
                text = self._octets[begins[alike, None] + np.arange(len(key))]
                alike = alike[(text == np.frombuffer(key, np.uint8)).all(axis=1)]
                own = [part[alike] for part in values]
                column[rows[alike]] = self._decoded(name, *own) if kind == "string" else own[0]
        return ((one, column) for one, (_, column) in found.items())

    def _items(self, name: str) -> Iterator[NDArray[np.intp]]:
        """By turns, the rows that have one more item of an array or a map; each is to be read before the next turn."""
        left = np.zeros(len(self._at), np.int64)
        rows = np.arange(len(self._at))
        for _ in range(_MOST_ITEMS + 1):
            begun = rows[left[rows] == 0]
            counts = self._long(begun, name)
            left[begun] = np.abs(counts)
            if (left[begun] < 0).any():
                raise Malformed(f"{name} has more entries than numbers")
            self._long(begun[counts < 0], name)
            rows = rows[left[rows] > 0]
            if not len(rows):
                return
            yield rows
            left[rows] -= 1
        raise Malformed(f"{name} has more than {_MOST_ITEMS} entries")

    def _text(self, rows: NDArray[np.intp], name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where texts begin, and how long they are."""
        lengths = self._long(rows, name)
        begins = self._at[rows]
        self._step(rows, lengths, name)
        return begins, lengths

    def _decoded(self, name: str, begins: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[Any]:
        column = np.empty(len(begins), object)
        try:
            column[:] = [
                intern(str(self._data[begin:end], "utf-8")) for begin, end in zip(begins.tolist(), (begins + lengths).tolist())
            ]
        except UnicodeDecodeError as e:
            raise Malformed(f"{name}: {e}") from None
        return column

    def _number(self, rows: NDArray[np.intp], name: str, kind: str) -> NDArray[Any]:
        if kind in ("int", "long"):
            return self._long(rows, name)
        if not isinstance(kind, str) or kind not in _FIXED:
            raise Malformed(f"field {name} is written as {kind}, which is neither a text nor a number")
        form, size = _FIXED[kind]
        found = np.ndarray(len(self._data) - size + 1, form, self._data, strides=(1,))[self._at[rows]]
        self._step(rows, size, name)
        return found.astype(np.int64 if kind == "boolean" else np.float64)

    def _long(self, rows: NDArray[np.intp], name: str) -> NDArray[np.int64]:
        """Numbers of seven bits a byte, the sign in the last bit."""
        at = self._at[rows]
        octets = self._octets[at]
        found = (octets & 0x7F).astype(np.int64)
        sizes = np.ones(len(rows), np.int64)
        going = np.flatnonzero(octets >= 0x80)
        while len(going):
            octets = self._octets[at[going] + sizes[going]]
            found[going] |= (octets & 0x7F).astype(np.int64) << 7 * sizes[going]
            sizes[going] += 1
            going = going[(octets >= 0x80) & (sizes[going] < _LONGEST)]
        self._step(rows, sizes, name)
        return (found >> 1 & 2**63 - 1) ^ -(found & 1)

    def _step(self, rows: NDArray[np.intp], lengths: Any, name: str) -> None:
        # A sum of the two may be beyond all numbers.
        if not np.all((lengths >= 0) & (lengths <= self._ends[rows] - self._at[rows])):
            raise Malformed(f"{name} ends behind the value")
        self._at[rows] += lengths
