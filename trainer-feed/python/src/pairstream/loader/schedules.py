"""The views that a loader passes over, and the schedule of a run over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pairstream.errors import SettingsError
from pairstream.index.cut import conditions_of
from pairstream.loader.settings import LoaderSettings
from pairstream.order.grouped_schedule import GroupedSchedule
from pairstream.order.mix_schedule import NO_EPOCHS, MixSchedule
from pairstream.order.schedule import Schedule
from pairstream.order.view_schedule import ViewSchedule
from pairstream.source import Agreed, AnyView, Source
from pairstream.views.view import View


class OwnCut(NamedTuple):
    """A view that a loader has cut itself, of all pairs or by conditions."""

    view: View
    where: tuple[str, ...]


Given = AnyView | Sequence[tuple[AnyView, int]] | Agreed | OwnCut
"""Argument of a trainer: a view, views with weights, or the result of :meth:`pairstream.Source.follow` or ``mix``."""

Views = View | Sequence[tuple[View, int]] | Agreed
"""The views that a loader passes over: as given, with views in the place of names and files."""


def resolved(source: Source, given: Given | None, where: str | Sequence[str] = (), indexed: bool = False) -> Views | OwnCut:
    """Opens the views of an argument; without one, cuts one.

    Args:
        where: conditions on the pairs of the view that is cut
        indexed: whether the view that is cut needs what the index knows

    Raises:
        SettingsError: where it is something else
    """
    if given is None:
        view = source.cut(where)
        return OwnCut(source.indexed(view) if indexed else view, tuple(map(str, conditions_of(where))))
    if where not in ((), []):
        raise SettingsError("where chooses the pairs of a loader without a view; a view is cut by source.cut(where)")
    if isinstance(given, (OwnCut, Agreed)):
        return given
    if isinstance(given, (list, tuple)) and all(isinstance(part, tuple) and len(part) == 2 for part in given):
        return [(source.as_view(part), weight) for part, weight in given]
    return source.as_view(given)  # type: ignore[arg-type]  # it refuses what is something else


def schedule_of(source: Source, views: Views, settings: LoaderSettings, end: int | None) -> Schedule:
    """The schedule of a run that ends before the epoch of a number; None for no end.

    Raises:
        SettingsError: where there is no such run over these views
    """
    plan, grouping = settings.order.plan, settings.grouping
    if isinstance(views, View):
        return GroupedSchedule(views, plan, grouping, end) if grouping else ViewSchedule(views, plan, end)
    if grouping:
        raise SettingsError("buckets and captions are of one view, not of a mix or of one that grows")
    if isinstance(views, Agreed):
        return views.schedule(source, plan, end, settings.batch_size)
    if end is not None:
        raise SettingsError(NO_EPOCHS)
    return MixSchedule(views, plan)


def views_there(source: Source, views: Views, schedule: Schedule) -> Sequence[View]:
    """The views whose pairs a run has at its begin: of a view that grows, those that are there now."""
    return views.views_there(source, schedule) if isinstance(views, Agreed) else schedule.views
