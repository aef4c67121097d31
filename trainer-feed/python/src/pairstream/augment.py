"""Random changes of training pictures that can be repeated.

Each is a pure function of the picture, its pair id, the epoch and the plan; docs/trainers.md says the rule. All pixel
arithmetic is in whole numbers, so that every machine comes to the same pixels.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from pairstream.errors import SettingsError
from pairstream.pixels import Pixels
from pairstream.random_numbers import RandomNumbers

_Ints = npt.NDArray[np.int32]
_Map = npt.NDArray[np.float64]
"""Affine: float64 [3, 3], from places in the result to places in the picture."""

_ONE = 1 << 20


@dataclass(frozen=True)
class AugmentationPlan:
    """What is changed, and how far. The defaults change nothing.

    Args:
        seed: any whole number
        crop: smallest and largest part of the area, smallest and largest ratio of width to height
        flip: probability
        rotate: largest angle in degrees
        scale: smallest and largest factor
        border: reflect or fill, and the value that fills
        colour: brightness, contrast, saturation, hue
        blur: probability, smallest and largest sigma in pixels
        noise: standard deviation, of values from 0 to 255
    """

    seed: int = 0
    crop: tuple[float, float, float, float] = (1, 1, 1, 1)
    flip: float = 0
    rotate: float = 0
    scale: tuple[float, float] = (1, 1)
    border: tuple[str, int] = ("reflect", 0)
    colour: tuple[float, float, float, float] = (0, 0, 0, 0)
    blur: tuple[float, float, float] = (0, 1, 1)
    noise: float = 0

    def is_none(self) -> bool:
        """Whether no picture is changed."""
        return self == AugmentationPlan(self.seed, border=self.border, blur=(0, *self.blur[1:]))

    def apply(self, pair_id: str, epoch: int, picture: Pixels) -> Pixels:
        """A changed picture: uint8 [height, width, channels] to the same, RGB or grey. Leaves its argument as it is."""

        def numbers(operation: str) -> RandomNumbers:
            return RandomNumbers(pair_id, epoch, self.seed, operation)

        affine = self._map(numbers, picture.shape[0], picture.shape[1])
        if affine is not None:
            picture = _warp(affine, self.border, picture)
        if self.colour != (0, 0, 0, 0):
            picture = _shift_colour(numbers("colour"), self.colour, picture)
        if self.blur[0]:
            picture = _blur(numbers("blur"), self.blur, picture)
        if self.noise:
            picture = _add_noise(numbers("noise"), self.noise, picture)
        return picture

    def _map(self, numbers: Callable[[str], RandomNumbers], height: int, width: int) -> _Map | None:
        """The four geometrical changes as one; None where they come to nothing."""
        affine: _Map = np.eye(3)
        if self.crop != (1, 1, 1, 1):
            affine = affine @ _crop(numbers("crop"), self.crop, height, width)
        if self.flip and numbers("flip").next() < self.flip:
            affine = affine @ np.array([[-1, 0, width], [0, 1, 0], [0, 0, 1.0]])
        if self.rotate:
            angle = numbers("rotate").between(-self.rotate, self.rotate) * math.pi / 180
            cos, sin = math.cos(angle), math.sin(angle)
            affine = affine @ _about_centre(np.array([[cos, -sin], [sin, cos]]), height, width)
        if self.scale != (1, 1):
            factor = numbers("scale").between(*self.scale)
            affine = affine @ _about_centre(np.eye(2) / factor, height, width)
        return None if np.array_equal(affine, np.eye(3)) else affine


def plan_of(setting: Mapping[str, Any] | str | os.PathLike[str]) -> AugmentationPlan:
    """Reads a plan as docs/trainers.md describes it.

    Args:
        setting: a mapping, or the name of a file in JSON, or in YAML where PyYAML is installed

    Raises:
        SettingsError: with everything that is wrong with it
    """
    name = "augment" if isinstance(setting, Mapping) else os.fspath(setting)
    keys = _Keys(name, setting if isinstance(setting, Mapping) else _parsed(Path(setting)))
    plan = AugmentationPlan(
        keys.whole("seed", 0),
        (
            *keys.interval("crop.smallest-area", "crop.largest-area", 1, 0.001, 1),
            *keys.interval("crop.smallest-ratio", "crop.largest-ratio", 1, 0.1, 10),
        ),
        keys.number("flip.probability", 0, 0, 1),
        keys.number("rotate.largest-degrees", 0, 0, 180),
        keys.interval("scale.smallest", "scale.largest", 1, 0.25, 4),
        (keys.choice("border.kind", ("reflect", "fill")), keys.whole("border.fill-value", 0, 0, 255)),
        (
            keys.number("colour.brightness", 0, 0, 1),
            keys.number("colour.contrast", 0, 0, 1),
            keys.number("colour.saturation", 0, 0, 1),
            keys.number("colour.hue", 0, 0, 0.5),
        ),
        (
            keys.number("blur.probability", 0, 0, 1),
            *keys.interval("blur.smallest-sigma-px", "blur.largest-sigma-px", 1, 0.1, 20),
        ),
        keys.number("noise.sigma", 0, 0, 64),
    )
    keys.finish()
    return plan


class _Keys:
    """Reads settings by their dotted keys, and gathers what is wrong with them."""

    def __init__(self, name: str, settings: Any) -> None:
        self._name = name
        self._problems: list[str] = []
        self._left: dict[str, Any] = {}
        if isinstance(settings, Mapping):
            for key, value in settings.items():
                if isinstance(value, Mapping):
                    self._left.update({f"{key}.{inner}": one for inner, one in value.items()})
                else:
                    self._left[str(key)] = value
        else:
            self._problems.append("expected keys and values")

    def number(self, key: str, preset: float, low: float, high: float) -> float:
        value = self._left.pop(key, preset)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            self._problems.append(f"{key} must be a number from {low} to {high}, was {value}")
            return preset
        return value

    def whole(self, key: str, preset: int, low: int = -(1 << 63), high: int = (1 << 63) - 1) -> int:
        value = self._left.pop(key, preset)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self._problems.append(f"{key} must be a whole number from {low} to {high}, was {value}")
            return preset
        return value

    def interval(self, low_key: str, high_key: str, preset: float, low: float, high: float) -> tuple[float, float]:
        smallest = self.number(low_key, preset, low, high)
        largest = self.number(high_key, preset, low, high)
        if smallest > largest:
            self._problems.append(f"{low_key}, {smallest}, is above {high_key}, {largest}")
        return smallest, largest

    def choice(self, key: str, values: tuple[str, ...]) -> str:
        value = self._left.pop(key, values[0])
        if value not in values:
            self._problems.append(f"{key} must be {' or '.join(values)}, was {value}")
        return str(value)

    def finish(self) -> None:
        self._problems += [f"{key}: there is no such setting" for key in self._left]
        if self._problems:
            raise SettingsError(f"{self._name}: " + "; ".join(self._problems))


def _parsed(file: Path) -> Any:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise SettingsError(f"cannot read {file}: {e}") from e
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        pass
    try:
        import yaml
    except ImportError as e:
        raise SettingsError(f"{file} is not JSON; to read YAML, install PyYAML (pip install pairstream[yaml])") from e
    try:
        return yaml.safe_load(text) or {}
    except yaml.YAMLError as e:
        raise SettingsError(f"{file} is not YAML: {e}") from e


def _rounded(value: float) -> int:
    return math.floor(value + 0.5)


def _fixed(value: float) -> int:
    return _rounded(float(value) * _ONE)


def _crop(random: RandomNumbers, setting: tuple[float, float, float, float], height: int, width: int) -> _Map:
    for _ in range(10):
        share = random.between(setting[0], setting[1])
        stretch = math.exp(random.between(math.log(setting[2]), math.log(setting[3])))
        w = _rounded(width * math.sqrt(share * stretch))
        h = _rounded(height * math.sqrt(share / stretch))
        if 1 <= w <= width and 1 <= h <= height:
            left = math.floor(random.next() * (width - w + 1))
            top = math.floor(random.next() * (height - h + 1))
            return np.array([[w / width, 0, left], [0, h / height, top], [0, 0, 1]])
    return np.eye(3)


def _about_centre(linear: npt.NDArray[np.float64], height: int, width: int) -> _Map:
    """The linear map with the picture's centre in its place."""
    centre = np.array([width / 2, height / 2])
    affine = np.eye(3)
    affine[:2, :2] = linear
    affine[:2, 2] = centre - linear @ centre
    return affine


