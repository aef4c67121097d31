"""The decoder: a program that alone touches the bytes of untrusted pictures. Called by same_work.py.

It reads files from the socket whose number is its argument. Each answer is a JSON object, and a JPEG after one that
keeps the picture. Limits hold for its memory, what it writes and its open files; no sandbox keeps it from the network.
"""

import functools
import io
import json
import math
import multiprocessing.connection
import resource
import sys

import cv2
import numpy
import simplejpeg
from PIL import Image, ImageCms

from reasons import Rejected, at_least, at_most

MAX_BYTES, MAX_PIXELS, MIN_SIDE, MAX_ASPECT = 8 << 20, 50_000_000, 200, 3.0
SIDE, QUALITY, MIN_COLOUR_DEVIATION = 256, 95, 2.0
LEAST_DECODED = 704  # pixels of either side: 2.75 times SIDE, as ours leaves
MEMORY, OPEN_FILES, PROFILES = 2 << 30, 64, 64
ORIENTATION = 0x0112  # EXIF's tag
HASHED = 32  # side of the square whose lowest 8 x 8 frequencies are the perceptual hash
LEVELS = numpy.arange(256)
SRGB = ImageCms.createProfile("sRGB")
# Rows of the DCT-II of 32 points; every other frequency changes its sign where the picture is mirrored.
PLACES = numpy.arange(HASHED)
DCT = numpy.cos(numpy.pi * (2 * PLACES + 1) * PLACES[:8, None] / (2 * HASHED)).astype(numpy.float32)
MIRROR = numpy.where(PLACES[:8] % 2, -1, 1).astype(numpy.float32)


def header(file):
    """The picture, not decoded, if what its header declares is within the limits."""
    at_least(1, len(file), "IMAGE_EMPTY")
    at_most(MAX_BYTES, len(file), "IMAGE_TOO_MANY_BYTES")
    try:
        picture = Image.open(io.BytesIO(file), formats=("JPEG", "PNG", "WEBP", "GIF"))
    except Image.UnidentifiedImageError:
        raise Rejected("IMAGE_TYPE_UNKNOWN") from None
    except Exception as e:  # whatever a damaged header makes Pillow raise
        raise Rejected("IMAGE_HEADER_DAMAGED", e) from None
    if picture.format != "MPO":  # a JPEG with further pictures behind it
        at_most(1, getattr(picture, "n_frames", 1), "IMAGE_ANIMATED")
    if picture.mode[0] in "IF":
        raise Rejected("IMAGE_DEPTH_UNSUPPORTED", picture.mode, "8 bits")
    width, height = picture.size
    at_most(MAX_PIXELS, width * height, "IMAGE_TOO_MANY_PIXELS")
    at_least(MIN_SIDE, min(width, height), "IMAGE_TOO_SMALL")
    at_most(MAX_ASPECT, max(width, height) / min(width, height), "IMAGE_TOO_ELONGATED")
    return picture


@functools.lru_cache(PROFILES)
def conversion_of(icc, mode):
    """The conversion to sRGB of pictures in a mode with a colour profile; None where nothing has to be converted."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        if ImageCms.getProfileDescription(profile).strip().startswith("sRGB"):
            return None
        return ImageCms.buildTransform(profile, SRGB, mode, "RGB", ImageCms.Intent.PERCEPTUAL)
    except (ImageCms.PyCMSError, OSError) as e:
        raise Rejected("IMAGE_COLOUR_PROFILE_UNSUPPORTED", e) from None


def converted(bgr, conversion):
    return reversed_channels(ImageCms.applyTransform(Image.fromarray(reversed_channels(bgr)), conversion))


def reversed_channels(picture):
    """BGR of RGB, and the other way round: uint8 [height, width, 3], row-major."""
    return numpy.ascontiguousarray(numpy.asarray(picture)[..., ::-1])


def decoded(file, picture, conversion):
    """The picture as stored, a large JPEG at part of its size: uint8 [height, width, 3], BGR. A conversion is one from another mode than RGB."""
    try:
        if picture.format in ("JPEG", "MPO") and picture.mode in ("RGB", "L") and conversion is None:
            # Refuses what libjpeg warns of.
            return simplejpeg.decode_jpeg(file, "BGR", min_height=LEAST_DECODED, min_width=LEAST_DECODED)
        picture.load()
        if conversion is not None:
            picture = ImageCms.applyTransform(picture, conversion)
        if picture.has_transparency_data:
            picture = picture.convert("RGBA")
            picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
        return reversed_channels(picture.convert("RGB"))
    except (ValueError, OSError, SyntaxError, ImageCms.PyCMSError) as e:
        raise Rejected("IMAGE_DAMAGED", e) from None


def declared_orientation(picture):
    """EXIF's, 1 to 8; 1 where there is none that can be read. Pillow decodes a PNG for it."""
    try:
        return picture.getexif().get(ORIENTATION, 1)
    except Exception:
        return 1


