"""The arguments of a loader by name, for those who pass them on."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypedDict

from pairstream.hooks import Collate, Transform
from pairstream.slots import Allocate
from pairstream.writing import Augment


class CommonOptions(TypedDict, total=False):
    """Arguments of :class:`pairstream.Loader` that whoever opens one in another's place may choose, with its defaults."""

    seed: int
    window: int
    layout: str
    pixels: str
    normalise: str
    normalize: str | None
    columns: Sequence[str]
    stored: str | os.PathLike[str] | None
    models: Mapping[str, str]
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
    on_error: str


class LoaderOptions(CommonOptions, total=False):
    """The same, with those of a run."""

    lanes: int
    epochs: int | Literal["auto"] | None
    last: str | None
    buckets: bool
    captions: Mapping[str, float] | None
    caption_dropout: float


class ColumnOptions(CommonOptions, total=False):
    """The same, with those of what is passed over once, to compute something."""

    augment: Augment | None


def pass_on(own: Callable[..., Any], others: Callable[..., Any]) -> None:
    """Has help and editors show, of a function that passes its ``**options`` on, the others' arguments by name."""
    shown = inspect.signature(own).parameters
    taken = [one for name, one in inspect.signature(others).parameters.items() if name not in shown]
    given = [one for one in shown.values() if one.kind is not one.VAR_KEYWORD]
    own.__signature__ = inspect.Signature([*given, *taken])  # type: ignore[attr-defined]
