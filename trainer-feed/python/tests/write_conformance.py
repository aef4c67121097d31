"""What the order comes to, for the tests of both feeds:

python tests/write_conformance.py > ../src/test/resources/io/pairstream/feed/order/conformance.json
"""

import hashlib
import json
from itertools import islice

from pairstream.course import MixCourse, ViewCourse
from pairstream.order import OrderPlan, RankShare
from pairstream.view import Block, View

CASES = [
    dict(sizes=[5], seed=0, lanes=1, window=2, epoch=0, per_lane=2),
    dict(sizes=[3, 4, 2, 6, 1], seed=7, lanes=4, window=3, epoch=0, per_lane=1),
    dict(sizes=[3, 4, 2, 6, 1], seed=7, lanes=4, window=3, epoch=1, per_lane=2),
    dict(sizes=[3, 4, 2, 6, 1], seed=-9, lanes=2, window=0, epoch=5, per_lane=3),
    dict(sizes=[128] * 40 + [17], seed=2026, lanes=24, window=256, epoch=0, per_lane=2),
    dict(sizes=[128, 1, 64, 128, 128, 2] * 30, seed=1 << 62, lanes=240, window=16, epoch=3, per_lane=4),
]


MIXES = [
    dict(mix=[dict(sizes=[4], weight=1), dict(sizes=[6], weight=1)], seed=0, lanes=1, window=2, skip=0, per_lane=1, batches=7),
    dict(mix=[dict(sizes=[3, 4, 2], weight=3), dict(sizes=[5, 5], weight=2)], seed=7, lanes=4, window=3, skip=0, per_lane=2, batches=5),
    dict(mix=[dict(sizes=[3, 4, 2], weight=3), dict(sizes=[5, 5], weight=2)], seed=7, lanes=4, window=3, skip=11, per_lane=2, batches=3),
    dict(
        mix=[dict(sizes=[30, 30], weight=7), dict(sizes=[25], weight=2), dict(sizes=[1] * 24, weight=1)],
        seed=-3,
        lanes=24,
        window=0,
        skip=3,
        per_lane=1,
        batches=20,
    ),
    dict(
        mix=[dict(sizes=[128] * 8, weight=690), dict(sizes=[128, 1, 64] * 3, weight=10), dict(sizes=[100], weight=300)],
        seed=1 << 62,
        lanes=12,
        window=16,
        skip=100,
        per_lane=5,
        batches=60,
    ),
]


def view_of(sizes, partition=0):
    """A view with blocks of these sizes in a partition."""
    blocks = [Block(partition, 1000 * i, 1, (size,)) for i, size in enumerate(sizes)]
    return View("t", "id", "2026-11-20T12:00:00Z", tuple(blocks))


def batches(course, share, per_lane, keep_last, start, most=None):
    """The batches of a rank from a position on, each a list of (part, block, place)."""
    found = []
    for step in islice(course.steps(share, per_lane, keep_last, start), most):
        batch = [(pick.of.part, *pick.of.order.place(pick.lane, pick.number)) for pick in step.picks]
        found.append(batch)
    return found


def batches_of(case):
    """The batches of all ranks together of one epoch, those that are not full left out."""
    plan = OrderPlan(case["seed"], case["lanes"], case["window"])
    course = ViewCourse(view_of(case["sizes"]), plan, case["epoch"] + 1)
    start = {**course.begin(), "epoch": case["epoch"]}
    return batches(course, RankShare(0, 1, plan.lanes), case["per_lane"], False, start)


def text_of(found):
    """A line for each batch."""
    return "\n".join(" ".join(":".join(map(str, sample)) for sample in batch) for batch in found)


def mixed_batches_of(case):
    """The batches of all ranks together of a mix, from the one behind those that are skipped."""
    plan = OrderPlan(case["seed"], case["lanes"], case["window"])
    parts = [(view_of(part["sizes"], number), part["weight"]) for number, part in enumerate(case["mix"])]
    course = MixCourse(parts, plan)
    start = course.skip(course.begin(), case["per_lane"], False, case["skip"])
    return batches(course, RankShare(0, 1, plan.lanes), case["per_lane"], False, start, case["batches"])


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
