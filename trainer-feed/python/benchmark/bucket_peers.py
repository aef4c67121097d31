"""Samples per second out of a bucket: our loader and others, over the same pairs, from one S3 server, through one link.

    python bucket_peers.py prepare SET FOLDER [--only NAME]
    python bucket_peers.py run FOLDER --endpoint http://127.0.0.1:9000 [--rounds 5] [--samples 1920] [--link MBIT:MS]

SET is a folder that `pairstream export` wrote; FOLDER is the bucket `sets` of the server, one that serves a folder as it
is, such as s3proxy with its file system. Links: 0:0 is the server itself; others pass a proxy in this process, which holds
back each byte by the rate of the whole link and by half of the round trip each way. Each measurement is a process of its
own with an empty cache; rounds take the contenders in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil

BATCH, WORKERS, SEED, CHUNK = 96, 2, 7, 1 << 16
BUCKET = "sets"
Batches = Iterator[Any]


def pairstream_loader(endpoint: str, work: Path) -> Batches:
    import pairstream

    source = pairstream.open(f"s3://{BUCKET}/pairstream")
    with pairstream.Loader(source, batch_size=BATCH, epochs=None, seed=SEED, threads=WORKERS) as loader:
        for batch in loader:
            yield batch.images, batch.tokens


def webdataset(endpoint: str, work: Path) -> Batches:
    import webdataset

    keys = json.loads((work / "tars.json").read_text())
    urls = [f"pipe:curl -s -L {endpoint}/{BUCKET}/{key}" for key in keys]
    pairs = webdataset.WebDataset(urls, shardshuffle=100, seed=SEED).shuffle(1000).decode("rgb8").to_tuple("jpg", "json")
    pairs = pairs.map(lambda one: (one[0], np.array(one[1]["token_ids"], np.int32))).batched(BATCH, partial=False)
    yield from webdataset.WebLoader(pairs, batch_size=None, num_workers=WORKERS, prefetch_factor=2)


def mosaicml(endpoint: str, work: Path) -> Batches:
    from streaming import StreamingDataLoader, StreamingDataset
    from streaming.base.util import clean_stale_shared_memory

    clean_stale_shared_memory()
    os.environ["S3_ENDPOINT_URL"] = endpoint
    pairs = StreamingDataset(
        remote=f"s3://{BUCKET}/mds", local=str(work / "mds"), shuffle=True, shuffle_seed=SEED, batch_size=BATCH
    )
    yield from StreamingDataLoader(
        pairs, batch_size=BATCH, num_workers=WORKERS, collate_fn=_stack, drop_last=True, prefetch_factor=2
    )


def litdata(endpoint: str, work: Path) -> Batches:
    from litdata import StreamingDataLoader, StreamingDataset
    from litdata.streaming import downloader

    # It has no setting for a server without TLS.
    downloader._OBSTORE_CLIENT_OPTIONS["allow_http"] = True
    pairs = StreamingDataset(
        f"s3://{BUCKET}/litdata", cache_dir=str(work / "lit"), shuffle=True, seed=SEED, drop_last=True,
        storage_options={"endpoint_url": endpoint},
    )  # fmt: skip
    yield from StreamingDataLoader(
        pairs, batch_size=BATCH, num_workers=WORKERS, collate_fn=_stack, drop_last=True, prefetch_factor=2
    )


def huggingface(endpoint: str, work: Path) -> Batches:
    import datasets

    options = {"client_kwargs": {"endpoint_url": endpoint}}
    pairs = datasets.load_dataset(
        "parquet", data_files=f"s3://{BUCKET}/hf/*.parquet", split="train", streaming=True, storage_options=options,
        cache_dir=str(work / "hf"),
    ).shuffle(SEED, buffer_size=1000)  # fmt: skip
    made = []
    for pair in pairs:
        made.append(pair)
        if len(made) == BATCH:
            yield _stack(made)
            made = []


def _stack(pairs: list[Any]) -> Any:
    return np.stack([np.asarray(one["image"]) for one in pairs]), np.stack([np.asarray(one["tokens"]) for one in pairs])


ALL: dict[str, Callable[[str, Path], Batches]] = {
    "Pairstream": pairstream_loader,
    "WebDataset": webdataset,
    "MosaicML Streaming": mosaicml,
    "litData": litdata,
    "Hugging Face, Parquet stream": huggingface,
}


def pairs_of(folder: Path) -> Iterator[tuple[bytes, np.ndarray]]:
    """The pictures and tokens of a set, in its own order."""
    for shard in sorted((folder / "training").glob("*.tar")):
        with tarfile.open(shard) as tar:
            picture = b""
            for member in tar:
                content = tar.extractfile(member).read()
                if member.name.endswith(".jpg"):
                    picture = content
                elif member.name.endswith(".json"):
                    yield picture, np.array(json.loads(content)["token_ids"], np.int32)


def prepare(given: argparse.Namespace) -> None:
    """Writes the pairs of a set in the format of each contender; of ours and WebDataset's the set itself."""
    only = given.only or list(ALL)
    given.folder.mkdir(parents=True, exist_ok=True)
    if not (given.folder / "pairstream").exists():
        shutil.copytree(given.set, given.folder / "pairstream", copy_function=os.link)
    if {"MosaicML Streaming", "litData"} & set(only):
        # A picture that was opened from a file is stored with that file's bytes, not encoded anew.
        pictures = given.folder / "one-by-one"
        pictures.mkdir()
        inputs = []
        for number, (picture, tokens) in enumerate(pairs_of(given.set)):
            (pictures / f"{number:07}.jpg").write_bytes(picture)
            inputs.append((str(pictures / f"{number:07}.jpg"), tokens))
        if "MosaicML Streaming" in only:
            from streaming import MDSWriter

            with MDSWriter(out=str(given.folder / "mds"), columns={"image": "jpeg", "tokens": "ndarray:int32"}) as writer:
                for one in inputs:
                    writer.write(_opened(one))
        if "litData" in only:
            import litdata as lit

            lit.optimize(_opened, inputs, str(given.folder / "litdata"), num_workers=1, chunk_bytes="64MB")
        shutil.rmtree(pictures)
    if "Hugging Face, Parquet stream" in only:
        import datasets

        def rows() -> Iterator[dict[str, Any]]:
            for picture, tokens in pairs_of(given.set):
                yield {"image": {"bytes": picture, "path": None}, "tokens": tokens}

        features = datasets.Features({"image": datasets.Image(), "tokens": datasets.List(datasets.Value("int32"))})
        made = datasets.Dataset.from_generator(rows, features=features, cache_dir=str(given.folder.parent / "hf-cache"))
        parts = max(1, len(made) // 4000)
        (given.folder / "hf").mkdir()
        for part in range(parts):
            made.shard(parts, part, contiguous=True).to_parquet(str(given.folder / "hf" / f"{part:05}.parquet"))


def _opened(pair: tuple[str, Any]) -> dict[str, Any]:
    from PIL import Image

    return {"image": Image.open(pair[0]), "tokens": pair[1]}


class Link:
    """A proxy that passes bytes on at the rate of one link, late by half of its round trip each way; counts them."""

    def __init__(self, host: str, port: int, mbit: float, rtt_ms: float) -> None:
        self._to = host, port
        self._rate, self._delay = mbit * 125_000, rtt_ms / 2e3
        self._free_at = 0.0
        self.bytes = self.connections = 0
        self.port = 0
        ready = threading.Event()

        async def serve() -> None:
            server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await server.serve_forever()

        threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
        ready.wait()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await asyncio.sleep(2 * self._delay)
        up_reader, up_writer = await asyncio.open_connection(*self._to)
        await asyncio.gather(self._pump(reader, up_writer, False), self._pump(up_reader, writer, True), return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_limited: bool) -> None:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)

        async def read() -> None:
            while chunk := await reader.read(CHUNK):
                at = loop.time()
                if is_limited:
                    self.bytes += len(chunk)
                    at = self._free_at = max(at, self._free_at) + len(chunk) / self._rate
                await waiting.put((at + self._delay, chunk))
            await waiting.put((0.0, b""))

        reading = asyncio.ensure_future(read())
        try:
            while True:
                at, chunk = await waiting.get()
                if not chunk:
                    break
                await asyncio.sleep(max(0.0, at - loop.time()))
                writer.write(chunk)
                await writer.drain()
        finally:
            reading.cancel()
            writer.close()


