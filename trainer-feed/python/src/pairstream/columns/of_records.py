"""Columns: what a batch has of its records beside the picture, the token ids and the caption."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pairstream.errors import SettingsError

DEFAULT_COLUMNS = ("fold",)
"""Columns that every batch has."""

_CROP = ("crop_top_px", "crop_left_px", "crop_height_px", "crop_width_px")
_MIRRORED = "crop.mirrored"
_UNKNOWN = -1
_LABELS = "labels"
_ALIASES = {"source": "source_kind"}
_SETS = {"tokens": "token_sets", "images": "renditions"}
_MAPS = {"measure": "measures", "texts": "texts"}


class Picture(NamedTuple):
    """A picture as its record has it.

    Args:
        encoding: jpeg, png or raw
        image: as it is encoded; a view of the record's value where that is possible
        colour: rgb, grey, hsv, lab or ycrcb
    """

    encoding: str
    image: bytes | memoryview
    height: int
    width: int
    channels: int
    colour: str

    @staticmethod
    def of(fields: Mapping[str, Any]) -> Picture:
        """The picture of a pair or of a rendition."""
        return Picture(
            fields.get("image_encoding", "jpeg"),
            fields.get("image", b""),
            fields.get("height", 0),
            fields.get("width", 0),
            fields.get("channels", 3),
            fields.get("colour", "rgb"),
        )


class Tokens(NamedTuple):
    """A caption under a tokenizer.

    Args:
        ids: int32 [length], padding included
        token_count: how many of them are the caption's
        pad_id: fills the others
        empty_ids: of an empty caption: the tokenizer's special ones; ``pad_id`` fills the rest
        empty_count: how many of them are no padding
    """

    ids: npt.NDArray[np.int32]
    token_count: int
    pad_id: int
    empty_ids: Sequence[int] = ()
    empty_count: int = 0

    @staticmethod
    def of(fields: Mapping[str, Any]) -> Tokens:
        """The token ids of a pair or of a token set."""
        ids = np.array(fields.get("token_ids", []), np.int32)
        empty = fields.get("empty_token_ids", ()), fields.get("empty_token_count", 0)
        return Tokens(ids, fields.get("token_count", 0), fields.get("pad_id", 0), *empty)


class Columns:
    """Reads what is asked for out of records. Thread-safe.

    Args:
        names: fields of the record that are texts or numbers, ``labels``, ``original_size``, ``crop``, beside which
            ``crop.mirrored`` is, ``measure.NAME``, ``texts.NAME``, ``tokens.NAME`` or ``images.NAME``

    Raises:
        SettingsError: where they are no list of names
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        if isinstance(names, str) or not isinstance(names, Iterable) or not all(isinstance(name, str) for name in names):
            raise SettingsError(f"columns is a list of names, not {names!r}")
        if not {"images", "tokens", "mask"}.isdisjoint(names):
            raise SettingsError("images, tokens and mask are in every batch; columns names what else is")
        both = {"crop": ("crop", _MIRRORED)}
        self.names = tuple(dict.fromkeys(one for name in names for one in both.get(name, (name,))))
        self._readers = [_reader(name) for name in self.names]
        self.fields = {field for field, _ in self._readers}
        """Fields of the record that the columns are read of, beside those that every batch needs."""

    def read(self, pair: Mapping[str, Any], picture: Picture) -> tuple[Any, ...]:
        """The values of a record of which a picture is handed out, in the order of the names; None for what it lacks.

        A :class:`Picture`, :class:`Tokens`, a text, a list of texts of ``labels``, a whole number, a fraction or a
        truth value; float32 of a measure; int32 [2] or [4] of ``original_size`` and ``crop``.
        """
        return tuple(read(pair, picture) for _, read in self._readers)


def names_in(pair: Mapping[str, Any]) -> list[str]:
    """The columns that a record has."""
    found = ["original_size", "crop", *_ALIASES]
    found += [name for name, value in pair.items() if name == _LABELS or _plain(value) is not None]
    found += [f"{kind}.{name}" for kind, field in _MAPS.items() for name in pair.get(field, {})]
    return sorted(found) + [f"{kind}.{one['name']}" for kind, field in _SETS.items() for one in pair.get(field, [])]


def named(pair: Mapping[str, Any], field: str, name: str) -> Mapping[str, Any] | None:
    """The rendition or the token set of a name; the last one of several."""
    return next((one for one in reversed(pair.get(field, [])) if one.get("name") == name), None)


def is_of_caption(name: str) -> bool:
    """Whether a column of texts is the caption in one form or another."""
    return name == "caption" or name.startswith("texts.")


def mirrored(sample: Mapping[str, Any]) -> dict[str, Any]:
    """The crop of a sample as it is once its picture is mirrored."""
    return {"crop": sample[_MIRRORED], _MIRRORED: sample["crop"]} if _MIRRORED in sample else {}


def _reader(column: str) -> tuple[str, Callable[[Mapping[str, Any], Picture], Any]]:
    """The field of which a column is read, and what reads it."""
    kind, _, name = column.partition(".")
    if column == "original_size":
        return "measures", lambda pair, _: np.array(_measured(pair, "original_height_px", "original_width_px"), np.int32)
    if column in ("crop", _MIRRORED):
        return "measures", lambda pair, picture: np.array(_crop(pair, picture, column == _MIRRORED), np.int32)
    if name and kind in _SETS:
        of: Callable[[Mapping[str, Any]], Any] = Tokens.of if kind == "tokens" else Picture.of
        return _SETS[kind], lambda pair, _: (found := named(pair, _SETS[kind], name)) and of(found)
    if name and kind == "measure":
        return "measures", lambda pair, _: None if (found := pair.get("measures", {}).get(name)) is None else np.float32(found)
    if name and kind == "texts":
        return "texts", lambda pair, _: pair.get("texts", {}).get(name)
    if column == _LABELS:
        return _LABELS, lambda pair, _: None if (found := pair.get(_LABELS)) is None else list(found)
    field = _ALIASES.get(column, column)
    return field, lambda pair, _: _plain(pair.get(field))


def _measured(pair: Mapping[str, Any], *names: str) -> list[float]:
    return [pair.get("measures", {}).get(name, _UNKNOWN) for name in names]


def _crop(pair: Mapping[str, Any], picture: Picture, is_mirrored: bool) -> list[int]:
    """Top and left corner of the picture in the resized original, in the picture's pixels, and its height and width."""
    top, left, height, width = measured = _measured(pair, *_CROP)
    if not all(map(math.isfinite, measured)):
        raise ValueError(f"{', '.join(_CROP)} are {measured}")
    if is_mirrored:
        [whole] = _measured(pair, "original_width_px")
        left = whole - left - width if whole >= left + width else _UNKNOWN
    # A rendition of another shape shows another part.
    of = Picture.of(pair)
    is_the_part = abs(picture.width * of.height - picture.height * of.width) <= max(of.height, of.width)
    if min(top, left) < 0 or min(height, width) <= 0 or not is_the_part:
        return [_UNKNOWN] * 4
    corner = [round(top * picture.height / height), round(left * picture.width / width)]
    return [*corner, picture.height, picture.width]


def _plain(value: Any) -> Any:
    """A number or a text; a time as milliseconds since 1970."""
    if isinstance(value, datetime):
        return round(value.timestamp() * 1e3)
    return value if isinstance(value, (bool, int, float, str)) else None
