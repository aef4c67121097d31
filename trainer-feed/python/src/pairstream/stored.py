"""Stored columns: what a model of the trainer's own makes of pairs, written once and read back as columns of batches.

In a folder ``FOLDER/NAME/MODEL/TOPIC.TOPIC_ID`` each writer has three files, of as many pairs as it sets out to write:

    WRITER.keys.npy      int64 [n], sorted: partition * 2^48 + offset of each pair in the split's topic
    WRITER.states.npy    uint8 [n]: 0 not written, 1 written, 2 withdrawn, 3 withdrawn and being erased
    WRITER.values.npy    [n, ...]: the value of the pair at the same place in keys, where its state is 1

A value is on the disk before its state says so, and all of that before ``keys`` has its name, by which a writer is
found. One whose pairs are all withdrawn has no values. What is not written takes no room where files may have holes.
"""

from __future__ import annotations

import os
import re
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairstream.batch import Batch
from pairstream.errors import AllWithdrawn, SampleRefused, SettingsError, ViewError
from pairstream.named import require_name
from pairstream.order import RankShare
from pairstream.view import Block, Blocks, View, require_records
from pairstream.windows import Record

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from pairstream.options import ColumnOptions
    from pairstream.source import AnyView, Source

Encode = Callable[[Batch], Any]
"""Makes of a batch an array of numbers [size, ...], or what NumPy makes one of."""

Stored = Mapping[str, Sequence[NDArray[Any]]]
"""Values of records, by column."""

Keys = NDArray[np.int64]

_WRITTEN, _WITHDRAWN, _BEING_ERASED = 1, 2, 3
_OFFSET_BITS = 48
_OFFSETS = (1 << _OFFSET_BITS) - 1
_AT_ONCE = 4096
"""Blocks of a view that are looked at together."""

_BLOCK_RECORDS = 128
_NUMBERS = "biufc"
"""Kinds of types that a column may have."""
_MODEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:-]{0,127}")
_OTHERS = {"image", "images", "tokens", "mask", "pair_id", "pair_ids", "caption", "captions", "dropped", "folds",
           "epoch", "step"}  # fmt: skip
"""What batches and samples have under names of their own."""


