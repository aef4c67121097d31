"""Records of views, and the prepared pairs in them: of a topic, or of a set in a folder or a bucket."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from pairstream.columns.of_records import Columns, Picture, Tokens, named
from pairstream.errors import Malformed, PairstreamError
from pairstream.views.view import View


class Sample(NamedTuple):
    """The part of a prepared pair that a trainer needs.

    Args:
        split: as the record has it: TRAINING, VALIDATION or TEST
        normalisation: name of the profile that the recipe recommends, or empty
        values: the picture, the token ids, and those of the columns that were asked for
        fields: of the record's fields, by name, those that were read
    """

    pair_id: str
    split: str
    caption: str
    normalisation: str
    values: tuple[Any, ...]
    fields: Mapping[str, Any]

    @property
    def picture(self) -> Picture:
        """The picture that was chosen, by default the pair's own."""
        return self.values[0]

    @property
    def tokens(self) -> Tokens:
        """The token ids that were chosen, by default the pair's own."""
        return self.values[1]


@dataclass(slots=True)
class Record:
    """A record of a view, as it is stored."""

    partition: int
    offset: int
    key: int
    """Tells the pair from others, in this process alone."""
    value: Any
    """Content, of which the :class:`pairstream.read.records.SampleReader` of the source reads a sample."""
    sample: Sample | None = None
    """The decoded part of the value that a batch needs, kept from when its takedowns were looked up."""


class Range(NamedTuple):
    """Records of one block of a view that follow one another.

    Args:
        block: its number
        first: of the records, by its place in the block
        size: number of records
    """

    block: int
    first: int
    size: int


class Records(Protocol):
    """Reads records of the views of one split. Thread-safe.

    Attributes:
        side_by_side: threads that may read at a time
        bytes: of the records' values that were read so far
    """

    side_by_side: int
    bytes: int

    def read(self, view: View, ranges: Sequence[Range]) -> list[list[Record | None]]:
        """The records of each range; None for one that is gone.

        Raises:
            PositionRefused: where records of the view are no longer there
            Stopped: after :meth:`stop`
        """

    def ahead(self, records: Iterable[Record]) -> None:
        """Hears which records are decoded later, all of them, behind those that it heard of before."""

    def need(self, records: Iterable[Record]) -> None:
        """Hears which records are decoded next, before all others."""

    def require_same(self, read_at: float) -> None:
        """Makes sure that what was read until a time of ``time.monotonic`` is of the views' own split.

        Raises:
            PositionRefused: where it was deleted or made anew
        """

    def stop(self) -> None:
        """Ends all reading, without waiting for that. Finalizers may call it."""

    def close(self) -> None:
        """Gives back what reading took, once nothing reads any more."""


class Withdrawn(ABC):
    """Tells pairs that are withdrawn, as a thread of its own hears of it. Thread-safe.

    Attributes:
        version: another one whenever something was withdrawn or lifted; 0 where nothing ever was
    """

    def __init__(self) -> None:
        self.version = 0
        self._keys: Set[Hashable] = frozenset()
        """By which pairs are withdrawn."""
        self._failure: PairstreamError | None = None
        """Why that can no longer be known."""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="pairstream-withdrawn", daemon=True)

    def __len__(self) -> int:
        """Number of takedowns that hold, or of withdrawn pairs."""
        return len(self._keys)

    def any_holds(self, keys: Sequence[Hashable]) -> bool:
        """Whether a pair of these keys is withdrawn now.

        Raises:
            Unavailable: where that can no longer be known
        """
        if self._failure is not None:
            raise self._failure
        return not self._keys.isdisjoint(keys)

    def close(self) -> None:
        """Hears no more."""
        self._stopped.set()
        self._thread.join()

    @abstractmethod
    def _follow(self) -> None:
        """Hears what is withdrawn until it is stopped, or fails."""


class SampleReader(ABC):
    """Reads prepared pairs. Thread-safe.

    Args:
        rendition: name of the rendition that is taken for the picture; empty for the pair's own image
        token_set: name of the token set; empty for the pair's own token ids
        columns: what else is read
    """

    def __init__(self, rendition: str = "", token_set: str = "", columns: Columns = Columns()) -> None:
        self._rendition = rendition
        self._token_set = token_set
        self.columns = columns

    @abstractmethod
    def fields(self, record: Record, *, keeps_fields: bool = False) -> dict[str, Any]:
        """A record's fields by name.

        Args:
            keeps_fields: whether all of them are wanted; else those that a batch needs are enough

        Raises:
            Malformed: where it is no prepared pair
            Unavailable: where it cannot be read now
        """

    @abstractmethod
    def keys(self, record: Record, *, keeps_fields: bool = False) -> Sequence[Hashable]:
        """Keys by which :class:`pairstream.read.records.Withdrawn` tells whether the pair is withdrawn.

        What is decoded for that stays with the record.

        Args:
            keeps_fields: whether all of the record's fields do, and not only what a batch needs
        """

    def read(self, record: Record, *, keeps_fields: bool = False) -> Sample:
        """Reads one record.

        Args:
            keeps_fields: whether the sample has all of the record's fields, and not only what a batch needs

        Raises:
            Malformed: where it is no prepared pair, or has no rendition or token set of the chosen name
            Unavailable: where it cannot be read now
        """
        pair = self.fields(record, keeps_fields=keeps_fields)
        try:
            picture = Picture.of(_named(pair, "renditions", "rendition", self._rendition))
            tokens = Tokens.of(_named(pair, "token_sets", "token set", self._token_set))
            values = (picture, tokens, *self.columns.read(pair, picture))
        except (ValueError, OverflowError) as e:
            raise Malformed(str(e)) from None
        return Sample(
            pair.get("pair_id", ""), pair.get("split", ""), pair.get("caption", ""), pair.get("normalisation", ""), values, pair
        )


def _named(pair: dict[str, Any], field: str, what: str, name: str) -> Mapping[str, Any]:
    found = named(pair, field, name) if name else pair
    if found is None:
        raise Malformed(f"has no {what} '{name}'")
    return found
