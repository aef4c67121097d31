"""Samples per second into the training loop: ours out of Kafka, peers from files, the same pairs in one run.

    python feed_peers.py prepare FOLDER --platform DIR --dataset NAME
    python feed_peers.py run FOLDER... --platform DIR [--rounds 5] [--samples 1920] [--step-ms 50] [--kind plain] [--only NAME]

Each folder has the pairs of one data set, whose pictures are of one size. Each measurement is a process of its own;
rounds take the contenders and folders in turn, so that what else the machine does meets all of them. Processor time is
that of the process and its workers; the broker's is given apart.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import contenders
import numpy as np
import psutil

PACED_STEPS = 40


def prepare(folder: Path, platform_folder: Path, dataset: str, only: list[str]) -> None:
    """Writes the pairs in the format of each contender."""
    import pairstream

    folder.mkdir(parents=True)
    source = pairstream.open(platform=platform_folder, dataset=dataset)
    view = source.cut()
    view.save(folder / "train.view")
    (folder / "pictures").mkdir()
    pairs = []
    for number, pair in enumerate(source.samples(view)):
        picture = folder / "pictures" / f"{number:06}.jpg"
        picture.write_bytes(pair.fields["image"])
        pairs.append((picture, {"tokens": np.array(pair.fields["token_ids"], np.int32), **contenders.more_of(pair.fields)}))
    (folder / "pairs.json").write_text(json.dumps({"dataset": dataset, "side": pair.fields["height"]}))
    for name, (kind, write) in FORMATS.items():
        if not only or any(one.startswith(name) for one in only):
            write(folder / kind, pairs)


Pairs = list[tuple[Path, dict[str, Any]]]


def _write_webdataset(target: Path, pairs: Pairs) -> None:
    import webdataset

    target.mkdir()
    with webdataset.ShardWriter(str(target / "%06d.tar"), maxcount=300) as writer:
        for picture, more in pairs:
            files = {f"{name}.npy": values for name, values in more.items()}
            writer.write({"__key__": picture.stem, "jpg": picture.read_bytes(), **files})


def _write_mds(target: Path, pairs: Pairs) -> None:
    from PIL import Image
    from streaming import MDSWriter

    columns = {"image": "jpeg", **dict.fromkeys(pairs[0][1], "ndarray:int32")}
    with MDSWriter(out=str(target), columns=columns) as writer:
        for picture, more in pairs:
            # A picture that was opened from a file is stored with that file's bytes, not encoded anew.
            writer.write({"image": Image.open(picture), **more})


def _write_lance(target: Path, pairs: Pairs) -> None:
    import lancedb
    import pyarrow as pa

    columns = {
        name: pa.FixedSizeListArray.from_arrays(np.concatenate([more[name] for _, more in pairs]), len(values))
        for name, values in pairs[0][1].items()
    }
    images = pa.array([picture.read_bytes() for picture, _ in pairs], pa.binary())
    lancedb.connect(str(target)).create_table("pairs", pa.table({"image": images, **columns}))


def _lit(pair: tuple[Path, dict[str, Any]]) -> dict[str, Any]:
    from PIL import Image

    return {"image": Image.open(pair[0]), **pair[1]}


def _write_litdata(target: Path, pairs: Pairs) -> None:
    import litdata

    litdata.optimize(_lit, pairs, str(target), num_workers=1, chunk_bytes="16MB")


def _write_datasets(target: Path, pairs: Pairs) -> None:
    import datasets

    columns = {name: [more[name] for _, more in pairs] for name in pairs[0][1]}
    features = {name: datasets.List(datasets.Value("int32"), length=len(value)) for name, value in pairs[0][1].items()}
    images = [{"bytes": picture.read_bytes(), "path": None} for picture, _ in pairs]
    made = datasets.Dataset.from_dict(
        {"image": images, **columns}, features=datasets.Features({"image": datasets.Image(), **features})
    )
    made.save_to_disk(str(target))
    made.to_parquet(str(target / "pairs.parquet"))


FORMATS = {
    "WebDataset": ("webdataset", _write_webdataset),
    "MosaicML Streaming": ("mds", _write_mds),
    "LanceDB": ("lance", _write_lance),
    "litData": ("litdata", _write_litdata),
    "Hugging Face": ("datasets", _write_datasets),
}


def measure(folder: Path, name: str, kind: str, samples: int, step_ms: float) -> None:
    """Runs one contender and prints what was measured, as JSON."""
    batches = contenders.ALL[name](folder, kind)
    next(batches)
    begin = time.perf_counter()
    images, tokens, *more = next(batches)
    first_s = time.perf_counter() - begin
    side = contenders.place_of(folder)["side"]
    assert sorted(images.shape) == sorted([3, contenders.BATCH, side, side]), images.shape
    assert len(tokens) == contenders.BATCH, tokens.shape
    assert len(more) == (len(contenders.MORE) if kind == "columns" else 0), more
    # Batches made ahead of the first step are not speed.
    for _ in range(8):
        next(batches)
    broker = _broker(folder)
    cpu, broker_cpu = _cpu(psutil.Process()), _cpu(broker)
    steps = max(1, samples // contenders.BATCH)
    seconds, _ = _train(batches, steps, 0)
    cpu, broker_cpu = _cpu(psutil.Process()) - cpu, _cpu(broker) - broker_cpu
    paced, waited = _train(batches, PACED_STEPS, step_ms / 1e3) if kind == "plain" else (1.0, 0.0)
    print(
        json.dumps(
            {
                "first_s": first_s,
                "samples_per_s": steps * contenders.BATCH / seconds,
                "samples_per_cpu_s": steps * contenders.BATCH / cpu,
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


def fetched(folder: Path, samples: int) -> None:
    """Prints the bytes that brokers sent over those of the records that our loader took from them."""
    received: dict[str, int] = {}

    def note(text: str) -> None:
        statistics_of = json.loads(text)
        received[statistics_of["name"]] = statistics_of["rx_bytes"]

    more = {"statistics.interval.ms": 100, "stats_cb": note}
    with contenders.open_loader(folder, "plain", more)() as loader:
        for _ in range(samples // contenders.BATCH):
            next(loader)
        print(f"bytes fetched over bytes of records: {sum(received.values()) / loader.stats.bytes:.2f}")


def _train(batches: Any, steps: int, step_s: float) -> tuple[float, float]:
    """Takes batches, with a pause after each; returns the seconds in all, and those of waiting."""
    begin = time.perf_counter()
    waited = 0.0
    for _ in range(steps):
        asked = time.perf_counter()
        images = next(batches)[0]
        # A trainer touches the values; memory may be handed out that was never written.
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


def run(folders: list[Path], given: argparse.Namespace) -> None:
    """Measures all contenders in turn and prints a table for each folder."""
    for folder in folders:
        (folder / "cluster.json").write_text((given.platform / "platform.json").read_text())
    found: Any = {folder: defaultdict(lambda: defaultdict(list)) for folder in folders}
    loads = []
    names = given.only or list(contenders.ALL)
    for number in range(given.rounds):
        for kind in given.kind:
            # No contender always follows the same other.
            for name in names[number % len(names) :] + names[: number % len(names)]:
                for folder in folders:
                    loads.append(os.getloadavg()[0])
                    own = found[folder][name]
                    for key, value in _measured(folder, name, kind, given.samples, given.step_ms).items():
                        own[kind, key].append(value)
                    print(f"{number + 1}, {folder.name}, {kind}, {name}: {own[kind, 'samples_per_s'][-1]:.0f}/s", file=sys.stderr)
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, load {min(loads):.1f} to "
        f"{max(loads):.1f}; {given.rounds} rounds of {given.samples} samples, batches of {contenders.BATCH}"
    )
    for folder in folders:
        _show(folder, found[folder], given.kind, given.step_ms)


def _show(folder: Path, found: Any, kinds: list[str], step_ms: float) -> None:
    side = contenders.place_of(folder)["side"]
    print(f"\nPictures of {side} px\n")
    heads = [*kinds, "first batch, s", f"waits at {step_ms:.0f} ms a step"]
    print(f"| | {' | '.join(heads)} |\n|{'---|' * (len(heads) + 1)}")
    for name, measured in found.items():
        cells = [
            f"{_spread(measured[kind, 'samples_per_s'])}; {statistics.median(measured[kind, 'samples_per_cpu_s']):,.0f}"
            for kind in kinds
        ]
        cells.append(f"{statistics.median(measured[kinds[0], 'first_s']):.2f}")
        cells.append(f"{statistics.median(measured[kinds[0], 'wait_share']):.1%}")
        print(f"| {name} | {' | '.join(cells)} |")
    for kind in kinds:
        for key in ("samples_per_s", "samples_per_cpu_s"):
            ours = found["Pairstream"][kind, key]
            over = {name: [a / b for a, b in zip(ours, of[kind, key])] for name, of in found.items()}
            over.pop("Pairstream")
            print(f"\n{kind}, {key}, ours over", ", ".join(f"{name} {_spread(of, '.2f')}" for name, of in over.items()))
    print(f"\nbroker, ms a sample: {statistics.median(found['Pairstream'][kinds[0], 'broker_ms']):.2f}")
    fetched(folder, 10_000)


def _measured(folder: Path, name: str, kind: str, samples: int, step_ms: float) -> dict[str, float]:
    command = [sys.executable, __file__, "measure", str(folder), name, kind, str(samples), str(step_ms)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    lines = ended.stdout.strip().splitlines()
    if ended.returncode or not lines:
        sys.exit(f"{name} failed:\n{ended.stderr[-3000:]}")
    return dict(json.loads(lines[-1]))


def _spread(values: list[float], form: str = ",.0f") -> str:
    return f"{statistics.median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def main() -> None:
    """Reads the command line."""
    if sys.argv[1:2] == ["measure"]:
        folder, name, kind, samples, step_ms = sys.argv[2:]
        measure(Path(folder), name, kind, int(samples), float(step_ms))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    preparing = commands.add_parser("prepare")
    preparing.add_argument("folder", type=Path)
    preparing.add_argument("--dataset", default="pairs")
    running = commands.add_parser("run")
    running.add_argument("folder", type=Path, nargs="+")
    running.add_argument("--kind", action="append", choices=contenders.KINDS, help="of batches; all by default")
    for command in (preparing, running):
        command.add_argument("--platform", type=Path, required=True)
        command.add_argument("--only", action="append", choices=list(contenders.ALL), help="a contender; all by default")
    running.add_argument("--rounds", type=int, default=5)
    running.add_argument("--samples", type=int, default=1920)
    running.add_argument("--step-ms", type=float, default=50)
    given = parser.parse_args()
    if given.command == "prepare":
        prepare(given.folder, given.platform, given.dataset, given.only)
    else:
        given.kind = given.kind or list(contenders.KINDS)
        run(given.folder, given)


if __name__ == "__main__":
    main()