def write_column(
    source: Source,
    view: AnyView,
    name: str,
    encode: Encode,
    *,
    folder: str | os.PathLike[str],
    model: str,
    batch_size: int,
    rank: int = 0,
    ranks: int = 1,
    **options: Unpack[ColumnOptions],
) -> int:
    """Writes what a model makes of a view's pairs: of those that have no value yet.

    May be killed at any time: the same call goes on, and computes at most its last batch again. Several ranks write
    side by side into one folder, which all of them see. A pair that is withdrawn gets no value.

    Args:
        source: the split that the view is of
        view: whose pairs get a value, or its file or name; each rank takes every ``ranks``-th of its blocks
        name: of the column: 1 to 64 of a-z, 0-9, ``.``, ``-`` and ``_``
        encode: a function of a :class:`pairstream.Batch` of at most ``batch_size`` pairs, which answers an array of
            numbers [size, ...], a tensor on any device, bfloat16 as float32, or what NumPy makes an array of; the first
            answer fixes type and shape of the column
        folder: where columns are; made where it is not there
        model: tells the values of one model, with its settings, from those of others: such as ``sha256:`` and the
            digest of its file; 1 to 128 letters, digits, ``.``, ``-``, ``_`` and ``:``
        batch_size: pairs that are encoded together
        rank: from 0 to below ``ranks``
        ranks: number of processes that write together. With another number, or another view, write when these are
            done: what several write at a time is computed by each, and read of one
        options: further arguments of :class:`pairstream.Loader`: ``columns``, ``side_px``, ``transform`` and so on

    Returns:
        how many values were written

    Raises:
        SettingsError: where an argument cannot be, or ``encode`` answers something else or another type or shape
        PositionRefused: where records of the view have left the log
        SampleRefused: where a record cannot be read as it is asked for
        Unavailable: where the broker or the schema registry does not answer
    """
    from pairstream.loader import Loader

    require_name("a column", name)
    if name in _OTHERS:
        raise SettingsError(f"batches have {name} of their own: give the column another name")
    if not _MODEL.fullmatch(model):
        raise SettingsError(f"a model has 1 to 128 letters, digits, '.', '-', '_' and ':', not {model!r}")
    share = RankShare(rank, ranks)
    view = source.as_view(view)
    source.require(view)
    column = _Column(_folder(folder, name, model, view.topic, view.topic_id))
    mean_bytes = max(1, int(Blocks.of(view.blocks).bytes.sum()) // view.samples)
    missing = _missing(column, view, share)
    written = 0
    with closing(_Writer(column, missing)) as writer:
        while len(missing):
            rest = _view_of(view.topic, view.topic_id, missing, mean_bytes)
            try:
                options.setdefault("report", False)
                with Loader(source, rest, batch_size=batch_size, lanes=1, epochs=1, last="keep", **options) as loader:
                    for batch in loader:
                        # What stands in for withdrawn pairs is written already, or in the batch twice.
                        keys, places = np.unique(_keys_at(batch.places), return_index=True)
                        is_new = writer.lacks(keys)
                        if is_new.any():
                            values = column.checked(encode(batch), len(batch))
                            writer.put(keys[is_new], values[places[is_new]])
                            written += int(is_new.sum())
            except AllWithdrawn:
                writer.withdraw()
                break
            # Left are those that are withdrawn, and what a window left out of which one was withdrawn meanwhile.
            missing = missing[writer.lacks(missing)]
    return written


def forget_withdrawn(source: Source, folder: str | os.PathLike[str]) -> int:
    """Erases the values of pairs that are withdrawn, or gone from the log, from all columns of a split.

    Overwrites them where they are. May be killed at any time, and called again.

    Args:
        source: the split
        folder: where columns are

    Returns:
        how many values were erased

    Raises:
        SettingsError: where there is no such folder
        Unavailable: where the broker or the schema registry does not answer
    """
    _folders(folder)
    topic = source.cluster.topic(source.topic)
    try:
        held = [keys for _, keys in _keys_of(source.cut())]
    except ViewError:
        held = []
    found = source.cluster.begins(topic.name, topic.partitions)
    begins = np.array([found[partition] for partition in range(len(topic.partitions))], np.int64)
    erased = 0
    for path in sorted(Path(folder).glob(f"*/*/{topic.name}.{topic.id}")):
        for stem, segment in _Column(path).segments.items():
            dead = segment.states == _WRITTEN
            for keys in held:
                dead[_places(segment.keys, keys)] = False
            # Those too that were prepared anew are not in the cut; an older view may hold them.
            suspects = segment.keys[dead]
            suspects = suspects[suspects & _OFFSETS >= begins[suspects >> _OFFSET_BITS]]
            if len(suspects):
                there = source.living(_view_of(topic.name, topic.id, suspects, 1))
                dead[_places(segment.keys, _keys_at([(one.partition, one.offset) for one, _ in there]))] = False
            rows = np.flatnonzero(dead | (segment.states == _BEING_ERASED)).tolist()
            if rows and segment.values is not None:
                with closing(_Rows(path / f"{stem}.states.npy")) as states:
                    states.put(rows, repeat(np.uint8(_BEING_ERASED)))
                    with closing(_Rows(path / f"{stem}.values.npy")) as values:
                        values.put(rows, repeat(np.zeros_like(segment.values[0])))
                    states.put(rows, repeat(np.uint8(_WITHDRAWN)))
                erased += len(rows)
    return erased


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
        self,
        folder: str | os.PathLike[str] | None,
        names: Sequence[str],
        models: Mapping[str, str],
        views: Sequence[View],
    ) -> None:
        self._columns: dict[str, _Column] = {}
        there = [] if folder is None else _folders(folder)
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
            found = _folders(Path(folder, name))
            model = models.get(name, found[0] if len(found) == 1 else "")
            if model not in found:
                raise SettingsError(
                    f"{name} is stored of {', '.join(found)}: choose by models={{{name!r}: {(found or [''])[0]!r}}}"
                )
            column = self._columns[name] = _Column(_folder(folder, name, model, views[0].topic, views[0].topic_id))
            lacking = sum(column.lacking(view) for view in views)
            if lacking or column.form is None:
                raise SettingsError(
                    f"{lacking} of {sum(view.samples for view in views)} pairs have no {name} of {model}; "
                    f"pairstream.write_column(source, view, {name!r}, ..., folder={os.fspath(folder)!r}, "
                    f"model={model!r}) computes them"
                )

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    @property
    def forms(self) -> dict[str, Form]:
        """Type and shape of a value, by column."""
        return {name: column.form for name, column in self._columns.items() if column.form}

    def find(self, records: Sequence[Record]) -> Stored:
        """The values of records by column, as they are on the disk.

        Raises:
            SampleRefused: where one has none
        """
        found: dict[str, list[NDArray[Any]]] = {}
        for name, column in self._columns.items():
            keys = _keys_at([(record.partition, record.offset) for record in records])
            values = column.find(keys)
            if any(value is None for value in values):
                # Others may have written them meanwhile, for a view that grows.
                column.look()
                values = column.find(keys)
            found[name] = [value for value in values if value is not None]
            if len(found[name]) < len(records):
                record = records[[value is None for value in values].index(True)]
                raise SampleRefused(
                    f"{column.topic}-{record.partition}-{record.offset}: has no {name} of {column.model}, as it came "
                    "since the loader was opened, or was withdrawn when others were written; "
                    "pairstream.write_column computes it"
                )
        return found


