"""Whole numbers among the arguments of people."""

from __future__ import annotations

import operator
from typing import Any

from pairstream.errors import SettingsError


def whole(name: str, value: Any) -> int:
    """An argument as Python's own int, whatever kind of whole number it is: NumPy's cannot stand in a position's JSON.

    Args:
        name: of the argument, for messages

    Raises:
        SettingsError: where it is no whole number; 7.0 and True are none
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise SettingsError(f"{name} is a whole number, not {value!r}")
    return operator.index(value)
