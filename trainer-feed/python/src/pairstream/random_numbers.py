"""SplitMix64, seeded by name: https://prng.di.unimi.it/splitmix64.c."""

import hashlib

import numpy as np
import numpy.typing as npt

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15


class RandomNumbers:
    """Random numbers that every machine and every language draws alike.

    The state begins as the first 8 bytes, big-endian, of SHA-256 over the parts, each as text in
    UTF-8, with a zero byte between them.
    """

    def __init__(self, *parts: object) -> None:
        key = "\0".join(map(str, parts)).encode("utf-8")
        self._state = int.from_bytes(hashlib.sha256(key).digest()[:8], "big")

    def bits(self) -> int:
        """The next 64 bits."""
        self._state = (self._state + _GAMMA) & _MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def many_bits(self, count: int) -> npt.NDArray[np.uint64]:
        """The next ``count`` times 64 bits: uint64 [count]."""
        z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_GAMMA) + np.uint64(self._state)
        self._state = (self._state + count * _GAMMA) & _MASK
        z ^= z >> np.uint64(30)
        z *= np.uint64(0xBF58476D1CE4E5B9)
        z ^= z >> np.uint64(27)
        z *= np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
        return z

    def next(self) -> float:
        """The next number from 0 to below 1: the upper 53 bits times 2^-53."""
        return (self.bits() >> 11) * 2.0**-53

    def permutation(self, count: int) -> list[int]:
        """The numbers below ``count`` in random order.

        For i from ``count`` - 1 down to 1, those at i and at ``floor(next (i + 1))`` change places.
        """
        order = list(range(count))
        if count < 2:
            return order
        draws = (self.many_bits(count - 1) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        sizes = np.arange(count, 1, -1)
        places = np.floor(draws * sizes).astype(np.int64).tolist()
        for i, j in zip(range(count - 1, 0, -1), places):
            order[i], order[j] = order[j], order[i]
        return order
