"""A loader's arguments, in groups that check themselves."""

from __future__ import annotations

import inspect
import numbers
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal

from pairstream.arguments import require_whole, whole
from pairstream.batch.memory import Allocate
from pairstream.batch.writer import Augment, Collate, Pictures, Transform
from pairstream.columns.of_records import Columns
from pairstream.errors import SettingsError
from pairstream.options import Last, Layout, Names, Normalise, OnError, Pixels
from pairstream.order.epoch_order import DEFAULT_LANES, DEFAULT_WINDOW, OrderPlan
from pairstream.order.grouped_schedule import Grouping
from pairstream.order.ranks import RankShare


@dataclass(frozen=True)
class ReadSettings:
    """Fields to read of each pair, and the fate of a pair that cannot be read."""

    columns: Names = ()
    stored: str | os.PathLike[str] | None = None
    models: Mapping[str, str] | None = None
    rendition: str = ""
    token_set: str = ""
    on_error: OnError = "raise"

    def __post_init__(self) -> None:
        if self.on_error not in ("raise", "skip"):
            raise SettingsError(f"on_error is raise or skip, not {self.on_error}")
        if not isinstance(self.models, Mapping | None):
            raise SettingsError(f"models are versions by the model's name, {{'NAME': 'VERSION'}}, not {self.models!r}")
        object.__setattr__(self, "columns", Columns(self.columns).names)


@dataclass(frozen=True)
class BatchSettings:
    """The shape of batches, and what changes their samples."""

    batch_size: int
    last: Last | None = None
    side_px: int | tuple[int, int] = 256
    buckets: bool = False
    layout: Layout = "nhwc"
    pixels: Pixels = "uint8"
    normalise: Normalise = "none"
    augment: Augment | None = None
    transform: Transform | None = None
    collate: Collate | None = None
    caption_dropout: float = 0.0

    def __post_init__(self) -> None:
        require_whole(self, "batch_size")
        given = self.side_px if isinstance(self.side_px, (list, tuple)) else (self.side_px,)
        sides = tuple(whole("side_px", side) for side in given)
        if len(sides) not in (1, 2):
            raise SettingsError(f"side_px is one side, or height and width, not {self.side_px!r}")
        object.__setattr__(self, "side_px", sides if len(sides) > 1 else sides[0])
        if not isinstance(self.buckets, bool):
            raise SettingsError(f"buckets is True or False, not {self.buckets!r}")
        if self.last not in (None, "drop", "keep"):
            raise SettingsError(f"last is drop or keep, not {self.last}")
        if self.has_hook and (self.augment is not None or self.pictures != Pictures(self.pictures.side_px)):
            raise SettingsError(
                "transform gets pictures as uint8 [height, width, channels]: it takes the place of augment, layout, pixels "
                "and normalise"
            )

    @cached_property
    def pictures(self) -> Pictures:
        """How pictures are handed out; with buckets in whatever size they are."""
        return Pictures(None if self.buckets else self.side_px, self.pixels, self.layout, self.normalise)

    @property
    def has_hook(self) -> bool:
        """Whether functions of the trainer's own make the batches."""
        return self.transform is not None or self.collate is not None


@dataclass(frozen=True)
class OrderSettings:
    """The order of samples, and what this rank has of each batch."""

    seed: int = 0
    lanes: int = DEFAULT_LANES
    window: int = DEFAULT_WINDOW
    rank: int = 0
    ranks: int = 1
    epochs: int | Literal["auto"] | None = "auto"
    captions: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.epochs, str) and self.epochs != "auto":
            raise SettingsError(f"epochs is a number, None for no end, or auto, not {self.epochs}")
        if not isinstance(self.epochs, str | None):
            require_whole(self, "epochs")
        assert self.plan and self.share

    @cached_property
    def plan(self) -> OrderPlan:
        """Seed, lanes and window."""
        return OrderPlan(self.seed, self.lanes, self.window)

    @cached_property
    def share(self) -> RankShare:
        """The share of this rank in each batch."""
        return RankShare(self.rank, self.ranks)


@dataclass(frozen=True)
class ResourceSettings:
    """Resources of the machine for a loader, and its name outside."""

    threads: int = 2
    slots: int = 4
    allocate: Allocate | None = None
    run: str = ""
    report: bool = True

    def __post_init__(self) -> None:
        require_whole(self, "threads", "slots")
        if self.threads < 1 or self.slots < 1:
            raise SettingsError(f"threads and slots are at least 1, not {self.threads} and {self.slots}")


@dataclass(frozen=True)
class LoaderSettings:
    """All arguments of a loader of one split.

    Args:
        split: training, validation or test

    Raises:
        SettingsError: where an argument cannot be, or not together with another one or with the split
    """

    split: str
    read: ReadSettings
    batch: BatchSettings
    order: OrderSettings
    resources: ResourceSettings

    def __post_init__(self) -> None:
        self.order.share.require_batch(self.batch.batch_size)
        if self.batch.augment is not None and self.split != "training":
            raise SettingsError(
                f"augmentation is for training alone; a feed of {self.split} hands out pictures as they are, so that "
                "figures can be compared"
            )
        dropout = self.batch.caption_dropout
        if not isinstance(dropout, numbers.Real):
            raise SettingsError(f"caption_dropout is a number from 0 to 1, not {dropout!r}")
        if not 0.0 <= dropout <= 1.0 or (dropout and self.split != "training"):
            raise SettingsError(f"caption_dropout is from 0 to 1, and for training alone, not {dropout} of {self.split}")

    @classmethod
    def of(cls, split: str, **options: Any) -> LoaderSettings:
        """The settings of arguments by name; those that are not given have their defaults.

        Raises:
            SettingsError: where there is no such argument, or one cannot be
        """
        known = [one.name for group in GROUPS for one in fields(group)]
        for name in options:
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
                raise SettingsError(f"a loader has no argument {name}: {hint}")
        own = ({one.name: options[one.name] for one in fields(group) if one.name in options} for group in GROUPS)
        return cls(split, *(group(**given) for group, given in zip(GROUPS, own)))

    @property
    def batch_size(self) -> int:
        """Samples of a batch of all ranks together."""
        return self.batch.batch_size

    @property
    def rank_batch_size(self) -> int:
        """Samples of a full batch that this rank gets."""
        return self.batch.batch_size // self.order.share.ranks

    @property
    def keep_last(self) -> bool:
        """Whether a last batch that is not full is handed out."""
        return self.batch.last == "keep" or (self.batch.last is None and self.split != "training")

    @property
    def grouping(self) -> Grouping:
        """How the pairs of a view are chosen and grouped."""
        return Grouping(self.batch.buckets, self.order.captions)


GROUPS: tuple[type[Any], ...] = (ReadSettings, BatchSettings, OrderSettings, ResourceSettings)
"""The groups of arguments; no two have one of the same name."""


def parameters() -> list[inspect.Parameter]:
    """A loader's arguments by name, as a signature has them."""
    found = [one for group in GROUPS for one in inspect.signature(group).parameters.values()]
    return [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in found]
