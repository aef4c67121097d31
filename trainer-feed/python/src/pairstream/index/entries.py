"""Entries of the index of a data set: where each published pair is, and what can be asked of it without its image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pairstream.views.blocks import Blocks
from pairstream.views.facts import NONE, Facts

PLACE = ("partition", "offset", "bytes")
"""Where a pair is in its split, and the size of its record there."""


class FieldCondition(Protocol):
    """A condition on a field of a pair, of which a :class:`pairstream.index.conditions.Condition` is one."""

    @property
    def field(self) -> str: ...

    def holds(self, values: NDArray[Any], /) -> NDArray[np.bool_]: ...

    def holds_for(self, fields: Mapping[str, Any], /) -> bool: ...


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
