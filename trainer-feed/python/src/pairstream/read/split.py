"""One split of a data set, as loaders read it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pairstream.columns.of_records import Columns
from pairstream.errors import PositionRefused, SettingsError
from pairstream.index.entries import Entries, PairAnswers, Pairs, Said
from pairstream.read.records import Records, SampleReader, Withdrawn
from pairstream.views.view import View

_SPLITS = ("training", "validation", "test")


class Figures(NamedTuple):
    """Figures of a report.

    Args:
        counters: totals since the loader was opened
        gauges: present values; those that are NaN are left out
    """

    counters: Mapping[str, float]
    gauges: Mapping[str, float]


class Reports(Protocol):
    """Reports of a loader to those who operate its data set."""

    def close(self) -> None:
        """Says that the end is an orderly one."""


class Split(ABC):
    """One split of a data set, wherever it is: its records, index and answers.

    Attributes:
        dataset: name of the data set
        split: training, validation or test
        topic: name of the split: ``pairs.training``
    """

    def __init__(self, dataset: str, split: str) -> None:
        if split not in _SPLITS:
            raise SettingsError(f"a split is {', '.join(_SPLITS)}, not {split!r}")
        self.dataset = dataset
        self.split = split
        self.topic = f"{dataset}.{split}"

    @property
    @abstractmethod
    def address(self) -> str:
        """Where the data set is."""

    @abstractmethod
    def records(self, side_by_side: int = 2) -> Records:
        """Opens what reads the records of views, so many threads at a time; the caller closes it."""

    @abstractmethod
    def withdrawn(self, is_stopped: Callable[[], bool] = lambda: False) -> Withdrawn:
        """Opens what tells withdrawn pairs; the caller closes it.

        Args:
            is_stopped: says that it need not be opened to its end any more

        Raises:
            Unavailable: where the data set does not answer
        """

    @abstractmethod
    def reader(self, rendition: str = "", token_set: str = "", columns: Columns = Columns()) -> SampleReader:
        """Reader of the samples of records."""

    @abstractmethod
    def entries(self, fields: Sequence[str]) -> Entries:
        """The index of the split, of the pairs that are not withdrawn: places and fields."""

    @abstractmethod
    def looked_up(
        self, views: Sequence[View], types: Mapping[str, str]
    ) -> tuple[Mapping[str, NDArray[Any]], list[NDArray[np.int64]]]:
        """The ``keys`` and fields of the split's pairs, and where each view's samples are among them; -1 where one is not.

        Args:
            types: by field that is wanted, its type

        Raises:
            ViewError: where something in the split is no pair
        """

    def pairs_of(self, views: Sequence[View]) -> tuple[Pairs, Pairs]:
        """The keys of the pairs of views, in order, each once.

        Returns:
            those that the index has where the views have them; and those that may be there: where a pair was withdrawn or
            prepared anew since a view was cut, all of the split
        """
        columns, places = self.looked_up(views, {})
        at = np.concatenate(places)
        own, every = (np.unique(keys.astype(np.int64)) for keys in (columns["keys"][at[at >= 0]], columns["keys"]))
        return own, own if (at >= 0).all() else every

    @abstractmethod
    def answers(self, names: Sequence[str], pairs: Pairs) -> PairAnswers:
        """Answers of models about pairs.

        Args:
            names: of answers
            pairs: keys in order

        Raises:
            ViewError: where a record is no answer
            Unavailable: where the data set does not answer, or no model was asked yet
        """

    @abstractmethod
    def said(self, names: Sequence[str], keys: NDArray[np.int64]) -> Said:
        """Vectors and texts of answers.

        Args:
            names: of answers
            keys: int64 [answers], ``shown`` of :meth:`answers`, in order
        """

    @abstractmethod
    def begins(self) -> tuple[str, NDArray[np.int64]]:
        """The id of the split's topic or set, and of each partition the first offset that may still be there."""

    def named_view(self, name: str) -> View:
        """A view by its name, as it is now."""
        raise self.needs_platform(f"there is no file {name}: a view has a name")

    def reports(self, facts: Mapping[str, str], figures: Callable[[], Figures]) -> Reports | None:
        """Begins to report on a loader; None where nothing takes reports.

        Args:
            facts: what does not change
            figures: method that answers what there is to say now; nothing is said any more when its object is gone
        """
        return None

    def state(self) -> dict[str, Any]:
        """Entries of a loader's state that name the data set, where it tells its own state."""
        return {}

    def at(self, state: Mapping[str, Any]) -> Any:
        """The split as it was at a state.

        Raises:
            PositionRefused: where the state names another data set, or one that is not there
        """
        if state:
            raise PositionRefused(f"the position is one of a set (id {state.get('set')}), not of {self.topic} on a platform")
        return self

    def present(self) -> Any:
        """The split as it is now, where this one is what it was when it was opened."""
        return self

    takes_notes = False
    """Whether :meth:`note` takes notes of checkpoints."""

    def note(self, key: str, fields: Mapping[str, Any]) -> None:
        """Notes a checkpoint of a run.

        Raises:
            PairstreamError: where the platform does not take it
        """
        raise self.needs_platform("a checkpoint is noted under a name (state_dict has the same state)")

    def needs_platform(self, what: str) -> SettingsError:
        """The refusal of what a platform alone can do."""
        return SettingsError(f"{what} on a platform alone, and {self.topic} at {self.address} is a set")
