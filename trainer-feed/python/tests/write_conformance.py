"""What the order comes to, for the tests of both feeds:

python tests/write_conformance.py > ../src/test/resources/io/pairstream/feed/order/conformance.json
"""

import hashlib
import json
from itertools import islice

from pairstream.course import Course, MixCourse, ViewCourse
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


def view_of(sizes, topic="t"):
    """A view with blocks of these sizes."""
    blocks = [Block(0, 1000 * i, 1, (size,)) for i, size in enumerate(sizes)]
    return View(topic, "id", "2026-11-20T12:00:00Z", tuple(blocks))


def batches(course: Course, share: RankShare, per_lane: int, keep_last: bool, start, most=None):
    """The batches of a rank from a position on, each a list of (part, block, place)."""
    found = []
    for step in islice(course.steps(share, per_lane, keep_last, start), most):
        batch = []
        for pick in step.picks:
            order = pick.of.order
            window, at = divmod(pick.number, order.plan.window_size)
            counted = [
                (pick.of.part, piece.block, place)
                for piece in order.pieces(pick.lane, window)
                for place in range(piece.first, piece.first + piece.size)
            ]
            batch.append(counted[order.permutation(pick.lane, window)[at]])
        found.append(batch)
    return found


def batches_of(case):
    """The batches of all ranks together of one epoch, those that are not full left out."""
    plan = OrderPlan(case["seed"], case["lanes"], case["window"])
    course = ViewCourse(view_of(case["sizes"]), plan, case["epoch"] + 1)
    start = {**course.begin(), "epoch": case["epoch"]}
    return batches(course, RankShare(0, 1, plan.lanes), case["per_lane"], False, start)


def main():
    lines = []
    for case in CASES:
        found = [[sample[1:] for sample in batch] for batch in batches_of(case)]
        text = "\n".join(" ".join(f"{block}:{place}" for block, place in batch) for batch in found)
        entry = dict(case, batches=len(found), digest=hashlib.sha256(text.encode()).hexdigest())
        if len(text) < 1000:
            entry["order"] = found
        lines.append(json.dumps(entry))
    print("[\n" + ",\n".join(lines) + "\n]")


if __name__ == "__main__":
    main()
