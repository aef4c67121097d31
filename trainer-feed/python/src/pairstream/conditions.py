"""Which pairs a view holds, by what is said of them; as ``./pairstream view cut --where`` reads it."""

from __future__ import annotations

import contextlib
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pairstream.errors import SettingsError

_FORM = re.compile(r"\s*([A-Za-z_]+|measure\.[^\s=!<>,]+)\s*(!=|>=|<=|=)\s*(.*?)\s*", re.DOTALL)
_TEXTS = {"contributor": "contributor", "host": "url", "language": "language", "licence": "licence",
          "source": "source_kind"}
_NUMBERS = ("fold", "height", "token_count", "truncated", "width")
_MEASURE = "measure."


class Condition:
    """What one field of a pair has to be: ``language=en,de``, ``host!=*.example.org``, ``measure.sharpness>=50``.

    A pair in which the field is unknown does not match, whatever is asked of it.

    Args:
        text: ``FIELD OP VALUE[,VALUE...]``; ``*`` in the value of a text stands for any characters

    Attributes:
        field: of the record, on which it depends

    Raises:
        SettingsError: for anything else
    """

    def __init__(self, text: str) -> None:
        parts = _FORM.fullmatch(text)
        if not parts:
            raise SettingsError(f"'{text}' is no condition; right is language=en,de or measure.sharpness>=50")
        name, sign, values = parts[1], parts[2], [value.strip() for value in parts[3].split(",")]
        if "" in values:
            raise SettingsError(f"'{text}' has an empty value")
        is_number = name in _NUMBERS or name.startswith(_MEASURE)
        if not is_number and name not in _TEXTS:
            raise SettingsError(
                f"'{text}': there is no field {name}; there are {', '.join([*_TEXTS, *_NUMBERS])} and measure.NAME"
            )
        if sign in (">=", "<=") and (not is_number or len(values) > 1):
            raise SettingsError(f"'{text}': {sign} compares a number with one value")
        if name == "host":
            values = [value.lower() for value in values]
        self._text = f"{name}{sign}{','.join(values)}"
        self._measure = name[len(_MEASURE) :] if name.startswith(_MEASURE) else ""
        self.field = "measures" if self._measure else _TEXTS.get(name, name)
        self._is_host = name == "host"
        self._holds = _of_number(text, name, sign, values) if is_number else _of_text(sign, values)

    def holds_for(self, fields: Mapping[str, Any]) -> bool:
        """Whether a record's fields are as this says."""
        found = fields.get(self.field)
        if self._measure:
            found = (found or {}).get(self._measure)
        elif self._is_host:
            found = _host(found or "")
        return found not in (None, "") and self._holds(found)

    def __str__(self) -> str:
        return self._text


def _of_text(sign: str, values: list[str]) -> Callable[[str], bool]:
    ways = "|".join(".*".join(map(re.escape, value.split("*"))) for value in values)
    form = re.compile(ways, re.DOTALL)
    return lambda found: bool(form.fullmatch(found)) == (sign == "=")


def _of_number(text: str, name: str, sign: str, values: list[str]) -> Callable[[float], bool]:
    numbers = [_number(text, name, value) for value in values]
    if sign in (">=", "<="):
        compare = operator.ge if sign == ">=" else operator.le
        return lambda found: bool(compare(found, numbers[0]))
    return lambda found: (found in numbers) == (sign == "=")


def _number(text: str, name: str, value: str) -> float:
    if name == "truncated" and value in ("true", "false"):
        return float(value == "true")
    with contextlib.suppress(ValueError):
        if math.isfinite(float(value)):
            return float(value)
    raise SettingsError(f"'{text}': {value} is no number")


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".").encode("idna").decode("ascii")
    except ValueError:
        return ""
