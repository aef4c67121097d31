"""Facts that the index has about each sample of a view: shape, picture, kind of source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

NONE = 255
"""The bucket of a sample that the index has no more."""


@dataclass(frozen=True, eq=False, repr=False)
class Facts:
    """Facts that the index has about each sample of a view, in the view's order.

    Args:
        shapes: (height, width) in pixels of each bucket; none where there are more than 255
        kinds: of source, by number
        picture: which samples have the same picture: uint32 [samples]
        bucket: number of the pair's own picture's shape, or ``NONE``: uint8 [samples]
        kind: number of the pair's kind of source: uint8 [samples]
        expected: the digest that the file states; empty where there is none
    """

    shapes: Sequence[tuple[int, int]]
    kinds: Sequence[str]
    picture: NDArray[np.uint32]
    bucket: NDArray[np.uint8]
    kind: NDArray[np.uint8]
    expected: str = ""

    @cached_property
    def digest(self) -> str:
        """Digest of the facts: 16 hexadecimal digits."""
        found = hashlib.sha256(json.dumps(self.names).encode("utf-8"))
        for array in self.arrays:
            found.update(np.ascontiguousarray(array).data)
        return found.hexdigest()[:16]

    @property
    def names(self) -> dict[str, list[object]]:
        """Shapes and kinds, as JSON has them."""
        return {"shapes": [list(shape) for shape in self.shapes], "kinds": list(self.kinds)}

    @property
    def arrays(self) -> tuple[NDArray[np.uint32] | NDArray[np.uint8], ...]:
        """The arrays in the order in which a file has them."""
        return self.picture, self.bucket, self.kind

    def counts(self) -> dict[tuple[int, int], int]:
        """Samples of each shape (height, width)."""
        found = np.bincount(self.bucket, minlength=NONE + 1)
        return {(height, width): int(found[i]) for i, (height, width) in enumerate(self.shapes)}
