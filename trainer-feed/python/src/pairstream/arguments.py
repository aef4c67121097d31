"""Names and whole numbers among the arguments of people."""

from __future__ import annotations

import operator
import re
from typing import Any

from pairstream.errors import SettingsError

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def require_name(what: str, name: str) -> None:
    """Checks the name of a view or a run.

    Raises:
        SettingsError: where nothing can be called so
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"the name of {what} has 1 to 64 lower-case letters, digits, '.', '-' and '_', a letter or digit first, not '{name}'"
        )


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


def require_whole(settings: object, *names: str) -> None:
    """Makes fields of a frozen dataclass Python's own int.

    Raises:
        SettingsError: where one is no whole number
    """
    for name in names:
        object.__setattr__(settings, name, whole(name, getattr(settings, name)))
