"""Manifests: what a set consists of at each of its commits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from pairstream.errors import Missing, PositionRefused, SettingsError, ViewError
from pairstream.sets.store import Store

FOLDER = "manifests"
FORMAT = 1

_NAME = re.compile(rf"{FOLDER}/([0-9]{{12}})\.json")
_SPLITS = ("training", "validation", "test")
_MOST_BYTES = 256 << 20
_MOST_SHARDS = 1 << 20
_MOST_ROWS = 1 << 24
_LARGEST = 1 << 40
_LARGEST_INDEX = 1 << 31


@dataclass(frozen=True, slots=True)
class Shard:
    """A tar of a split, and its index.

    Args:
        number: in the split, from 0
        data: key of the tar
        bytes: of the tar
        sha256: of the tar's bytes: 64 hexadecimal digits
        index: key of the index
        rows: pairs, those that are withdrawn among them
        withdrawn: rows that are not handed out any more, in order
        erased: those of them whose bytes are gone
    """

    number: int
    data: str
    bytes: int
    sha256: str
    index: str
    index_bytes: int
    index_sha256: str
    rows: int
    withdrawn: tuple[int, ...]
    erased: tuple[int, ...]


class SetSplit(NamedTuple):
    """One split of a set at a commit.

    Args:
        samples: rows that are not withdrawn
        is_whole: whether all of the view is in
    """

    samples: int
    is_whole: bool
    shards: tuple[Shard, ...]


class Manifest(NamedTuple):
    """A set at one commit.

    Args:
        set_id: of the set, at all its commits and wherever it is copied to
        number: of the commit, from 1
        dataset: whose splits were exported
        splits: by name: training, validation, test
    """

    set_id: str
    number: int
    dataset: str
    splits: Mapping[str, SetSplit]

    def split(self, name: str) -> SetSplit:
        """A split of the set.

        Raises:
            ViewError: where the set has none of that name
        """
        if name not in self.splits:
            raise ViewError(f"the set has no split {name}; there are {', '.join(self.splits) or 'none yet'}")
        return self.splits[name]


def read_manifest(store: Store, number: int | None = None) -> Manifest:
    """Reads what a set consists of now, or at the commit of a number.

    Raises:
        Missing: where there is no set
        PositionRefused: where the set has no such commit
        ViewError: where its manifest is none
        Unavailable: where the set cannot be read
    """
    if number is None:
        known = _numbers(store)
        if not known:
            raise Missing(
                f"there is no set at {store.url}, as it has no {FOLDER}/…; copy them if it is a copy, or name the folder above; "
                f"pairstream export VIEW --to {store.url} makes a set"
            )
        number = known[-1]
    try:
        return _read(store, number)
    except Missing:
        newest = max(_numbers(store), default=0)
        raise PositionRefused(
            f"the set at {store.url} has no manifest {number}, its newest is {newest}: it was copied by halves, or is an "
            "older copy; copy it again, with its manifests last"
        ) from None


def newer(store: Store, manifest: Manifest) -> Manifest | None:
    """Reads what a set consists of by now; None where nothing was committed since.

    Raises:
        ViewError: where what was committed is no manifest, or not one of the same pairs
        Unavailable: where the set cannot be read
    """
    found = manifest
    while True:
        try:
            following = _read(store, found.number + 1)
        except Missing:
            return None if found is manifest else found
        _require_continues(store, found, following)
        found = following


def _numbers(store: Store) -> list[int]:
    return [int(found[1]) for name in store.names(FOLDER) if (found := _NAME.fullmatch(name))]


def _read(store: Store, number: int) -> Manifest:
    key = f"{FOLDER}/{number:012d}.json"
    text = store.read(key, _MOST_BYTES)
    try:
        fields = json.loads(text)
        if isinstance(fields, dict) and isinstance(fields.get("format"), int) and fields["format"] > FORMAT:
            raise SettingsError(
                f"{store.site(key)} has format {fields['format']}, this version reads {FORMAT}: pip install --upgrade pairstream"
            )
        found = _manifest(_Fields(fields))
        if found.number != number:
            raise ValueError(f"its number is {found.number}")
        return found
    except (ValueError, RecursionError) as e:
        if isinstance(e, SettingsError):
            raise
        raise ViewError(f"{store.site(key)} is no manifest: {e}; copy the set again") from None


def _require_continues(store: Store, before: Manifest, after: Manifest) -> None:
    goes_on = after.set_id == before.set_id and before.splits.keys() <= after.splits.keys()
    for name, split in before.splits.items() if goes_on else ():
        shards = after.splits[name].shards
        kept = (old.rows == new.rows and {*old.withdrawn} <= {*new.withdrawn} for old, new in zip(split.shards, shards))
        goes_on &= len(shards) >= len(split.shards) and all(kept)
    if not goes_on:
        raise ViewError(f"manifest {after.number} of {store.url} does not go on where {before.number} ended: it is another set's")


class _Fields:
    """Fields of an untrusted object, named as messages do."""

    def __init__(self, fields: Any, site: str = "it") -> None:
        if not isinstance(fields, dict):
            raise ValueError(f"{site} is no object")
        self._fields = fields
        self._site = site

    def get(self, name: str, what: str, is_right: Callable[[Any], bool]) -> Any:
        found = self._fields.get(name)
        if not is_right(found):
            raise ValueError(f"{name} of {self._site} is not {what}")
        return found

    def number(self, name: str, least: int, most: int) -> int:
        return self.get(name, f"a whole number from {least} to {most}", lambda one: type(one) is int and least <= one <= most)

    def text(self, name: str, form: str) -> str:
        return self.get(name, "as it must be", lambda one: isinstance(one, str) and bool(re.fullmatch(form, one)))

    def rows(self, name: str, count: int) -> tuple[int, ...]:
        def is_right(found: Any) -> bool:
            is_any = isinstance(found, list) and all(type(row) is int and 0 <= row < count for row in found)
            return is_any and all(before < row for before, row in pairwise(found))

        return tuple(self.get(name, "rows of it in order", is_right))


def _manifest(fields: _Fields) -> Manifest:
    fields.number("format", FORMAT, FORMAT)
    splits = fields.get("splits", f"of {', '.join(_SPLITS)}", lambda one: isinstance(one, dict) and one.keys() <= set(_SPLITS))
    return Manifest(
        fields.text("set", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        fields.number("number", 1, 10**12 - 1),
        fields.text("dataset", "[A-Za-z0-9._-]{1,200}"),
        {name: _split(name, _Fields(split, name)) for name, split in splits.items()},
    )


def _split(name: str, fields: _Fields) -> SetSplit:
    shards = fields.get("shards", "a list", lambda one: isinstance(one, list) and len(one) <= _MOST_SHARDS)
    found = tuple(_shard(name, number, _Fields(one, f"shards[{number}] of {name}")) for number, one in enumerate(shards))
    samples = sum(shard.rows - len(shard.withdrawn) for shard in found)
    is_whole = fields.get("whole", "a truth value", lambda one: isinstance(one, bool))
    return SetSplit(fields.number("samples", samples, samples), is_whole, found)


def _shard(split: str, number: int, fields: _Fields) -> Shard:
    rows = fields.number("rows", 1, _MOST_ROWS)
    sha256, index_sha256 = (fields.text(name, "[0-9a-f]{64}") for name in ("sha256", "index_sha256"))
    # No other names: none leads out of the set.
    data = fields.text("data", rf"{split}/{number:06d}-{sha256[:32]}\.tar")
    index = fields.text("index", rf"{split}/{number:06d}-{index_sha256[:32]}\.parquet")
    sizes = fields.number("bytes", 1, _LARGEST), fields.number("index_bytes", 1, _LARGEST_INDEX)
    withdrawn, erased = fields.rows("withdrawn", rows), fields.rows("erased", rows)
    if not set(erased) <= set(withdrawn):
        raise ValueError(f"shard {number} of {split} has erased rows that are not withdrawn")
    return Shard(number, data, sizes[0], sha256, index, sizes[1], index_sha256, rows, withdrawn, erased)
