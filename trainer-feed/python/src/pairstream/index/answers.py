"""Answers of models about the pairs of a data set."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from confluent_kafka import Message
from numpy.typing import NDArray

from pairstream.index.conditions import Condition
from pairstream.index.entries import key_of, read_last
from pairstream.kafka.avro import AvroReader, Schemas
from pairstream.kafka.cluster import Cluster
from pairstream.kafka.types import ANSWER

Pairs = NDArray[np.int64]
"""Pairs by :func:`pairstream.index.entries.key_of` of their ids."""


class PairAnswers(NamedTuple):
    """The last answer of each card's model about each pair, in no order; none about withdrawn pairs.

    Args:
        pairs: [n]
        shown: int64 [n], key_of the keys under which the answers themselves are
        model: [n], digests
        numbers: float64 [n] by the answer's name, NaN where it is not a number
        labels: [n] by the answer's name, str or None
    """

    pairs: Pairs
    shown: NDArray[np.int64]
    model: NDArray[Any]
    numbers: dict[str, NDArray[np.float64]]
    labels: dict[str, NDArray[Any]]


def read_answers(cluster: Cluster, schemas: Schemas, dataset: str, names: Iterable[str], of: Pairs) -> PairAnswers:
    """Reads the answers of a data set to their end.

    Args:
        names: of answers
        of: pairs in order; others' answers are left out

    Raises:
        ViewError: where a record is no answer
        Unavailable: where the broker or the registry does not answer, or nothing was asked yet
    """
    topic = cluster.describe_topic(f"{dataset}.pair-answers").name
    fields = {f"{kind}.{name}": name for kind in ("numbers", "labels") for name in names}

    def judge(messages: Sequence[Message], columns: dict[str, NDArray[Any]]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        pairs = ((message.key() or b"").rpartition(b"/")[0] for message in messages)
        columns["pairs"] = np.fromiter(map(key_of, pairs), np.int64, len(messages))
        shown = (f"{shown}/{model}".encode() for shown, model in zip(columns.pop("shown"), columns["model"]))
        columns["shown"] = np.fromiter(map(key_of, shown), np.int64, len(messages))
        wanted = found_in(of, columns["pairs"])[1]
        return wanted, wanted

    asked = ["shown", "model", *fields]
    _, found = read_last(cluster, schemas, topic, ANSWER, asked, ["pairs", *asked], judge)
    numbers = {name: found[f"numbers.{name}"].astype(np.float64) for name in names}
    labels = {name: found[f"labels.{name}"] for name in names}
    return PairAnswers(found["pairs"].astype(np.int64), found["shown"].astype(np.int64), found["model"], numbers, labels)


def names_given(
    cluster: Cluster, schemas: Schemas, topic: str, types: Mapping[str, str], maps: Collection[str], of: Pairs | None
) -> list[str]:
    """Names in maps of a topic's records: of all answers of pairs, or of the first records where none are given."""
    reader = AvroReader(schemas, topic, types, maps)
    names: set[str] = set()
    for messages in cluster.read(topic, cluster.begins(topic, cluster.describe_topic(topic).partitions)):
        pairs = np.array([key_of((one.key() or b"").rpartition(b"/")[0]) for one in messages])
        wanted = np.ones(len(pairs), np.bool_) if of is None else np.isin(pairs, of)
        read = [reader.read(messages[at].value()) for at in np.flatnonzero(wanted) if messages[at].value() is not None]
        names.update(name for record in read for one in maps for name in record.get(one, {}))
        if of is None:
            break
    return sorted(names)


def found_in(ordered: NDArray[np.int64], wanted: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where keys stand among those that are in order, and which of them are there at all."""
    if not len(ordered):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), np.bool_)
    at = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return at, ordered[at] == wanted


def holding(answers: PairAnswers, asked: Condition) -> tuple[Pairs, Pairs]:
    """The pairs that are as a condition on an answer says, and all that have the answer."""
    numbers, labels = answers.numbers[asked.answer], answers.labels[asked.answer]
    is_known = ~np.isnan(numbers) | labels.astype(np.bool_)
    holds = asked.holds_of_answers(numbers, labels)
    # What one model says and another denies does not hold.
    return np.setdiff1d(answers.pairs[holds], answers.pairs[is_known & ~holds]), answers.pairs[is_known]
