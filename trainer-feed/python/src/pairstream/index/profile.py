"""Counts and quantiles of a view's pairs, from the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairstream.errors import SettingsError
from pairstream.index.entries import positions_of
from pairstream.views.blocks import Blocks
from pairstream.views.view import View

_COUNTED = ("language", "source_kind", "licence", "contributor", "recipe_version", "fold", "truncated")
_MOST = 20
_QUANTILES = (0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1)


def fields_of(measures: Sequence[str]) -> list[str]:
    """Fields of the index that :func:`profile` needs.

    Raises:
        SettingsError: where measures are no list of names
    """
    if isinstance(measures, str):
        raise SettingsError(f"measures is a list of names, not {measures!r}")
    return ["labels", *_COUNTED, *_numbers(measures)]


def profile(view: View, columns: Mapping[str, NDArray[Any]], measures: Sequence[str]) -> dict[str, Any]:
    """Counts and quantiles of a view's samples; see :meth:`pairstream.Source.profile`.

    Args:
        columns: places and :func:`fields_of` of the pairs that are not withdrawn, by place
    """
    at = positions_of(Blocks.of(view.blocks), np.stack([columns["partition"], columns["offset"]]))
    own = {name: column[at[at >= 0]] for name, column in columns.items()}
    counts = {name: _counts(own[name].tolist()) for name in _COUNTED}
    # Entries from before there were labels have none.
    counts["labels"] = _counts([label for labels in own["labels"] for label in labels or ()])
    counts["size"] = _counts([f"{width}x{height}" for width, height in zip(own["width"], own["height"])])
    return {
        "samples": view.samples,
        "unknown": int((at < 0).sum()),
        "counts": counts,
        "quantiles": {name.removeprefix("measures."): _quantiles(own[name]) for name in _numbers(measures)},
    }


def _numbers(measures: Sequence[str]) -> list[str]:
    return ["token_count", "width", "height", "bytes", *(f"measures.{name}" for name in measures)]


def _counts(values: list[Any]) -> dict[str, int]:
    counts = Counter(values)
    most = counts.most_common(_MOST)
    other = counts.total() - sum(count for _, count in most)
    return {str(value) or "(none)": count for value, count in most} | ({"other": other} if other else {})


def _quantiles(values: NDArray[Any]) -> dict[str, float]:
    numbers = values.astype(np.float64)
    known = numbers[~np.isnan(numbers)]
    found = np.quantile(known, _QUANTILES).tolist() if len(known) else []
    return {f"{quantile:g}": value for quantile, value in zip(_QUANTILES, found)} | {"known": len(known)}
