"""Prepared pairs, read of records: the parts that a trainer needs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from pairstream.columns.of_records import Columns, Picture, Tokens, named
from pairstream.errors import Malformed
from pairstream.read.records import Record, Sample


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
    def fields(self, record: Record) -> dict[str, Any]:
        """A record's fields by name.

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

    def read(self, record: Record) -> Sample:
        """Reads one record.

        Raises:
            Malformed: where it is no prepared pair, or has no rendition or token set of the chosen name
            Unavailable: where it cannot be read now
        """
        pair = self.fields(record)
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
