"""Ready batches as PyTorch tensors.

    for batch in TorchLoader(source, view, batch_size=96, seed=7, device="cuda"):
        batch["images"], batch["tokens"], batch["mask"]     # tensors on the device

Needs torch, which is not among the package's own requirements.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import torch
import torch.distributed
from torch.distributed.device_mesh import DeviceMesh
from torch.overrides import TorchFunctionMode
from torch.utils.data import IterableDataset, get_worker_info
from torch.utils.data._utils.collate import default_collate_fn_map

from pairstream.batch.batch import Batch, Tokenizer, decode
from pairstream.batch.writer import note
from pairstream.errors import SettingsError
from pairstream.loader.loader import Loader
from pairstream.loader.schedules import Given, resolved
from pairstream.loader.stats import Stats
from pairstream.options import LoaderOptions, pass_on
from pairstream.source import Source

if TYPE_CHECKING:
    from typing_extensions import Unpack


class _NoDataset(SettingsError, AttributeError):
    """To ``hasattr`` and ``getattr`` it says that there is none."""


class TorchBatch(dict[str, Any]):
    """A batch's tensors, texts and numbers by name."""

    def __repr__(self) -> str:
        shown = [
            f"{name}={f'{one.dtype}{list(one.shape)} on {one.device}' if isinstance(one, torch.Tensor) else one}"
            for name, one in self.items()
            if not isinstance(one, list)
        ]
        return f"TorchBatch({', '.join(shown)})"

    def decode(self, tokenizer: Tokenizer, name: str = "") -> list[str]:
        """The texts of the token ids, as of :meth:`pairstream.Batch.decode`."""
        return decode(self, tokenizer, name)


