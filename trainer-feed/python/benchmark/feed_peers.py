"""Samples per second into the training loop: ours out of Kafka, peers from files, the same pictures in one run.

    python feed_peers.py prepare FOLDER --platform DIR --view FILE
    python feed_peers.py run FOLDER [--rounds 3] [--samples 2048] [--step-ms 500]

``prepare`` expects FOLDER/webdataset and FOLDER/parquet, as ``pairstream export`` wrote them, and the empty topics of the
data set peersraw. Each measurement is a process
of its own; rounds take the contenders in turn, so that what else the machine does meets all of them. Processor time is
that of the process and its workers; the broker's is told apart.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import contenders
import numpy as np
import psutil

RAW = "peersraw"

PACED_STEPS = 16


def prepare(folder: Path, platform_folder: Path, view_file: Path) -> None:
    """Writes what the contenders read besides the exports: MDS, a topic of raw pixels and its view."""
    import pairstream

    place = json.loads((platform_folder / "platform.json").read_text())
    source = pairstream.open(platform=platform_folder)
    view = source.view(view_file)
    view.save(folder / "jpeg.view.json")
    cluster = {name: place[name] for name in ("bootstrap_servers", "schema_registry", "pid")}
    (folder / "cluster.json").write_text(json.dumps({**cluster, "jpeg": source.dataset, "raw": RAW}))
    _write_mds(folder, source, view)
    _write_raw(source, view, place)
    pairstream.open(platform=platform_folder, dataset=RAW).cut().save(folder / "raw.view.json")


def _write_mds(folder: Path, source: Any, view: Any) -> None:
    from PIL import Image
    from streaming import MDSWriter

    columns = {"image": "jpeg", "tokens": "ndarray:int32", "pair_id": "str", "caption": "str"}
    with MDSWriter(out=str(folder / "mds"), columns=columns) as writer, tempfile.TemporaryDirectory() as beside:
        picture = Path(beside) / "picture.jpg"
        for pair in source.samples(view):
            # A picture that was opened from a file is stored with that file's bytes, not encoded anew.
            picture.write_bytes(pair.image)
            writer.write(
                {
                    "image": Image.open(picture),
                    "tokens": np.array(pair.tokens, np.int32),
                    "pair_id": pair.pair_id,
                    "caption": pair.caption,
                }
            )


def _write_raw(source: Any, view: Any, place: dict[str, Any]) -> None:
    import fastavro
    import simplejpeg
    from confluent_kafka import Producer
    from confluent_kafka.schema_registry import SchemaRegistryClient

    topic = f"{RAW}.training"
    registry = SchemaRegistryClient({"url": place["schema_registry"]})
    producer = Producer({"bootstrap.servers": place["bootstrap_servers"], "message.max.bytes": 10485760})
    text = registry.get_latest_version(f"{topic}-value")
    schema = fastavro.parse_schema(json.loads(text.schema.schema_str))
    for pair in source.samples(view):
        fields = dict(pair.fields)
        fields["image"] = simplejpeg.decode_jpeg(bytes(pair.image)).tobytes()
        fields["image_encoding"] = "raw"
        value = io.BytesIO()
        value.write(b"\0" + text.schema_id.to_bytes(4, "big"))
        fastavro.schemaless_writer(value, schema, fields)
        producer.produce(topic, value.getvalue(), pair.pair_id)
        producer.poll(0)
        if len(producer) >= 100:
            producer.flush()
    producer.flush()


def measure(folder: Path, name: str, samples: int, step_ms: float, state: str) -> None:
    """Runs one contender and prints what was measured, as JSON."""
    begin = time.perf_counter()
    batches = contenders.ALL[name](folder, json.loads(state)) if state else contenders.ALL[name](folder)
    images, tokens = next(batches)
    first_s = time.perf_counter() - begin
    assert images.shape == (contenders.BATCH, 256, 256, 3), images.shape
    assert len(tokens) == contenders.BATCH, tokens.shape
    # What was made ahead while nobody took it is not speed.
    for _ in range(8):
        next(batches)
    broker = _broker(folder)
    cpu, broker_cpu = _cpu(psutil.Process()), _cpu(broker)
    steps = max(1, samples // contenders.BATCH)
    seconds, _ = _train(batches, steps, 0)
    cpu, broker_cpu = _cpu(psutil.Process()) - cpu, _cpu(broker) - broker_cpu
    paced, waited = _train(batches, PACED_STEPS, step_ms / 1e3) if step_ms else (1.0, 0.0)
    print(
        json.dumps(
            {
                "first_s": first_s,
                "samples_per_s": steps * contenders.BATCH / seconds,
                "cpu_ms": 1e3 * cpu / (steps * contenders.BATCH),
                "broker_ms": 1e3 * broker_cpu / (steps * contenders.BATCH),
                "wait_share": waited / paced,
            }
        )
    )
    sys.stdout.flush()
    # Workers still read ahead; some would outlive this process.
    for child in psutil.Process().children(recursive=True):
        child.kill()
    os._exit(0)


def _train(batches: Any, steps: int, step_s: float) -> tuple[float, float]:
    """Takes batches, with a pause after each; returns the seconds in all, and those of waiting."""
    begin = time.perf_counter()
    waited = 0.0
    for _ in range(steps):
        asked = time.perf_counter()
        images, _ = next(batches)
        # A trainer touches the values; memory may be handed out that nobody has written here.
        np.add.reduce(np.asarray(images).reshape(-1)[::4096], dtype=np.int64)
        waited += time.perf_counter() - asked
        time.sleep(step_s)
    return time.perf_counter() - begin, waited


def _cpu(process: psutil.Process | None) -> float:
    """Processor seconds of a process and those that it started and that still run."""
    if process is None:
        return 0.0
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        try:
            times = one.cpu_times()
            total += times.user + times.system
        except psutil.NoSuchProcess:
            pass
    return total


def _broker(folder: Path) -> psutil.Process | None:
    parent = psutil.Process(json.loads((folder / "cluster.json").read_text())["pid"])
    for child in parent.children(recursive=True):
        if any("BrokerMain" in part for part in child.cmdline()):
            return child
    return None


def run(folder: Path, rounds: int, samples: int, step_ms: float) -> None:
    """Measures all contenders in turn and prints the table."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    loads = []
    for number in range(rounds):
        names = list(contenders.ALL)
        # Nobody is always the one behind the same other.
        for name in names[number % len(names) :] + names[: number % len(names)]:
            loads.append(os.getloadavg()[0])
            for key, value in _measured(folder, name, samples, step_ms, "").items():
                found[name][key].append(value)
            print(f"round {number + 1}, {name}: {found[name]['samples_per_s'][-1]:.0f}/s", file=sys.stderr)
        for name in sorted(contenders.RESUMES):
            resumed = _measured(folder, name, contenders.BATCH, 0, _middle(folder, name))
            found[name]["resume_s"].append(resumed["first_s"])
    _print(found, loads, rounds, samples, step_ms)