def _mirrored(at: npt.NDArray[Any], length: int) -> npt.NDArray[Any]:
    """Places beyond the edges, mirrored with the outermost pixels twice."""
    place = at % (2 * length)
    return np.where(place < length, place, 2 * length - 1 - place)


def _warp(m: _Map, border: tuple[str, int], picture: Pixels) -> Pixels:
    """One bilinear resampling, in steps of 2^-20 pixels with weights of 2^-11."""
    height, width = picture.shape[:2]
    x = np.arange(width, dtype=np.int64)
    y = np.arange(height, dtype=np.int64)[:, None]
    u, v = (
        _fixed(m[i, 0]) * x + _fixed(m[i, 1]) * y + _fixed(m[i, 2] + 0.5 * m[i, 0] + 0.5 * m[i, 1] - 0.5)
        for i in (0, 1)
    )
    if _fixed(m[0, 1]) == 0 and _fixed(m[1, 0]) == 0:
        result = _warp_along_axes(u[0], v[:, 0], picture)
    else:
        result = _warp_freely(u, v, picture)
    if border[0] == "fill":
        half = _ONE // 2
        beyond = (u + half < 0) | (v + half < 0) | (u + half >= width * _ONE) | (v + half >= height * _ONE)
        result[beyond] = border[1]
    return result


