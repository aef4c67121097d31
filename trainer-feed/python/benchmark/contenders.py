"""Each loader as its own documentation has it, over the same pairs, as batches of arrays.

A contender is a generator: first of None, once it has imported and opened what it reads, then of batches: images uint8
[96, side, side, 3] or [96, 3, side, side] and tokens int32 [96, length]; of the kind ``columns`` also original size, crop
and a second set of tokens; of the kind ``hook`` pictures that are mirrored by chance. Two worker processes, or two
threads where the loader has threads; the consumer loop and the Parquet stream are one process of one thread.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 96
WORKERS = 2
SEED = 7
KINDS = ("plain", "columns", "hook")
MORE = ("original_size", "crop", "clip")

Batches = Iterator[Any]


class Sample:
    """Makes a sample of its parts; of the kind ``hook`` mirrored by a seeded chance."""

    def __init__(self, kind: str) -> None:
        self.names = ["image", "tokens", *(MORE if kind == "columns" else ())]
        self._flips = np.random.default_rng(SEED) if kind == "hook" else None

    def __call__(self, parts: Any) -> list[Any]:
        made = [np.asarray(parts[name]) for name in self.names]
        if self._flips is not None and self._flips.random() < 0.5:
            # Of [channels, height, width] or [height, width, channels].
            made[0] = made[0][:, :, ::-1] if made[0].shape[0] == 3 else made[0][:, ::-1]
        return made

    def stack(self, pairs: list[Any]) -> list[Any]:
        """A batch of samples as they were read."""
        return stacked([self(pair) for pair in pairs])


def stacked(samples: list[list[Any]]) -> list[Any]:
    """A batch of samples that are made."""
    return [np.stack(column) for column in zip(*samples)]


def flip(sample: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
    image = sample["image"][:, ::-1] if random.random() < 0.5 else sample["image"]
    return {"image": image, "tokens": sample["tokens"]}


def place_of(folder: Path) -> dict[str, Any]:
    """Where the pairs of a folder are: the platform's addresses, the data set and the side of its pictures."""
    return {**json.loads((folder / "cluster.json").read_text()), **json.loads((folder / "pairs.json").read_text())}


def open_loader(folder: Path, kind: str, more: dict[str, Any] | None = None) -> Any:
    """Opens our source and view; answers what makes the loader."""
    import pairstream

    place = place_of(folder)
    settings = {"client": more} if more else {}
    source = pairstream.open(
        place["bootstrap_servers"], registry=place["schema_registry"], dataset=place["dataset"], **settings
    )
    view = source.view(folder / "train.view")
    own: dict[str, Any] = {"side_px": place["side"], **({"transform": flip} if kind == "hook" else {})}
    if kind == "columns":
        own["columns"] = ["original_size", "crop", "tokens.clip"]
    return lambda: pairstream.Loader(source, view, batch_size=BATCH, epochs=None, seed=SEED, threads=WORKERS, **own)


def pairstream_feed(folder: Path, kind: str) -> Batches:
    make = open_loader(folder, kind)
    yield None
    with make() as loader:
        for batch in loader:
            if kind == "hook":
                yield batch.data["image"], batch.data["tokens"]
            elif kind == "columns":
                yield batch.images, batch.tokens, batch["original_size"], batch["crop"], batch["tokens.clip"]
            else:
                yield batch.images, batch.tokens


def plain_consumer(folder: Path, kind: str) -> Batches:
    """What one writes first: a consumer, Avro, Pillow, one record after the other."""
    import fastavro
    from confluent_kafka import Consumer, TopicPartition
    from confluent_kafka.schema_registry import SchemaRegistryClient
    from PIL import Image

    place = place_of(folder)
    topic = f"{place['dataset']}.training"
    registry = SchemaRegistryClient({"url": place["schema_registry"]})
    schemas: dict[int, Any] = {}
    settings = {"bootstrap.servers": place["bootstrap_servers"], "group.id": "plain", "enable.auto.commit": False}
    consumer = Consumer({**settings, "isolation.level": "read_committed", "enable.partition.eof": True})
    partitions = consumer.list_topics(topic).topics[topic].partitions
    sample = Sample(kind)
    made = []
    yield None
    while True:
        consumer.assign([TopicPartition(topic, partition, 0) for partition in partitions])
        left = set(partitions)
        while left:
            message = consumer.poll(1.0)
            if message is None:
                continue
            if message.error():
                left.discard(message.partition())
                continue
            schema_id = struct.unpack_from(">I", message.value(), 1)[0]
            if schema_id not in schemas:
                schemas[schema_id] = fastavro.parse_schema(json.loads(registry.get_schema(schema_id).schema_str))
            pair = fastavro.schemaless_reader(io.BytesIO(message.value()[5:]), schemas[schema_id], None)
            image = Image.open(io.BytesIO(pair["image"])).convert("RGB")
            parts = {"image": image, "tokens": np.array(pair["token_ids"], np.int32)}
            made.append(sample({**parts, **(more_of(pair) if kind == "columns" else {})}))
            if len(made) == BATCH:
                yield stacked(made)
                made = []


