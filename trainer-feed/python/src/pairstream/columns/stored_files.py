"""The files of stored columns.

In a folder ``FOLDER/NAME/MODEL/TOPIC.TOPIC_ID`` each writer has three files, of as many pairs as it sets out to write:

    WRITER.keys.npy      int64 [n], sorted: partition * 2^48 + offset of each pair in the split's topic
    WRITER.states.npy    uint8 [n]: 0 not written, 1 written, 2 withdrawn, 3 withdrawn and being erased
    WRITER.values.npy    [n, ...]: the value of the pair at the same place in keys, where its state is 1

A value is on the disk before its state says so, and all of that before ``keys`` has its name, by which a writer is
found. One whose pairs are all withdrawn has no values. What is not written takes no room where files may have holes.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairstream.errors import SampleRefused, SettingsError, ViewError
from pairstream.views.blocks import Blocks
from pairstream.views.view import View

Keys = NDArray[np.int64]

WRITTEN, WITHDRAWN, BEING_ERASED = 1, 2, 3
OFFSET_BITS = 48
OFFSETS = (1 << OFFSET_BITS) - 1
_AT_ONCE = 4096
"""Blocks of a view that are looked at together."""
_NUMBERS = "biufc"
"""Kinds of types that a column may have."""


class ValueFormat(NamedTuple):
    """Type and shape of a column's values."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]


class _Segment(NamedTuple):
    """The files of one writer, mapped into memory."""

    keys: Keys
    states: NDArray[np.uint8]
    values: NDArray[Any] | None


