"""Cutting views out of a split, and looking their samples up: in the index, and what it has not yet in the topic itself."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from confluent_kafka import Message
from numpy.typing import NDArray

from pairstream.errors import Malformed, ViewError
from pairstream.index.conditions import Condition
from pairstream.index.cut import answered, conditions_of, view_of, why_none
from pairstream.index.entries import PLACE, key_of, positions_of
from pairstream.kafka.avro import ANSWER, PAIR, AvroReader, Schemas
from pairstream.kafka.cluster import Cluster, TopicWatch
from pairstream.platform.answers import names_given, read_answers
from pairstream.platform.entries import last_of_each, read_entries
from pairstream.platform.takedowns import FieldCondition, InForce
from pairstream.views.blocks import Blocks
from pairstream.views.view import View, nothing_in

_GONE = -1
"""Instead of an offset: the pair is withdrawn, or not as the conditions say."""


def cut(cluster: Cluster, schemas: Schemas, dataset: str, split: str, where: str | Sequence[str]) -> View:
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
    own = list(map(str, conditions_of(where)))
    conditions_asked = conditions_of([*own, *_recipe_conditions(cluster, schemas, dataset)])
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

    tail = list(map(tail_of, _not_indexed(cluster, topic.name, begins, read_to)))
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
    rows = rows[np.logical_or.reduce([(rows[:, 1] == number) & (rows[:, 2] >= begin) for number, begin in begins.items()])]
    texts = tuple(map(str, conditions_asked))
    if not len(rows):
        there, _ = read_entries(cluster, schemas, dataset, split, (), {one.field for one in asked})
        measures = partial(names_given, cluster, schemas, f"{dataset}.index", PAIR, ("measures",), None)
        raise ViewError(f"{nothing_in(topic.name, texts)}{why_none(asked, there.columns, measures)}")
    return view_of(topic.name, topic.id, rows[:, 1:], texts)


def _matches(message: Message, value: bytes, pairs: AvroReader, asked: Sequence[Condition], in_force: InForce) -> bool:
    if not asked and not in_force.conditions:
        return True
    try:
        pair = pairs.read(value)
    except Malformed:
        if not asked:
            # It falls under no takedown; the loader refuses it.
            return True
        site = f"{message.topic()}-{message.partition()}-{message.offset()}"
        raise ViewError(f"{site} cannot be held against the conditions: it holds no pair") from None
    return all(one.holds_for(pair) for one in asked) and all(one.holds_for(pair) for one in in_force.conditions)


def _not_indexed(cluster: Cluster, topic: str, begins: Mapping[int, int], read_to: Mapping[int, int]) -> Iterator[Message]:
    """The records of a split that the index has not yet."""
    indexed = {partition: max(begin, read_to.get(partition, 0)) for partition, begin in begins.items()}
    return (message for messages in cluster.read(topic, indexed) for message in messages)


def _recipe_conditions(cluster: Cluster, schemas: Schemas, dataset: str) -> list[str]:
    """The conditions that the recipe adds to those of each view; none where there is no topic of recipes.

    Raises:
        ViewError: where the last record is no recipe
        Unavailable: where the broker or the registry does not answer
    """
    messages = [message for some in cluster.read_whole(f"{dataset}.recipes", may_lack=True) for message in some]
    if not messages:
        return []
    try:
        types = {"conditions": "array of string"}
        recipe = AvroReader(schemas, f"{dataset}.recipes", types, types).read(messages[-1].value() or b"")
        return list(map(str, recipe["conditions"]))
    except (Malformed, KeyError) as e:
        raise ViewError(f"{dataset}.recipes, offset {messages[-1].offset()} is no recipe: {e}") from None


def looked_up(
    views: Sequence[View], cluster: Cluster, schemas: Schemas, dataset: str, split: str, types: Mapping[str, str]
) -> tuple[dict[str, NDArray[Any]], list[NDArray[np.int64]]]:
    """The keys and fields of a split's pairs, and where each view's samples are among them; -1 where one is not.

    Args:
        types: by field that is wanted, what it has to be written as

    Raises:
        ViewError: where something in the split is no pair
        Unavailable: where the broker or the registry does not answer
    """
    topic = cluster.describe_topic(f"{dataset}.{split}")
    entries, read_to = read_entries(cluster, schemas, dataset, split, fields=types)
    reader = AvroReader(schemas, topic.name, types, types, types)
    known = {**entries.columns, "keys": entries.keys}
    tail: dict[str, list[Any]] = {name: [] for name in ("partition", "offset", "keys", *types)}
    for message in _not_indexed(cluster, topic.name, cluster.begins(topic.name, topic.partitions), read_to):
        if message.value() is None:
            continue
        try:
            pair = reader.read(message.value())
        except Malformed as e:
            raise ViewError(f"{topic.name}-{message.partition()}, offset {message.offset()} is no pair: {e}") from None
        pair = {**pair, "partition": message.partition(), "offset": message.offset(), "keys": key_of(message.key())}
        for name, values in tail.items():
            values.append(pair[name])
    columns = {name: np.concatenate([known[name], np.array(of, object)]) for name, of in tail.items()}
    places = np.stack([columns["partition"], columns["offset"]]).astype(np.int64)
    order = np.lexsort(places[::-1])
    found = [positions_of(Blocks.of(view.blocks), places[:, order]) for view in views]
    for at in found:
        at[at >= 0] = order[at[at >= 0]]
    return columns, found