def measure(name: str, endpoint: str, folder: Path, samples: int, work: Path) -> None:
    """Runs one contender and prints what was measured, as JSON."""
    os.environ.update(PAIRSTREAM_CACHE=str(work / "cache"), HF_HOME=str(work / "hf-home"))
    keys = [str(tar.relative_to(folder)) for tar in sorted((folder / "pairstream/training").glob("*.tar"))]
    (work / "tars.json").write_text(json.dumps(keys))
    begin = time.perf_counter()
    batches = ALL[name](endpoint, work)
    images = next(batches)[0]
    first_s = time.perf_counter() - begin
    assert len(images) == BATCH, images.shape
    for _ in range(8):
        next(batches)
    process = psutil.Process()
    cpu, begin, steps = _cpu(process), time.perf_counter(), max(1, samples // BATCH)
    for _ in range(steps):
        np.add.reduce(np.asarray(next(batches)[0]).reshape(-1)[::4096], dtype=np.int64)
    seconds = time.perf_counter() - begin
    cpu = _cpu(process) - cpu
    memory = sum(_memory(one) for one in [process, *process.children(recursive=True)])
    found = {"first_s": first_s, "per_s": steps * BATCH / seconds, "per_cpu_s": steps * BATCH / cpu, "mb": memory / 1e6}
    print(json.dumps(found))
    sys.stdout.flush()
    # Workers still read ahead; some would outlive this process.
    for child in process.children(recursive=True):
        child.kill()
    os._exit(0)


def _memory(process: psutil.Process) -> int:
    """Bytes that are the process's own, and its share of what others have, too."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def _cpu(process: psutil.Process) -> float:
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        try:
            times = one.cpu_times()
            # Of curl, which has ended, as well.
            total += times.user + times.system + times.children_user + times.children_system
        except psutil.NoSuchProcess:
            pass
    return total


def run(given: argparse.Namespace) -> None:
    """Measures all contenders in turn and prints a table for each link."""
    host, port = given.endpoint.removeprefix("http://").split(":")
    names = given.only or list(ALL)
    links: dict[str, Link | None] = {}
    for text in given.link or ["0:0", "1000:1", "100:30"]:
        mbit, ms = map(float, text.split(":"))
        links[text] = Link(host, int(port), mbit, ms) if mbit else None
    found: Any = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    loads = []
    for number in range(given.rounds):
        for text, link in links.items():
            for name in names[number % len(names) :] + names[: number % len(names)]:
                endpoint = f"http://127.0.0.1:{link.port}" if link else given.endpoint
                before = (link.bytes, link.connections) if link else (0, 0)
                loads.append(os.getloadavg()[0])
                # Workers of MosaicML Streaming now and then read a shard that another one is still putting in its place.
                one = _measured(name, endpoint, given.folder, given.samples) or _measured(
                    name, endpoint, given.folder, given.samples
                )
                if link:
                    one["link_mb"] = (link.bytes - before[0]) / 1e6
                for key, value in one.items():
                    found[text][name][key].append(value)
                print(f"{number + 1}, {text}, {name}: {one}", file=sys.stderr)
    print(f"load {min(loads):.1f} to {max(loads):.1f}; {given.rounds} rounds of {given.samples} samples, batches of {BATCH}")
    for text, of in found.items():
        print(f"\nLink {text}\n\n| | first batch, s | samples/s | per processor second | MB |\n|---|---|---|---|---|")
        for name, own in of.items():
            print(f"| {name} | {' | '.join(_spread(own[key]) for key in ('first_s', 'per_s', 'per_cpu_s', 'mb'))} |")
        for key in ("per_s", "per_cpu_s"):
            ours = of.get("Pairstream", {}).get(key, [])
            over = {name: [a / b for a, b in zip(ours, own[key])] for name, own in of.items() if name != "Pairstream" and ours}
            print(f"\n{key}, ours over", ", ".join(f"{name} {_spread(ratios)}" for name, ratios in over.items()))


def _measured(name: str, endpoint: str, folder: Path, samples: int) -> dict[str, float]:
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "us-east-1"}
    more = {"AWS_ENDPOINT_URL": endpoint, "AWS_ALLOW_HTTP": "true", "OMP_NUM_THREADS": "1", "AWS_DEFAULT_REGION": "us-east-1"}
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, __file__, "measure", name, endpoint, str(folder), str(samples), work]
        ended = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **keys, **more}, timeout=900)
    lines = ended.stdout.strip().splitlines()
    if ended.returncode or not lines:
        print(f"{name} failed:\n{ended.stderr[-3000:]}", file=sys.stderr)
        return {}
    return dict(json.loads(lines[-1]))


def _spread(values: list[float]) -> str:
    digits = 2 if statistics.median(values) < 100 else 0
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def main() -> None:
    """Reads the command line."""
    if sys.argv[1:2] == ["measure"]:
        name, endpoint, folder, samples, work = sys.argv[2:]
        measure(name, endpoint, Path(folder), int(samples), Path(work))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    preparing, running = commands.add_parser("prepare"), commands.add_parser("run")
    preparing.add_argument("set", type=Path)
    for command in (preparing, running):
        command.add_argument("folder", type=Path)
        command.add_argument("--only", action="append", choices=list(ALL), help="a contender; all by default")
    running.add_argument("--endpoint", required=True)
    running.add_argument("--rounds", type=int, default=5)
    running.add_argument("--samples", type=int, default=1920)
    running.add_argument("--link", action="append", help="MBIT:MS, such as 100:30; 0:0 is none")
    given = parser.parse_args()
    prepare(given) if given.command == "prepare" else run(given)


if __name__ == "__main__":
    main()
