"""Conditions on the pairs of a view, in the language of ``./pairstream view cut --where``."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairstream.errors import SettingsError
from pairstream.hosts import host_of

_FORM = re.compile(r"\s*([A-Za-z_]+(?:\.[^\s=!<>,]+)?)\s*(!=|>=|<=|=)(?!=)\s*(.*?)\s*", re.DOTALL | re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TEXTS = {
    "contributor": "contributor",
    "host": "url",
    "label": "labels",
    "language": "language",
    "licence": "licence",
    "producer": "producer",
    "source": "source_kind",
}
_NUMBERS = ("fold", "height", "token_count", "truncated", "width")
_MEASURE = "measure."
_ANSWER = "answer."


class Condition:
    """A condition on one field of a pair: ``language=en,de``, ``host!=*.example.org``, ``measure.sharpness>=50``.

    Or on the answer of a model: ``answer.nsfw<=0.3``, ``answer.style=photo,drawing``. A pair in which the field is unknown
    does not match, whatever is asked of it; nor does one that the model was not asked about, or gave no answer. Of
    several labels, ``=`` asks whether one is as it says, ``!=`` whether none is.

    Args:
        text: ``FIELD OP VALUE[,VALUE...]``; ``*`` in the value of a text stands for any characters

    Attributes:
        field: of the record, on which it depends: ``language``, or ``measures.NAME`` of its map
        answer: name of the answer on which it depends instead; empty otherwise

    Raises:
        SettingsError: for anything else
    """

    def __init__(self, text: str) -> None:
        parts = _FORM.fullmatch(text)
        if not parts:
            raise SettingsError(
                f"'{text}' is no condition; right is language=en,de or measure.sharpness>=50; without where there are all pairs"
            )
        name, sign, values = parts[1], parts[2], re.split(r"\s*,\s*", parts[3], flags=re.ASCII)
        if "" in values:
            raise SettingsError(f"'{text}' has an empty value")
        is_number = name in _NUMBERS or name.startswith((_MEASURE, _ANSWER))
        if not is_number and name not in _TEXTS:
            raise SettingsError(
                f"'{text}': there is no field {name}; there are {', '.join([*_TEXTS, *_NUMBERS])}, measure.NAME and answer.NAME"
            )
        if sign in (">=", "<=") and (not is_number or len(values) > 1):
            raise SettingsError(f"'{text}': {sign} compares a number with one value")
        if name == "host":
            values = [value.lower() for value in values]
        self._text = f"{name}{sign}{','.join(values)}"
        is_measure = name.startswith(_MEASURE)
        self.field = f"measures.{name[len(_MEASURE) :]}" if is_measure else _TEXTS.get(name, name)
        self.answer = name[len(_ANSWER) :] if name.startswith(_ANSWER) else ""
        if self.answer:
            is_number = sign in (">=", "<=") or all(_finite(value) is not None for value in values)
            self._holds_of_label = _never if sign in (">=", "<=") else _of_text(name, sign, values)
        if is_number:
            self._holds = _of_number(text, name, sign, values)
        else:
            self._holds = _never if self.answer else _of_text(name, sign, values)

    def require_kind(self, is_any_number: bool, is_any_label: bool) -> None:
        """Refuses answers of a kind for which it never holds.

        Args:
            is_any_number: whether there are numbers among its answers
            is_any_label: whether there are labels

        Raises:
            SettingsError: where it compares labels as numbers, or numbers with words
        """
        if is_any_label and not is_any_number and self._holds_of_label is _never:
            raise SettingsError(f"answer.{self.answer} is a label: compare it by = or !=")
        if is_any_number and not is_any_label and self._holds is _never:
            raise SettingsError(f"answer.{self.answer} is a number: compare it with numbers")

    def holds(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """bool [n]: which of the field's values are as this says.

        Args:
            values: numbers, or objects that are str or, of labels, tuples of str; what is unknown is NaN, None or
                empty
        """
        return self._holds(values)

    def seen(self, values: NDArray[Any]) -> list[str]:
        """The ten most frequent of the field's values, as a condition could name them, in order."""
        each = (one for value in values.tolist() for one in (value if isinstance(value, tuple) else (value,)))
        texts = (host_of(one) if self.field == "url" and one else one for one in each)
        found = Counter(str(one) for one in texts if one not in (None, "") and one == one)
        return sorted(text for text, _ in found.most_common(10))

    def holds_of_answers(self, numbers: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.bool_]:
        """bool [n]: which answers are as this says.

        Args:
            numbers: NaN or None where the answer is none
            labels: str, None or empty where the answer is none
        """
        is_number = ~np.isnan(numbers.astype(np.float64))
        return np.where(is_number, self._holds(numbers), self._holds_of_label(labels))

    def holds_for(self, fields: Mapping[str, Any]) -> bool:
        """Whether a record's fields are as this says."""
        name, _, key = self.field.partition(".")
        found = fields.get(name)
        values = np.empty(1, object)
        values[0] = (found or {}).get(key) if key else tuple(found) if isinstance(found, list) else found
        return bool(self.holds(values)[0])

    def __str__(self) -> str:
        return self._text


def _of_text(name: str, sign: str, values: list[str]) -> Callable[[NDArray[Any]], NDArray[np.bool_]]:
    ways = "|".join(".*".join(map(re.escape, value.split("*"))) for value in values)
    form = re.compile(ways, re.DOTALL)

    def is_one(found: str | tuple[str, ...]) -> bool:
        texts = found if isinstance(found, tuple) else (host_of(found) if name == "host" and found else found,)
        return any(texts) and any(form.fullmatch(text) for text in texts) == (sign == "=")

    def holds(found: NDArray[Any]) -> NDArray[np.bool_]:
        texts = found.tolist()
        known = {text: is_one(text) for text in set(texts)}
        return np.fromiter(map(known.__getitem__, texts), np.bool_, len(texts))

    return holds


def _of_number(text: str, name: str, sign: str, values: list[str]) -> Callable[[NDArray[Any]], NDArray[np.bool_]]:
    numbers = [_number(text, name, value) for value in values]

    def holds(found: NDArray[Any]) -> NDArray[np.bool_]:
        known = found.astype(np.float64)
        if sign in (">=", "<="):
            return known >= numbers[0] if sign == ">=" else known <= numbers[0]
        return ~np.isnan(known) & (np.isin(known, numbers) == (sign == "="))

    return holds


def _never(found: NDArray[Any]) -> NDArray[np.bool_]:
    return np.zeros(len(found), np.bool_)


def _number(text: str, name: str, value: str) -> float:
    if name == "truncated" and value in ("true", "false"):
        return float(value == "true")
    number = _finite(value)
    if number is None:
        raise SettingsError(f"'{text}': {value} is no number")
    return number


def _finite(value: str) -> float | None:
    number = float(value) if _NUMBER.fullmatch(value) else math.inf
    return number if math.isfinite(number) else None
