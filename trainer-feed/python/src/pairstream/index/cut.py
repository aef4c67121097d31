"""Cutting views: the choice of pairs by their answers, and the blocks that they become."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairstream.errors import SettingsError
from pairstream.index.conditions import Condition
from pairstream.index.entries import PairAnswers, holding
from pairstream.views.blocks import Block
from pairstream.views.view import View

LOG = logging.getLogger("pairstream")

BLOCK_RECORDS = 128
"""Most records of a block."""

BLOCK_BYTES = 4 << 20
"""Bytes after which a block ends."""


def conditions_of(where: str | Iterable[str]) -> list[Condition]:
    """Parses a condition or several; of one that stands twice, one.

    Raises:
        SettingsError: where one is none
    """
    texts = [where] if isinstance(where, str) else list(where) if isinstance(where, Sequence) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise SettingsError(
            "where is a condition or a list of conditions, such as 'language=en' or ['language=en', 'measure.sharpness>=50'], "
            f"not {where!r}; leave it out for all pairs"
        )
    return [Condition(text) for text in dict.fromkeys(str(Condition(text)) for text in texts if text is not None)]


def answered(
    pairs: NDArray[np.int64], asked: Sequence[Condition], answers: PairAnswers, given: Callable[[], Iterable[str]]
) -> NDArray[np.bool_]:
    """bool [n]: which pairs have answers as all conditions say; warns of those that have none.

    Args:
        pairs: int64 [n], keys
        asked: conditions on answers
        given: names of the answers that there are about these pairs; asked where a condition names none of them

    Raises:
        SettingsError: where no pair has the answer of a condition, or it cannot be compared so
    """
    for one in asked:
        labels = answers.labels[one.answer].astype(np.bool_)
        one.require_kind(not np.isnan(answers.numbers[one.answer]).all(), bool(labels.any()))
    found = {one: holding(answers, one) for one in asked}
    for one, (_, known) in found.items():
        if len(pairs) and not len(known):
            there = ", ".join(given()) or "none yet: pairstream score asks models"
            raise SettingsError(f"no model has given these pairs a number or label as answer {one.answer}; there are {there}")
    for name, known in {one.answer: known for one, (_, known) in found.items()}.items():
        if waiting := int((~np.isin(pairs, known)).sum()):
            LOG.warning("%d of %d pairs have no answer.%s: they wait for the model, or it failed", waiting, len(pairs), name)
    return np.logical_and.reduce([np.isin(pairs, holds) for holds, _ in found.values()])


def why_none(asked: Sequence[Condition], columns: Mapping[str, NDArray[Any]], measures: Callable[[], Iterable[str]]) -> str:
    """Names the conditions that hold for no pair, with the values that there are instead.

    Args:
        columns: of all pairs, by field
        measures: names of the measures that there are; asked where a condition names none of them
    """
    why = ""
    for one in asked:
        column = columns[one.field]
        there = [] if one.holds(column).any() else one.seen(column)
        if not there and len(column) and one.field.startswith("measures."):
            there = list(measures())
        why += f"; no pair has {one}: there are {', '.join(there)}" if there else ""
        if there and one.field in ("width", "height"):
            why += f" of the prepared picture, measure.original_{one.field}_px has the original's"
    return why


def view_of(topic: str, topic_id: str, places: NDArray[np.int64], where: tuple[str, ...]) -> View:
    """The view of records, as it is cut now.

    Args:
        places: int64 [n, 3], partition, offset and bytes of each record
    """
    blocks: list[Block] = []
    for partition in np.unique(places[:, 0]).tolist():
        blocks += blocks_of(partition, places[places[:, 0] == partition, 1:].tolist())
    cut_at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return View(topic, topic_id, cut_at, tuple(blocks), where)


def blocks_of(partition: int, pairs: Iterable[tuple[int, int]]) -> list[Block]:
    """The blocks of a partition's records, by offset.

    Args:
        pairs: offset and bytes of each record
    """
    blocks = []
    offsets: list[int] = []
    size = 0
    for offset, length in sorted(pairs):
        if len(offsets) == BLOCK_RECORDS or (size > 0 and size + length > BLOCK_BYTES):
            blocks.append(block_of(partition, offsets, size))
            offsets, size = [], 0
        offsets.append(offset)
        size += length
    if offsets:
        blocks.append(block_of(partition, offsets, size))
    return blocks


def block_of(partition: int, offsets: list[int], size: int) -> Block:
    """The block of records at offsets, in order, of so many bytes together."""
    runs = [0]
    behind = offsets[0]
    for offset in offsets:
        if offset > behind:
            runs += [offset - behind, 0]
        runs[-1] += 1
        behind = offset + 1
    return Block(partition, offsets[0], size, tuple(runs))
