"""Answers of models among the columns of batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pairstream.columns.stored_files import Stored, ValueFormat
from pairstream.errors import SettingsError
from pairstream.index.entries import PairAnswers, Pairs, found_in
from pairstream.source import Source
from pairstream.views.view import View

PREFIX = "answer."
"""Begins the names of these columns."""


class _Column(NamedTuple):
    """Values of pairs.

    Args:
        pairs: in order
        rows: where each one's value is
        values: float64 [rows]; float16 [rows, length], in a file; or objects that are str
    """

    pairs: Pairs
    rows: NDArray[np.intp]
    values: NDArray[Any]

    @property
    def format(self) -> ValueFormat:
        """Type and shape in a batch."""
        is_text = self.values.dtype == object
        return ValueFormat(np.dtype(object if is_text else np.float32), self.values.shape[1:])

    def find(self, pairs: Pairs) -> list[Any]:
        """The values of pairs; of one that has none NaN, an empty text, or None in the place of a vector."""
        lacking = "" if self.values.dtype == object else np.nan if self.values.ndim == 1 else None
        at, is_there = found_in(self.pairs, pairs)
        return [self.values[self.rows[i]] if there else lacking for i, there in zip(at.tolist(), is_there.tolist())]


class AnswerColumns:
    """The answers of models among the columns of batches: ``answer.NAME``. For one thread at a time.

    They are read when this is made, and anew once a pair comes from a view that has grown or was not there then.

    Args:
        names: of columns, those of others among them
        models: digest of the model, or its first digits, by the column's name, where several have answered
        may_lack: whether pairs without a vector may be among those of the views
        views: whose pairs are looked up; of one split; asked where there are such columns

    Raises:
        SettingsError: where no model has given such an answer, several models have, or a pair has no vector
        ViewError: where a record of the index or of the answers is none
        Unavailable: where the broker or the registry does not answer, or no model was asked yet
    """

    def __init__(
        self, source: Source, names: Sequence[str], models: Mapping[str, str], may_lack: bool, views: Callable[[], Sequence[View]]
    ) -> None:
        self._source = source
        self._names = [name for name in names if name.startswith(PREFIX)]
        self._models = dict(models)
        self._samples = 0
        self._pairs: Pairs = np.empty(0, np.int64)
        self._columns: dict[str, _Column] = {}
        if not self._names:
            return
        own = self._read(views())
        for name, column in self._columns.items():
            lacking = len(own) - int(found_in(column.pairs, own)[1].sum())
            if lacking and column.values.ndim > 1 and not may_lack:
                raise SettingsError(
                    f"{lacking} of {len(own)} pairs have no {name} of {self._models[name]}: they wait for the model, which "
                    "pairstream score asks, or it failed; on_error='skip' has others of the batch in their places"
                )

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    @property
    def formats(self) -> dict[str, ValueFormat]:
        """Type and shape of a value, by column; of texts, type object."""
        return {name: column.format for name, column in self._columns.items()}

    def find(self, keys: Sequence[int], views: Callable[[], Sequence[View]]) -> Stored:
        """The values of pairs by column.

        Args:
            keys: of the pairs, as their records have them
            views: as they are now

        Returns:
            numbers, NaN where there is none; texts, empty where there is none; vectors, None where there is none
        """
        if not self._columns:
            return {}
        pairs = np.array(keys, np.int64)
        if not found_in(self._pairs, pairs)[1].all() and self._size(now := views()) != self._samples:
            formats = self.formats
            self._read(now)
            for name, form in self.formats.items():
                if form != formats[name]:
                    raise SettingsError(f"{name} was {formats[name]} and is {form} now: one model gives values of one form")
        return {name: column.find(pairs) for name, column in self._columns.items()}

    @staticmethod
    def _size(views: Sequence[View]) -> int:
        return sum(view.samples for view in views)

    def _read(self, views: Sequence[View]) -> Pairs:
        """Reads what there is of the views' pairs; answers those that surely are in the views."""
        own, self._pairs = self._source.pairs_of(views)
        self._samples = self._size(views)
        names = [name.removeprefix(PREFIX) for name in self._names]
        answers = self._source.answers(names, self._pairs)
        given = {name: _has_value(answers, name) for name in names}
        beside = [name for name, has_value in given.items() if not has_value.any()]
        said = self._source.said(beside, np.unique(answers.shown)) if beside else None
        for name, has_value in given.items():
            column = PREFIX + name
            if said is None or name not in beside:
                has_value &= answers.model == self._model(column, set(answers.model[has_value].tolist()))
                labels = answers.labels[name][has_value]
                values = labels if labels.astype(np.bool_).all() else answers.numbers[name][has_value]
                self._columns[column] = _ordered(answers.pairs[has_value], np.arange(len(values)), values)
                continue
            found = said.by_model(name)
            if not found:
                there = ", ".join(sorted(said.names)) or "none yet: pairstream score asks models"
                raise SettingsError(f"no model has given these pairs an answer {name}; there are {there}")
            rows, has_value = found_in(said.keys, answers.shown)
            own_rows = found[self._model(column, set(found))]
            has_value[has_value] = own_rows.is_there[rows[has_value]]
            self._columns[column] = _ordered(answers.pairs[has_value], rows[has_value], own_rows.values)
        return own

    def _model(self, column: str, found: set[str]) -> str:
        """The digest of the model that a column is of, from now on."""
        asked = self._models.get(column, "")
        of = [model for model in sorted(found) if model.startswith(asked)]
        if len(of) != 1:
            raise SettingsError(
                f"{column} is of the models {', '.join(sorted(found))}: choose by models={{{column!r}: {min(found)[:12]!r}}}"
            )
        self._models[column] = of[0]
        return of[0]


def _has_value(answers: PairAnswers, name: str) -> NDArray[np.bool_]:
    """A mask over the answers: those that have a number or a label of a name."""
    return ~np.isnan(answers.numbers[name]) | answers.labels[name].astype(np.bool_)


def _ordered(pairs: Pairs, rows: NDArray[np.intp], values: NDArray[Any]) -> _Column:
    unique, first = np.unique(pairs, return_index=True)
    return _Column(unique, rows[first], values)
