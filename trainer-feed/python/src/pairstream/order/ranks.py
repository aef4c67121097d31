"""Shares of a batch, one for each rank."""

from __future__ import annotations

from dataclasses import dataclass

from pairstream.arguments import require_whole
from pairstream.errors import SettingsError


@dataclass(frozen=True)
class RankShare:
    """One of several ranks that train together: of an epoch's samples it has every ``ranks``-th, from ``rank`` on.

    Args:
        rank: from 0 to below ``ranks``
        ranks: number of processes that train together
    """

    rank: int = 0
    ranks: int = 1

    def __post_init__(self) -> None:
        require_whole(self, "rank", "ranks")
        if self.ranks < 1 or not 0 <= self.rank < self.ranks:
            raise SettingsError(f"rank {self.rank} of {self.ranks}; ranks count from 0, and there is at least one")

    def of(self, begin: int, end: int) -> range:
        """The rank's numbers, from ``begin`` to below ``end``."""
        return range(begin + (self.rank - begin) % self.ranks, end, self.ranks)

    def require_batch(self, batch_size: int) -> None:
        """Checks that all ranks have the same part of a batch.

        Raises:
            SettingsError: where they have not, or it is less than 1
        """
        if batch_size < 1:
            raise SettingsError(f"batch_size must be at least 1, was {batch_size}")
        if batch_size % self.ranks:
            below = max(self.ranks, batch_size // self.ranks * self.ranks)
            raise SettingsError(
                f"a batch of {batch_size} samples cannot be shared by {self.ranks} ranks alike; "
                f"the nearest sizes are {below} and {below + self.ranks}"
            )
