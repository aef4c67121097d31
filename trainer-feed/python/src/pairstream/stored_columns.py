"""Writing stored columns: what a model of the trainer's own makes of pairs, for loaders to read beside the pictures."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import closing
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import pairstream.columns.stored_files as stored_files
from pairstream.arguments import require_name
from pairstream.batch.batch import Batch
from pairstream.columns.stored_files import ColumnFiles, Keys, SegmentWriter, folder_of, keys_at, keys_of, places_of
from pairstream.errors import AllWithdrawn, SettingsError, ViewError
from pairstream.loader.answers import PREFIX
from pairstream.loader.loader import Loader
from pairstream.options import ColumnOptions
from pairstream.order.ranks import RankShare
from pairstream.source import AnyView, Source
from pairstream.views.blocks import Block, Blocks
from pairstream.views.view import View

if TYPE_CHECKING:
    from typing_extensions import Unpack


Encode = Callable[[Batch], Any]
"""Makes of a batch an array of numbers [size, ...], or what NumPy makes one of."""

_BLOCK_RECORDS = 128
_MODEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:-]{0,127}")
_OTHERS = {"image", "images", "tokens", "mask", "pair_id", "pair_ids", "caption", "captions", "dropped", "fold",
           "epoch", "step"}  # fmt: skip
"""Names that batches and samples use themselves, which no column may have."""


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
    require_name("a column", name)
    if name in _OTHERS or name.startswith(PREFIX):
        raise SettingsError(f"batches have {name} of their own: give the column another name")
    if not _MODEL.fullmatch(model):
        raise SettingsError(f"a model has 1 to 128 letters, digits, '.', '-', '_' and ':', not {model!r}")
    share = RankShare(rank, ranks)
    view = source.as_view(view)
    source.require(view)
    column = ColumnFiles(folder_of(folder, name, model, view.topic, view.topic_id))
    mean_bytes = max(1, int(Blocks.of(view.blocks).bytes.sum()) // view.samples)
    missing = _missing(column, view, share)
    written = 0
    with closing(SegmentWriter(column, missing)) as writer:
        while len(missing):
            rest = _view_of(view.topic, view.topic_id, missing, mean_bytes)
            try:
                options.setdefault("report", False)
                with Loader(source, rest, batch_size=batch_size, lanes=1, epochs=1, last="keep", **options) as loader:
                    for batch in loader:
                        # What stands in for withdrawn pairs is written already, or in the batch twice.
                        keys, places = np.unique(keys_at(batch.places), return_index=True)
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
        SettingsError: where there is no such folder, or a link in it or to a file of it
        Unavailable: where the broker or the schema registry does not answer
    """
    stored_files.folders_in(folder)
    source = source.present()
    topic_id, begins = source.begins()
    try:
        held = [keys for _, keys in keys_of(source.cut())]
    except ViewError:
        held = []
    erased = 0
    for path in sorted(Path(folder).glob(f"*/*/{source.topic}.{topic_id}")):
        if path.resolve() != Path(folder).resolve() / path.relative_to(folder):
            raise SettingsError(f"{path} leads through a link: nothing is erased behind it; name the folder that it leads to")
        for stem, segment in ColumnFiles(path).segments.items():
            dead = segment.states == stored_files.WRITTEN
            for keys in held:
                dead[places_of(segment.keys, keys)] = False
            # Those too that were prepared anew are not in the cut; an older view may hold them.
            suspects = segment.keys[dead]
            suspects = suspects[suspects & stored_files.OFFSETS >= begins[suspects >> stored_files.OFFSET_BITS]]
            if len(suspects):
                there = source.living(_view_of(source.topic, topic_id, suspects, 1))
                dead[places_of(segment.keys, keys_at([(one.partition, one.offset) for one, _ in there]))] = False
            rows = np.flatnonzero(dead | (segment.states == stored_files.BEING_ERASED)).tolist()
            if rows and segment.values is not None:
                with closing(stored_files.Rows(path / f"{stem}.states.npy")) as states:
                    states.put(rows, repeat(np.uint8(stored_files.BEING_ERASED)))
                    with closing(stored_files.Rows(path / f"{stem}.values.npy")) as values:
                        values.put(rows, repeat(np.zeros_like(segment.values[0])))
                    states.put(rows, repeat(np.uint8(stored_files.WITHDRAWN)))
                erased += len(rows)
    return erased


def _missing(column: ColumnFiles, view: View, share: RankShare) -> Keys:
    """A rank's keys of a view that have no value."""
    missing = [np.empty(0, np.int64)]
    for blocks, keys in keys_of(view):
        own = keys[blocks % share.ranks == share.rank]
        if len(own):
            missing.append(own[~column.states(own)[0]])
    return np.concatenate(missing)


def _view_of(topic: str, topic_id: str, keys: Keys, mean_bytes: int) -> View:
    """The view of sorted keys."""
    blocks = []
    for own in np.split(keys, np.flatnonzero(np.diff(keys >> stored_files.OFFSET_BITS)) + 1):
        for at in range(0, len(own), _BLOCK_RECORDS):
            offsets = own[at : at + _BLOCK_RECORDS] & stored_files.OFFSETS
            gaps = np.flatnonzero(np.diff(offsets) > 1)
            bounds = np.sort(np.concatenate([offsets[:1], offsets[gaps] + 1, offsets[gaps + 1], offsets[-1:] + 1]))
            runs = tuple(np.diff(bounds).tolist())
            blocks.append(Block(int(own[0] >> stored_files.OFFSET_BITS), int(offsets[0]), mean_bytes * len(offsets), runs))
    return View(topic, topic_id, "", tuple(blocks))