class Form(NamedTuple):
    """Type and shape of a column's values."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]


class _Segment(NamedTuple):
    """What one writer writes, mapped into memory."""

    keys: Keys
    states: NDArray[np.uint8]
    values: NDArray[Any] | None


class _Column:
    """A column of one model and one topic."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = folder.parent.name
        self.topic = folder.name.rpartition(".")[0]
        self.form: Form | None = None
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

    def require(self, values: NDArray[Any], what: str) -> None:
        """Checks that values are of the column's form, which the first ones fix."""
        form = Form(values.dtype, values.shape[1:])
        self.form = self.form or form
        if form != self.form:
            raise SettingsError(
                f"{what} {form.dtype}{list(form.shape)} of a pair, and the column has "
                f"{self.form.dtype}{list(self.form.shape)}: one model has values of one type and shape"
            )

    def checked(self, answer: Any, size: int) -> NDArray[Any]:
        """What ``encode`` answered, as an array that the column may have."""
        try:
            values = _array(answer)
        except Exception as e:  # whatever NumPy makes of what it cannot take
            raise SettingsError(
                f"encode answers an array of numbers [{size}, ...] for a batch of {size}, not {type(answer).__name__}: {e}"
            ) from e
        if values.dtype.kind not in _NUMBERS or values.shape[:1] != (size,) or not values.size:
            raise SettingsError(
                f"encode answers an array of numbers [{size}, ...] for a batch of {size}, not "
                f"{values.dtype}{list(values.shape)}"
            )
        self.require(values, "encode made")
        return values

    def states(self, keys: Keys) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which of sorted keys have a value, and which are marked as withdrawn."""
        written, withdrawn = np.zeros(len(keys), np.bool_), np.zeros(len(keys), np.bool_)
        for segment in self.segments.values():
            first, behind = np.searchsorted(segment.keys, (keys[0], keys[-1] + 1)).tolist()
            own, states = segment.keys[first:behind], segment.states[first:behind]
            written[_places(keys, own[states == _WRITTEN])] = True
            withdrawn[_places(keys, own[states > _WRITTEN])] = True
        return written, withdrawn

    def lacking(self, view: View) -> int:
        """Pairs of a view that have no value and were not withdrawn."""
        counts = [len(keys) - np.logical_or(*self.states(keys)).sum() for _, keys in _keys_of(view)]
        return int(sum(counts))

    def find(self, keys: Keys) -> list[NDArray[Any] | None]:
        """The values of keys in any order; None of one that has none."""
        found: list[NDArray[Any] | None] = [None] * len(keys)
        for segment in self.segments.values():
            if segment.values is None:
                continue
            rows = np.minimum(np.searchsorted(segment.keys, keys), len(segment.keys) - 1)
            for i in np.flatnonzero((segment.keys[rows] == keys) & (segment.states[rows] == _WRITTEN)).tolist():
                found[i] = segment.values[rows[i]]
        return found


class _Writer:
    """Writes the values of some keys, and of no others."""

    def __init__(self, column: _Column, keys: Keys) -> None:
        self._column = column
        self._stem = column.folder / uuid.uuid4().hex
        self._keys = keys
        self._states = np.zeros(len(keys), np.uint8)
        self._files: list[_Rows] = []
        """Of values and states, once there are some."""

    def lacks(self, keys: Keys) -> NDArray[np.bool_]:
        """Which of some of the keys have no value."""
        return self._states[np.searchsorted(self._keys, keys)] != _WRITTEN

    def put(self, keys: Keys, values: NDArray[Any]) -> None:
        """Writes the values of some of the keys; they are on the disk when this returns."""
        if not self._files:
            self._publish(self._keys, self._states, Form(values.dtype, values.shape[1:]))
            self._files = [_Rows(f"{self._stem}.{of}.npy") for of in ("values", "states")]
        rows = np.searchsorted(self._keys, keys).tolist()
        self._files[0].put(rows, values)
        self._files[1].put(rows, repeat(np.uint8(_WRITTEN)))
        self._states[rows] = _WRITTEN

    def withdraw(self) -> None:
        """Marks as withdrawn what has no value."""
        if self._files:
            self._files[1].put(np.flatnonzero(self._states != _WRITTEN).tolist(), repeat(np.uint8(_WITHDRAWN)))
            return
        keys = self._keys[~self._column.states(self._keys)[1]]
        if len(keys):
            self._publish(keys, np.full(len(keys), _WITHDRAWN, np.uint8))

    def close(self) -> None:
        for file in self._files:
            file.close()

    def _publish(self, keys: Keys, states: NDArray[np.uint8], form: Form | None = None) -> None:
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


class _Rows:
    """Rows of a .npy file, written in their places."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if os.path.islink(path):
            raise SettingsError(f"{os.fspath(path)} is a link: what it leads to is not overwritten")
        array = _numbers(path)
        self._begin, self._bytes = array.offset, array.nbytes // len(array)
        self._file = open(path, "r+b")  # noqa: SIM115 - close closes it

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


