"""Decoding pictures, and the forms in which their pixels are handed out."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import Image

from pairstream.errors import SettingsError

Pixels = npt.NDArray[np.uint8]
"""uint8 [height, width, channels], RGB or grey, row-major."""

PROFILES: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "none": ((), ()),
    "zero-to-one": ((0.0,), (1.0,)),
    "minus-one-to-one": ((0.5,), (0.5,)),
    # https://github.com/openai/CLIP/blob/main/clip/clip.py
    "clip": ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    # https://docs.pytorch.org/vision/stable/models.html
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}
"""Mean and deviation by channel of each normalisation: v becomes (v / 255 - mean) / deviation."""

_SCAN = b"\xff\xda"
"""Begins a scan of a JPEG."""
_MOST_SCANS = 64
"""Most scans of a JPEG, each of which takes time; encoders write at most a dozen."""

AS_RECIPE = "as-recipe"
"""The profile that the records name."""


class Undecodable(Exception):
    """Bytes that are not the picture that their record describes."""


def decode(encoding: str, source: bytes | memoryview, target: Pixels) -> None:
    """Turns a prepared image into pixels.

    Args:
        encoding: jpeg, png or raw
        target: takes the pixels; contiguous

    Raises:
        Undecodable: where that is not what the bytes are
    """
    if encoding == "raw":
        if len(source) != target.size:
            raise Undecodable(f"raw image has {len(source)} bytes, expected {target.size} ({'x'.join(map(str, target.shape))})")
        target.reshape(-1)[:] = np.frombuffer(source, np.uint8)
        return
    if encoding not in _DECODERS:
        raise Undecodable(f"image encoding is '{encoding}', expected jpeg, png or raw")
    if not source:
        raise Undecodable(f"the {encoding} image is empty")
    try:
        _DECODERS[encoding](source, target)
    except Undecodable:
        raise
    except Exception as e:  # Whatever a decoder makes of a stranger's bytes.
        raise Undecodable(f"the {encoding} image is damaged: {e}") from e


def _decode_jpeg(source: bytes | memoryview, target: Pixels) -> None:
    stored = np.frombuffer(source, np.uint8)
    scans = np.count_nonzero((stored[:-1] == _SCAN[0]) & (stored[1:] == _SCAN[1]))
    if scans > _MOST_SCANS:
        raise Undecodable(f"the jpeg image has {scans} scans, at most {_MOST_SCANS} are expected")
    found = simplejpeg.decode_jpeg(source, "GRAY" if target.shape[2] == 1 else "RGB", buffer=target)
    _require_size("jpeg", found.shape[1], found.shape[0], target)


def _decode_png(source: bytes | memoryview, target: Pixels) -> None:
    with Image.open(io.BytesIO(source), formats=["PNG"]) as image:
        _require_size("png", image.width, image.height, target)
        pixels = np.asarray(image.convert("L" if target.shape[2] == 1 else "RGB"))
    target[:] = pixels.reshape(target.shape)


_DECODERS = {"jpeg": _decode_jpeg, "png": _decode_png}


def _require_size(encoding: str, width: int, height: int, target: Pixels) -> None:
    if (height, width) != target.shape[:2]:
        raise Undecodable(f"the {encoding} image is {width}x{height}, expected {target.shape[1]}x{target.shape[0]}")


class PixelWriter:
    """Writes pictures in a trainer's form. Thread-safe.

    Args:
        type: uint8 or float32
        layout: nhwc or nchw
        profile: one of :data:`PROFILES`
        channels: of every picture, 1 or 3
    """

    def __init__(self, type: str, layout: str, profile: str, channels: int) -> None:
        self.is_stored = type == "uint8" and layout == "nhwc"
        self._layout = layout
        self._tables: npt.NDArray[np.float32] | None = None
        if type == "float32":
            means, deviations = PROFILES[profile]
            values = np.arange(256, dtype=np.float64)
            self._tables = np.stack(
                [
                    (values / 255.0 - means[min(c, len(means) - 1)]) / deviations[min(c, len(means) - 1)] if means else values
                    for c in range(channels)
                ]
            ).astype(np.float32)

    def write(self, pixels: Pixels, target: npt.NDArray[Any]) -> None:
        """Writes one picture to its place in a batch."""
        by_channel = target if self._layout == "nchw" else target.transpose(2, 0, 1)
        for channel in range(pixels.shape[2]):
            plane = pixels[:, :, channel]
            if self._tables is None:
                by_channel[channel] = plane
            else:
                by_channel[channel] = self._tables[channel][plane]


def require_form(type: str, layout: str, profile: str) -> None:
    """Checks a choice of pixels.

    Raises:
        SettingsError: where there is no such form
    """
    if type not in ("uint8", "float32"):
        raise SettingsError(f"pixels are uint8 or float32, not {type}")
    if layout not in ("nhwc", "nchw"):
        raise SettingsError(f"the layout is nhwc or nchw, not {layout}")
    if profile != AS_RECIPE and profile not in PROFILES:
        raise SettingsError(f"no normalisation '{profile}'; there are {', '.join([*PROFILES, AS_RECIPE])}")
    if type == "uint8" and profile != "none":
        raise SettingsError(f"normalised pixels are fractions: {profile} needs pixels of float32, not of uint8")
