"""What an order in buckets costs: python buckets.py [SAMPLES], of drawn shapes, without a broker."""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from pairstream import View
from pairstream.order.epoch_order import OrderPlan
from pairstream.order.grouped_schedule import GroupedSchedule, Grouping
from pairstream.order.ranks import RankShare
from pairstream.views.blocks import Blocks
from pairstream.views.view import Facts

SHAPES, BLOCK, BATCH, RANKS = 40, 128, 1024, 32
WEIGHTS = {"SCRAPED": 0.3, "SYNTHETIC": 0.7}


def drawn_view(blocks):
    """So many blocks of whole 128 pairs in 12 partitions, two pairs a picture; few of the last shapes."""
    samples = blocks * BLOCK
    partition = np.sort(np.arange(blocks) % 12).astype("<u4")
    begin = np.concatenate([np.arange(count) * BLOCK for count in np.bincount(partition)]).astype("<i8")
    before = np.arange(blocks + 1, dtype="<i8")
    arrays = Blocks(begin, np.full(blocks, BLOCK * 30_000), before, before * BLOCK, partition, np.full(blocks, BLOCK, "<u4"))
    picture = (np.arange(samples) // 2).astype("<u4")
    shape = (np.random.default_rng(1).random(samples) ** 2 * SHAPES).astype(np.uint8)[picture]
    facts = Facts([(i + 1, 1) for i in range(SHAPES)], list(WEIGHTS), picture, shape, (np.arange(samples) % 2).astype("u1"))
    return View("t", "id", "2026-11-01T00:00:00Z", arrays, facts=facts)


def main():
    view = drawn_view(int(sys.argv[1] if sys.argv[1:] else 10_000_000) // BLOCK)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.view"
        view.save(file)
        print(f"{view.samples:,} samples, {file.stat().st_size / view.samples:.2f} bytes each in the file")
        view = View.load(file)
        for grouping in (Grouping(True), Grouping(True, WEIGHTS)):
            schedule = GroupedSchedule(view, OrderPlan(7), grouping, 1)
            begin = time.process_time()
            schedule.require_batches(BATCH, False)
            order_s = time.process_time() - begin
            begin = time.process_time()
            steps = [step for _, step in zip(range(400), schedule.steps(RankShare(3, RANKS), BATCH, False, schedule.begin()))]
            step_ms = (time.process_time() - begin) / len(steps) * 1e3
            passed = sum(len(step.passed) for step in steps) / sum(len(step.picks) for step in steps)
            print(
                f"{grouping}: {order_s:.1f} s CPU for an epoch's order; a rank of {RANKS}: {step_ms:.2f} ms a step of {BATCH}, "
                f"{passed:.1%} of its samples passed on"
            )


if __name__ == "__main__":
    main()
