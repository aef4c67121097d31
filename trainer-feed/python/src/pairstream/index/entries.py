"""Entries of the index of a data set: where each published pair is, and what can be asked of it without its image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

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
