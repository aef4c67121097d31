"""Blocks: ranges of a partition's offsets, of which views are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from pairstream.errors import ViewError

MOST_RECORDS = 4096
"""Most records of a block, 32 times what one is cut to: bounds what a damaged file can ask memory for."""

_MADE = 4096
"""Blocks that are made at once, where all are asked for."""


@dataclass(frozen=True)
class Block:
    """A range of one partition's offsets, and which of them hold a record of the view.

    Args:
        partition: of the split's topic, at least 0
        begin: offset of the first record
        bytes: of the records' values together, at least 1
        runs: lengths of runs of offsets, the first one's of records, the second one's of offsets without a record of
            the view, and so on, each at least 1; an odd number
    """

    partition: int
    begin: int
    bytes: int
    runs: tuple[int, ...]

    def __post_init__(self) -> None:
        if not (0 <= self.partition < 1 << 31 and 0 <= self.begin < 1 << 63 and 1 <= self.bytes < 1 << 63):
            raise ViewError(f"a block of partition {self.partition} from {self.begin} with {self.bytes} bytes")
        if len(self.runs) % 2 == 0 or not all(1 <= run < 1 << 31 for run in self.runs):
            raise ViewError(f"a block has an odd number of runs, each at least 1, not {list(self.runs)}")
        if self.size > MOST_RECORDS:
            raise ViewError(f"a block has at most {MOST_RECORDS} records, not {self.size}")

    @property
    def end(self) -> int:
        """Offset behind the last record."""
        return self.begin + sum(self.runs)

    @cached_property
    def size(self) -> int:
        """Number of records."""
        return sum(self.runs[::2])

    @property
    def offsets(self) -> tuple[int, ...]:
        """The records' offsets, by their place in the block."""
        found: list[int] = []
        at = self.begin
        for i, run in enumerate(self.runs):
            if i % 2 == 0:
                found.extend(range(at, at + run))
            at += run
        return tuple(found)


@dataclass(frozen=True, eq=False, repr=False)
class Blocks(Sequence[Block]):
    """The blocks of a view, each made as it is asked for. Immutable.

    Of a binary file, the arrays are the file itself: processes of a machine share them.

    Args:
        begin: int64 [blocks]
        bytes: int64 [blocks]
        runs_before: int64 [blocks + 1], the runs in front of each block; at the end, of all
        samples_before: int64 [blocks + 1], the records in front of each block; at the end, of all
        partition: uint32 [blocks]
        runs: uint32 [runs], of one block after the other
    """

    begin: NDArray[np.int64]
    bytes: NDArray[np.int64]
    runs_before: NDArray[np.int64]
    samples_before: NDArray[np.int64]
    partition: NDArray[np.uint32]
    runs: NDArray[np.uint32]

    @staticmethod
    def of(blocks: Iterable[Block]) -> Blocks:
        """Packs blocks into arrays; returns the argument where it is packed already."""
        if isinstance(blocks, Blocks):
            return blocks
        own = tuple(blocks)
        return Blocks(
            np.array([block.begin for block in own], "<i8"),
            np.array([block.bytes for block in own], "<i8"),
            np.cumsum([0, *(len(block.runs) for block in own)], dtype="<i8"),
            np.cumsum([0, *(block.size for block in own)], dtype="<i8"),
            np.array([block.partition for block in own], "<u4"),
            np.fromiter(chain.from_iterable(block.runs for block in own), "<u4"),
        )

    @property
    def samples(self) -> int:
        """Number of records."""
        return int(self.samples_before[-1])

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Records of each block: int64 [blocks]."""
        return np.diff(self.samples_before)

    def offsets(self, first: int, behind: int) -> NDArray[np.int64]:
        """Offsets of the records of some blocks, one block after the other: int64 [records].

        Runs of 2, 3 and 1 offsets from 10 on are the records 10, 11 and 15.

        Args:
            first: number of the first block
            behind: number of the block behind the last one

        Raises:
            ViewError: where the runs have another number of records than the blocks
        """
        before = self.runs_before[first : behind + 1] - self.runs_before[first]
        runs = self.runs[self.runs_before[first] : self.runs_before[behind]].astype(np.int64)
        run_counts = np.diff(before)
        # Every run of a block follows the one in front of it; the first one, of records, begins with the block.
        ahead = np.cumsum(runs) - runs
        begins = np.repeat(self.begin[first:behind] - ahead[before[:-1]], run_counts) + ahead
        is_records = (np.arange(len(runs)) - np.repeat(before[:-1], run_counts)) % 2 == 0
        begins, sizes = begins[is_records], runs[is_records]
        # Before anything is made of them.
        samples = int(self.samples_before[behind] - self.samples_before[first])
        if int(sizes.sum()) != samples:
            raise ViewError(f"the runs of some blocks have {sizes.sum()} records, not {samples}: the view was changed")
        return np.repeat(begins - (np.cumsum(sizes) - sizes), sizes) + np.arange(samples)

    def __len__(self) -> int:
        return len(self.partition)

    @overload
    def __getitem__(self, index: int) -> Block: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Block, ...]: ...

    def __getitem__(self, index: int | slice) -> Block | tuple[Block, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        at = range(len(self))[index]
        return next(self._made(at, at + 1))

    def __iter__(self) -> Iterator[Block]:
        for at in range(0, len(self), _MADE):
            yield from self._made(at, min(at + _MADE, len(self)))

    def _made(self, first: int, behind: int) -> Iterator[Block]:
        before = self.runs_before[first : behind + 1].tolist()
        runs = self.runs[before[0] : before[-1]].tolist()
        sizes = np.diff(self.samples_before[first : behind + 1]).tolist()
        partitions, begins, bytes_ = (array[first:behind].tolist() for array in (self.partition, self.begin, self.bytes))
        for i, size in enumerate(sizes):
            own = runs[before[i] - before[0] : before[i + 1] - before[0]]
            block = Block(partitions[i], begins[i], bytes_[i], tuple(own))
            if block.size != size:
                raise ViewError(f"block {first + i} has {block.size} records, not {size}: the view was changed")
            yield block

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Blocks) and all(map(np.array_equal, self.arrays, other.arrays))

    def __hash__(self) -> int:
        return hash((len(self), len(self.runs), self.samples))

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """The arrays in the order in which a file has them."""
        return self.begin, self.bytes, self.runs_before, self.samples_before, self.partition, self.runs
