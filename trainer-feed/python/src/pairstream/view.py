"""Views: which records of a split's topic a run reads."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pairstream.errors import ViewError

_FORMAT = 1
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z")


@dataclass(frozen=True)
class Block:
    """A range of one partition's offsets, and which of them hold a record of the view.

    Args:
        partition: of the split's topic, at least 0
        begin: offset of the first record
        bytes: of the records' values together, at least 1
        runs: lengths of runs of offsets, the first one's of records, the second one's of offsets without a record of
            the view, and so on, each at least 1; an odd number
    """

    partition: int
    begin: int
    bytes: int
    runs: tuple[int, ...]

    def __post_init__(self) -> None:
        if self.partition < 0 or self.begin < 0 or self.bytes < 1:
            raise ViewError(f"a block of partition {self.partition} from {self.begin} with {self.bytes} bytes")
        if len(self.runs) % 2 == 0 or any(run < 1 for run in self.runs):
            raise ViewError(f"a block has an odd number of runs, each at least 1, not {list(self.runs)}")

    @property
    def end(self) -> int:
        """Offset behind the last record."""
        return self.begin + sum(self.runs)

    @cached_property
    def size(self) -> int:
        """Number of records."""
        return sum(self.runs[::2])

    @property
    def offsets(self) -> tuple[int, ...]:
        """The records' offsets, by their place in the block."""
        found: list[int] = []
        at = self.begin
        for i, run in enumerate(self.runs):
            if i % 2 == 0:
                found.extend(range(at, at + run))
            at += run
        return tuple(found)


@dataclass(frozen=True, repr=False)
class View:
    """Which records of a split's topic a run reads: the same ones whenever it is read. Immutable.

    Args:
        topic: the split's topic
        topic_id: Kafka's id of the topic, which a topic that is made anew does not share
        cut_at: when the view was cut, ISO 8601 in UTC
        blocks: by partition and offset; at least one
        where: the conditions by which the records were chosen, for people to read
    """

    topic: str
    topic_id: str
    cut_at: str
    blocks: tuple[Block, ...]
    where: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.blocks:
            raise ViewError(f"there is no record in {self.topic} that a view could hold")
        for i, (before, block) in enumerate(zip(self.blocks, self.blocks[1:]), 1):
            if (before.partition, before.end) > (block.partition, block.begin):
                raise ViewError(
                    f"block {i} of partition {block.partition} from {block.begin} lies before the one in front of it"
                )

    def __repr__(self) -> str:
        return f"View({self.topic}, {self.samples} samples in {len(self.blocks)} blocks, cut at {self.cut_at})"

    @cached_property
    def samples(self) -> int:
        """Number of records."""
        return sum(self.sizes)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Records of each block."""
        return tuple(block.size for block in self.blocks)

    @cached_property
    def fingerprint(self) -> str:
        """What tells this view from others: 32 hexadecimal digits, as docs/trainers.md defines them."""
        lines = ["pairstream view 1", self.topic, self.topic_id]
        lines += [" ".join(map(str, (block.partition, block.begin, *block.runs))) for block in self.blocks]
        return hashlib.sha256(("\n".join(lines) + "\n").encode("utf-8")).hexdigest()[:32]

    def to_json(self) -> str:
        """The view in one line."""
        root: dict[str, Any] = {
            "format": _FORMAT,
            "topic": self.topic,
            "topic_id": self.topic_id,
            "cut_at": self.cut_at,
            "fingerprint": self.fingerprint,
            "samples": self.samples,
        }
        if self.where:
            root["where"] = list(self.where)
        root["blocks"] = [[block.partition, block.begin, block.bytes, list(block.runs)] for block in self.blocks]
        return json.dumps(root, separators=(",", ":"), ensure_ascii=False)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the view to a file, which is there wholly or not at all."""
        target = Path(path)
        beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        beside.write_text(self.to_json() + "\n", encoding="utf-8")
        os.replace(beside, target)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> View:
        """Reads a view from a file.

        Raises:
            ViewError: where the file holds something else, or is not there
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as e:
            raise ViewError(f"cannot read the view {os.fspath(path)}: {e}") from e
        try:
            return View.parse(text)
        except ViewError as e:
            raise ViewError(f"{os.fspath(path)}: {e}") from e

    @staticmethod
    def parse(text: str) -> View:
        """Reads what :meth:`to_json` wrote.

        Raises:
            ViewError: where the text is something else, or has been changed since
        """
        try:
            root = json.loads(text)
        except json.JSONDecodeError as e:
            raise ViewError(f"no view: {e}") from e
        if not isinstance(root, dict) or not _is_int(root.get("format")) or not isinstance(root.get("blocks"), list):
            raise ViewError(
                "no view: expected a JSON object with format, topic, topic_id, cut_at, fingerprint and blocks"
            )
        if root["format"] != _FORMAT:
            raise ViewError(f"a view of format {root['format']}; this version reads format {_FORMAT}")
        cut_at = str(root.get("cut_at"))
        if not _INSTANT.fullmatch(cut_at):
            raise ViewError(f"cut_at is no time in UTC: {cut_at}")
        view = View(
            str(root.get("topic")),
            str(root.get("topic_id")),
            cut_at,
            tuple(_block(i, one) for i, one in enumerate(root["blocks"])),
            tuple(str(one) for one in root.get("where") or ()),
        )
        if view.fingerprint != root.get("fingerprint"):
            raise ViewError("the view's blocks are not those of its fingerprint: it was changed after it was cut")
        return view


def _block(number: int, block: Any) -> Block:
    if (
        not isinstance(block, list)
        or len(block) != 4
        or not all(_is_int(n) for n in block[:3])
        or not isinstance(block[3], list)
        or not all(_is_int(run) for run in block[3])
    ):
        raise ViewError(f"block {number} is not [partition, first offset, bytes, runs]: {str(block)[:80]}")
    return Block(block[0], block[1], block[2], tuple(block[3]))


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
