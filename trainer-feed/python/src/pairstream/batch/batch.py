"""Batches, and how people look at them."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping
from typing import Any, Literal, Protocol, overload

import numpy as np
import numpy.typing as npt
from PIL import Image

from pairstream.batch.memory import Pool, Slot
from pairstream.batch.pixels import PROFILES, Pixels
from pairstream.batch.writer import SampleFormat
from pairstream.columns.of_records import Picture
from pairstream.errors import SettingsError
from pairstream.order.schedule import Step

_MOST = 16
_SIDE_PX = 160


class Tokenizer(Protocol):
    """Turns ids into text: a tokenizer of tokenizers, transformers or tiktoken is one."""

    def decode(self, ids: list[int], /) -> str:
        """The text of token ids."""


def decode(values: Mapping[str, Any], tokenizer: Tokenizer, name: str) -> list[str]:
    """The texts of the token ids that a batch has by name, without their padding."""
    tokens, mask = (f"{what}.{name}" if name else what for what in ("tokens", "mask"))
    if tokens not in values:
        raise SettingsError(f"the batch has no {tokens}: name it among the loader's columns")
    if not hasattr(tokenizer, "decode"):
        raise SettingsError(
            f"a {type(tokenizer).__name__} has no decode(ids): give the tokenizer itself, such as "
            "tokenizers.Tokenizer.from_file('tokenizer.json')"
        )
    rows = zip(values[tokens].tolist(), values[mask].tolist())
    return [tokenizer.decode([one for one, is_own in zip(*row) if is_own]) for row in rows]


def line(values: Mapping[str, Any]) -> str:
    """Arrays by their name, type and shape, and texts."""
    return ", ".join(
        f"{name}={one.dtype}{list(one.shape)}" if isinstance(one, np.ndarray) else f"{name}=texts" for name, one in values.items()
    )


def sheet(images: npt.NDArray[Any], picture: Picture, profile: str, captions: list[str], title: str) -> str:
    """HTML that shows the first pictures of a batch with their captions.

    Args:
        images: of a batch, in any of its forms
        picture: what each is in the record
        profile: by which float32 was normalised
        captions: beneath the pictures
        title: above them
    """
    if not images.size:
        problem = "No pictures to show: the transform has them, and the batch what it made of them."
    elif picture.colour not in ("rgb", "grey"):
        problem = f"Pictures in {picture.colour} are not shown: screens have rgb."
    else:
        problem = ""
    figures = [
        f'<figure style="width:{_SIDE_PX}px;margin:0"><img width="{_SIDE_PX}" src="data:image/png;base64,{_png(one)}">'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>"
        for one, caption in zip([] if problem else _pixels(images[:_MOST], picture, profile), captions)
    ]
    return (
        f"<pre>{html.escape(title)}</pre><p>{problem}</p>"
        f'<div style="display:flex;flex-wrap:wrap;gap:8px">{"".join(figures)}</div>'
    )


def _pixels(images: npt.NDArray[Any], picture: Picture, profile: str) -> Pixels:
    """uint8 [size, height, width, channels] of pictures in any layout, type and normalisation."""
    if images.shape[1:] != (picture.height, picture.width, picture.channels):
        images = images.transpose(0, 2, 3, 1)
    means, deviations = PROFILES[profile]
    if means:
        images = (images * np.array(deviations) + np.array(means)) * 255
    return np.rint(images).clip(0, 255).astype(np.uint8)


def _png(pixels: Pixels) -> str:
    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    image.thumbnail((2 * _SIDE_PX, 2 * _SIDE_PX))
    out = io.BytesIO()
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


_NO_IMAGES = np.empty((0, 0, 0, 0), np.uint8)


class Batch:
    """Samples that a trainer can use at once.

    The arrays stay as they are while anything refers to them, or to a part of them; then their memory is used again.

    Attributes:
        images: uint8 or float32 [size, height, width, channels], or [size, channels, height, width] in the layout
            nchw; empty where a ``transform`` has them
        tokens: int32 [size, length], padded with the tokenizer's pad id
        mask: uint8 [size, length], 1 for the caption's ids, 0 for padding
        pair_ids: size texts
        captions: size texts; empty where they are dropped
        dropped: bool [size], whether the caption was left out
        places: int64 [size, 2], partition and offset of each record in the split's topic
        columns: by name ``fold`` (int64 [size], for cross-validation) and those that were asked for, with ``mask.NAME``
            beside ``tokens.NAME``: arrays, lists of texts, or of ``labels`` a list of texts for each;
            ``batch["crop"]`` is one of them
        data: what ``collate`` made of the samples; None without a ``transform``
        memory: what ``allocate`` made, in which the arrays of the batch lie
        colour: what the channels are: rgb, grey, hsv, lab or ycrcb
        epoch: of the run, from 0; 0 in a mix
        step: number of the batch in its epoch, or in the run of a mix, from 0
        position: goes on exactly behind this batch, with any number of ranks
        stand_ins: samples in the place of pairs that were withdrawn after the view was cut, or of skipped ones
        skipped: with ``on_error="skip"``, partition and offset of each record that cannot be had, and what is wrong
            with it; another sample of the batch is in its place
        seeds: size whole numbers below 2^64, each a function of the run's seed, the epoch and the pair id alone: for
            random changes that are the same when the sample is handed out again
    """

    def __init__(self, slot: Slot, pool: Pool, step: Step, form: SampleFormat) -> None:
        size = len(step.picks)
        arrays, self._give_back = pool.lend(slot)
        self.memory: Any = slot.owner
        self.images: npt.NDArray[Any] = arrays.pop("images", _NO_IMAGES)[:size]
        self.tokens: npt.NDArray[np.int32] = arrays.pop("tokens")[:size]
        self.mask: npt.NDArray[np.uint8] = arrays.pop("mask")[:size]
        found = {name: array[:size] for name, array in arrays.items()}
        self.columns: dict[str, Any] = {**found, **{name: texts[:size] for name, texts in slot.texts.items()}}
        self.data, slot.data = slot.data, None
        self.pair_ids = slot.pair_ids[:size]
        self.captions = slot.captions[:size]
        self.dropped = np.array(slot.dropped[:size], np.bool_)
        self.places = np.array(slot.places[:size], np.int64).reshape(-1, 2)
        self._picture: Picture = form.values["images"]
        self._profile = form.profile
        self.colour = self._picture.colour
        self.epoch = step.epoch
        self.step = step.number
        self.position = step.after
        self.stand_ins = sum(slot.stand_ins[:size])
        self.seeds = slot.seeds[:size]
        self.skipped, slot.skipped = slot.skipped, {}

    @overload
    def __getitem__(self, column: Literal["crop", "fold", "original_size"]) -> npt.NDArray[np.signedinteger]: ...

    @overload
    def __getitem__(self, column: str) -> Any: ...

    def __getitem__(self, column: str) -> Any:
        return self.columns[column]

    def __len__(self) -> int:
        return len(self.pair_ids)

    def __repr__(self) -> str:
        position = {name: self.position[name] for name in ("epoch", "segments", "samples") if name in self.position}
        return (
            f"Batch(size={len(self)}, epoch={self.epoch}, step={self.step}, position={position},\n"
            f"      {line({'images': self.images, 'tokens': self.tokens})}, colour={self.colour},\n"
            f"      columns=[{line(self.columns)}], stand_ins={self.stand_ins}, dropped={self.dropped.sum()})"
        )

    def _repr_html_(self) -> str:
        captions = ["(dropped)" if is_dropped else text for text, is_dropped in zip(self.captions, self.dropped)]
        return sheet(self.images, self._picture, self._profile, captions, repr(self))

    def decode(self, tokenizer: Tokenizer, name: str = "") -> list[str]:
        """The texts of the token ids, without their padding: what a model reads of each caption.

        Args:
            tokenizer: that of the recipe: anything with ``decode(ids)``, as of tokenizers, transformers or tiktoken
            name: of another token set, which is among the columns as ``tokens.NAME``

        Raises:
            SettingsError: where the batch has no such token set, or the tokenizer no ``decode``
        """
        return decode({"tokens": self.tokens, "mask": self.mask, **self.columns}, tokenizer, name)

    def release(self) -> None:
        """Gives the arrays' memory back now, even while something refers to them; they must not be used any more.

        Memory of an ``allocate`` goes back only when nothing refers to it.
        """
        self._give_back()
