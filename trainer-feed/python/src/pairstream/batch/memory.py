"""Memory of batches, used again and again."""

from __future__ import annotations

import ctypes
import math
import weakref
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
import numpy.typing as npt

Allocate = Callable[[int], Any]
"""Makes so many bytes of memory: what NumPy takes for uint8 [bytes] without copying it."""


Arrays = Mapping[str, tuple[tuple[int, ...], Any]]
"""Shape and type of arrays, by name."""


class Slot:
    """Memory for one batch."""

    def __init__(self, batch_size: int, allocate: Allocate | None) -> None:
        self._allocate = (lambda size: np.empty(size, np.uint8)) if allocate is None else allocate
        self._arrays: dict[str, tuple[tuple[int, ...], Any]] = {}
        self.owner: Any = None
        self.memory: npt.NDArray[np.uint8] = np.empty(0, np.uint8)
        self.arrays: dict[str, npt.NDArray[Any]] = {}
        self.texts: dict[str, list[Any]] = {}
        self.pair_ids = [""] * batch_size
        self.captions = [""] * batch_size
        self.dropped = [False] * batch_size
        self.places = [(0, 0)] * batch_size
        self.stand_ins = [False] * batch_size
        self.seeds = [0] * batch_size
        self.skipped: dict[tuple[int, int], str] = {}
        """Partition and offset of each record in whose place another one is, and what is wrong with it."""
        self.pictures: dict[str, npt.NDArray[np.uint8]] = {}
        """Pictures of this batch as a transform gets them, by name."""
        self.made: list[Any] = [None] * batch_size
        """Results of the transform, by sample."""
        self.data: Any = None
        """Result of ``collate`` of these."""

    def arrange(self, arrays: Arrays, texts: Iterable[str]) -> None:
        """Makes room for the arrays of a batch, all in one memory, and for its columns that are lists, by name."""
        self._arrays = {name: (shape, np.dtype(kind)) for name, (shape, kind) in arrays.items()}
        # At least one byte, which can be lent.
        needed = max(1, sum(_aligned(shape, dtype) for shape, dtype in self._arrays.values()))
        if needed > self.memory.size:
            self.owner = self._allocate(needed)
            self.memory = np.asarray(self.owner)
        self.arrays = self.arrays_in(self.memory)
        self.texts = {name: [""] * len(self.pair_ids) for name in texts}

    def copy(self, source: int, target: int) -> None:
        """Has a sample of the batch in the place of another as well."""
        own = (self.pair_ids, self.captions, self.dropped, self.places, self.seeds, self.made)
        for values in (*self.arrays.values(), *self.texts.values(), *own):
            values[target] = values[source]  # type: ignore[index]
        self.stand_ins[target] = True

    def arrays_in(self, memory: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[Any]]:
        """The arrays in the slot's memory."""
        arrays = {}
        at = 0
        for name, (shape, dtype) in self._arrays.items():
            size = math.prod(shape) * dtype.itemsize
            arrays[name] = memory[at : at + size].view(dtype).reshape(shape)
            at += _aligned(shape, dtype)
        return arrays


def _aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """Bytes of an array, with what is left free so that the next one begins on a line of the cache."""
    return -(-math.prod(shape) * dtype.itemsize // 64) * 64


class Pool:
    """Free slots. Thread-safe.

    A slot comes back when the last reference to its arrays is gone, so that no batch changes under one who still
    holds it, or a part of it; for who holds many, more slots are made.

    Args:
        reuses: whether slots come back; else each is handed out once, and its memory goes back to its maker
    """

    def __init__(self, make: Callable[[], Slot], reuses: bool = True) -> None:
        self._make = make
        self._reuses = reuses
        # Finalizers run in the middle of anything; this queue's put may.
        self._free: SimpleQueue[Slot] = SimpleQueue()

    def take(self) -> Slot:
        """A slot without references."""
        try:
            return self._free.get_nowait()
        except Empty:
            return self._make()

    def lend(self, slot: Slot) -> tuple[dict[str, npt.NDArray[Any]], Callable[[], object]]:
        """Hands a slot's arrays out, and what gives them back before the last reference is gone."""
        if not self._reuses:
            return dict(slot.arrays), lambda: None
        # The base of an array, of its parts and of tensors of it is the object at the end that is no array: this one.
        lease = _kind(slot.memory.size).from_address(slot.memory.ctypes.data)
        give_back = weakref.finalize(lease, self._free.put, slot)
        give_back.atexit = False
        return slot.arrays_in(np.frombuffer(lease, np.uint8)), give_back


@lru_cache(maxsize=8)
def _kind(size: int) -> Any:
    """A type of so many bytes, whose objects can be watched."""
    return type("Lease", (ctypes.c_uint8 * size,), {})
