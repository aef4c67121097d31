"""The feed's augmentation a second time, from its documentation alone: `python augment.py` prints golden.json.

Needs numpy. The Java tests read ../resources/io/pairstream/feed/augment/golden.json, which this wrote.
"""

import hashlib
import json
import math
from statistics import NormalDist

import numpy as np

MASK = (1 << 64) - 1
OFF = {
    "seed": 0,
    "crop": [1, 1, 1, 1],  # smallest and largest area, smallest and largest ratio
    "flip": 0,
    "rotate": 0,
    "scale": [1, 1],
    "border": ["reflect", 0],
    "colour": [0, 0, 0, 0],  # brightness, contrast, saturation, hue
    "blur": [0, 1, 1],  # probability, smallest and largest sigma
    "noise": 0,
}


class RandomNumbers:
    def __init__(self, pair_id, epoch, seed, operation):
        key = "\0".join([pair_id, str(epoch), str(seed), operation])
        self.state = int.from_bytes(hashlib.sha256(key.encode("utf-8")).digest()[:8], "big")

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def next(self):
        return (self.bits() >> 11) / (1 << 53)

    def between(self, low, high):
        return low + (high - low) * self.next()


def rounded(value):
    return math.floor(value + 0.5)


def crop(random, setting, width, height):
    for _ in range(10):
        share = random.between(setting[0], setting[1])
        stretch = math.exp(random.between(math.log(setting[2]), math.log(setting[3])))
        w = rounded(width * math.sqrt(share * stretch))
        h = rounded(height * math.sqrt(share / stretch))
        if 1 <= w <= width and 1 <= h <= height:
            left = math.floor(random.next() * (width - w + 1))
            top = math.floor(random.next() * (height - h + 1))
            return np.array([[w / width, 0, left], [0, h / height, top], [0, 0, 1]])
    return np.eye(3)


def about_centre(a, width, height):
    """The linear map `a` with the picture's centre in its place."""
    centre = np.array([width / 2, height / 2])
    m = np.eye(3)
    m[:2, :2] = a
    m[:2, 2] = centre - a @ centre
    return m


def mirrored(at, length):
    place = at % (2 * length)
    return np.where(place < length, place, 2 * length - 1 - place)


def warp(m, border, picture):
    height, width = picture.shape[:2]
    one = 1 << 20
    fixed = lambda value: rounded(float(value) * one)
    x, y = np.meshgrid(np.arange(width, dtype=np.int64), np.arange(height, dtype=np.int64))
    u, v = (
        fixed(m[i, 0]) * x + fixed(m[i, 1]) * y + fixed(m[i, 2] + 0.5 * m[i, 0] + 0.5 * m[i, 1] - 0.5) for i in (0, 1)
    )
    fx = ((u >> 9) & 2047)[..., None]
    fy = ((v >> 9) & 2047)[..., None]
    pixels = picture.astype(np.int64)
    at = lambda dy, dx: pixels[mirrored((v >> 20) + dy, height), mirrored((u >> 20) + dx, width)]
    upper = at(0, 0) * (2048 - fx) + at(0, 1) * fx
    lower = at(1, 0) * (2048 - fx) + at(1, 1) * fx
    result = (upper * (2048 - fy) + lower * fy + (1 << 21)) >> 22
    if border[0] == "fill":
        half = one // 2
        beyond = (u + half < 0) | (v + half < 0) | (u + half >= width * one) | (v + half >= height * one)
        result[beyond] = border[1]
    return result.astype(np.uint8)


