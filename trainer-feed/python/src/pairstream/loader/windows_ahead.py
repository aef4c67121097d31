"""The windows that are in memory, or on their way there, for the batches that come next."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import takewhile

from pairstream.order.epoch_order import OrderPlan
from pairstream.order.ranks import RankShare
from pairstream.order.schedule import Pick, Schedule, Step, WindowKey, WindowRequest
from pairstream.read.windows import GroupedWindow, Loaded, Window

Load = Callable[[WindowRequest], "Future[Window | GroupedWindow]"]
"""Begins to load a window, as :meth:`pairstream.read.windows.WindowLoader.load` does."""


@dataclass
class _Ahead:
    """A window that was asked for."""

    request: WindowRequest
    loading: Future[Window | GroupedWindow]
    held: int
    """Samples of the window that take room still, those of other ranks that share its lane among them."""
    is_there: bool = False

    def note(self, _: object) -> None:
        """Notes that it is loaded: to ask the future takes a lock, which an interrupt could leave locked."""
        self.is_there = True


class WindowsAhead:
    """Loads windows in the order in which steps need them, as far as there is room for their samples.

    There is room for one window of each of the rank's lanes and half of the next one, of each view that is mixed, and
    for what a schedule retains of earlier ones. For one thread, but for :attr:`samples`.

    Args:
        schedule: of the run
        plan: of its order
        share: what the rank has of each batch
        rank_batch_size: samples of the rank in a full batch
        load: begins to load a window

    Attributes:
        read_at: when the last of the windows was read of which samples were taken, by ``time.monotonic``
    """

    def __init__(self, schedule: Schedule, plan: OrderPlan, share: RankShare, rank_batch_size: int, load: Load) -> None:
        self.read_at = 0.0
        self._share = share
        self._load = load
        self._windows: dict[tuple[int, int], dict[WindowKey, _Ahead]] = {}
        """Windows by number of the view and lane, in the order in which they are needed."""
        sizes = [view.samples for view in schedule.views] or [plan.lanes * plan.window_size]
        self._parts = schedule.parts
        self._room_of_part = (max(plan.in_use(size, share.ranks) for size in sizes) * 3 + 1) // 2
        self._room = self._parts * self._room_of_part + schedule.retained(rank_batch_size)

    @property
    def samples(self) -> int:
        """Samples of the rank in windows that are loaded. Any thread may ask."""
        windows = [window for lane in list(self._windows.values()) for window in list(lane.values()) if window.is_there]
        return sum(window.held // window.request.per_sample for window in windows)

    def mix(self, parts: int) -> None:
        """Makes room for so many views from now on."""
        self._room += (parts - self._parts) * self._room_of_part
        self._parts = parts

    def ask(self, step: Step, must: bool) -> bool:
        """Begins to load those windows of a step that were not asked for yet.

        Args:
            must: whether to do so without room as well

        Returns:
            whether all of them are asked for
        """
        for pick in (*step.picks, *step.passed):
            key, place = pick.of.locate(pick, self._share)
            lane = self._windows.setdefault((pick.of.part, pick.lane), {})
            if key in lane:
                continue
            request = pick.of.request(key, place, self._share.ranks)
            if request.samples > self._room and not must:
                return False
            self._room -= request.samples
            lane[key] = ahead = _Ahead(request, self._load(request), request.samples)
            ahead.loading.add_done_callback(ahead.note)
        return True

    def take(self, pick: Pick) -> Loaded:
        """Waits for a sample of a step that was asked for, and gives room for it back."""
        key, place = pick.of.locate(pick, self._share)
        lane = self._windows[pick.of.part, pick.lane]
        for earlier in list(takewhile(lambda other: pick.of.is_used_up(other, key), lane)):
            self._room += lane.pop(earlier).held
        ahead = lane[key]
        while (loaded := ahead.loading.result().take(place)) is None:
            ahead.loading = self._load(ahead.request)
        self.read_at = max(self.read_at, ahead.loading.result().read_at)
        used = min(ahead.request.per_sample, ahead.held)
        ahead.held -= used
        self._room += used
        if ahead.request.wanted is not None and not ahead.held:
            del lane[key]
        return loaded

    def keep(self, parts: Collection[int]) -> None:
        """Gives back what is loaded of other views than those of these numbers."""
        for key in [key for key in self._windows if key[0] not in parts]:
            self._room += sum(ahead.held for ahead in self._windows.pop(key).values())


def load_alone(pick: Pick, load: Load) -> Loaded:
    """Loads one sample, whichever rank has it, and what it needs of its window."""
    key, place = pick.of.locate(pick, RankShare())
    while (loaded := load(pick.of.request(key, place, 1)).result().take(place)) is None:
        pass
    return loaded
