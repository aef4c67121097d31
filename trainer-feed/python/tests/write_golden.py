"""What augmentation comes to; a second implementation, in Java, came to the same when the file was recorded:

python tests/write_golden.py > tests/golden.json
"""

import hashlib
import json
from dataclasses import asdict

import numpy as np

from pairstream.augment import AugmentationPlan
from pairstream.random_numbers import RandomNumbers


def plan_of(changes):
    return AugmentationPlan(**{name: tuple(v) if isinstance(v, list) else v for name, v in changes.items()})


def drawn(height, width, channels):
    """The picture that the golden cases begin with."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    return ((7 * x + 13 * y + 50 * c + x * y // 4) & 255).astype(np.uint8)


PLANS = {
    "nothing": {},
    "crop": {"crop": [0.08, 1, 0.75, 4 / 3]},
    "crop that seldom fits": {"crop": [0.9, 1, 0.25, 4]},
    "flip": {"flip": 0.5},
    "rotate": {"rotate": 30},
    "rotate, fill": {"rotate": 180, "border": ["fill", 127]},
    "scale": {"scale": [0.5, 2]},
    "scale, fill": {"scale": [0.5, 0.9], "border": ["fill", 9]},
    "colour": {"colour": [0.4, 0.4, 0.4, 0.1]},
    "brightness": {"colour": [0.9, 0, 0, 0]},
    "hue": {"colour": [0, 0, 0, 0.5]},
    "blur": {"blur": [0.8, 0.1, 4]},
    "noise": {"noise": 12.5},
    "everything": {
        "seed": -7,
        "crop": [0.3, 1, 0.75, 4 / 3],
        "flip": 0.5,
        "rotate": 15,
        "scale": [0.8, 1.25],
        "colour": [0.3, 0.3, 0.3, 0.05],
        "blur": [0.5, 0.1, 2],
        "noise": 5,
    },
}
SIZES = [(32, 32, 3), (17, 40, 3), (24, 9, 1), (1, 1, 3), (5, 3, 1)]


def golden():
    numbers = []
    for pair_id, epoch, seed, operation in [("", 0, 0, "flip"), ("a3f0", 2, -9, "crop"), ("早", 10**12, 2**62, "x")]:
        random = RandomNumbers(pair_id, epoch, seed, operation)
        bits = [str(random.bits()) for _ in range(3)]
        first = RandomNumbers(pair_id, epoch, seed, operation).next()
        numbers.append(
            {"pair_id": pair_id, "epoch": epoch, "seed": seed, "operation": operation, "bits": bits, "next": first}
        )
    cases = []
    for name, plan in PLANS.items():
        for height, width, channels in SIZES:
            for pair_id, epoch in [("00c1", 0), ("00c1", 1), ("f5e2", 1)]:
                out = plan_of(plan).apply(pair_id, epoch, drawn(height, width, channels))
                cases.append(
                    {
                        "name": name,
                        "plan": asdict(plan_of(plan)),
                        "shape": [height, width, channels],
                        "pair_id": pair_id,
                        "epoch": epoch,
                        "sha256": hashlib.sha256(out.tobytes()).hexdigest(),
                        "begins": [int(v) for v in out.ravel()[:6]],
                    }
                )
    return {"numbers": numbers, "cases": cases}


if __name__ == "__main__":
    found = golden()
    lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in found["cases"])
    print('{"numbers": %s,\n "cases": [\n%s\n]}' % (json.dumps(found["numbers"], ensure_ascii=False), lines))
