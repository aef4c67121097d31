"""Answers of models about the pairs of a data set."""

from __future__ import annotations

import tempfile
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairstream.index.conditions import Condition

Pairs = NDArray[np.int64]
"""Pairs by the keys that their source gives them."""


class PairAnswers(NamedTuple):
    """The last answer of each card's model about each pair, in no order; none about withdrawn pairs.

    Args:
        pairs: [n]
        shown: int64 [n], keys of the answers themselves
        model: [n], digests
        numbers: float64 [n] by the answer's name, NaN where it is not a number
        labels: [n] by the answer's name, str or None
    """

    pairs: Pairs
    shown: NDArray[np.int64]
    model: NDArray[Any]
    numbers: dict[str, NDArray[np.float64]]
    labels: dict[str, NDArray[Any]]


class Rows(NamedTuple):
    """Values of answers: float16 [answers, length] in a file, or objects that are str; and which answers have one."""

    values: NDArray[Any]
    is_there: NDArray[np.bool_]


class Said(NamedTuple):
    """Vectors and texts of answers, a row for each answer.

    Args:
        keys: int64 [answers], in order
        names: all that these answers have, numbers and labels among them
        rows: by name and model
    """

    keys: NDArray[np.int64]
    names: set[str]
    rows: dict[tuple[str, str], Rows]

    def by_model(self, name: str) -> dict[str, Rows]:
        """Rows of the values under a name, by model."""
        return {model: rows for (own, model), rows in self.rows.items() if own == name}


def rows_like(count: int, first: NDArray[Any]) -> Rows:
    """Room for values like the first one; for vectors in a file without a name, which ends with the process."""
    if first.dtype == object:
        return Rows(np.full(count, "", object), np.zeros(count, np.bool_))
    shape = (count, *first.shape)
    return Rows(np.memmap(tempfile.TemporaryFile(), first.dtype, "w+", shape=shape), np.zeros(count, np.bool_))


def found_in(ordered: NDArray[np.int64], wanted: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where keys stand among those that are in order, and which of them are there at all."""
    if not len(ordered):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), np.bool_)
    at = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return at, ordered[at] == wanted


def holding(answers: PairAnswers, asked: Condition) -> tuple[Pairs, Pairs]:
    """The pairs that are as a condition on an answer says, and all that have the answer."""
    numbers, labels = answers.numbers[asked.answer], answers.labels[asked.answer]
    is_known = ~np.isnan(numbers) | labels.astype(np.bool_)
    holds = asked.holds_of_answers(numbers, labels)
    # What one model says and another denies does not hold.
    return np.setdiff1d(answers.pairs[holds], answers.pairs[is_known & ~holds]), answers.pairs[is_known]