class ColumnFiles:
    """A column of one model and one topic."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = folder.parent.name
        self.topic = folder.name.rpartition(".")[0]
        self.format: ValueFormat | None = None
        self.segments: dict[str, _Segment] = {}
        self.look()

    def look(self) -> None:
        """Maps what is there and was not yet.

        Raises:
            SettingsError: where values are of several types or shapes
        """
        for stem in sorted(path.name.removesuffix(".keys.npy") for path in self.folder.glob("*.keys.npy")):
            if stem in self.segments:
                continue
            keys, states = (np.asarray(_numbers(self.folder / f"{stem}.{of}.npy")) for of in ("keys", "states"))
            if keys.dtype != np.int64 or keys.ndim != 1 or keys[0] < 0 or (keys[1:] <= keys[:-1]).any():
                raise SettingsError(f"{self.folder / stem}.keys.npy has no sorted keys of pairs: it was changed")
            file = self.folder / f"{stem}.values.npy"
            values = np.asarray(_numbers(file)) if file.exists() else None
            if states.dtype != np.uint8 or states.shape != keys.shape or (values is not None and len(values) != len(keys)):
                raise SettingsError(f"{self.folder / stem}.*.npy are not of the same pairs: one of them was changed")
            if values is not None:
                self.require(values, f"{file} has")
            self.segments[stem] = _Segment(keys, states, values)

    def require_whole(self) -> None:
        """Checks that no file has become shorter since it was mapped: to read behind its end ends the process.

        Raises:
            SettingsError: where one has
        """
        for stem, segment in self.segments.items():
            for of, array in segment._asdict().items():
                file = self.folder / f"{stem}.{of}.npy"
                if array is not None and file.exists() and file.stat().st_size < array.nbytes:
                    raise SettingsError(f"{file} has become shorter while it was read: columns are written by write_column alone")

    def require(self, values: NDArray[Any], what: str) -> None:
        """Checks that values are of the column's form, which the first ones fix."""
        form = ValueFormat(values.dtype, values.shape[1:])
        self.format = form if self.format is None else self.format
        if form != self.format:
            raise SettingsError(
                f"{what} {form.dtype}{list(form.shape)} of a pair, and the column has "
                f"{self.format.dtype}{list(self.format.shape)}: one model has values of one type and shape"
            )

    def checked(self, answer: Any, size: int) -> NDArray[Any]:
        """The answer of ``encode`` as an array of the column's type and shape."""
        try:
            values = _array(answer)
        except Exception as e:  # whatever NumPy makes of what it cannot take
            raise SettingsError(
                f"encode answers an array of numbers [{size}, ...] for a batch of {size}, not {type(answer).__name__}: {e}"
            ) from e
        if values.dtype.kind not in _NUMBERS or values.shape[:1] != (size,) or not values.size:
            raise SettingsError(
                f"encode answers an array of numbers [{size}, ...] for a batch of {size}, not {values.dtype}{list(values.shape)}"
            )
        self.require(values, "encode made")
        return values

    def states(self, keys: Keys) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Two masks over sorted keys: those that have a value, and those that are marked as withdrawn."""
        written, withdrawn = np.zeros(len(keys), np.bool_), np.zeros(len(keys), np.bool_)
        for segment in self.segments.values():
            first, behind = np.searchsorted(segment.keys, (keys[0], keys[-1] + 1)).tolist()
            own, states = segment.keys[first:behind], segment.states[first:behind]
            written[places_of(keys, own[states == WRITTEN])] = True
            withdrawn[places_of(keys, own[states > WRITTEN])] = True
        return written, withdrawn

    def lacking(self, view: View) -> int:
        """Pairs of a view that have no value and were not withdrawn."""
        counts = [len(keys) - np.logical_or(*self.states(keys)).sum() for _, keys in keys_of(view)]
        return int(sum(counts))

    def find(self, keys: Keys) -> list[NDArray[Any] | None]:
        """The values of keys in any order; None of one that has none."""
        found: list[NDArray[Any] | None] = [None] * len(keys)
        for segment in self.segments.values():
            if segment.values is None:
                continue
            rows = np.minimum(np.searchsorted(segment.keys, keys), len(segment.keys) - 1)
            for i in np.flatnonzero((segment.keys[rows] == keys) & (segment.states[rows] == WRITTEN)).tolist():
                found[i] = segment.values[rows[i]]
        return found


class Rows:
    """Rows of a .npy file, written in their places."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if os.path.islink(path) or os.stat(path).st_nlink > 1:
            raise SettingsError(f"{os.fspath(path)} is a link, or has another name: what that leads to is not overwritten")
        array = _numbers(path)
        self._begin, self._bytes = array.offset, array.nbytes // len(array)
        self._file = open(path, "r+b")

    def put(self, rows: Sequence[int], values: Iterable[Any]) -> None:
        """Writes values to rows; they are on the disk when this returns."""
        for row, value in zip(rows, values):
            self._file.seek(self._begin + row * self._bytes)
            self._file.write(value.tobytes())
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def _numbers(file: str | os.PathLike[str]) -> np.memmap[Any, np.dtype[Any]]:
    """A .npy file of numbers, mapped into memory. Nothing of it is unpickled, unpacked or run.

    Raises:
        SettingsError: where it is something else, or not as long as it says
    """
    try:
        with open(file, "rb") as begin, np.errstate(over="raise"):
            # Later versions, which numbers do not need, may say that their header has gigabytes.
            if np.lib.format.read_magic(begin) != (1, 0):
                raise ValueError("right is version 1.0 of the format")
            array = np.lib.format.open_memmap(file, "r")
    except Exception as e:  # whatever a header makes of NumPy's parser
        raise SettingsError(f"{os.fspath(file)} cannot be read as a .npy file of numbers: {e}") from e
    if array.dtype.kind not in _NUMBERS or not array.ndim or not array.size or not array.flags.c_contiguous:
        raise SettingsError(
            f"{os.fspath(file)} has {array.dtype}{list(array.shape)}, and not row by row the numbers of some pairs"
        )
    return array


def _array(answer: Any) -> NDArray[Any]:
    """An array of an answer: of a tensor on any device, and of what NumPy has no type for (bfloat16) float32."""
    torch: Any = sys.modules.get("torch")
    if torch is None or not isinstance(answer, torch.Tensor):
        return np.asarray(answer)
    is_known = not answer.is_floating_point() or answer.dtype in (torch.float16, torch.float32, torch.float64)
    return (answer if is_known else answer.float()).numpy(force=True)


