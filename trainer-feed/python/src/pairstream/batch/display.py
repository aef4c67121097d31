"""Batches as people look at them."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from pairstream.batch.pixels import PROFILES, Pixels
from pairstream.columns.of_records import Picture
from pairstream.errors import SettingsError

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
