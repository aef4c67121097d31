"""Views: which records of a split's topic a run reads, and what the index knows of each."""

from __future__ import annotations

import contextlib
import hashlib
import html
import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairstream.errors import ViewError
from pairstream.views.blocks import MOST_RECORDS, Block, Blocks

NONE = 255
"""The bucket of a sample that the index has no more."""


@dataclass(frozen=True, eq=False, repr=False)
class Facts:
    """Facts that the index has about each sample of a view, in the view's order.

    Args:
        shapes: (height, width) in pixels of each bucket; none where there are more than 255
        kinds: of source, by number
        picture: which samples have the same picture: uint32 [samples]
        bucket: number of the pair's own picture's shape, or ``NONE``: uint8 [samples]
        kind: number of the pair's kind of source: uint8 [samples]
        expected: the digest that the file states; empty where there is none
    """

    shapes: Sequence[tuple[int, int]]
    kinds: Sequence[str]
    picture: NDArray[np.uint32]
    bucket: NDArray[np.uint8]
    kind: NDArray[np.uint8]
    expected: str = ""

    @cached_property
    def digest(self) -> str:
        """Digest of the facts: 16 hexadecimal digits."""
        found = hashlib.sha256(json.dumps(self.names).encode("utf-8"))
        for array in self.arrays:
            found.update(np.ascontiguousarray(array).data)
        return found.hexdigest()[:16]

    @property
    def names(self) -> dict[str, list[object]]:
        """Shapes and kinds, as JSON has them."""
        return {"shapes": [list(shape) for shape in self.shapes], "kinds": list(self.kinds)}

    @property
    def arrays(self) -> tuple[NDArray[np.uint32] | NDArray[np.uint8], ...]:
        """The arrays in the order in which a file has them."""
        return self.picture, self.bucket, self.kind

    def counts(self) -> dict[tuple[int, int], int]:
        """Samples of each shape (height, width)."""
        found = np.bincount(self.bucket, minlength=NONE + 1)
        return {(height, width): int(found[i]) for i, (height, width) in enumerate(self.shapes)}


