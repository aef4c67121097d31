"""Names that views, runs and columns may have."""

from __future__ import annotations

import re

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
