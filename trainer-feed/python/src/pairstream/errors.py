"""Errors of a request, a view, a position or a record."""


class PairstreamError(Exception):
    """Anything that Pairstream refuses; the message says what, where, and what would be right."""


class SettingsError(PairstreamError, ValueError):
    """An argument that cannot be."""


class ViewError(PairstreamError):
    """A text that is no view, or a view that was changed after it was cut."""


class NoSuchView(ViewError):
    """A named view that is not there, or not yet."""


class PositionRefused(PairstreamError):
    """A position of another view or another order, or one whose records have left the log."""


class AllWithdrawn(PositionRefused):
    """A view of which every pair is withdrawn."""


class SampleRefused(PairstreamError):
    """A record of another shape or split, or one that cannot be read."""


class Unavailable(PairstreamError):
    """A broker or a schema registry that does not answer, or has no such topic."""


class Missing(Unavailable):
    """A topic that is not there."""


class Malformed(Exception):
    """A value that is no prepared pair."""
