"""The order of a run over a view, written a second time: what docs/views.md says and nothing else.

    python3 order.py > ../resources/io/pairstream/feed/order/conformance.json
"""

import hashlib
import itertools
import json
import math

MASK = (1 << 64) - 1


class RandomNumbers:
    def __init__(self, *parts):
        key = "\0".join(str(part) for part in parts).encode("utf-8")
        self.state = int.from_bytes(hashlib.sha256(key).digest()[:8], "big")

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) * 2.0**-53

    def permutation(self, n):
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = math.floor(self.next() * (i + 1))
            order[i], order[j] = order[j], order[i]
        return order


def lanes_of(sizes, seed, lanes, window, epoch):
    """For each lane, the (block, place) of its samples in order. A window of 0 shuffles nothing."""
    blocks = RandomNumbers(seed, epoch, "blocks").permutation(len(sizes)) if window else range(len(sizes))
    records = [(block, place) for block in blocks for place in range(sizes[block])]
    result = []
    for lane in range(lanes):
        mine = records[lane * len(records) // lanes : (lane + 1) * len(records) // lanes]
        ordered = []
        for number, begin in enumerate(range(0, len(mine), window or max(1, len(mine)))):
            part = mine[begin : begin + window] if window else mine
            order = (
                RandomNumbers(seed, epoch, f"window {lane} {number}").permutation(len(part))
                if window
                else range(len(part))
            )
            ordered += [part[i] for i in order]
        result.append(ordered)
    return result


def batches(sizes, seed, lanes, window, epoch, per_lane):
    """The batches of all ranks together, those that are not full left out."""
    by_lane = lanes_of(sizes, seed, lanes, window, epoch)
    steps = min(len(lane) for lane in by_lane) // per_lane
    return [
        [sample for lane in by_lane for sample in lane[step * per_lane : (step + 1) * per_lane]]
        for step in range(steps)
    ]


def pattern_of(weights):
    """Which view each of the first sum(weights) turns of a mix is that of."""
    total = sum(weights)
    chosen = [0] * len(weights)
    pattern = []
    for turn in range(total):
        open_views = [v for v in range(len(weights)) if chosen[v] < weights[v]]
        view = max(open_views, key=lambda v: (weights[v] * (turn + 1) - total * chosen[v], -v))
        chosen[view] += 1
        pattern.append(view)
    return pattern


def mixed_lane(mix, seed, lanes, window, lane):
    """The (view, block, place) of a lane's samples, one after the other, without an end."""
    pattern = pattern_of([part["weight"] for part in mix])
    turn = lane * len(pattern) // lanes

    def samples_of(view):
        sizes = mix[view]["sizes"]
        for epoch in itertools.count():
            # The remainder of an epoch is left out: all lanes have as many as the shortest.
            yield from lanes_of(sizes, seed, lanes, window, epoch)[lane][: sum(sizes) // lanes]

    samples = [samples_of(view) for view in range(len(mix))]
    while True:
        view = pattern[turn % len(pattern)]
        yield (view, *next(samples[view]))
        turn += 1


def mixed_batches(mix, seed, lanes, window, skip, per_lane, batches):
    """The batches of all ranks together, from the one behind those that are skipped."""
    by_lane = [
        list(itertools.islice(mixed_lane(mix, seed, lanes, window, lane), (skip + batches) * per_lane))
        for lane in range(lanes)
    ]
    return [
        [sample for lane in by_lane for sample in lane[step * per_lane : (step + 1) * per_lane]]
        for step in range(skip, skip + batches)
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

CASES = [
    dict(sizes=[5], seed=0, lanes=1, window=2, epoch=0, per_lane=2),
    dict(sizes=[3, 4, 2, 6, 1], seed=7, lanes=4, window=3, epoch=0, per_lane=1),
    dict(sizes=[3, 4, 2, 6, 1], seed=7, lanes=4, window=3, epoch=1, per_lane=2),
    dict(sizes=[3, 4, 2, 6, 1], seed=-9, lanes=2, window=0, epoch=5, per_lane=3),
    dict(sizes=[128] * 40 + [17], seed=2026, lanes=24, window=256, epoch=0, per_lane=2),
    dict(sizes=[128, 1, 64, 128, 128, 2] * 30, seed=1 << 62, lanes=240, window=16, epoch=3, per_lane=4),
]


def main():
    cases = []
    for case in CASES:
        found = batches(**case)
        text = "\n".join(" ".join(f"{block}:{place}" for block, place in batch) for batch in found)
        entry = dict(case, batches=len(found), digest=hashlib.sha256(text.encode()).hexdigest())
        if len(text) < 1000:
            entry["order"] = [[list(sample) for sample in batch] for batch in found]
        cases.append(entry)
    for case in MIXES:
        found = mixed_batches(**case)
        text = "\n".join(" ".join(":".join(map(str, sample)) for sample in batch) for batch in found)
        entry = dict(case, digest=hashlib.sha256(text.encode()).hexdigest())
        if len(text) < 1000:
            entry["order"] = [[list(sample) for sample in batch] for batch in found]
        cases.append(entry)
    print("[")
    print(",\n".join(json.dumps(case) for case in cases))
    print("]")


if __name__ == "__main__":
    main()
