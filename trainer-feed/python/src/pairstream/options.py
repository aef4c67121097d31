"""The arguments of a loader by name, for those who pass them on."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypedDict

from pairstream.batch.memory import Allocate
from pairstream.batch.writer import Augment, Collate, Transform

Layout = Literal["nhwc", "nchw"]
Pixels = Literal["uint8", "float32"]
Normalise = Literal["none", "zero-to-one", "minus-one-to-one", "clip", "imagenet", "as-recipe"]
Names = list[str] | tuple[str, ...]
"""Not of every ``Sequence[str]``: a text is one too."""
OnError = Literal["raise", "skip"]
Last = Literal["drop", "keep"]


class CommonOptions(TypedDict, total=False):
    """Arguments of :class:`pairstream.Loader` that everything which opens one passes on, with their types."""

    seed: int
    window: int
    layout: Layout
    pixels: Pixels
    normalise: Normalise
    columns: Names
    stored: str | os.PathLike[str] | None
    models: Mapping[str, str] | None
    transform: Transform | None
    collate: Collate | None
    side_px: int | tuple[int, int]
    threads: int
    slots: int
    token_set: str
    rendition: str
    run: str
    report: bool
    allocate: Allocate | None
    on_error: OnError


class LoaderOptions(CommonOptions, total=False):
    """Arguments that a :class:`pairstream.torch.TorchLoader` passes on."""

    lanes: int
    epochs: int | Literal["auto"] | None
    last: Last | None
    buckets: bool
    captions: Mapping[str, float] | None
    caption_dropout: float


class ColumnOptions(CommonOptions, total=False):
    """Arguments that :func:`pairstream.write_column` passes on."""

    augment: Augment | None


def pass_on(own: Callable[..., Any], others: Iterable[inspect.Parameter]) -> None:
    """Has help and editors show, of a function that passes its ``**options`` on, the others' arguments by name."""
    shown = inspect.signature(own).parameters
    given = [one for one in shown.values() if one.kind is not one.VAR_KEYWORD]
    taken = [one for one in others if one.name not in shown]
    own.__signature__ = inspect.Signature([*given, *taken])  # type: ignore[attr-defined]