def more_of(pair: dict[str, Any]) -> dict[str, Any]:
    """The further columns of a record."""
    measures = pair["measures"]
    size = [measures[f"original_{side}_px"] for side in ("height", "width")]
    crop = [measures[f"crop_{side}_px"] for side in ("top", "left", "height", "width")]
    parts = {"original_size": size, "crop": crop, "clip": pair["token_sets"][0]["token_ids"]}
    return {name: np.array(values, np.int32) for name, values in parts.items()}


def _torch_loader(of: Any, collate: Any, **more: Any) -> Batches:
    from torch.utils.data import DataLoader

    loader = DataLoader(of, num_workers=WORKERS, collate_fn=collate, persistent_workers=True, prefetch_factor=2, **more)
    while True:
        yield from loader


def webdataset(folder: Path, kind: str) -> Batches:
    import webdataset

    shards = [str(shard) for shard in sorted((folder / "webdataset").glob("*.tar"))]
    sample = Sample(kind)
    files = ["jpg", "tokens.npy", *(f"{name}.npy" for name in sample.names[2:])]
    yield None
    pairs = webdataset.WebDataset(shards, shardshuffle=100, seed=SEED).shuffle(1000).decode("rgb8").to_tuple(*files)
    pairs = pairs.map(lambda parts: sample(dict(zip(sample.names, parts)))).batched(
        BATCH, collation_fn=stacked, partial=False
    )
    loader = webdataset.WebLoader(
        pairs, batch_size=None, num_workers=WORKERS, persistent_workers=True, prefetch_factor=2
    )
    while True:
        yield from loader


def mosaicml(folder: Path, kind: str) -> Batches:
    from streaming import StreamingDataLoader, StreamingDataset
    from streaming.base.util import clean_stale_shared_memory

    clean_stale_shared_memory()
    yield None
    pairs = StreamingDataset(local=str(folder / "mds"), shuffle=True, shuffle_seed=SEED, batch_size=BATCH)
    loader = StreamingDataLoader(
        pairs, batch_size=BATCH, num_workers=WORKERS, collate_fn=Sample(kind).stack, drop_last=True,
        persistent_workers=True, prefetch_factor=2,
    )  # fmt: skip
    while True:
        yield from loader


def litdata(folder: Path, kind: str) -> Batches:
    from litdata import StreamingDataLoader, StreamingDataset

    yield None
    pairs = StreamingDataset(str(folder / "litdata"), shuffle=True, seed=SEED, drop_last=True)
    loader = StreamingDataLoader(
        pairs, batch_size=BATCH, num_workers=WORKERS, collate_fn=Sample(kind).stack, drop_last=True,
        persistent_workers=True, prefetch_factor=2,
    )  # fmt: skip
    while True:
        yield from loader


def lance(folder: Path, kind: str) -> Batches:
    import lancedb
    from lancedb.permutation import Permutation

    table = lancedb.connect(str(folder / "lance")).open_table("pairs")
    sample = Sample(kind)
    yield None
    pairs = Permutation.identity(table).select_columns(sample.names)
    yield from _torch_loader(
        pairs, Decoded(sample), batch_size=BATCH, shuffle=True, drop_last=True, multiprocessing_context="spawn"
    )


class Decoded:
    """Makes batches of rows whose pictures are bytes."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample

    def __call__(self, rows: list[dict[str, Any]]) -> list[Any]:
        from PIL import Image

        tokens = [{name: np.asarray(row[name], np.int32) for name in self._sample.names[1:]} for row in rows]
        pictures = [Image.open(io.BytesIO(row["image"])).convert("RGB") for row in rows]
        return self._sample.stack([{**more, "image": image} for more, image in zip(tokens, pictures)])


def huggingface(folder: Path, kind: str) -> Batches:
    import datasets

    sample = Sample(kind)
    pairs = datasets.load_from_disk(str(folder / "datasets")).select_columns(sample.names).with_format("numpy")
    yield None
    yield from _torch_loader(pairs, sample.stack, batch_size=BATCH, shuffle=True, drop_last=True)


def parquet_stream(folder: Path, kind: str) -> Batches:
    import datasets

    sample = Sample(kind)
    files = str(folder / "datasets/pairs.parquet")
    pairs = datasets.load_dataset("parquet", data_files=files, split="train", streaming=True).shuffle(SEED, buffer_size=1000)
    yield None
    made = []
    while True:
        for pair in pairs:
            made.append(sample(pair))
            if len(made) == BATCH:
                yield stacked(made)
                made = []


ALL: dict[str, Callable[[Path, str], Batches]] = {
    "Pairstream": pairstream_feed,
    "consumer loop, Pillow": plain_consumer,
    "WebDataset": webdataset,
    "MosaicML Streaming": mosaicml,
    "LanceDB": lance,
    "litData": litdata,
    "Hugging Face datasets": huggingface,
    "Hugging Face, Parquet stream": parquet_stream,
}