def _warp_along_axes(u: npt.NDArray[np.int64], v: npt.NDArray[np.int64], picture: Pixels) -> Pixels:
    """Where columns stay columns, each row is resampled once, and then each column."""
    height, width = picture.shape[:2]
    left, right = (_mirrored((u >> 20) + d, width) for d in (0, 1))
    top, bottom = (_mirrored((v >> 20) + d, height) for d in (0, 1))
    fx = ((u >> 9) & 2047).astype(np.int32)[:, None]
    fy = ((v >> 9) & 2047).astype(np.int32)[:, None, None]
    if not fx.any() and not fy.any():
        return picture[top[:, None], left]
    rows: _Ints = picture[:, left].astype(np.int32)
    rows *= 2048 - fx
    rows += picture[:, right] * fx
    out = rows[top]
    out *= 2048 - fy
    out += rows[bottom] * fy
    out += 1 << 21
    out >>= 22
    return out.astype(np.uint8)


def _warp_freely(u: npt.NDArray[np.int64], v: npt.NDArray[np.int64], picture: Pixels) -> Pixels:
    height, width, channels = picture.shape
    fx = ((u >> 9) & 2047).astype(np.int32)[..., None]
    fy = ((v >> 9) & 2047).astype(np.int32)[..., None]
    left, right = (_mirrored((u >> 20) + d, width) for d in (0, 1))
    top, bottom = (_mirrored((v >> 20) + d, height) * width for d in (0, 1))
    pixels: _Ints = picture.reshape(-1, channels).astype(np.int32)
    out = pixels[top + left] * (2048 - fx)
    out += pixels[top + right] * fx
    out *= 2048 - fy
    lower = pixels[bottom + left] * (2048 - fx)
    lower += pixels[bottom + right] * fx
    lower *= fy
    out += lower
    out += 1 << 21
    out >>= 22
    return out.astype(np.uint8)