def _folder(folder: str | os.PathLike[str], name: str, model: str, topic: str, topic_id: str) -> Path:
    return Path(folder, name, model, f"{topic}.{topic_id}")


def _folders(folder: str | os.PathLike[str]) -> list[str]:
    """Names of the folders in a folder."""
    if not Path(folder).is_dir():
        raise SettingsError(f"there is no folder {os.fspath(folder)}")
    return sorted(path.name for path in Path(folder).iterdir() if path.is_dir())


def _keys_at(places: Sequence[tuple[int, int]] | NDArray[np.int64]) -> Keys:
    """Keys of partitions and offsets."""
    partitions, offsets = np.asarray(places, np.int64).reshape(-1, 2).T
    return (partitions << _OFFSET_BITS) | offsets


def _places(keys: Keys, wanted: Keys) -> NDArray[np.intp]:
    """Where those of the wanted that are there stand among sorted keys."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return at[keys[at] == wanted]


def _keys_of(view: View) -> Iterator[tuple[NDArray[np.intp], Keys]]:
    """The keys of a view, sorted, and the number of each one's block: some thousand blocks at a time."""
    blocks = Blocks.of(view.blocks)
    for first in range(0, len(blocks), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        before = blocks.runs_before[first : first + _AT_ONCE + 1]
        counts = np.diff(before)
        runs = blocks.runs[before[0] : before[-1]].astype(np.int64)
        # Every run of a block follows the one in front of it; the first one, of records, begins with the block.
        ends = np.cumsum(runs)
        begins_of_blocks = (ends - runs)[before[:-1] - before[0]]
        keys = _keys_at(np.stack([blocks.partition[part], blocks.begin[part]], 1))
        begins = np.repeat(keys - begins_of_blocks, counts) + ends - runs
        is_records = (np.arange(len(runs)) - np.repeat(before[:-1] - before[0], counts)) % 2 == 0
        sizes = runs[is_records]
        of_blocks = np.diff(blocks.samples_before[first : first + len(counts) + 1])
        require_records(sizes, int(of_blocks.sum()))
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        yield np.repeat(np.arange(first, first + len(counts)), of_blocks), np.repeat(begins[is_records], sizes) + within


def _missing(column: _Column, view: View, share: RankShare) -> Keys:
    """A rank's keys of a view that have no value."""
    missing = [np.empty(0, np.int64)]
    for blocks, keys in _keys_of(view):
        own = keys[blocks % share.ranks == share.rank]
        if len(own):
            missing.append(own[~column.states(own)[0]])
    return np.concatenate(missing)


def _view_of(topic: str, topic_id: str, keys: Keys, mean_bytes: int) -> View:
    """The view of sorted keys."""
    blocks = []
    for own in np.split(keys, np.flatnonzero(np.diff(keys >> _OFFSET_BITS)) + 1):
        for at in range(0, len(own), _BLOCK_RECORDS):
            offsets = own[at : at + _BLOCK_RECORDS] & _OFFSETS
            gaps = np.flatnonzero(np.diff(offsets) > 1)
            bounds = np.sort(np.concatenate([offsets[:1], offsets[gaps] + 1, offsets[gaps + 1], offsets[-1:] + 1]))
            runs = tuple(np.diff(bounds).tolist())
            blocks.append(Block(int(own[0] >> _OFFSET_BITS), int(offsets[0]), mean_bytes * len(offsets), runs))
    return View(topic, topic_id, "", tuple(blocks))
