"""Cutting views out of a split's topic."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone

import numpy as np
from confluent_kafka import Message
from numpy.typing import NDArray

from pairstream.errors import SettingsError, ViewError
from pairstream.index.answers import holding, names_given, read_answers
from pairstream.index.conditions import Condition
from pairstream.index.entries import PLACE, FieldCondition, key_of, last_of_each, read_entries
from pairstream.index.recipe import recipe_conditions
from pairstream.kafka.avro import AvroReader, Malformed, Schemas
from pairstream.kafka.cluster import Cluster, TopicWatch
from pairstream.kafka.types import ANSWER, PAIR
from pairstream.takedowns import InForce
from pairstream.views.blocks import Block
from pairstream.views.view import View, nothing_in

LOG = logging.getLogger("pairstream")

BLOCK_RECORDS = 128
"""Most records of a block."""

BLOCK_BYTES = 4 << 20
"""Bytes after which a block ends."""

_GONE = -1
"""Instead of an offset: the pair is withdrawn, or not as the conditions say."""


def cut(cluster: Cluster, schemas: Schemas, dataset: str, split: str, where: Sequence[str] = ()) -> View:
    """A view of all pairs of a split that are committed now and not withdrawn, and for which the conditions hold.

    Withdrawn is also what falls under a takedown that the platform has still to carry out. Reads the takedowns, the
    index, of the split's topic what the index has not yet, and where a condition names one the answers. A pair that waits
    for such an answer is left out, with a warning that says how many do. The data set's recipe adds its conditions.

    Raises:
        SettingsError: where a condition is none, or on an answer that no pair has, or that it cannot compare
        ViewError: where there is no such pair
        PositionRefused: where a topic was deleted or made anew meanwhile
        Unavailable: where the broker does not answer or has no such topic
    """
    # Of a condition that stands twice, one.
    texts = dict.fromkeys(str(Condition(text)) for text in [*where, *recipe_conditions(cluster, schemas, dataset)])
    conditions_asked = [Condition(text) for text in texts]
    asked = [one for one in conditions_asked if not one.answer]
    in_force = InForce.now(cluster, dataset)
    conditions: list[FieldCondition] = [*asked, *in_force.conditions]
    topic = cluster.describe_topic(f"{dataset}.{split}")
    begins = cluster.begins(topic.name, topic.partitions)
    entries = read_entries(cluster, schemas, dataset, split, conditions)
    pairs = AvroReader(schemas, topic.name, PAIR, {one.field.partition(".")[0] for one in conditions})

    def tail_of(message: Message) -> tuple[int, int, int, int]:
        value = message.value()
        is_there = value is not None and _matches(message, value, pairs, asked, in_force)
        offset = message.offset() if is_there else _GONE
        return key_of(message.key()), message.partition(), offset, len(value or b"")

    indexed = {partition: max(begin, entries.read_to.get(partition, 0)) for partition, begin in begins.items()}
    tail = [tail_of(message) for messages in cluster.read(topic.name, indexed) for message in messages]
    TopicWatch(cluster, topic.name, topic.id).require(time.monotonic())
    rows = np.column_stack([entries.keys, *(entries.columns[name] for name in PLACE)])
    rows = np.concatenate([rows, np.array(tail, np.int64).reshape(-1, 4)])
    withdrawn = [key_of(pair_id.encode("utf-8")) for pair_id in in_force.pair_ids]
    rows = rows[~np.isin(rows[:, 0], withdrawn)] if withdrawn else rows
    rows = rows[last_of_each(rows[:, 0] ^ rows[:, 1] << 32)]
    rows = _answered(cluster, schemas, dataset, rows[rows[:, 2] != _GONE], [one for one in conditions_asked if one.answer])
    _, partitions, offsets, sizes = rows.T
    blocks = []
    for number, begin in begins.items():
        own = (partitions == number) & (offsets >= begin)
        blocks += _blocks(number, zip(offsets[own].tolist(), sizes[own].tolist()))
    where = tuple(map(str, conditions_asked))
    if not blocks:
        raise ViewError(f"{nothing_in(topic.name, where)}{_why(cluster, schemas, dataset, split, asked)}")
    cut_at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return View(topic.name, topic.id, cut_at, tuple(blocks), where)


def _why(cluster: Cluster, schemas: Schemas, dataset: str, split: str, asked: Sequence[Condition]) -> str:
    """Names the conditions that hold for no pair of the index, with the values that there are instead."""
    columns = read_entries(cluster, schemas, dataset, split, (), {one.field for one in asked}).columns
    why = ""
    for one in asked:
        column = columns[one.field]
        there = [] if one.holds(column).any() else one.seen(column)
        if not there and len(column) and one.field.startswith("measures."):
            there = names_given(cluster, schemas, f"{dataset}.index", PAIR, ("measures",), None)
        why += f"; no pair has {one}: there are {', '.join(there)}" if there else ""
        if there and one.field in ("width", "height"):
            why += f" of the prepared picture, measure.original_{one.field}_px has the original's"
    return why


def _answered(
    cluster: Cluster, schemas: Schemas, dataset: str, rows: NDArray[np.int64], asked: Sequence[Condition]
) -> NDArray[np.int64]:
    """Rows, of which the first column is the pair, of pairs whose answers are as conditions say."""
    if not asked:
        return rows
    answers = read_answers(cluster, schemas, dataset, {one.answer for one in asked}, np.sort(rows[:, 0]))
    for one in asked:
        labels = answers.labels[one.answer].astype(np.bool_)
        one.require_kind(not np.isnan(answers.numbers[one.answer]).all(), bool(labels.any()))
    found = {one: holding(answers, one) for one in asked}
    for one, (_, known) in found.items():
        if len(rows) and not len(known):
            given = names_given(cluster, schemas, f"{dataset}.pair-answers", ANSWER, ("numbers", "labels"), rows[:, 0])
            there = ", ".join(given) or "none yet: pairstream score asks models"
            raise SettingsError(f"no model has given these pairs a number or label as answer {one.answer}; there are {there}")
    for name, known in {one.answer: known for one, (_, known) in found.items()}.items():
        if waiting := int((~np.isin(rows[:, 0], known)).sum()):
            LOG.warning("%d of %d pairs have no answer.%s: they wait for the model, or it failed", waiting, len(rows), name)
    return rows[np.logical_and.reduce([np.isin(rows[:, 0], holds) for holds, _ in found.values()])]


def _matches(message: Message, value: bytes, pairs: AvroReader, asked: Sequence[Condition], in_force: InForce) -> bool:
    if not asked and not in_force.conditions:
        return True
    try:
        pair = pairs.read(value)
    except Malformed as e:
        if not asked:
            # It falls under no takedown; the loader refuses it.
            return True
        site = f"{message.topic()}-{message.partition()}-{message.offset()}"
        raise ViewError(f"{site} cannot be held against the conditions: it holds no pair") from e
    return all(one.holds_for(pair) for one in asked) and all(one.holds_for(pair) for one in in_force.conditions)


def _blocks(partition: int, pairs: Iterable[tuple[int, int]]) -> list[Block]:
    blocks = []
    offsets: list[int] = []
    size = 0
    for offset, length in sorted(pairs):
        if len(offsets) == BLOCK_RECORDS or (size > 0 and size + length > BLOCK_BYTES):
            blocks.append(_block(partition, offsets, size))
            offsets, size = [], 0
        offsets.append(offset)
        size += length
    if offsets:
        blocks.append(_block(partition, offsets, size))
    return blocks


def _block(partition: int, offsets: list[int], size: int) -> Block:
    runs = [0]
    behind = offsets[0]
    for offset in offsets:
        if offset > behind:
            runs += [offset - behind, 0]
        runs[-1] += 1
        behind = offset + 1
    return Block(partition, offsets[0], size, tuple(runs))
