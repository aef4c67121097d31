"""Exported files, as other loaders read them: those that the Java tests write byte for byte."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

FOLDER = Path(__file__).parents[2] / "src/test/resources/io/pairstream/feed/export"
SAMPLES = 6


def stored(number: int) -> Path:
    return FOLDER / f"sample-{number}.{'png' if number == SAMPLES - 1 else 'jpg'}"


def check(number: int, pair: dict[str, Any]) -> None:
    sparse = number % 3 == 0
    assert pair["pair_id"] == f"{number:032x}"
    assert pair["caption"] == (f"第{number}只猫" if number % 2 else f"cat number {number}")
    assert pair["language"] == ("zh" if number % 2 else "en")
    assert (pair["licence"], pair["source_kind"], pair["split"], pair["fold"]) == (
        "CC0-1.0",
        "SYNTHETIC",
        "TRAINING",
        number,
    )
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


def test_webdataset_reads_the_tar() -> None:
    webdataset = pytest.importorskip("webdataset")
    shard = str(FOLDER / "pairs-000000.tar")

    raw = list(webdataset.WebDataset(shard, shardshuffle=False))
    decoded = list(webdataset.WebDataset(shard, shardshuffle=False).decode("pil").to_tuple("jpg;png", "txt", "json"))

    assert len(raw) == len(decoded) == SAMPLES
    for number, (sample, (picture, caption, pair)) in enumerate(zip(raw, decoded)):
        extension = stored(number).suffix[1:]
        assert sample["__key__"] == f"{number:032x}"
        assert {name for name in sample if not name.startswith("__")} == {extension, "json", "txt"}
        assert sample[extension] == stored(number).read_bytes()
        assert json.loads(sample["json"]) == pair
        assert caption == pair["caption"]
        np.testing.assert_array_equal(np.asarray(picture), np.asarray(Image.open(stored(number)).convert("RGB")))
        check(number, pair)


def test_datasets_reads_the_parquet(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")

    read = datasets.load_dataset(
        "parquet", data_files=str(FOLDER / "pairs-000000.parquet"), split="train", cache_dir=str(tmp_path)
    )

    assert read.num_rows == SAMPLES
    assert isinstance(read.features["image"], datasets.Image)
    for number, pair in enumerate(read):
        expected = Image.open(io.BytesIO(stored(number).read_bytes()))
        np.testing.assert_array_equal(np.asarray(pair["image"]), np.asarray(expected))
        check(number, pair)


def test_pyarrow_reads_types_and_nothing_is_null() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    arrow = pytest.importorskip("pyarrow")

    table = parquet.read_table(FOLDER / "pairs-000000.parquet")

    assert table.schema.field("token_ids").type == arrow.list_(arrow.field("element", arrow.int32()))
    assert table.schema.field("origin_offset").type == arrow.int64()
    assert [column.null_count for column in table.columns] == [0] * table.num_columns
    images = table.column("image").combine_chunks().flatten()
    assert [image.as_py() for image in images[1]] == [
        f"{number:032x}{stored(number).suffix}" for number in range(SAMPLES)
    ]
