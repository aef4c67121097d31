"""Answers of models about the pairs of a data set, read of its topics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from confluent_kafka import Message
from numpy.typing import NDArray

from pairstream.errors import Malformed, ViewError
from pairstream.index.entries import PairAnswers, Pairs, Said, found_in, key_of, rows_like
from pairstream.kafka.avro import ANSWER, AvroReader, Schemas
from pairstream.kafka.cluster import Cluster
from pairstream.platform.entries import read_last

_FLOAT16 = np.dtype("<f2")


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
    for messages in cluster.read_whole(topic):
        pairs = np.array([key_of((one.key() or b"").rpartition(b"/")[0]) for one in messages])
        wanted = np.ones(len(pairs), np.bool_) if of is None else np.isin(pairs, of)
        read = [reader.read(messages[at].value()) for at in np.flatnonzero(wanted) if messages[at].value() is not None]
        names.update(name for record in read for one in maps for name in record.get(one, {}))
        if of is None:
            break
    return sorted(names)


def read_said(cluster: Cluster, schemas: Schemas, dataset: str, asked: Sequence[str], keys: NDArray[np.int64]) -> Said:
    """Reads the vectors and texts of answers to their end.

    Args:
        asked: names
        keys: of the records, by key_of, in order

    Raises:
        ViewError: where a record is no answer
        Unavailable: where the broker or the registry does not answer, or no model was asked yet
    """
    topic = f"{dataset}.answers"
    reader = AvroReader(schemas, topic, ANSWER)
    said = Said(keys, set(), {})
    for messages in cluster.read_whole(topic):
        at, is_there = found_in(keys, np.fromiter((key_of(one.key()) for one in messages), np.int64, len(messages)))
        for i in np.flatnonzero(is_there).tolist():
            for rows in said.rows.values():
                rows.is_there[at[i]] = False
            if messages[i].value() is not None:
                _note(said, asked, reader, messages[i], int(at[i]))
    return said


def _note(said: Said, asked: Sequence[str], reader: AvroReader, message: Message, row: int) -> None:
    site = f"{message.topic()}-{message.partition()}, offset {message.offset()}"
    try:
        answer = reader.read(message.value())
    except Malformed as e:
        raise ViewError(f"{site} is no answer: {e}") from None
    found = {**answer.get("texts", {}), **answer.get("vectors", {})}
    said.names.update(found, answer.get("numbers", {}), answer.get("labels", {}))
    for name in asked:
        if name not in found:
            continue
        is_text = isinstance(found[name], str)
        if not is_text and len(found[name]) % _FLOAT16.itemsize:
            raise ViewError(f"{site}: {name} has {len(found[name])} bytes, and is no vector of float16")
        value = np.array(found[name], object) if is_text else np.frombuffer(found[name], _FLOAT16)
        key = name, answer.get("model", "")
        if key not in said.rows:
            said.rows[key] = rows_like(len(said.keys), value)
        rows = said.rows[key]
        if rows.values.shape[1:] != value.shape:
            raise ViewError(f"{site}: {name} has {value.size} numbers, others of its model {rows.values.shape[1:]}")
        rows.values[row] = value
        rows.is_there[row] = True