_FORMAT = 2
_MAGIC = b"PSVIEW2\n"
_ALIGNMENT = 64
_MOST_READ = 16 << 20
"""Bytes of a file that is read as a whole: one that is mapped ends the process where it is cut off."""
_FACTS_BYTES = 6
"""Bytes of facts for each sample."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z")


@dataclass(frozen=True, repr=False)
class View:
    """A fixed choice of records of a split's topic. Immutable.

    Args:
        topic: the split's topic
        topic_id: Kafka's id of the topic, which a topic that is made anew does not share
        cut_at: when the view was cut, ISO 8601 in UTC
        blocks: by partition and offset; at least one. The view's own are a :class:`Blocks`
        where: the conditions by which the records were chosen, for people to read
        facts: what the index knows of each sample, where :meth:`pairstream.Source.indexed` was asked
    """

    topic: str
    topic_id: str
    cut_at: str
    blocks: Sequence[Block]
    where: tuple[str, ...] = field(default=(), compare=False)
    facts: Facts | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not self.blocks:
            raise ViewError(nothing_in(self.topic, self.where))
        if isinstance(self.blocks, Blocks):
            return
        for i, (before, block) in enumerate(zip(self.blocks, self.blocks[1:]), 1):
            if (before.partition, before.end) > (block.partition, block.begin):
                raise ViewError(f"block {i} of partition {block.partition} from {block.begin} lies before the one in front of it")
        object.__setattr__(self, "blocks", Blocks.of(self.blocks))

    def __repr__(self) -> str:
        return f"View({self.topic}, {self.samples} samples in {len(self.blocks)} blocks, cut at {self.cut_at})"

    def _repr_html_(self) -> str:
        shown = {"topic": self.topic, "samples": f"{self.samples:,}", "cut at": self.cut_at, "where": " and ".join(self.where)}
        return f"<table>{''.join(f'<tr><th>{name}<td>{html.escape(text)}' for name, text in shown.items())}</table>"

    def __len__(self) -> int:
        return self.samples

    @property
    def samples(self) -> int:
        """Number of records."""
        return Blocks.of(self.blocks).samples

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Records of each block: int64 [blocks]."""
        return Blocks.of(self.blocks).sizes

    @cached_property
    def fingerprint(self) -> str:
        """Digest of topic and blocks: 32 hexadecimal digits, as trainer-feed/order.md defines them.

        Of a binary file, what its header says.
        """
        return self._digest(self.blocks)

    def check(self) -> None:
        """Reads the whole view, as :meth:`load` does not.

        Raises:
            ViewError: where the blocks are not those of the fingerprint, or the facts not those of their digest
        """
        self.require_unchanged()
        self._check(self.blocks)
        if self.facts and self.facts.expected not in ("", self.facts.digest):
            raise ViewError("the view's facts are not those of their digest: it was changed after it was cut")

    def require_unchanged(self) -> None:
        """Checks, of a file that is mapped into memory, that it was not written to since.

        Raises:
            ViewError: where it was
        """
        path, then = self.__dict__.get("_mapped", ("", ()))
        # One that was replaced or deleted stays mapped as it was.
        if os.path.exists(path) and (now := _stamp(path)) != then and now[0] == then[0]:
            raise ViewError(f"{path} was changed while it was read: write a new file beside it, and rename that")

    def _check(self, blocks: Iterable[Block]) -> None:
        if self._digest(blocks) != self.fingerprint:
            raise ViewError("the view's blocks are not those of its fingerprint: it was changed after it was cut")

    def _digest(self, blocks: Iterable[Block]) -> str:
        digest = hashlib.sha256(f"pairstream view 1\n{self.topic}\n{self.topic_id}\n".encode())
        for block in blocks:
            digest.update((" ".join(map(str, (block.partition, block.begin, *block.runs))) + "\n").encode("ascii"))
        return digest.hexdigest()[:32]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the view to a file, which is there wholly or not at all.

        Raises:
            ViewError: where the file cannot be written
        """
        target = Path(path)
        if not target.name:
            raise ViewError(f"'{path}' is no file's name")
        beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            self._write(beside)
            os.replace(beside, target)
        except OSError as e:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise ViewError(f"{target} cannot be written: {e.strerror}") from None

    def _write(self, file: Path) -> None:
        blocks = Blocks.of(self.blocks)
        header: dict[str, Any] = {
            "format": _FORMAT,
            "topic": self.topic,
            "topic_id": self.topic_id,
            "cut_at": self.cut_at,
            "fingerprint": self.fingerprint,
            "samples": self.samples,
        }
        if self.where:
            header["where"] = list(self.where)
        header.update(blocks=len(blocks), runs=len(blocks.runs))
        if self.facts:
            header["facts"] = {**self.facts.names, "digest": self.facts.digest}
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
        with file.open("wb") as out:
            out.write(_MAGIC + len(text).to_bytes(4, "little") + text + bytes(_padding(len(text))))
            for array in (*blocks.arrays, *(self.facts.arrays if self.facts else ())):
                array.tofile(out)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> View:
        """Reads a view from a file, without a look at its blocks (see :meth:`check`).

        One of more than 16 MiB is mapped into memory, once for all processes of a machine.

        Raises:
            ViewError: where the file holds something else, or is not there
        """
        try:
            return _read(path)
        except OSError as e:
            raise ViewError(f"cannot read the view {os.fspath(path)}: {e.strerror or e}") from None
        except ViewError as e:
            raise ViewError(f"{os.fspath(path)}: {e}") from None


def nothing_in(topic: str, where: Sequence[str]) -> str:
    """Says why a view of a topic has no records."""
    return f"there is no record in {topic} that a view could hold{' where ' if where else ''}{' and '.join(where)}"


_NO_VIEW = "no view: right is a file that pairstream view cut, or a view's save, has made"


def _object(text: bytes) -> dict[str, Any]:
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        raise ViewError("the view was cut off or changed" if text[:9] == b'{"format"' else _NO_VIEW) from None
    if not isinstance(root, dict) or not _is_int(root.get("format")):
        raise ViewError(_NO_VIEW)
    if root["format"] != _FORMAT:
        raise ViewError(f"a view of format {root['format']}; this version reads format {_FORMAT}")
    return root


def _view(root: dict[str, Any], blocks: Sequence[Block], facts: Facts | None = None) -> View:
    """The view of a header, which says its fingerprint."""
    cut_at = str(root.get("cut_at"))
    if not _INSTANT.fullmatch(cut_at):
        raise ViewError(f"cut_at is no time in UTC: {cut_at}")
    conditions = root.get("where") or []
    if not isinstance(conditions, list):
        raise ViewError(f"where is no list of conditions: {str(conditions)[:80]}")
    where = tuple(map(str, conditions))
    view = View(str(root.get("topic")), str(root.get("topic_id")), cut_at, blocks, where, facts)
    # In the place of what would be computed of the whole view.
    view.__dict__["fingerprint"] = str(root.get("fingerprint"))
    return view


def _stamp(path: str | os.PathLike[str]) -> tuple[int, ...]:
    """The number of a file, which another one under its name does not share, its bytes and when they were changed."""
    found = os.stat(path)
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read(path: str | os.PathLike[str]) -> View:
    stamp = _stamp(path)
    is_mapped = stamp[1] > _MOST_READ
    content = np.asarray(np.memmap(path, np.uint8, "r")) if is_mapped else np.fromfile(path, np.uint8)
    content.flags.writeable = False
    if content[: len(_MAGIC)].tobytes() != _MAGIC:
        raise ViewError(_NO_VIEW)
    header = len(_MAGIC) + 4
    length = int.from_bytes(content[len(_MAGIC) : header].tobytes(), "little")
    if header + length > len(content):
        raise ViewError("the file ends within its header: it was cut off")
    root = _object(content[header : header + length].tobytes())
    counts: list[Any] = [root.get(name) for name in ("blocks", "runs", "samples")]
    if not all(_is_int(count) and count > 0 for count in counts):
        raise ViewError(f"no view: its header has blocks, runs and samples, each at least 1, not {counts}")
    blocks, runs, samples = counts
    at = header + length + _padding(length)
    behind = at + 8 * (4 * blocks + 2) + 4 * (blocks + runs)
    names = root.get("facts")
    whole = behind + (_FACTS_BYTES * samples if names else 0)
    if len(content) != whole:
        raise ViewError(
            f"the file has {len(content)} bytes, and {blocks} blocks with {runs} runs take {whole}: it was cut off or changed"
        )
    arrays = []
    for count in (blocks, blocks, blocks + 1, blocks + 1):
        arrays.append(content[at : at + 8 * count].view("<i8"))
        at += 8 * count
    found = Blocks(*arrays, *np.split(content[at:behind].view("<u4"), [blocks]))
    if (found.runs_before[0], found.runs_before[-1], found.samples_before[0], found.samples) != (0, runs, 0, samples):
        raise ViewError("the view's blocks are not those that its header counts: it was changed after it was cut")
    sizes = found.sizes
    # Compared, not subtracted: a difference may be beyond all numbers. Sizes up to the most cannot sum up to that.
    if (found.runs_before[1:] <= found.runs_before[:-1]).any() or (sizes < 1).any() or (sizes > MOST_RECORDS).any():
        raise ViewError(f"a block has at least 1 run, and 1 to at most {MOST_RECORDS} records: the view was changed")
    view = _view(root, found, _facts(names, content[behind:]) if names else None)
    if is_mapped:
        view.__dict__["_mapped"] = os.fspath(path), stamp
    return view


def _facts(names: Any, content: NDArray[np.uint8]) -> Facts:
    shapes, kinds = (names.get(name) if isinstance(names, dict) else None for name in ("shapes", "kinds"))
    if (
        not isinstance(shapes, list)
        or not all(isinstance(shape, list) and len(shape) == 2 and all(map(_is_int, shape)) for shape in shapes)
        or not isinstance(kinds, list)
        or not all(isinstance(kind, str) for kind in kinds)
        or not isinstance(names.get("digest"), str)
    ):
        raise ViewError(f"no facts with shapes, kinds and a digest: {str(names)[:80]}")
    picture, bucket, kind = np.split(content, np.array([4, 5]) * (len(content) // _FACTS_BYTES))
    sides = [(height, width) for height, width in shapes]
    return Facts(sides, kinds, picture.view("<u4"), bucket, kind, names["digest"])


def _padding(length: int) -> int:
    """Zero bytes behind a header of so many bytes of JSON."""
    return -(len(_MAGIC) + 4 + length) % _ALIGNMENT


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
