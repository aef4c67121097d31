"""Prepared pairs, read from Confluent's wire format with the schema that their writer had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pairstream.columns.of_records import Columns, Picture, Tokens, named
from pairstream.kafka.avro import AvroReader, Malformed, Schemas
from pairstream.kafka.types import PAIR


class Sample(NamedTuple):
    """The part of a prepared pair that a trainer needs.

    Args:
        split: as the record has it: TRAINING, VALIDATION or TEST
        normalisation: name of the profile that the recipe recommends, or empty
        values: the picture, the token ids, and those of the columns that were asked for
        fields: the record's fields, by name
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


class SampleReader:
    """Reads prepared pairs. Thread-safe.

    Args:
        topic: full name of the topic, whose subject holds the writers' schemas
        rendition: name of the rendition that is taken for the picture; empty for the pair's own image
        token_set: name of the token set; empty for the pair's own token ids
        columns: what else is read
    """

    def __init__(
        self, schemas: Schemas, topic: str, rendition: str = "", token_set: str = "", columns: Columns = Columns()
    ) -> None:
        self._reader = AvroReader(schemas, topic, PAIR)
        self._rendition = rendition
        self._token_set = token_set
        self.columns = columns

    def read(self, value: bytes) -> Sample:
        """Reads one record's value.

        Raises:
            Malformed: where it is no prepared pair, or has no rendition or token set of the chosen name
            Unavailable: where the registry cannot be asked for the writer's schema
        """
        pair = self._reader.read(value)
        try:
            picture = Picture.of(_named(pair, "renditions", "rendition", self._rendition))
            tokens = Tokens.of(_named(pair, "token_sets", "token set", self._token_set))
            values = (picture, tokens, *self.columns.read(pair, picture))
        except (ValueError, OverflowError) as e:
            raise Malformed(str(e)) from e
        return Sample(
            pair.get("pair_id", ""), pair.get("split", ""), pair.get("caption", ""), pair.get("normalisation", ""), values, pair
        )


def _named(pair: dict[str, Any], field: str, what: str, name: str) -> Mapping[str, Any]:
    found = named(pair, field, name) if name else pair
    if found is None:
        raise Malformed(f"has no {what} '{name}'")
    return found
