"""Each loader as its own documentation has it, over the same pictures, as batches of arrays.

A contender is a generator of ``(images, tokens)``: uint8 [batch, 256, 256, 3] and int32 [batch, length]. Two worker
processes, or two threads where the loader has threads.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 64
WORKERS = 2
SEED = 7

Batches = Iterator[tuple[Any, Any]]


def _loader(folder: Path, topics: str) -> Any:
    import pairstream

    place = json.loads((folder / "cluster.json").read_text())
    source = pairstream.open(place["bootstrap_servers"], registry=place["schema_registry"], dataset=place[topics])
    view = source.view(folder / f"{topics}.view.json")
    return pairstream.Loader(source, view, batch_size=BATCH, seed=SEED, threads=WORKERS)


def _ours(folder: Path, topics: str, state: dict[str, Any] | None) -> Batches:
    with _loader(folder, topics) as loader:
        if state is not None:
            loader.load_state_dict(state)
        for batch in loader:
            yield batch.images, batch.tokens


def pairstream_jpeg(folder: Path, state: dict[str, Any] | None = None) -> Batches:
    yield from _ours(folder, "jpeg", state)


def pairstream_raw(folder: Path, state: dict[str, Any] | None = None) -> Batches:
    yield from _ours(folder, "raw", state)


def plain_consumer(folder: Path, state: dict[str, Any] | None = None) -> Batches:
    """What one writes first: a consumer, Avro, Pillow, one record after the other."""
    import fastavro
    from confluent_kafka import Consumer, TopicPartition
    from confluent_kafka.schema_registry import SchemaRegistryClient
    from PIL import Image

    place = json.loads((folder / "cluster.json").read_text())
    topic = f"{place['jpeg']}.training"
    registry = SchemaRegistryClient({"url": place["schema_registry"]})
    schemas: dict[int, Any] = {}
    consumer = Consumer(
        {
            "bootstrap.servers": place["bootstrap_servers"],
            "group.id": "plain",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )
    partitions = consumer.list_topics(topic).topics[topic].partitions
    images, tokens = [], []
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
            images.append(np.asarray(Image.open(io.BytesIO(pair["image"])).convert("RGB")))
            tokens.append(np.array(pair["token_ids"], np.int32))
            if len(images) == BATCH:
                yield np.stack(images), np.stack(tokens)
                images, tokens = [], []


def _webdataset_tokens(pair: dict[str, Any]) -> Any:
    return np.array(pair["token_ids"], np.int32)


def webdataset(folder: Path, state: dict[str, Any] | None = None) -> Batches:
    import webdataset

    shards = [str(shard) for shard in sorted((folder / "webdataset").glob("*.tar"))]
    pairs = (
        webdataset.WebDataset(shards, shardshuffle=100, seed=SEED)
        .shuffle(1000)
        .decode("rgb8")
        .to_tuple("jpg", "json")
        .map_tuple(_same, _webdataset_tokens)
        .batched(BATCH, partial=False)
    )
    loader = webdataset.WebLoader(
        pairs, batch_size=None, num_workers=WORKERS, persistent_workers=True, prefetch_factor=2
    )
    while True:
        yield from loader


def _same(value: Any) -> Any:
    return value


def _stack(pairs: list[dict[str, Any]]) -> tuple[Any, Any]:
    return (
        np.stack([np.asarray(pair["image"]) for pair in pairs]),
        np.stack([np.asarray(pair["tokens"], np.int32) for pair in pairs]),
    )


def mosaicml(folder: Path, state: dict[str, Any] | None = None) -> Batches:
    from streaming import StreamingDataLoader, StreamingDataset
    from streaming.base.util import clean_stale_shared_memory

    clean_stale_shared_memory()
    pairs = StreamingDataset(local=str(folder / "mds"), shuffle=True, shuffle_seed=SEED, batch_size=BATCH)
    loader = StreamingDataLoader(
        pairs,
        batch_size=BATCH,
        num_workers=WORKERS,
        collate_fn=_stack,
        drop_last=True,
        persistent_workers=True,
        prefetch_factor=2,
    )
    if state is not None:
        loader.load_state_dict(state)
    while True:
        yield from loader


def huggingface(folder: Path, state: dict[str, Any] | None = None) -> Batches:
    import datasets
    from torch.utils.data import DataLoader

    files = [str(file) for file in sorted((folder / "parquet").glob("*.parquet"))]
    pairs = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(folder / "hf-cache"))
    pairs = pairs.select_columns(["image", "token_ids"]).rename_column("token_ids", "tokens")
    loader = DataLoader(
        pairs,
        batch_size=BATCH,
        shuffle=True,
        num_workers=WORKERS,
        collate_fn=_stack,
        drop_last=True,
        persistent_workers=True,
        prefetch_factor=2,
    )
    while True:
        yield from loader


ALL: dict[str, Callable[..., Batches]] = {
    "pairstream, jpeg": pairstream_jpeg,
    "pairstream, raw": pairstream_raw,
    "WebDataset": webdataset,
    "MosaicML Streaming": mosaicml,
    "datasets (Parquet)": huggingface,
    "plain consumer, Pillow": plain_consumer,
}

RESUMES = {"pairstream, jpeg", "pairstream, raw", "MosaicML Streaming"}
"""Those that come back in the middle of an epoch without reading what lies before."""
