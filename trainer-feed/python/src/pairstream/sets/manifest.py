"""Manifests: what a set consists of at each of its commits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from pairstream.errors import Missing, PositionRefused, SettingsError, ViewError
from pairstream.sets.store import Store

FOLDER = "manifests"
FORMAT = 1

_NAME = re.compile(rf"{FOLDER}/([0-9]{{12}})\.json")
_SET = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DATASET = re.compile(r"[A-Za-z0-9._-]{1,200}")
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
        view: name of the view that was exported; empty for one of a file
        segments: of that view; 0 for one of a file
        samples: rows that are not withdrawn
        is_whole: whether all of the view is in
    """

    view: str
    segments: int
    fingerprint: str
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
                f"there is no set at {store.url}, as it has no {FOLDER}/…; pairstream export VIEW --to {store.url} makes one"
            )
        number = known[-1]
    try:
        return _read(store, number)
    except Missing as e:
        newest = max(_numbers(store), default=0)
        raise PositionRefused(
            f"the set at {store.url} has no manifest {number}, its newest is {newest}: it was copied by halves, or is an "
            "older copy; copy it again, with its manifests last"
        ) from e


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
        raise ViewError(f"{store.site(key)} is no manifest: {e}; copy the set again") from e


def _require_continues(store: Store, before: Manifest, after: Manifest) -> None:
    goes_on = after.set_id == before.set_id and before.splits.keys() <= after.splits.keys()
    for name, split in before.splits.items() if goes_on else ():
        shards = after.splits[name].shards
        kept = (old.rows == new.rows and {*old.withdrawn} <= {*new.withdrawn} for old, new in zip(split.shards, shards))
        goes_on &= len(shards) >= len(split.shards) and all(kept)
    if not goes_on:
        raise ViewError(f"manifest {after.number} of {store.url} does not go on where {before.number} ended: it is another set's")


class _Fields:
    """Fields of an untrusted object."""

    def __init__(self, fields: Any, site: str = "it") -> None:
        if not isinstance(fields, dict):
            raise ValueError(f"{site} is no object")
        self._fields = fields
        self._site = site

    def number(self, name: str, most: int, least: int = 0) -> int:
        found = self._fields.get(name)
        if type(found) is not int or not least <= found <= most:
            raise ValueError(f"{name} of {self._site} is not a whole number from {least} to {most}")
        return found

    def text(self, name: str, form: re.Pattern[str] | None = None) -> str:
        found = self._fields.get(name)
        if not isinstance(found, str) or (form and not form.fullmatch(found)):
            raise ValueError(f"{name} of {self._site} is not as it must be")
        return found

    def truth(self, name: str) -> bool:
        found = self._fields.get(name)
        if not isinstance(found, bool):
            raise ValueError(f"{name} of {self._site} is neither true nor false")
        return found

    def part(self, name: str) -> _Fields:
        return _Fields(self._fields.get(name), f"{name} of {self._site}")

    def parts(self, name: str, most: int) -> list[_Fields]:
        found = self._fields.get(name)
        if not isinstance(found, list) or len(found) > most:
            raise ValueError(f"{name} of {self._site} is no list of at most {most}")
        return [_Fields(one, f"{name}[{number}] of {self._site}") for number, one in enumerate(found)]

    def rows(self, name: str, count: int) -> tuple[int, ...]:
        found = self._fields.get(name)
        if not isinstance(found, list) or not all(type(row) is int and 0 <= row < count for row in found):
            raise ValueError(f"{name} of {self._site} are not rows of it")
        if any(before >= row for before, row in pairwise(found)):
            raise ValueError(f"{name} of {self._site} are not in order")
        return tuple(found)

    def named(self, name: str, names: Sequence[str]) -> dict[str, _Fields]:
        found = self._fields.get(name)
        if not isinstance(found, dict) or not found.keys() <= set(names):
            raise ValueError(f"{name} of {self._site} are not of {', '.join(names)}")
        return {key: _Fields(one, key) for key, one in found.items()}


def _manifest(fields: _Fields) -> Manifest:
    fields.number("format", FORMAT, FORMAT)
    splits = {name: _split(name, split) for name, split in fields.named("splits", _SPLITS).items()}
    return Manifest(fields.text("set", _SET), fields.number("number", 10**12 - 1, 1), fields.text("dataset", _DATASET), splits)


def _split(name: str, fields: _Fields) -> SetSplit:
    shards = tuple(_shard(name, number, one) for number, one in enumerate(fields.parts("shards", _MOST_SHARDS)))
    samples = sum(shard.rows - len(shard.withdrawn) for shard in shards)
    fields.number("samples", samples, samples)
    view = fields.part("view")
    return SetSplit(
        view.text("name"), view.number("segments", _LARGEST), view.text("fingerprint"), samples, fields.truth("whole"), shards
    )


def _shard(split: str, number: int, fields: _Fields) -> Shard:
    rows = fields.number("rows", _MOST_ROWS, 1)
    digests = [fields.text(name, _DIGEST) for name in ("sha256", "index_sha256")]
    # No other names: none leads out of the set.
    for name, digest, ending in zip(("data", "index"), digests, ("tar", "parquet")):
        fields.text(name, re.compile(rf"{split}/{number:06d}-{digest[:32]}\.{ending}"))
    withdrawn, erased = fields.rows("withdrawn", rows), fields.rows("erased", rows)
    if not set(erased) <= set(withdrawn):
        raise ValueError(f"shard {number} of {split} has erased rows that are not withdrawn")
    return Shard(
        number,
        fields.text("data"),
        fields.number("bytes", _LARGEST, 1),
        digests[0],
        fields.text("index"),
        fields.number("index_bytes", _LARGEST_INDEX, 1),
        digests[1],
        rows,
        withdrawn,
        erased,
    )
