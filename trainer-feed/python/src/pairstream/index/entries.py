"""Entries of the index of a data set, by which its pairs are found without their images, and answers of models about pairs."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairstream.index.conditions import Condition
from pairstream.views.blocks import Blocks
from pairstream.views.view import NONE, Facts

PLACE = ("partition", "offset", "bytes")
"""Where a pair is in its split, and the size of its record there."""


class Entries(NamedTuple):
    """The index of a split, by partition and offset.

    Args:
        keys: int64 [n], which tell the pairs apart in this process
        columns: [n] each, by field: int64, float64, or objects that are str, or tuples of str. A field
            ``measures.NAME``, of a map, is float64, NaN where the map does not have the name
    """

    keys: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]


def key_of(key: bytes | None) -> int:
    """64 bits that tell keys apart, in this process alone; a record's whole key takes ten times the memory."""
    return hash(key)


FACTS = {"image_digest": "string", "height": "int", "width": "int", "source_kind": "string"}
"""Fields, with their types, of which facts are made."""


def facts_of(columns: Mapping[str, NDArray[Any]], at: NDArray[np.int64]) -> Facts:
    """Facts about the samples of a view.

    Args:
        columns: :data:`FACTS` of pairs
        at: where each sample is among the pairs; -1 where it is not
    """
    is_there = at >= 0
    at = np.where(is_there, at, at.max(initial=0))
    heights, widths = (columns[name].astype(np.int64) for name in ("height", "width"))
    shape_numbers, bucket = np.unique((heights << 32 | widths)[at], return_inverse=True)
    kinds, kind = np.unique(columns["source_kind"][at], return_inverse=True)
    has_buckets = len(shape_numbers) <= NONE
    return Facts(
        [(number >> 32, number & 0xFFFFFFFF) for number in shape_numbers.tolist()] if has_buckets else [],
        kinds.tolist(),
        _numbered(columns["image_digest"][at]),
        np.where(is_there, bucket if has_buckets else 0, NONE).astype(np.uint8),
        kind.astype(np.uint8),
    )


def positions_of(blocks: Blocks, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of a view's samples is among places in order, partitions and offsets; -1 where it is not."""
    partitions, offsets = places
    own = blocks.offsets(0, len(blocks))
    of = np.repeat(blocks.partition.astype(np.int64), blocks.sizes)
    at = np.zeros(len(own), np.int64)
    for partition in np.unique(of):
        first, behind = np.searchsorted(partitions, [partition, partition + 1])
        at[of == partition] = first + np.searchsorted(offsets[first:behind], own[of == partition])
    at = np.minimum(at, len(offsets) - 1)
    return np.where((partitions[at] == of) & (offsets[at] == own), at, -1) if len(offsets) else np.full(len(own), -1)


def _numbered(values: NDArray[Any]) -> NDArray[np.uint32]:
    """The values' numbers in the order in which they come first: uint32 [values]."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values.tolist()], "<u4")


Pairs = NDArray[np.int64]
"""Pairs by the keys that their source gives them."""


class PairAnswers(NamedTuple):
    """The last answer of each card's model about each pair, in no order; none about withdrawn pairs.

    Args:
        pairs: [n]
        shown: int64 [n], keys of the answers themselves
        model: [n], digests
        numbers: float64 [n] by the answer's name, NaN where it is not a number
        labels: [n] by the answer's name, str or None
    """

    pairs: Pairs
    shown: NDArray[np.int64]
    model: NDArray[Any]
    numbers: dict[str, NDArray[np.float64]]
    labels: dict[str, NDArray[Any]]


class Rows(NamedTuple):
    """Values of answers: float16 [answers, length] in a file, or objects that are str; and which answers have one."""

    values: NDArray[Any]
    is_there: NDArray[np.bool_]


class Said(NamedTuple):
    """Vectors and texts of answers, a row for each answer.

    Args:
        keys: int64 [answers], in order
        names: all that these answers have, numbers and labels among them
        rows: by name and model
    """

    keys: NDArray[np.int64]
    names: set[str]
    rows: dict[tuple[str, str], Rows]

    def by_model(self, name: str) -> dict[str, Rows]:
        """Rows of the values under a name, by model."""
        return {model: rows for (own, model), rows in self.rows.items() if own == name}


def rows_like(count: int, first: NDArray[Any]) -> Rows:
    """Room for values like the first one; for vectors in a file without a name, which ends with the process."""
    if first.dtype == object:
        return Rows(np.full(count, "", object), np.zeros(count, np.bool_))
    shape = (count, *first.shape)
    return Rows(np.memmap(tempfile.TemporaryFile(), first.dtype, "w+", shape=shape), np.zeros(count, np.bool_))


def found_in(ordered: NDArray[np.int64], wanted: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where keys stand among those that are in order, and which of them are there at all."""
    if not len(ordered):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), np.bool_)
    at = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return at, ordered[at] == wanted


def holding(answers: PairAnswers, asked: Condition) -> tuple[Pairs, Pairs]:
    """The pairs that are as a condition on an answer says, and all that have the answer."""
    numbers, labels = answers.numbers[asked.answer], answers.labels[asked.answer]
    is_known = ~np.isnan(numbers) | labels.astype(np.bool_)
    holds = asked.holds_of_answers(numbers, labels)
    # What one model says and another denies does not hold.
    return np.setdiff1d(answers.pairs[holds], answers.pairs[is_known & ~holds]), answers.pairs[is_known]