def colour(random, setting, picture):
    b, k, s = (random.between(1 - setting[i], 1 + setting[i]) for i in range(3))
    h = random.between(-setting[3], setting[3])
    pixels = picture.astype(np.int64)
    sums = pixels.sum(axis=(0, 1))
    count = picture.shape[0] * picture.shape[1]
    if picture.shape[2] == 1:
        mean = int(sums[0]) / count
        matrix = np.array([[k * b]])
    else:
        mean = (213 * int(sums[0]) + 715 * int(sums[1]) + 72 * int(sums[2])) / 1000 / count
        luma = np.array([[0.213, 0.715, 0.072]] * 3)
        saturate = luma + s * (np.eye(3) - luma)
        c, d = math.cos(2 * math.pi * h), math.sin(2 * math.pi * h)
        turn = (
            luma
            + c * (np.eye(3) - luma)
            + d * np.array([[-0.213, -0.715, 0.928], [0.143, 0.140, -0.283], [-0.787, 0.715, 0.072]])
        )
        matrix = k * b * (turn @ saturate)
    offset = 0 if setting[1] == 0 else (1 - k) * b * mean
    whole = np.floor(matrix * 65536 + 0.5).astype(np.int64)
    out = (pixels @ whole.T + rounded(offset * 65536) + 32768) >> 16
    return np.clip(out, 0, 255).astype(np.uint8)


def blur(random, setting, picture):
    if random.next() >= setting[0]:
        return picture
    sigma = random.between(setting[1], setting[2])
    reach = math.ceil(3 * sigma)
    bell = [math.exp(-d * d / (2 * sigma * sigma)) for d in range(reach + 1)]
    total = bell[0] + 2 * sum(bell[1:])
    weights = [0] + [rounded((1 << 14) * g / total) for g in bell[1:]]
    weights[0] = (1 << 14) - 2 * sum(weights)
    height, width = picture.shape[:2]
    rows = picture.astype(np.int64)
    columns = np.arange(width)
    out = sum(weights[abs(d)] * rows[:, mirrored(columns + d, width)] for d in range(-reach, reach + 1))
    out = (out + (1 << 7)) >> 8
    lines = np.arange(height)
    out = sum(weights[abs(d)] * out[mirrored(lines + d, height)] for d in range(-reach, reach + 1))
    return ((out + (1 << 19)) >> 20).astype(np.uint8)


def noise(random, sigma, picture):
    normal = NormalDist()
    steps = [rounded(sigma * normal.inv_cdf((n + 0.5) / 4096)) for n in range(4096)]
    values = picture.astype(np.int64).ravel()
    for at in range(0, len(values), 5):
        bits = random.bits()
        for i in range(at, min(at + 5, len(values))):
            values[i] += steps[bits & 4095]
            bits >>= 12
    return np.clip(values, 0, 255).astype(np.uint8).reshape(picture.shape)


def augment(plan, pair_id, epoch, picture):
    """uint8 [height, width, channels] to the same."""
    plan = {**OFF, **plan}
    numbers = lambda operation: RandomNumbers(pair_id, epoch, plan["seed"], operation)
    height, width = picture.shape[:2]
    m = np.eye(3)
    if plan["crop"] != OFF["crop"]:
        m = m @ crop(numbers("crop"), plan["crop"], width, height)
    if plan["flip"] and numbers("flip").next() < plan["flip"]:
        m = m @ np.array([[-1, 0, width], [0, 1, 0], [0, 0, 1.0]])
    if plan["rotate"]:
        angle = numbers("rotate").between(-plan["rotate"], plan["rotate"]) * math.pi / 180
        cos, sin = math.cos(angle), math.sin(angle)
        m = m @ about_centre(np.array([[cos, -sin], [sin, cos]]), width, height)
    if plan["scale"] != OFF["scale"]:
        factor = numbers("scale").between(*plan["scale"])
        m = m @ about_centre(np.eye(2) / factor, width, height)
    if not np.array_equal(m, np.eye(3)):
        picture = warp(m, plan["border"], picture)
    if plan["colour"] != OFF["colour"]:
        picture = colour(numbers("colour"), plan["colour"], picture)
    if plan["blur"][0]:
        picture = blur(numbers("blur"), plan["blur"], picture)
    if plan["noise"]:
        picture = noise(numbers("noise"), plan["noise"], picture)
    return picture


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
                out = augment(plan, pair_id, epoch, drawn(height, width, channels))
                cases.append(
                    {
                        "name": name,
                        "plan": {**OFF, **plan},
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
