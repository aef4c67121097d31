"""Ready batches as PyTorch tensors.

    for batch in TorchLoader(source, view, batch_size=96, seed=7):
        batch["images"], batch["tokens"], batch["mask"]     # tensors that share the loader's memory

Needs torch, which is not among the package's own requirements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.distributed
from torch.utils.data import IterableDataset, get_worker_info

from pairstream.errors import SettingsError
from pairstream.following import Follow
from pairstream.loader import Batch, Loader, Stats
from pairstream.source import Source
from pairstream.view import View


class TorchLoader(IterableDataset[dict[str, Any]]):
    """A :class:`pairstream.Loader` that yields dictionaries of tensors.

    ``images``: uint8 or float32 [size, height, width, channels], or [size, channels, height, width] with
    ``layout="nchw"``; ``tokens``: int32 [size, length]; ``mask``: uint8 [size, length]; ``pair_ids`` and ``captions``:
    lists of texts; ``folds``: int32 [size]; ``epoch`` and ``step``: numbers. Tensors share the loader's memory, which
    is used again when nothing refers to them any more; it is pinned where there is a CUDA device.

    Rank and ranks are those of ``torch.distributed`` where that is initialised and they are not given. May stand in a
    ``DataLoader`` with ``batch_size=None`` and no workers: threads load and decode already.

    Args:
        pin_memory: None pins where a CUDA device is available
        others: as of :class:`pairstream.Loader`
    """

    def __init__(
        self,
        source: Source,
        view: View | Sequence[tuple[View, int]] | Follow,
        *,
        rank: int | None = None,
        ranks: int | None = None,
        pin_memory: bool | None = None,
        **options: Any,
    ) -> None:
        if (rank is None) != (ranks is None):
            raise SettingsError("rank and ranks are given together, or taken from torch.distributed")
        if rank is None or ranks is None:
            is_distributed = torch.distributed.is_available() and torch.distributed.is_initialized()
            rank = torch.distributed.get_rank() if is_distributed else 0
            ranks = torch.distributed.get_world_size() if is_distributed else 1
        if torch.cuda.is_available() if pin_memory is None else pin_memory:
            options.setdefault("allocate", _pinned)
        self.loader = Loader(source, view, rank=rank, ranks=ranks, **options)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if get_worker_info() is not None:
            raise SettingsError("the loader has threads of its own: give DataLoader num_workers=0")
        return map(_tensors, self.loader)

    def state_dict(self) -> dict[str, Any]:
        """The position behind the last batch that was handed out."""
        return self.loader.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on behind the batch of a position, with any number of ranks that divides the lanes."""
        self.loader.load_state_dict(state)

    @property
    def stats(self) -> Stats:
        """What the loader has done so far."""
        return self.loader.stats

    def close(self) -> None:
        """Ends loading."""
        self.loader.close()

    def __enter__(self) -> TorchLoader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _tensors(batch: Batch) -> dict[str, Any]:
    return {
        "images": torch.from_numpy(batch.images),
        "tokens": torch.from_numpy(batch.tokens),
        "mask": torch.from_numpy(batch.mask),
        "folds": torch.from_numpy(batch.folds),
        "pair_ids": batch.pair_ids,
        "captions": batch.captions,
        "epoch": batch.epoch,
        "step": batch.step,
    }


def _pinned(size: int) -> npt.NDArray[np.uint8]:
    memory: npt.NDArray[np.uint8] = torch.empty(size, dtype=torch.uint8, pin_memory=True).numpy()
    return memory