def _shift_colour(random: RandomNumbers, setting: tuple[float, float, float, float], picture: Pixels) -> Pixels:
    b, k, s = (random.between(1 - setting[i], 1 + setting[i]) for i in range(3))
    h = random.between(-setting[3], setting[3])
    sums = picture.sum(axis=(0, 1), dtype=np.int64)
    count = picture.shape[0] * picture.shape[1]
    if picture.shape[2] == 1:
        mean = int(sums[0]) / count
        matrix = np.array([[k * b]])
    else:
        mean = (213 * int(sums[0]) + 715 * int(sums[1]) + 72 * int(sums[2])) / 1000 / count
        luma = np.array([[0.213, 0.715, 0.072]] * 3)
        saturate = luma + s * (np.eye(3) - luma)
        cos, sin = math.cos(2 * math.pi * h), math.sin(2 * math.pi * h)
        turn = (
            luma
            + cos * (np.eye(3) - luma)
            + sin * np.array([[-0.213, -0.715, 0.928], [0.143, 0.140, -0.283], [-0.787, 0.715, 0.072]])
        )
        matrix = k * b * (turn @ saturate)
    offset = 0 if setting[1] == 0 else (1 - k) * b * mean
    whole = np.floor(matrix * 65536 + 0.5).astype(np.int32)
    rest = _rounded(offset * 65536) + 32768
    channels = [picture[:, :, c].astype(np.int32) for c in range(picture.shape[2])]
    result = np.empty_like(picture)
    for row in range(len(channels)):
        out = channels[0] * whole[row, 0]
        for column in range(1, len(channels)):
            out += channels[column] * whole[row, column]
        out += rest
        out >>= 16
        result[:, :, row] = out.clip(0, 255, out=out)
    return result


def _blur(random: RandomNumbers, setting: tuple[float, float, float], picture: Pixels) -> Pixels:
    if random.next() >= setting[0]:
        return picture
    sigma = random.between(setting[1], setting[2])
    reach = math.ceil(3 * sigma)
    bell = [math.exp(-d * d / (2 * sigma * sigma)) for d in range(reach + 1)]
    total = bell[0] + 2 * sum(bell[1:])
    weights = [0] + [_rounded((1 << 14) * g / total) for g in bell[1:]]
    weights[0] = (1 << 14) - 2 * sum(weights)
    out = _spread(picture.astype(np.int32), weights, 1)
    out += 1 << 7
    out >>= 8
    out = _spread(out, weights, 0)
    out += 1 << 19
    out >>= 20
    return out.astype(np.uint8)


def _spread(values: _Ints, weights: list[int], axis: int) -> _Ints:
    """Weighted sums of values and their neighbours on both sides along an axis."""
    length = values.shape[axis]
    reach = len(weights) - 1
    wide = values.take(_mirrored(np.arange(-reach, length + reach), length), axis=axis)

    def beside(by: int) -> _Ints:
        begin = reach + by
        return wide[:, begin : begin + length] if axis else wide[begin : begin + length]

    out = beside(0) * np.int32(weights[0])
    for by in range(1, reach + 1):
        both = beside(-by) + beside(by)
        both *= np.int32(weights[by])
        out += both
    return out


def _add_noise(random: RandomNumbers, sigma: float, picture: Pixels) -> Pixels:
    numbers = random.many_bits(-(-picture.size // 5))
    places = ((numbers[:, None] >> _SHIFTS) & np.uint64(4095)).astype(np.intp).reshape(-1)[: picture.size]
    out = _noise_steps(sigma)[places]
    out += picture.reshape(-1)
    return out.clip(0, 255, out=out).astype(np.uint8).reshape(picture.shape)


_SHIFTS = np.array([0, 12, 24, 36, 48], np.uint64)


@lru_cache(maxsize=4)
def _noise_steps(sigma: float) -> npt.NDArray[np.int16]:
    """What each of the 4096 numbers of 12 bits adds."""
    normal = NormalDist()
    return np.array([_rounded(sigma * normal.inv_cdf((n + 0.5) / 4096)) for n in range(4096)], np.int16)
