"""Ranges of objects on this machine's disk, which its processes share."""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
import zlib
from bisect import bisect_right, insort
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from pairstream.errors import SettingsError

MOST_BYTES = 4 << 30
"""Bytes of a cache that is not given another bound."""

_CHECK_BYTES = 4
_SHARES = 32
"""Parts of a cache's room; as much as one is put before one looks at what others have put."""


class Place(NamedTuple):
    """Bytes of an object that are in the cache."""

    name: str
    offset: int
    length: int


class RangeCache:
    """Ranges of objects that never change, in files of a folder. May be pickled. Thread-safe.

    Where there is no room, ranges go that were used up by this process, the last of them first: of an order in which each
    range comes once an epoch, so much stays from one epoch to the next as there is room for. Then those that were made
    first: samples before indexes, and what :meth:`expect` names last.

    Args:
        folder: made where it is not there; else ``PAIRSTREAM_CACHE``, or ``pairstream/sets`` in the user's cache
        most_bytes: of its files
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, most_bytes: int = MOST_BYTES) -> None:
        if most_bytes < 0:
            raise SettingsError(f"a cache has 0 bytes or more, not {most_bytes}")
        home = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))
        own = os.environ.get("PAIRSTREAM_CACHE", f"{home}/pairstream/sets")
        self.folder = Path(own if folder is None else folder)
        self._most = most_bytes
        self._lock = threading.Lock()
        self._listed: dict[str, tuple[int, list[tuple[int, int]]]] = {}
        """By name, when its folder had changed last, and the offsets and lengths of its ranges, in order."""
        self._sound: set[Place] = set()
        """Ranges that this process has made, or held against their checksums."""
        self._expected: set[Place] = set()
        self._used_up: dict[Place, None] = {}
        self._left = 0
        """Bytes that may be put before the folder is looked through."""
        self._numbers = itertools.count()

    def __reduce__(self) -> tuple[Any, ...]:
        return RangeCache, (self.folder, self._most)

    def look(self, name: str) -> None:
        """Looks what other processes have of an object by now."""
        with self._lock:
            self._ranges(name, is_looked_for=True)

    def find(self, name: str, offset: int, length: int) -> Place | None:
        """Where some bytes of an object are; they may be gone when they are read."""
        with self._lock:
            ranges = self._ranges(name)
            # A few before it may overlap.
            for at in range(bisect_right(ranges, (offset, 1 << 62)) - 1, -1, -1)[:4]:
                if sum(ranges[at]) >= offset + length:
                    return Place(name, *ranges[at])
        return None

    def read(self, place: Place, offset: int, length: int) -> bytes | None:
        """Bytes of an object at a place that was found; None where they are gone, or broken."""
        is_sound = place in self._sound
        try:
            with open(self._file(place), "rb", buffering=0) as file:
                if is_sound:
                    file.seek(offset - place.offset)
                    found = file.read(length)
                else:
                    whole = file.read()
                    is_sound = len(whole) == place.length + _CHECK_BYTES and whole[place.length :] == _check(
                        whole[: place.length]
                    )
                    found = whole[offset - place.offset :][:length] if is_sound else b""
        except OSError:
            found = b""
        with self._lock:
            if len(found) == length:
                self._sound.add(place)
                return found
            self._forget(place)
        return None

    def put(self, name: str, offset: int, content: bytes) -> Place | None:
        """Keeps bytes of an object; answers where, or None where there is no room on the disk or in the cache."""
        place = Place(name, offset, len(content))
        file = self._file(place)
        made = file.with_name(f".{os.getpid()}-{next(self._numbers)}")
        try:
            with self._lock:
                if not self._has_room(place.length):
                    return None
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            made.write_bytes(content + _check(content))
            os.replace(made, file)
        except OSError:
            with contextlib.suppress(OSError):
                made.unlink()
            return None
        with self._lock:
            ranges = self._ranges(name)
            if (offset, place.length) not in ranges:
                insort(ranges, (offset, place.length))
            self._sound.add(place)
        return place

    def expect(self, place: Place) -> None:
        """Hears that a range will be used: it is not evicted by this process."""
        with self._lock:
            self._expected.add(place)
            self._used_up.pop(place, None)

    def use_up(self, place: Place) -> None:
        """Hears that a range was used for the last time that is known."""
        with self._lock:
            self._expected.discard(place)
            self._used_up[place] = None

    def supersede(self, names: Iterable[str]) -> None:
        """Deletes what there is of other objects in the place of these: what was erased in these is there still.

        Args:
            names: PLACE-DIGEST.ENDING
        """
        known = {_site(name): name for name in names}
        with self._lock, contextlib.suppress(OSError):
            for name in os.listdir(self.folder):
                for place in _listed(self.folder / name) if known.get(_site(name), name) != name else ():
                    with contextlib.suppress(OSError):
                        self._file(place).unlink()
                    self._forget(place)

    def _ranges(self, name: str, is_looked_for: bool = False) -> list[tuple[int, int]]:
        known = self._listed.get(name)
        if known is None or is_looked_for:
            changed = 0
            with contextlib.suppress(OSError):
                changed = os.stat(self.folder / name).st_mtime_ns
            if known is None or known[0] != changed:
                self._listed[name] = known = changed, sorted(place[1:] for place in _listed(self.folder / name))
        return known[1]

    def _has_room(self, length: int) -> bool:
        """Makes room for some bytes; answers whether there is."""
        if length > self._most:
            return False
        self._left -= length
        if self._left < 0:
            self._look(length)
        return True

    def _look(self, length: int) -> None:
        """Looks what is there, and makes room for some bytes and a share of the whole."""
        files: dict[Path, tuple[bool, int, int]] = {}
        for folder in os.scandir(self.folder) if self.folder.is_dir() else ():
            for entry in os.scandir(folder.path) if folder.is_dir() else ():
                with contextlib.suppress(OSError):
                    found = entry.stat()
                    files[Path(entry.path)] = folder.name.endswith(".parquet"), found.st_mtime_ns, found.st_size
        free = self._most - length - sum(size for _, _, size in files.values())
        wanted = min(self._most - length, self._most // _SHARES)
        by_age = sorted(files, key=lambda file: (_place(file) in self._expected, files[file]))
        for file in [*map(self._file, reversed(self._used_up)), *by_age]:
            if free >= wanted:
                break
            if file in files:
                with contextlib.suppress(OSError):
                    file.unlink()
                free += files.pop(file)[2]
                self._forget(_place(file))
        self._left = min(max(free, 0), self._most // _SHARES)

    def _forget(self, place: Place | None) -> None:
        if place is None:
            return
        self._sound.discard(place)
        self._expected.discard(place)
        self._used_up.pop(place, None)
        known = self._listed.get(place.name)
        if known and place[1:] in known[1]:
            known[1].remove(place[1:])

    def _file(self, place: Place) -> Path:
        return self.folder / place.name / f"{place.offset}-{place.length}"


def _site(name: str) -> tuple[str, str]:
    return name.rpartition("-")[0], name.rpartition(".")[2]


def _check(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(_CHECK_BYTES, "big")


def _listed(folder: Path) -> list[Place]:
    with contextlib.suppress(OSError):
        return [place for name in os.listdir(folder) if (place := _place(folder / name))]
    return []


def _place(file: Path) -> Place | None:
    offset, _, length = file.name.partition("-")
    return Place(file.parent.name, int(offset), int(length)) if offset.isdecimal() and length.isdecimal() else None