def _middle(folder: Path, name: str) -> str:
    """A state in the middle of the first epoch."""
    if name == "MosaicML Streaming":
        index = json.loads((folder / "mds/index.json").read_text())
        in_epoch = sum(shard["samples"] for shard in index["shards"]) // 2 // contenders.BATCH * contenders.BATCH
        state = {
            "epoch": 0,
            "sample_in_epoch": in_epoch,
            "num_canonical_nodes": 1,
            "shuffle_seed": contenders.SEED,
            "initial_physical_nodes": 1,
        }
        return json.dumps(state)
    loader = contenders._loader(folder, "jpeg" if name.endswith("jpeg") else "raw")
    loader.skip(8)
    state = json.dumps(loader.state_dict())
    loader.close()
    return state


def _measured(folder: Path, name: str, samples: int, step_ms: float, state: str) -> dict[str, float]:
    command = [sys.executable, __file__, "measure", str(folder), name, str(samples), str(step_ms), state]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    lines = ended.stdout.strip().splitlines()
    if ended.returncode or not lines:
        sys.exit(f"{name} failed:\n{ended.stderr[-3000:]}")
    return dict(json.loads(lines[-1]))


def _print(found: Any, loads: list[float], rounds: int, samples: int, step_ms: float) -> None:
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, load {min(loads):.1f} to "
        f"{max(loads):.1f}; {rounds} rounds of {samples} samples, batches of {contenders.BATCH}, step {step_ms:.0f} ms\n"
    )
    print(
        f"| | samples/s | processor ms per sample | of the broker | first batch, s | after a resume, s | waits at "
        f"{step_ms:.0f} ms a step |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, measured in found.items():
        cells = [
            _spread(measured["samples_per_s"], "{:.0f}"),
            _spread(measured["cpu_ms"], "{:.2f}"),
            "{:.2f}".format(statistics.median(measured["broker_ms"])) if "consumer" in name or "pair" in name else "",
            _spread(measured["first_s"], "{:.1f}"),
            _spread(measured["resume_s"], "{:.1f}") if measured["resume_s"] else "reads again",
            "{:.1%}".format(statistics.median(measured["wait_share"])),
        ]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print()
    # Of one round with each other: what the machine did meanwhile met both.
    ours = found["pairstream, jpeg"]
    for name, measured in found.items():
        if name != "pairstream, jpeg":
            faster = [a / b for a, b in zip(ours["samples_per_s"], measured["samples_per_s"])]
            cheaper = [b / a for a, b in zip(ours["cpu_ms"], measured["cpu_ms"])]
            print(
                f"pairstream, jpeg against {name}: {_spread(faster, '{:.2f}')} times as many samples a second, "
                f"{_spread(cheaper, '{:.2f}')} times as many for the same processor time"
            )


def _spread(values: list[float], form: str) -> str:
    return f"{form.format(statistics.median(values))} ({form.format(min(values))}–{form.format(max(values))})"


def main() -> None:
    """Reads the command line."""
    if sys.argv[1:2] == ["measure"]:
        folder, name, samples, step_ms, state = sys.argv[2:]
        measure(Path(folder), name, int(samples), float(step_ms), state)
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    preparing = commands.add_parser("prepare")
    preparing.add_argument("folder", type=Path)
    preparing.add_argument("--platform", type=Path, required=True)
    preparing.add_argument("--view", type=Path, required=True)
    running = commands.add_parser("run")
    running.add_argument("folder", type=Path)
    running.add_argument("--rounds", type=int, default=3)
    running.add_argument("--samples", type=int, default=2048)
    running.add_argument("--step-ms", type=float, default=500)
    given = parser.parse_args()
    if given.command == "prepare":
        prepare(given.folder, given.platform, given.view)
    else:
        run(given.folder, given.rounds, given.samples, given.step_ms)


if __name__ == "__main__":
    main()