class TorchLoader(IterableDataset[dict[str, Any]]):
    """A :class:`pairstream.Loader` that yields dictionaries of tensors.

    ``images``: uint8 or float32 [size, height, width, channels], or [size, channels, height, width] with
    ``layout="nchw"``; ``tokens``: int32 [size, length]; ``mask``: uint8 [size, length]; ``pair_ids`` and ``captions``:
    lists of texts; ``dropped``: bool [size]; ``epoch`` and ``step``: numbers; ``fold``: int64 [size]; and the columns
    that were asked for. With ``transform`` or ``collate`` it yields what they made, ``data`` of a
    :class:`pairstream.Batch`, where that is a dictionary with arrays as tensors and on the device, and with
    ``epoch`` and ``step``.

    With a ``device`` the tensors are there already, copied on a stream of the loader's own, and may be used on the
    stream that is current at that time. Without one they share the loader's memory, which is used again when nothing
    refers to them. Where there is a CUDA device that memory is pinned and PyTorch's, which keeps it until copies that
    were begun with ``non_blocking=True`` are done; such a copy of other memory needs the batch to be held for so long.

    Rank and ranks are those of the ``mesh``, else of ``torch.distributed`` where that is initialised. May stand in a
    ``DataLoader`` with ``batch_size=None`` and no workers: threads load and decode already. Accelerate's ``prepare``
    takes the loader itself, not a ``DataLoader`` of it, and ``register_for_checkpointing`` puts its position among what
    ``save_state`` saves; for Hugging Face's ``Trainer`` see :mod:`pairstream.transformers`.

    Args:
        where: conditions, where no view is given
        mesh: in the place of rank and ranks a ``torch.distributed.device_mesh.DeviceMesh``, or a slice of one: its one
            dimension, or those that are named dp, dp_replicate, dp_shard, replicate or shard, divide the data. Ranks
            that differ in other dimensions alone (of tensor, context or pipeline parallelism) get the same batches.
            Copied when the loader is opened: one that is pickled stays the same rank
        device: where the tensors are handed out; None leaves them in the host's memory
        pin_memory: None pins where a CUDA device is available
        augment: changes training pictures: a function of one tensor [channels, height, width] on its device, as
            torchvision's transforms are, which draws from PyTorch's generators. It is called in the thread that asks
            for the batch, with these generators seeded by (seed, epoch, pair id) for each picture and put back after.
            All its results have one shape
        others: as of :class:`pairstream.Loader`
    """

    def __init__(
        self,
        source: Source,
        view: Given | None = None,
        *,
        batch_size: int,
        where: str | Sequence[str] = (),
        rank: int | None = None,
        ranks: int | None = None,
        mesh: DeviceMesh | None = None,
        device: torch.device | str | None = None,
        pin_memory: bool | None = None,
        augment: Callable[[torch.Tensor], torch.Tensor] | None = None,
        **options: Unpack[LoaderOptions],
    ) -> None:
        is_grouped = any(map(options.get, ("buckets", "captions")))
        view = resolved(source, view, where, is_grouped)
        if mesh is not None:
            if rank is not None or ranks is not None:
                raise SettingsError("rank and ranks are the mesh's: give mesh alone")
            rank, ranks = _share_of(mesh)
        own: dict[str, Any] = {"rank": rank, "ranks": ranks, "device": device, "pin_memory": pin_memory, "augment": augment}
        self._again = partial(type(self), source, view, batch_size=batch_size, **own, **options)
        self._is_alone = False
        """Whether there was no process group that says so."""
        if (rank is None) != (ranks is None):
            raise SettingsError("rank and ranks are given together, or taken from mesh or torch.distributed")
        if rank is None or ranks is None:
            is_distributed = torch.distributed.is_available() and torch.distributed.is_initialized()
            self._is_alone = not is_distributed
            rank = torch.distributed.get_rank() if is_distributed else 0
            ranks = torch.distributed.get_world_size() if is_distributed else 1
        if torch.cuda.is_available() if pin_memory is None else pin_memory:
            options.setdefault("allocate", _pinned)
        if augment is not None and source.split != "training":
            raise SettingsError(f"augment is for training alone, not for {source.split}")
        if augment is not None and any(options.get(hook) is not None for hook in ("transform", "collate")):
            raise SettingsError("augment changes pictures that transform has already: give one of them")
        self._augment = augment
        self._is_channels_last = options.get("layout", "nhwc") == "nhwc"
        self._device = None if device is None else torch.device(device)
        if self._device and self._device.type == "cuda" and not torch.cuda.is_available():
            raise SettingsError(f"PyTorch finds no CUDA device on this machine, so there is no {device}: leave device out")
        self._stream = torch.cuda.Stream(self._device) if self._device and self._device.type == "cuda" else None
        self._ranks = ranks
        self.loader = Loader(source, view, batch_size=batch_size, rank=rank, ranks=ranks, **options)

    def __iter__(self) -> Iterator[Any]:
        if get_worker_info() is not None:
            raise SettingsError("the loader has threads of its own: give DataLoader num_workers=0")
        gradients = _gradients()
        prepared = gradients and gradients.active_dataloader
        # Of several processes each has a shard, as Accelerate calls it, of what is in turn the loader.
        of = getattr(prepared, "dataset", None)
        if self in (of, getattr(of, "dataset", None)):
            # Else it would stay the one that is read, and the loader itself be refused after it.
            prepared.end()
            raise SettingsError(
                "Accelerate and transformers' Trainer would make batches of batches, or read in the first process alone: "
                "give prepare the loader itself, of which each process has its own share already, not a DataLoader of it; "
                "take pairstream.transformers.Trainer in the place of transformers.Trainer"
            )
        if self._is_alone and torch.distributed.is_available() and torch.distributed.is_initialized():
            ranks = torch.distributed.get_world_size()
            if ranks > 1:
                raise SettingsError(
                    f"the loader was opened before the process group of {ranks}, whose ranks would all get the same batches: "
                    "open it after init_process_group (Accelerator(), TrainingArguments()), or give rank and ranks"
                )
        iter(self.loader)
        return _Tensors(self.loader, self._handed_out, self._ranks)

    def __len__(self) -> int:
        """Number of batches in an epoch; a TypeError of a mix and of a view that grows."""
        return len(self.loader)

    def state_dict(self) -> dict[str, Any]:
        """The position behind the last batch that was handed out.

        Always of the same names: ``torch.distributed.checkpoint`` loads those alone that a state has before.
        """
        return {**_UNSAID, **self.loader.state_dict()}

    def checkpoint(self, name: str) -> dict[str, Any]:
        """The state, noted under a name: see :meth:`pairstream.Loader.checkpoint`."""
        return {**_UNSAID, **self.loader.checkpoint(name)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on behind the batch of a position, with any number of ranks."""
        self.loader.load_state_dict(state)

    def set_epoch(self, epoch: int) -> None:
        """Says which epoch the next loop is: see :meth:`pairstream.Loader.set_epoch`."""
        self.loader.set_epoch(epoch)

    @property
    def sampler(self) -> TorchLoader:
        """The loader itself: Lightning looks for ``set_epoch`` in a sampler."""
        return self

    @property
    def batch_sampler(self) -> None:
        """None: the loader makes batches itself. Lightning asks for it where there is a ``sampler``."""
        return None

    @property
    def dataset(self) -> NoReturn:
        """None: Accelerate asks for it in ``skip_first_batches``."""
        raise _NoDataset(
            "a loader has no dataset of which Accelerate could make another loader: in the place of skip_first_batches, "
            "load_state goes on behind the last batch, after register_for_checkpointing(loader), or loader.skip(batches) "
            "passes over some"
        )

    def skip(self, batches: int) -> None:
        """Passes over so many batches without reading them."""
        self.loader.skip(batches)

    def explain(self, step: int, epoch: int = 0) -> list[dict[str, Any]]:
        """Explains the batch of a step: see :meth:`pairstream.Loader.explain`."""
        return self.loader.explain(step, epoch)

    @property
    def stats(self) -> Stats:
        """Statistics of the loader so far."""
        return self.loader.stats

    def close(self) -> None:
        """Ends loading."""
        self.loader.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return self._again, (), self.state_dict()

    def __setstate__(self, position: Mapping[str, Any]) -> None:
        self.load_state_dict(position)

    def _handed_out(self, batch: Batch) -> Any:
        if batch.data is not None:
            if not isinstance(batch.data, dict):
                return batch.data
            values = {name: _tensor(value) for name, value in batch.data.items()}
            made = {name: value for name, value in values.items() if isinstance(value, torch.Tensor)}
            numbers = {"epoch": batch.epoch, "step": batch.step}
            return TorchBatch({**numbers, **values, **self._on_device(made, is_watched=False)})
        tensors = self._on_device(_tensors(batch), isinstance(batch.memory, torch.Tensor))
        if self._augment is not None:
            tensors["images"] = self._augmented(tensors["images"], batch)
        others = {name: getattr(batch, name) for name in ("pair_ids", "captions", "epoch", "step")}
        return TorchBatch({**batch.columns, **tensors, **others})

    def _on_device(self, tensors: dict[str, torch.Tensor], is_watched: bool) -> dict[str, torch.Tensor]:
        if self._device is not None:
            with torch.cuda.stream(self._stream) if self._stream else nullcontext():
                tensors = {name: one.to(self._device, non_blocking=is_watched) for name, one in tensors.items()}
        if self._stream is not None:
            current = torch.cuda.current_stream(self._device)
            current.wait_stream(self._stream)
            for one in tensors.values():
                if one.is_cuda:
                    one.record_stream(current)
        return tensors

    def _augmented(self, images: torch.Tensor, batch: Batch) -> torch.Tensor:
        assert self._augment is not None
        if not batch.seeds:
            return images
        pictures = images.permute(0, 3, 1, 2) if self._is_channels_last else images
        # What changes pictures where they are would find them changed when it is called again, after an error.
        pictures = pictures.clone()
        changed = []
        # Of the devices whose numbers augment may draw alone: each one's are read and put back, which takes time.
        gpus = [images.device] if images.is_cuda else []
        generators = [torch.default_generator, *(torch.cuda.default_generators[gpu.index] for gpu in gpus)]
        with torch.random.fork_rng(gpus):
            for picture, seed, pair_id in zip(pictures, batch.seeds, batch.pair_ids):
                for generator in generators:
                    generator.manual_seed(seed)
                try:
                    changed.append(self._augment(picture))
                except Exception as e:
                    note(e, f"in the sample of pair {pair_id}")
                    raise
        stacked = torch.stack(changed)
        return stacked.permute(0, 2, 3, 1).contiguous() if self._is_channels_last else stacked

    def __enter__(self) -> TorchLoader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Tensors(Iterator[Any]):
    """Hands out what is made of a loader's batches; to Accelerate it is the data loader in use for so long.

    Attributes:
        end_of_dataloader: whether the batch is the last one of its epoch, with which ``accumulate`` applies gradients
        remainder: of that batch, where it isn't full and one process has all of it: ``gather_for_metrics`` keeps so many
            values, of which Hugging Face's Trainer has one for each sample of a full one. 0 keeps all: no sample is added
    """

    end_of_dataloader = False
    remainder = 0

    def __init__(self, loader: Loader, make: Callable[[Batch], Any], ranks: int) -> None:
        self._loader = loader
        self._make = make
        self._full = loader.rank_batch_size if ranks == 1 else 1

    def __next__(self) -> Any:
        gradients = _gradients()
        if gradients is not None and self not in gradients.dataloader_references:
            gradients._add_dataloader(self)
        try:
            return self._loader.next_as(self._noted)
        except BaseException:
            self.__del__()
            raise

    def _noted(self, batch: Batch) -> Any:
        self.end_of_dataloader = batch.position.get("epoch", batch.epoch) != batch.epoch
        self.remainder = len(batch) % self._full
        return self._make(batch)

    def __del__(self) -> None:
        gradients = _gradients()
        if gradients is not None:
            gradients._remove_dataloader(self)


def _gradients() -> Any:
    """Accelerate's state of the loops that are under way; None where it is not loaded."""
    accelerate = sys.modules.get("accelerate.state")
    return accelerate.GradientState() if accelerate else None


_UNSAID: dict[str, Any] = {"checkpoint": None, "since": None, "ended": None, "where": None}
"""Optional entries of a loader's state; a checkpoint of PyTorch has them as None, since its keys are fixed."""

pass_on(TorchLoader.__init__, inspect.signature(Loader).parameters.values())

_DIVIDING = {"dp", "dp_replicate", "dp_shard", "replicate", "shard"}
"""Dimensions that divide the data where a mesh has several: as PyTorch's guides, Accelerate and torchtitan name them."""


def _share_of(mesh: DeviceMesh) -> tuple[int, int]:
    """Rank and ranks of this process among those that the mesh divides the data by."""
    names = mesh.mesh_dim_names or ()
    if mesh.ndim > 1 and not _DIVIDING.issuperset(names or ["?"]):
        known = f"the dimensions {', '.join(names)}" if names else f"{mesh.ndim} dimensions without names"
        raise SettingsError(
            f"the mesh has {known}: give the part of it that divides the data, such as mesh['dp'] or "
            "mesh['dp_replicate', 'dp_shard'] of a mesh with mesh_dim_names"
        )
    at = mesh.get_coordinate()
    if at is None:
        raise SettingsError("this process is not in the mesh: only those that are open a loader with it")
    return int(np.ravel_multi_index(tuple(at), tuple(mesh.shape))), mesh.size()


def _tensors(batch: Batch) -> dict[str, torch.Tensor]:
    arrays = {name: getattr(batch, name) for name in ("images", "tokens", "mask", "dropped")}
    arrays.update((name, one) for name, one in batch.columns.items() if isinstance(one, np.ndarray))
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    memory = batch.memory
    if isinstance(memory, torch.Tensor):
        for name, one in tensors.items():
            # Of the memory's own storage, by which PyTorch's allocator knows it when it is copied.
            at = one.data_ptr() - memory.data_ptr()
            if 0 <= at < memory.nbytes:
                tensors[name] = memory[at : at + one.nbytes].view(one.dtype).view(one.shape)
    return tensors


def _tensor(value: Any) -> Any:
    is_numeric = isinstance(value, np.ndarray) and value.dtype.kind in "biufc"
    return torch.from_numpy(value) if is_numeric else value


class seeded(TorchFunctionMode):
    """Draws PyTorch's random numbers from a sample's generator, in this thread and on the CPU.

    PyTorch's own generator is one for all threads: a ``transform`` that seeded it would change what the training draws,
    and be changed by it.

        def transform(sample, random):
            with seeded(random):
                image = augment(torch.from_numpy(sample["image"]).permute(2, 0, 1))    # torchvision.transforms.v2
            return {"image": image, "tokens": sample["tokens"]}
    """

    def __init__(self, random: np.random.Generator) -> None:
        super().__init__()
        self._generator = torch.Generator().manual_seed(int(random.integers(1 << 63)))

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in _LIKE:
            func, like, args = _LIKE[func], args[0], args[1:]
            kwargs = {"size": like.shape, "dtype": like.dtype, **kwargs}
            kwargs.pop("memory_format", None)
        if func in _DRAWING and kwargs.get("generator") is None:
            kwargs = {**kwargs, "generator": self._generator}
        return func(*args, **kwargs)


_LIKE = {torch.rand_like: torch.rand, torch.randn_like: torch.randn, torch.randint_like: torch.randint}
_DRAWING = {
    torch.rand, torch.randn, torch.randint, torch.randperm, torch.normal, torch.bernoulli, torch.multinomial,
    torch.poisson, torch._sample_dirichlet, torch._standard_gamma, *(
        getattr(torch.Tensor, name)
        for name in ("bernoulli", "multinomial", "uniform_", "normal_", "random_", "bernoulli_", "exponential_",
                     "geometric_", "cauchy_", "log_normal_")
    ),
}  # fmt: skip


def _pinned(size: int) -> torch.Tensor:
    return torch.empty(size, dtype=torch.uint8, pin_memory=True)


def _refuse_collation(batches: Any, **_: Any) -> NoReturn:
    raise SettingsError(f"the loader makes batches itself: give DataLoader batch_size=None, not {len(batches)}")


# By this DataLoader with a batch_size would make one batch of several.
default_collate_fn_map[TorchBatch] = _refuse_collation
