"""Random changes of samples, for a loader's ``transform``."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from pairstream.columns.of_records import mirrored

_SIDES = re.compile(
    r"\b(?:left|right)(?!eous|ful|s?overs?\b)|clockwise|\bstarboard|[左右]|[顺順逆]\s*[时時]\s*[针針]", re.IGNORECASE
)


def names_a_side(caption: str) -> bool:
    """Whether a caption in English or Chinese says what is left or right, or which way something turns."""
    return _SIDES.search(caption) is not None


def horizontal_flip(sample: dict[str, Any], random: np.random.Generator, p: float = 0.5) -> dict[str, Any]:
    """Mirrors a sample's pictures with probability ``p``, but never where its caption, or a text of it, names a side.

    Of a mirrored one ``crop`` is the corner in the mirrored original.

    Args:
        sample: as ``transform`` gets it; stays as it is
        random: of the sample, from which one number is drawn whatever the caption says
    """
    is_drawn = random.random() < p
    texts = [one for name, one in sample.items() if name == "caption" or name.startswith("texts.")]
    if not is_drawn or any(map(names_a_side, texts)):
        return sample
    pictures = [name for name in sample if name == "image" or name.startswith("images.")]
    changed = {name: np.ascontiguousarray(sample[name][:, ::-1]) for name in pictures}
    return {**sample, **changed, **mirrored(sample)}