def _sync(path: str | os.PathLike[str]) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def folder_of(folder: str | os.PathLike[str], name: str, model: str, topic: str, topic_id: str) -> Path:
    return Path(folder, name, model, f"{topic}.{topic_id}")


def folders_in(folder: str | os.PathLike[str]) -> list[str]:
    """Names of the folders in a folder."""
    if not Path(folder).is_dir():
        raise SettingsError(f"there is no folder {os.fspath(folder)}")
    return sorted(path.name for path in Path(folder).iterdir() if path.is_dir())


def keys_at(places: Sequence[tuple[int, int]] | NDArray[np.int64]) -> Keys:
    """Keys of partitions and offsets."""
    partitions, offsets = np.asarray(places, np.int64).reshape(-1, 2).T
    return (partitions << OFFSET_BITS) + offsets


def places_of(keys: Keys, wanted: Keys) -> NDArray[np.intp]:
    """Where those of the wanted that are there stand among sorted keys."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return at[keys[at] == wanted]


def keys_of(view: View) -> Iterator[tuple[NDArray[np.intp], Keys]]:
    """The keys of a view, sorted, and the number of each one's block: some thousand blocks at a time.

    For a view with the records 10, 11 and 15 of partition 0 in its first block, and record 7 of partition 1 in its
    second one, the blocks are ``[0, 0, 0, 1]`` and the keys ``[10, 11, 15, 2**48 + 7]``.

    Raises:
        ViewError: where there is no key for a partition or an offset
    """
    blocks = Blocks.of(view.blocks)
    for first in range(0, len(blocks), _AT_ONCE):
        behind = min(first + _AT_ONCE, len(blocks))
        offsets = blocks.offsets(first, behind)
        numbers = np.repeat(np.arange(first, behind), blocks.sizes[first:behind])
        partitions = blocks.partition[numbers].astype(np.int64)
        if (offsets >> OFFSET_BITS).any() or (partitions >> 63 - OFFSET_BITS).any():
            raise ViewError(
                f"stored columns have room for partitions below 2^{63 - OFFSET_BITS} and offsets below 2^{OFFSET_BITS}"
            )
        yield numbers, keys_at(np.stack([partitions, offsets], 1))


class SegmentWriter:
    """Writes the values of some keys, and of no others."""

    def __init__(self, column: ColumnFiles, keys: Keys) -> None:
        self._column = column
        self._stem = column.folder / uuid.uuid4().hex
        self._keys = keys
        self._states = np.zeros(len(keys), np.uint8)
        self._files: list[Rows] = []
        """Files of values and of states, once there are some."""

    def lacks(self, keys: Keys) -> NDArray[np.bool_]:
        """A mask over some of the keys: those that have no value."""
        return self._states[np.searchsorted(self._keys, keys)] != WRITTEN

    def put(self, keys: Keys, values: NDArray[Any]) -> None:
        """Writes the values of some of the keys; they are on the disk when this returns."""
        if not self._files:
            self._publish(self._keys, self._states, ValueFormat(values.dtype, values.shape[1:]))
            self._files = [Rows(f"{self._stem}.{of}.npy") for of in ("values", "states")]
        rows = np.searchsorted(self._keys, keys).tolist()
        self._files[0].put(rows, values)
        self._files[1].put(rows, repeat(np.uint8(WRITTEN)))
        self._states[rows] = WRITTEN

    def withdraw(self) -> None:
        """Marks as withdrawn what has no value."""
        if self._files:
            self._files[1].put(np.flatnonzero(self._states != WRITTEN).tolist(), repeat(np.uint8(WITHDRAWN)))
            return
        keys = self._keys[~self._column.states(self._keys)[1]]
        if len(keys):
            self._publish(keys, np.full(len(keys), WITHDRAWN, np.uint8))

    def close(self) -> None:
        for file in self._files:
            file.close()

    def _publish(self, keys: Keys, states: NDArray[np.uint8], form: ValueFormat | None = None) -> None:
        self._stem.parent.mkdir(parents=True, exist_ok=True)
        if form:
            file = f"{self._stem}.values.npy"
            np.lib.format.open_memmap(file, "w+", form.dtype, (len(keys), *form.shape))
            _sync(file)
        for array, end in ((states, "states.npy"), (keys, "keys.tmp")):
            with open(f"{self._stem}.{end}", "wb") as target:
                np.save(target, array)
            _sync(target.name)
        os.replace(target.name, f"{self._stem}.keys.npy")
        _sync(self._stem.parent)


Stored = Mapping[str, Sequence[Any]]
"""Values of records, by column; None where a record has none."""


class StoredColumns:
    """The stored ones among the columns of batches. For one thread at a time.

    Args:
        folder: where columns are; None where none is
        names: of columns, those of the records among them
        models: of which model a column is, by its name, where there are several
        views: whose pairs must have a value; of one topic

    Raises:
        SettingsError: where there is no such column or model, or a pair has no value
    """

    def __init__(
        self, folder: str | os.PathLike[str] | None, names: Sequence[str], models: Mapping[str, str], views: Sequence[View]
    ) -> None:
        self._columns: dict[str, ColumnFiles] = {}
        there = [] if folder is None else folders_in(folder)
        own = [name for name in names if name in there]
        if folder is not None and not own:
            raise SettingsError(
                f"{os.fspath(folder)} has none of the columns {', '.join(names)}: it has {', '.join(there) or 'none'}"
            )
        unknown = [name for name in models if name not in own]
        if unknown:
            raise SettingsError(f"models names {', '.join(unknown)}: no stored column that is asked for")
        for name in own:
            assert folder is not None
            found = folders_in(Path(folder, name))
            model = models.get(name, found[0] if len(found) == 1 else "")
            if model not in found:
                raise SettingsError(
                    f"{name} is stored of {', '.join(found)}: choose by models={{{name!r}: {(found or [''])[0]!r}}}"
                )
            column = self._columns[name] = ColumnFiles(folder_of(folder, name, model, views[0].topic, views[0].topic_id))
            lacking = sum(column.lacking(view) for view in views)
            if lacking or column.format is None:
                raise SettingsError(
                    f"{lacking} of {sum(view.samples for view in views)} pairs have no {name} of {model}; "
                    f"pairstream.write_column(source, view, {name!r}, ..., folder={os.fspath(folder)!r}, "
                    f"model={model!r}) computes them"
                )

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    @property
    def formats(self) -> dict[str, ValueFormat]:
        """Type and shape of a value, by column."""
        return {name: column.format for name, column in self._columns.items() if column.format}

    def require_whole(self) -> None:
        """Checks the files of all columns, as :meth:`ColumnFiles.require_whole` does."""
        for column in self._columns.values():
            column.require_whole()

    def find(self, places: Sequence[tuple[int, int]]) -> Stored:
        """The values of records by column, as they are on the disk.

        Args:
            places: partition and offset of each record

        Raises:
            SampleRefused: where one has none
        """
        found: dict[str, list[NDArray[Any]]] = {}
        for name, column in self._columns.items():
            keys = keys_at(places)
            values = column.find(keys)
            if any(value is None for value in values):
                # Others may have written them meanwhile, for a view that grows.
                column.look()
                values = column.find(keys)
            found[name] = [value for value in values if value is not None]
            if len(found[name]) < len(places):
                partition, offset = places[[value is None for value in values].index(True)]
                raise SampleRefused(
                    f"{column.topic}-{partition}-{offset}: has no {name} of {column.model}, as it came "
                    "since the loader was opened, or was withdrawn when others were written; "
                    "pairstream.write_column computes it"
                )
        return found
