"""What the order comes to, for the tests of both feeds. Mixes are Python's alone; a second implementation, in Java, came to
the same when they were recorded:

python tests/write_conformance.py > ../src/test/resources/io/pairstream/feed/order/conformance.json
"""

import hashlib
import json
from functools import lru_cache
from itertools import islice

from pairstream.order.epoch_order import OrderPlan
from pairstream.order.mix_schedule import MixSchedule
from pairstream.order.ranks import RankShare
from pairstream.order.view_schedule import ViewSchedule
from pairstream.read.windows import Window
from pairstream.views.blocks import Block
from pairstream.views.view import View

CASES = [
    dict(sizes=[5], seed=0, lanes=1, window=2, epoch=0, batch=2),
    dict(sizes=[3, 4, 2, 6, 1], seed=7, lanes=4, window=3, epoch=0, batch=4),
    dict(sizes=[3, 4, 2, 6, 1], seed=7, lanes=4, window=3, epoch=1, batch=7),
    dict(sizes=[3, 4, 2, 6, 1], seed=-9, lanes=2, window=0, epoch=5, batch=6),
    dict(sizes=[3, 4, 2, 6, 1, 2, 2, 3, 5], partitions=2, seed=3, lanes=4, window=4, epoch=2, batch=5, gone=[[0, 0, 3], [3, 1, 3], [8, 4, 5]]),
    dict(sizes=[4] * 10, seed=3, lanes=4, window=2, epoch=2, batch=8, gone=[[n, 0, 4] for n in range(2, 10)]),
    dict(sizes=[128] * 40 + [17], partitions=3, seed=2026, lanes=24, window=256, epoch=0, batch=48),
    dict(sizes=[128] * 40 + [17], partitions=3, seed=2026, lanes=32, window=256, epoch=0, batch=100, gone=[[n, 0, 128] for n in (*range(4, 8), *range(18, 22), *range(31, 35))]),
    dict(sizes=[128, 1, 64, 128, 128, 2] * 30, seed=1 << 62, lanes=240, window=16, epoch=3, batch=960),
]


MIXES = [
    dict(mix=[dict(sizes=[4], weight=1), dict(sizes=[6], weight=1)], seed=0, lanes=1, window=2, skip=0, batch=1, batches=7),
    dict(mix=[dict(sizes=[3, 4, 2], weight=3), dict(sizes=[5, 5], weight=2)], seed=7, lanes=4, window=2, skip=0, batch=8, batches=5),
    dict(mix=[dict(sizes=[3, 4, 2], weight=3), dict(sizes=[5, 5], weight=2)], seed=7, lanes=4, window=2, skip=11, batch=6, batches=3),
    dict(
        mix=[dict(sizes=[30, 30], weight=7), dict(sizes=[25], weight=2), dict(sizes=[1] * 24, weight=1)],
        seed=-3,
        lanes=24,
        window=0,
        skip=3,
        batch=24,
        batches=20,
    ),
    dict(
        mix=[dict(sizes=[128] * 8, weight=690), dict(sizes=[128, 1, 64] * 3, weight=10), dict(sizes=[100], weight=300)],
        seed=1 << 62,
        lanes=12,
        window=16,
        skip=100,
        batch=60,
        batches=60,
    ),
]


class Nothing:
    """No takedowns."""

    version = 0

    def __len__(self):
        return 0


def view_of(sizes, partition=0, partitions=1):
    """A view with blocks of these sizes in a partition, or in several, as many in each as in the others."""
    blocks = [
        Block(partition + i * partitions // len(sizes), 1000 * i, 1, (size,)) for i, size in enumerate(sizes)
    ]
    return View("t", "id", "2026-11-20T12:00:00Z", tuple(blocks))


@lru_cache(maxsize=4096)
def window_of(order, lane, window, gone):
    """Blocks and places of a window, where some are gone; of the next one where nothing is left."""
    for i in range(order.lanes):
        windows = order.windows((lane + i) % order.lanes)
        for j in range(windows):
            places = order.places((lane + i) % order.lanes, ((window if i == 0 else 0) + j) % windows)
            found = Window([None if place in gone else place for place in places], Nothing(), lambda record: ())
            if found.living():
                return found
    raise AssertionError("all are gone")


def record_of(pick, gone=frozenset()):
    """Block and place that a sample comes to, where some are gone."""
    key, place = pick.of.locate(pick, RankShare())
    return window_of(pick.of.order, key.lane, key.window, gone).take(place).record


def batches(schedule, share, batch_size, keep_last, start, most=None, gone=frozenset()):
    """The batches of a rank from a position on, each a list of (part, block, place)."""
    found = []
    for step in islice(schedule.steps(share, batch_size, keep_last, start), most):
        found.append([(pick.of.part, *record_of(pick, gone)) for pick in step.picks])
    return found


def batches_of(case):
    """The batches of all ranks together of one epoch, those that are not full left out."""
    plan = OrderPlan(case["seed"], case["lanes"], case["window"])
    schedule = ViewSchedule(view_of(case["sizes"], 0, case.get("partitions", 1)), plan, case["epoch"] + 1)
    start = {**schedule.begin(), "epoch": case["epoch"]}
    gone = frozenset((block, place) for block, begin, end in case.get("gone", ()) for place in range(begin, end))
    return batches(schedule, RankShare(), case["batch"], False, start, None, gone)


def text_of(found):
    """A line for each batch."""
    return "\n".join(" ".join(":".join(map(str, sample)) for sample in batch) for batch in found)


def mixed_batches_of(case):
    """The batches of all ranks together of a mix, from the one behind those that are skipped."""
    plan = OrderPlan(case["seed"], case["lanes"], case["window"])
    parts = [(view_of(part["sizes"], number), part["weight"]) for number, part in enumerate(case["mix"])]
    schedule = MixSchedule(parts, plan)
    start = schedule.skip(schedule.begin(), case["batch"], False, case["skip"])
    return batches(schedule, RankShare(), case["batch"], False, start, case["batches"])


def main():
    lines = []
    for case in CASES:
        found = [[sample[1:] for sample in batch] for batch in batches_of(case)]
        text = text_of(found)
        entry = dict(case, batches=len(found), digest=hashlib.sha256(text.encode()).hexdigest())
        if len(text) < 1000:
            entry["order"] = found
        lines.append(json.dumps(entry))
    for case in MIXES:
        found = mixed_batches_of(case)
        text = text_of(found)
        entry = dict(case, digest=hashlib.sha256(text.encode()).hexdigest())
        if len(text) < 1000:
            entry["order"] = found
        lines.append(json.dumps(entry))
    print("[\n" + ",\n".join(lines) + "\n]")


if __name__ == "__main__":
    main()
