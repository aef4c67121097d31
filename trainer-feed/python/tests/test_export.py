"""A set, as other loaders read it: the one that the Java tests write byte for byte."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import pairstream

FOLDER = Path(__file__).parents[2] / "src/test/resources/io/pairstream/feed/set"
SET = FOLDER / "golden"
SAMPLES = 6
ERASED = 1


def stored(number: int) -> Path:
    return FOLDER / f"sample-{number}.{'png' if number == SAMPLES - 1 else 'jpg'}"


def check(number: int, pair: dict[str, Any]) -> None:
    sparse = number % 3 == 0
    assert pair["pair_id"] == f"{number:032x}"
    assert pair["caption"] == (f"第{number}只猫" if number % 2 else f"cat number {number}")
    assert pair["language"] == ("zh" if number % 2 else "en")
    assert (pair["licence"], pair["source_kind"], pair["split"], pair["fold"]) == ("CC0-1.0", "SYNTHETIC", "TRAINING", number)
    assert (pair["width"], pair["height"], pair["channels"], pair["colour"]) == (8, 8, 3, "rgb")
    assert list(pair["labels"]) == ([] if sparse else ["cat", f"数{number}"])
    assert list(pair["token_ids"]) == ([] if sparse else [number, 70_000, 0, 0])
    assert (pair["token_count"], pair["truncated"]) == (0 if sparse else 2, False)
    assert pair["origin_offset"] == 5_000_000_000 + number
    assert pair["received_at_ms"] == 1_700_000_000_123 + number
    assert measures(pair) == ({} if sparse else {"blur": 0.1, "sharpness": number / 3})
    assert texts(pair) == ({} if sparse else {"lower": "cat"})


def measures(pair: dict[str, Any]) -> dict[str, float]:
    return as_map(pair["measures"])


def texts(pair: dict[str, Any]) -> dict[str, str]:
    return as_map(pair["texts"])


def as_map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {one["name"]: one["value"] for one in value}


def index(number: int) -> Path:
    return next((SET / "training").glob(f"{number:06d}-*.parquet"))


def test_webdataset_reads_the_tars_and_skips_what_is_erased() -> None:
    webdataset = pytest.importorskip("webdataset")
    shards = sorted(map(str, (SET / "training").glob("*.tar")))

    raw = list(webdataset.WebDataset(shards, shardshuffle=False))
    decoded = list(webdataset.WebDataset(shards, shardshuffle=False).decode("pil").to_tuple("jpg;png", "txt", "json"))

    numbers = [number for number in range(SAMPLES) if number != ERASED]
    assert [sample["__key__"] for sample in raw] == [f"{number:032x}" for number in numbers]
    for number, sample, (picture, caption, pair) in zip(numbers, raw, decoded, strict=True):
        extension = stored(number).suffix[1:]
        members = {name for name in sample if not name.startswith("__")}
        assert members == {extension, f"again.{extension}", "json", "txt"}
        assert sample[extension] == sample[f"again.{extension}"] == stored(number).read_bytes()
        assert json.loads(sample["json"]) == pair
        assert caption == pair["caption"]
        assert [one["name"] for one in pair["token_sets"]] == ["clip"]
        np.testing.assert_array_equal(np.asarray(picture), np.asarray(Image.open(stored(number)).convert("RGB")))
        check(number, pair)


def test_pyarrow_reads_the_index_and_the_pictures_where_it_says() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    arrow = pytest.importorskip("pyarrow")

    tables = [parquet.read_table(index(0)), parquet.read_table(index(1))]
    rows = [row for table in tables for row in table.to_pylist()]

    assert len(rows) == SAMPLES
    assert tables[0].schema.field("token_ids").type == arrow.list_(arrow.field("element", arrow.int32()))
    assert tables[0].schema.field("origin_offset").type == arrow.int64()
    for number, row in enumerate(rows):
        tar = (SET / row["picture"]["uri"]).read_bytes()
        assert row["sample"]["offset"] % 512 == row["sample"]["size"] % 512 == 0
        assert [one["number"] or one["label"] for one in row["answers"]] == [5.25, "photo"]
        if number == ERASED:
            assert (row["pair_id"], row["caption"], row["labels"], row["renditions"]) == (None, None, None, None)
            assert (row["fold"], row["language"], measures(row)["blur"]) == (ERASED, "zh", 0.1)
            continue
        check(number, row)
        for file in (row["picture"], *row["renditions"]):
            picture = tar[file["offset"] : file["offset"] + file["size"]]
            assert picture == stored(number).read_bytes()
            assert file["content_type"] == f"image/{row['stored_encoding']}"
        assert row["picture"]["checksum"] == f"sha256:{hashlib.sha256(picture).hexdigest()}"


def test_datasets_reads_the_index(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")

    read = datasets.load_dataset("parquet", data_files=str(index(1)), split="train", cache_dir=str(tmp_path))

    assert [pair["picture"]["content_type"] for pair in read] == ["image/jpeg", "image/png"]
    for number, pair in enumerate(read, 4):
        check(number, pair)


def test_duckdb_reads_the_index() -> None:
    duckdb = pytest.importorskip("duckdb")

    rows = duckdb.sql(
        f"""SELECT picture."offset" FROM '{SET}/training/*.parquet' WHERE language = 'en' ORDER BY fold"""
    ).fetchall()

    assert rows == [(512,), (12800,), (512,)]


def test_the_card_leads_datasets_to_the_tars(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")

    read = datasets.load_dataset(str(SET), split="train", cache_dir=str(tmp_path))

    assert [pair["__key__"] for pair in read] == [f"{number:032x}" for number in range(SAMPLES) if number != ERASED]


def test_mlcroissant_validates_the_description() -> None:
    mlcroissant = pytest.importorskip("mlcroissant")

    described = mlcroissant.Dataset(str(SET / "croissant.json")).metadata

    assert (described.name, described.license) == ("pairs", ["CC0-1.0"])
    assert [one.uuid for one in described.record_sets] == ["training"]


def test_pairstream_reads_the_set() -> None:
    source = pairstream.open(str(SET))

    view = source.cut(["answer.aesthetic>=5", "answer.kind=photo", "token_count>=1"])
    with pairstream.Loader(source, view, batch_size=3, seed=7, side_px=8) as loader:
        captions = sorted(next(iter(loader)).captions)

    assert captions == ["cat number 2", "cat number 4", "第5只猫"]
    assert source.cut(["language=en"]).samples == 3
