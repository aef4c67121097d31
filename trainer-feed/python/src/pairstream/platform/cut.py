"""Cutting views out of a split's topic."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

import numpy as np
from confluent_kafka import Message

from pairstream.errors import Malformed, ViewError
from pairstream.index.conditions import Condition
from pairstream.index.cut import answered, blocks_of, conditions_of, now, why_none
from pairstream.index.entries import PLACE, FieldCondition, key_of
from pairstream.kafka.avro import AvroReader, Schemas
from pairstream.kafka.cluster import Cluster, TopicWatch
from pairstream.kafka.types import ANSWER, PAIR
from pairstream.platform.answers import names_given, read_answers
from pairstream.platform.entries import last_of_each, read_entries
from pairstream.platform.recipe import recipe_conditions
from pairstream.platform.takedowns import InForce
from pairstream.views.view import View, nothing_in

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
    conditions_asked = conditions_of([*where, *recipe_conditions(cluster, schemas, dataset)])
    asked = [one for one in conditions_asked if not one.answer]
    in_force = InForce.now(cluster, dataset)
    conditions: list[FieldCondition] = [*asked, *in_force.conditions]
    topic = cluster.describe_topic(f"{dataset}.{split}")
    begins = cluster.begins(topic.name, topic.partitions)
    entries, read_to = read_entries(cluster, schemas, dataset, split, conditions)
    pairs = AvroReader(schemas, topic.name, PAIR, {one.field.partition(".")[0] for one in conditions})

    def tail_of(message: Message) -> tuple[int, int, int, int]:
        value = message.value()
        is_there = value is not None and _matches(message, value, pairs, asked, in_force)
        offset = message.offset() if is_there else _GONE
        return key_of(message.key()), message.partition(), offset, len(value or b"")

    indexed = {partition: max(begin, read_to.get(partition, 0)) for partition, begin in begins.items()}
    tail = [tail_of(message) for messages in cluster.read(topic.name, indexed) for message in messages]
    TopicWatch(cluster, topic.name, topic.id).require(time.monotonic())
    rows = np.column_stack([entries.keys, *(entries.columns[name] for name in PLACE)])
    rows = np.concatenate([rows, np.array(tail, np.int64).reshape(-1, 4)])
    withdrawn = [key_of(pair_id.encode("utf-8")) for pair_id in in_force.pair_ids]
    rows = rows[~np.isin(rows[:, 0], withdrawn)] if withdrawn else rows
    rows = rows[last_of_each(rows[:, 0] ^ rows[:, 1] << 32)]
    rows = rows[rows[:, 2] != _GONE]
    if of_answers := [one for one in conditions_asked if one.answer]:
        answers = read_answers(cluster, schemas, dataset, {one.answer for one in of_answers}, np.sort(rows[:, 0]))
        given = partial(names_given, cluster, schemas, f"{dataset}.pair-answers", ANSWER, ("numbers", "labels"), rows[:, 0])
        rows = rows[answered(rows[:, 0], of_answers, answers, given)]
    _, partitions, offsets, sizes = rows.T
    blocks = []
    for number, begin in begins.items():
        own = (partitions == number) & (offsets >= begin)
        blocks += blocks_of(number, zip(offsets[own].tolist(), sizes[own].tolist()))
    where = tuple(map(str, conditions_asked))
    if not blocks:
        there, _ = read_entries(cluster, schemas, dataset, split, (), {one.field for one in asked})
        measures = partial(names_given, cluster, schemas, f"{dataset}.index", PAIR, ("measures",), None)
        raise ViewError(f"{nothing_in(topic.name, where)}{why_none(asked, there.columns, measures)}")
    return View(topic.name, topic.id, now(), tuple(blocks), where)


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
