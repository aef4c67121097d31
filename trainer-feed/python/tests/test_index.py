"""Columns out of the index's records."""

import re

import numpy as np
import pytest

from conftest import Dataset, Writer, pair
from pairstream.errors import ViewError
from pairstream.kafka.avro import PAIR, Schemas
from pairstream.platform.entries import ColumnReader, MalformedRow, last_of_each, read_entries


def entry(number, **other):
    return {**pair(number), "partition": 1, "offset": number, "bytes": 70_000, "measures": {}, **other}


def reader_of(registry, *wanted):
    return ColumnReader(Schemas(registry.address), "pairs.index", PAIR, wanted)


def test_reads_fields_into_columns_as_they_were_written(registry):
    writer = Writer(registry, "IndexedPair")
    longest = "长" * 100
    values = [
        writer.write(entry(0, measures={"sharpness": -1.5, "entropy": 2.0}, truncated=True)),
        writer.write(entry(2**40, url="", measures={"sharp": 3.0})),
        writer.write(entry(-1, url=longest, measures={longest: 4.0, "sharpness": 5.0}, received_at=-(2**62))),
    ]

    found = reader_of(registry, "offset", "bytes", "truncated", "url", "measures.sharpness", "received_at").read(values)

    assert found["offset"].tolist() == [0, 2**40, -1]
    assert found["bytes"].tolist() == [70_000] * 3
    assert found["truncated"].tolist() == [1, 0, 0]
    assert found["url"].tolist() == ["https://example.org/0", "", longest]
    np.testing.assert_array_equal(found["measures.sharpness"], [-1.5, np.nan, 5.0])
    assert found["received_at"].tolist() == [0, 0, -(2**62)]


def test_reads_lists_of_texts_and_passes_over_them(registry):
    labels = [[], ["dog", "交通灯"], ["a"] * 64, ["dog"]]
    values = [Writer(registry, "IndexedPair").write(entry(n, labels=own)) for n, own in enumerate(labels)]

    found = reader_of(registry, "labels", "recipe_version", "offset").read(values)
    behind = reader_of(registry, "recipe_version").read(values)

    assert found["labels"].tolist() == [tuple(own) for own in labels]
    assert found["recipe_version"].tolist() == behind["recipe_version"].tolist() == [""] * 4
    assert found["offset"].tolist() == [0, 1, 2, 3]
    malformed = values[1].replace("交".encode(), b"\xff\xff\xff")
    with pytest.raises(MalformedRow, match="labels: ") as refusal:
        reader_of(registry, "labels").read([values[0], malformed])
    assert refusal.value.row == 1


def test_reads_what_several_schemas_wrote_and_none_of_a_field_that_one_did_not_know(registry):
    own, older = Writer(registry, "IndexedPair"), Writer(registry, "IndexedPair", without=["language"])

    found = reader_of(registry, "language", "offset").read(
        [own.write(entry(0, language="en")), older.write(entry(1)), own.write(entry(2, language="de"))]
    )

    assert found["language"].tolist() == ["en", None, "de"]
    assert found["offset"].tolist() == [0, 1, 2]


def test_reads_maps_in_blocks_with_their_size(registry):
    """As writers may that do not know a map's size in advance."""
    value = Writer(registry, "IndexedPair").write(entry(0, measures={"a": 1.0, "b": 2.0}))
    one, two = (b"\x02" + name + np.float64(number).tobytes() for name, number in ((b"a", 1), (b"b", 2)))
    whole = b"\x04" + one + two + b"\x00"
    assert whole in value
    sized = value.replace(whole, b"\x01\x14" + one + b"\x01\x14" + two + b"\x00")

    found = reader_of(registry, "measures.b", "fold", "source_kind").read([value, sized, value])

    assert found["measures.b"].tolist() == [2, 2, 2]
    assert found["source_kind"].tolist() == ["crowd"] * 3


def test_says_which_value_is_malformed(registry):
    reader = reader_of(registry, "measures.a", "url")
    value = Writer(registry, "IndexedPair").write(entry(0, measures={"a": 1.0}))

    for malformed in (b"", b"\x01" + value[1:], value[:-90], value[:5] + b"\xff" * 40, value[:5] + b"\x10\xff" * 40):
        with pytest.raises(MalformedRow) as refusal:
            reader.read([value, value, malformed, value])
        assert refusal.value.row == 2, malformed
    with pytest.raises(MalformedRow, match="token_ids is written as array, which is neither"):
        reader_of(registry, "token_sets").read([Writer(registry, "PreparedPair").write(pair(0))])


def test_the_last_of_each_key_is_taken():
    assert sorted(last_of_each(np.array([7, 8, 7, 9, 8]))) == [2, 3, 4]
    assert last_of_each(np.empty(0, np.int64)).tolist() == []


def test_entries_are_those_of_a_split_that_are_there_by_their_place(dataset):
    dataset.produce(0, 20)
    dataset.index(20, withdrawn=(4,))
    source = dataset.source()

    found, _ = read_entries(source.cluster, source.schemas, dataset.name, "training", fields=["image_digest", "fold"])
    others, read_to = read_entries(source.cluster, source.schemas, dataset.name, "validation")

    places = {place: number for place, number in dataset.ids_by_offset().items() if number != "4"}
    columns = found.columns
    assert list(zip(columns["partition"].tolist(), columns["offset"].tolist())) == sorted(places)
    assert columns["image_digest"].tolist() == [f"digest {places[place]}" for place in sorted(places)]
    assert len(found.keys) == len(set(found.keys.tolist())) == 19
    assert not len(others.keys) and not read_to


def test_there_are_no_entries_without_an_index(dataset):
    source = dataset.source()

    found, _ = read_entries(source.cluster, source.schemas, dataset.name, "training", fields=["fold"])

    assert [len(column) for column in found.columns.values()] == [0] * 4


def test_an_entry_of_the_index_with_endless_labels_is_refused(registry):
    value = Writer(registry, "IndexedPair").write(entry(1, labels=[""] * 200_000))

    with pytest.raises(MalformedRow, match="labels has more than 4096 entries"):
        reader_of(registry, "labels").read([value])


@pytest.mark.parametrize(
    "where, why",
    [
        ("measure.sharpnes>=1", "there are entropy, sharpness$"),
        ("measure.sharpness>=9", "there are 2.0$"),
        ("label=dogs", "there are dog$"),
        ("contributor=Contributor 3", "there are contributor 0, contributor 1, "),
        ("host=*.exampl", "there are example.org$"),
        ("width>=640", "there are 4 of the prepared picture, measure.original_width_px has the original's$"),
    ],
)
def test_a_cut_of_nothing_says_what_there_is(sighted, where, why):
    with pytest.raises(ViewError, match=f"a view could hold where fold=1 and {re.escape(where)}; no pair has {re.escape(where)}: {why}"):
        sighted.cut(["fold=1", where])


@pytest.fixture(scope="module")
def sighted(broker, registry):
    made = Dataset(broker, registry)
    made.produce(0, 20)
    made.index(20, of=lambda number: {"measures": {"sharpness": 2.0, "entropy": 1.0}, "labels": ["dog"] * (number % 2)})
    return made.source()