def upright(bgr, orientation):
    if orientation in (2, 4, 5, 7):
        bgr = bgr[:, ::-1]
    turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return numpy.ascontiguousarray(numpy.rot90(bgr, turns))


def hashes(grey):
    """Perceptual hashes of a picture and of it mirrored, as 16 hex digits each; grey is uint8 [32, 32]."""
    low = DCT @ grey.astype(numpy.float32) @ DCT.T
    return [numpy.packbits(block > numpy.median(block)).tobytes().hex() for block in (low, low * MIRROR)]


def border_share(luma):
    """Largest share of rows or columns from a side that all lie within 10 levels of the corner."""
    corner, most = int(luma[0, 0]), 0
    for side in (luma, luma[::-1], luma.T, luma.T[::-1]):
        if cv2.norm(side[:1], numpy.full_like(side[:1], corner), cv2.NORM_INF) <= 10:  # few pictures have borders
            bars = (numpy.abs(side.astype(numpy.int16) - corner) <= 10).all(axis=1)
            most = max(most, len(bars) if bars.all() else int(bars.argmin()))
    return most / len(luma)


def colourfulness(bgr):
    """Hasler's and Süsstrunk's measure, on every fourth pixel of every fourth row."""
    blue, green, red = cv2.split(bgr[::4, ::4].astype(numpy.float32))
    mean, deviation = cv2.meanStdDev(cv2.merge((red - green, (red + green) / 2 - blue)))
    return math.hypot(*deviation.ravel()) + 0.3 * math.hypot(*mean.ravel())


def measures(bgr):
    """Measures of the prepared picture, by the names that our index has."""
    luma = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    shares = cv2.calcHist([luma], [0], None, [256], [0, 256]).ravel() / luma.size
    there = shares[shares > 0]
    mean = float(shares @ LEVELS)
    return {
        "colour_deviation": float(cv2.meanStdDev(bgr)[1].max()),
        "sharpness": float(cv2.meanStdDev(cv2.Laplacian(luma, cv2.CV_16S))[1].item() ** 2),
        "entropy_bits": float(-(there @ numpy.log2(there))),
        "luma_mean": mean,
        "contrast": math.sqrt(max(0.0, float(shares @ LEVELS**2) - mean**2)),
        "dark_share": float(shares[:6].sum()),
        "bright_share": float(shares[250:].sum()),
        "colourfulness": colourfulness(bgr),
        "border_share": border_share(luma),
    }


def prepared(file):
    """What is known of a picture, and the JPEG of its centre square; scaled once, by area as ours is."""
    picture = header(file)
    mode = picture.mode if picture.mode in ("L", "CMYK") else "RGB"
    icc = picture.info.get("icc_profile")
    conversion = conversion_of(icc, mode) if icc else None
    media_type = "image/" + {"MPO": "jpeg"}.get(picture.format, picture.format.lower())
    bgr = decoded(file, picture, conversion if mode != "RGB" else None)
    orientation = declared_orientation(picture)
    height, width = bgr.shape[:2]
    scale = SIDE / min(width, height)
    size = round(width * scale), round(height * scale)
    whole = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    left, top = (size[0] - SIDE) // 2, (size[1] - SIDE) // 2
    square = upright(whole[top : top + SIDE, left : left + SIDE], orientation)
    squeezed = upright(cv2.resize(whole, (HASHED, HASHED), interpolation=cv2.INTER_AREA), orientation)
    if conversion is not None and mode == "RGB":  # after scaling: a tenth of the pixels
        square, squeezed = converted(square, conversion), converted(squeezed, conversion)
    measured = measures(square)
    at_least(MIN_COLOUR_DEVIATION, measured["colour_deviation"], "IMAGE_ONE_COLOUR")
    measured |= dict(zip(("original_width_px", "original_height_px"), picture.size), original_bytes=len(file))
    measured["bytes_per_pixel"] = len(file) / math.prod(picture.size)
    about = {"media_type": media_type, "hashes": hashes(cv2.cvtColor(squeezed, cv2.COLOR_BGR2GRAY)), "measures": measured}
    return about, simplejpeg.encode_jpeg(square, QUALITY, "BGR", "420")


def serve(pipe):
    """Answers files until the consumer has gone."""
    while True:
        try:
            file = pipe.recv_bytes()
        except EOFError:
            return
        try:
            about, jpeg = prepared(file)
            pipe.send_bytes(json.dumps(about).encode())
            pipe.send_bytes(jpeg)
        except Rejected as e:
            pipe.send_bytes(json.dumps({"rejected": e.args}).encode())
        except MemoryError:
            pipe.send_bytes(json.dumps({"rejected": ["IMAGE_TOO_COSTLY", "", MEMORY]}).encode())


def main():
    cv2.setNumThreads(1)
    Image.MAX_IMAGE_PIXELS = None  # header() looks at them
    for limit, value in (("DATA", MEMORY), ("FSIZE", 0), ("CORE", 0), ("NOFILE", OPEN_FILES)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{limit}"), (value, value))
    serve(multiprocessing.connection.Connection(int(sys.argv[1])))


if __name__ == "__main__":
    main()
