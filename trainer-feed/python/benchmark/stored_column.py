"""What a stored column costs: writing it, its bytes beside the values, and reading it beside the rest of a batch.

    python stored_column.py --platform DIR --view FILE [--rounds 5] [--epochs 20]

Values are float16 [4, 32, 32]; what makes them copies pixels. Runs with and without the column take turns in one
process, so that what else the machine does meets both.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

import pairstream

parser = argparse.ArgumentParser()
parser.add_argument("--platform", required=True)
parser.add_argument("--view", required=True)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--epochs", type=int, default=20)
arguments = parser.parse_args()
source = pairstream.open(platform=arguments.platform)
view = source.view(arguments.view)


def encode(batch):
    return batch.images[:, :64, :64, 0].reshape(-1, 4, 32, 32).astype(np.float16)


def write(folder, model):
    begin, cpu = time.perf_counter(), time.process_time()
    pairs = pairstream.write_column(source, view, "latents", encode, folder=folder, model=model, batch_size=64)
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    used = sum(file.stat().st_blocks * 512 for file in Path(folder, "latents", model).rglob("*.npy"))
    more = used / pairs - 8192
    print(f"wrote {pairs}: {pairs / seconds:.0f}/s, {cpu / pairs * 1e3:.2f} ms of CPU and {more:.1f} bytes more each")


def read(**options):
    """Milliseconds of CPU for each sample."""
    with pairstream.Loader(source, view, batch_size=64, epochs=arguments.epochs, report=False, **options) as loader:
        next(loader)
        begin = time.process_time()
        samples = sum(len(batch) for batch in loader)
        return (time.process_time() - begin) / samples * 1e3


with tempfile.TemporaryDirectory() as folder:
    for number in range(arguments.rounds):
        write(folder, f"m{number}")
        stored = dict(columns=["latents"], stored=folder, models={"latents": f"m{number}"})
        print(f"read: {read():.3f} ms without, {read(**stored):.3f} ms with, {read():.3f} ms without")
