"""Functions of the trainer's own that make its batches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pairstream.errors import SettingsError

Transform = Callable[[dict[str, Any], np.random.Generator], Any]
"""Makes of one sample, by its random numbers, what a batch has of it."""

Collate = Callable[[list[Any]], Any]
"""Makes a batch of what a transform answered for each of its samples, in their order."""


def note(error: BaseException, of: str) -> None:
    """Has what a hook raised say of what it was called, where Python's errors can (from 3.11)."""
    if sys.version_info >= (3, 11):
        error.add_note(of)


def as_it_is(sample: dict[str, Any], _: np.random.Generator) -> dict[str, Any]:
    """The sample itself."""
    return sample


def stack(samples: Sequence[Any]) -> dict[str, Any]:
    """Stacks, of dictionaries with the same keys, numbers, arrays and tensors of one shape; lists the rest.

    Raises:
        SettingsError: where they are something else
    """
    if not all(isinstance(sample, Mapping) and sample.keys() == samples[0].keys() for sample in samples):
        raise SettingsError(
            "transform answers a dictionary for each sample, all with the same keys; for anything else give a collate"
        )
    return {name: _stacked([sample[name] for sample in samples]) for name in (samples[0] if samples else ())}


def _stacked(values: list[Any]) -> Any:
    torch: Any = sys.modules.get("torch")
    if torch is not None and all(isinstance(value, torch.Tensor) for value in values):
        return torch.stack(values) if len({value.shape for value in values}) == 1 else values
    if not all(isinstance(value, (bool, int, float, np.number, np.bool_, np.ndarray)) for value in values):
        return values
    arrays = [np.asarray(value) for value in values]
    first = arrays[0]
    if any(array.shape != first.shape or array.dtype.kind not in "biufc" for array in arrays):
        return values
    return np.stack(arrays)
