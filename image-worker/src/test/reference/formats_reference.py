"""Writes one small picture in every format and variant, and what a second decoder makes of it.

    python formats_reference.py ../resources/io/pairstream/image/formats

NAME.EXT is the file, NAME.golden.png its pixels: uint8 RGB, upright, in sRGB, on white, as Pillow
and Little CMS see them. Where Pillow has no say (a PNG's gAMA chunk, a GIF's frame that does not
fill its screen), the few lines that say so compute the pixels from the specification.

Needs numpy, pillow, imagecodecs, opencv-python-headless. All pictures are drawn here.
"""

import io
import struct
import sys
import zlib
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
from PIL import Image, ImageCms

WIDTH, HEIGHT = 41, 29
OUT = Path(sys.argv[1])


# The picture -------------------------------------------------------------------------------------


def drawn():
    """float [HEIGHT, WIDTH, 3], 0 to 1: slow waves of saturated colour without any symmetry."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    red = 0.5 + 0.48 * np.sin(x / 7.0 + y / 11.0)
    green = 0.5 + 0.48 * np.sin(x / 13.0 - y / 6.0 + 1)
    blue = 0.5 + 0.48 * np.cos(x / 9.0 + y / 5.0 + 2)
    return np.stack([red, green, blue], axis=-1)


def to8(levels):
    return np.clip(levels * 255 + 0.5, 0, 255).astype(np.uint8)


def to16(levels):
    return np.clip(levels * 65535 + 0.5, 0, 65535).astype(np.uint16)


FLOAT = drawn()
RGB = to8(FLOAT)
GREY = to8(FLOAT.mean(axis=-1))
ALPHA = np.tile(np.linspace(0, 255, WIDTH), (HEIGHT, 1)).astype(np.uint8)
IMAGE = Image.fromarray(RGB)


def on_white(rgba):
    rgba = np.asarray(rgba).astype(float)
    alpha = rgba[..., 3:] / 255
    return (rgba[..., :3] * alpha + 255 * (1 - alpha) + 0.5).astype(np.uint8)


def keep(name, extension, data, golden):
    OUT.joinpath(f"{name}.{extension}").write_bytes(data)
    golden = np.asarray(golden, dtype=np.uint8)
    assert golden.shape == (HEIGHT, WIDTH, 3), (name, golden.shape)
    Image.fromarray(golden).save(OUT / f"{name}.golden.png")


def opened(data):
    """The pixels of a file by Pillow: RGB on white, colour profiles left aside."""
    image = Image.open(io.BytesIO(data))
    if image.mode in ("P", "RGBA", "LA", "PA") or "transparency" in image.info:
        return on_white(image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))


def saved(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


# PNG by hand: every colour type, depth and interlacing -------------------------------------------

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(samples, depth, colour_type, chunks=b"", interlaced=False):
    """samples: int [height, width, channels] of so many bits each."""
    height, width, channels = samples.shape

    def rows(part):
        out = b""
        for row in part:
            if depth == 16:
                out += b"\0" + row.astype(">u2").tobytes()
            elif depth == 8:
                out += b"\0" + row.astype(np.uint8).tobytes()
            else:
                bits = "".join(format(int(v), f"0{depth}b") for v in row.ravel())
                bits += "0" * (-len(bits) % 8)
                out += b"\0" + bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        return out

    if interlaced:
        raw = b"".join(
            rows(samples[y::dy, x::dx]) for x, y, dx, dy in ADAM7 if samples[y::dy, x::dx].size
        )
    else:
        raw = rows(samples)
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunks
        + chunk(b"IDAT", zlib.compress(raw, 9))
        + chunk(b"IEND", b"")
    )


def pngs():
    grey16 = to16(FLOAT.mean(axis=-1))[..., None]
    rgb16 = to16(FLOAT)
    alpha16 = (ALPHA.astype(np.uint16) * 257)[..., None]
    for interlaced in (False, True):
        end = "-interlaced" if interlaced else ""
        rgb = png(RGB, 8, 2, interlaced=interlaced)
        keep("png-rgb" + end, "png", rgb, opened(rgb))
        rgba = png(np.dstack([RGB, ALPHA]), 8, 6, interlaced=interlaced)
        keep("png-rgba" + end, "png", rgba, opened(rgba))
        deep = png(rgb16, 16, 2, interlaced=interlaced)
        keep("png-rgb16" + end, "png", deep, opened(deep))
    deep = png(np.dstack([rgb16, alpha16]), 16, 6)
    keep("png-rgba16", "png", deep, opened(deep))
    deep = png(grey16, 16, 0)
    # Pillow keeps 16 bits here; its own way to 8 would clip.
    golden = (np.asarray(Image.open(io.BytesIO(deep))).astype(float) / 257 + 0.5).astype(np.uint8)
    keep("png-grey16", "png", deep, np.dstack([golden] * 3))
    deep = png(np.dstack([grey16, alpha16]), 16, 4)
    keep("png-grey-alpha16", "png", deep, opened(deep))
    key = int(grey16[3, 4, 0])
    deep = png(grey16, 16, 0, chunk(b"tRNS", struct.pack(">H", key)))
    golden = np.where(grey16 == key, 255, (grey16 / 257 + 0.5).astype(np.uint8))
    keep("png-grey16-clear", "png", deep, np.dstack([golden] * 3))
    key = [int(v) for v in rgb16[3, 4]]
    deep = png(rgb16, 16, 2, chunk(b"tRNS", struct.pack(">HHH", *key)))
    golden = np.where((rgb16 == key).all(axis=-1, keepdims=True), 255, (rgb16 / 257 + 0.5).astype(np.uint8))
    keep("png-rgb16-clear", "png", deep, golden)
    alpha = png(np.dstack([GREY, ALPHA]), 8, 4)
    keep("png-grey-alpha", "png", alpha, opened(alpha))
    for depth in (1, 2, 4, 8):
        levels = (GREY.astype(int) >> (8 - depth))[..., None]
        plain = png(levels, depth, 0)
        keep(f"png-grey{depth}", "png", plain, opened(plain))
        highest = (1 << depth) - 1
        clear = png(levels, depth, 0, chunk(b"tRNS", struct.pack(">H", highest // 2)))
        golden = np.where(levels == highest // 2, 255, levels * 255 // highest).astype(np.uint8)
        keep(f"png-grey{depth}-clear", "png", clear, np.dstack([golden] * 3))
        colours = np.random.RandomState(5).randint(0, 256, (1 << depth, 3)).astype(np.uint8)
        table = chunk(b"PLTE", colours.tobytes())
        palette = png(levels, depth, 3, table, interlaced=depth == 4)
        keep(f"png-palette{depth}", "png", palette, opened(palette))
        alphas = bytes([0, 128][: 1 << depth])
        clear = png(levels, depth, 3, table + chunk(b"tRNS", alphas))
        keep(f"png-palette{depth}-clear", "png", clear, opened(clear))


# JPEG ------------------------------------------------------------------------------------------


def jpegs():
    for sampling in ("411", "420", "422", "440", "444"):
        factor = getattr(cv2, f"IMWRITE_JPEG_SAMPLING_FACTOR_{sampling}")
        options = [cv2.IMWRITE_JPEG_QUALITY, 92, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor]
        data = cv2.imencode(".jpg", RGB[..., ::-1], options)[1].tobytes()
        keep(f"jpeg-{sampling}", "jpg", data, opened(data))
        data = cv2.imencode(".jpg", RGB[..., ::-1], options + [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
        keep(f"jpeg-{sampling}-progressive", "jpg", data, opened(data))
    data = saved(Image.fromarray(GREY), "JPEG", quality=92)
    keep("jpeg-grey", "jpg", data, opened(data))
    data = saved(IMAGE, "JPEG", quality=92, keep_rgb=True)
    keep("jpeg-rgb", "jpg", data, opened(data))
    for progressive in (False, True):
        data = saved(cmyk(), "JPEG", quality=92, progressive=progressive)
        end = "-progressive" if progressive else ""
        keep("jpeg-cmyk" + end, "jpg", data, opened(data))
    inks = 255 - np.asarray(cmyk())  # as Adobe stores them
    data = imagecodecs.jpeg8_encode(inks, level=92, colorspace="CMYK", outcolorspace="YCCK")
    assert b"Adobe" in data[:64]
    keep("jpeg-ycck", "jpg", data, opened(data))


def cmyk():
    """Inks by the simplest of rules, with some black."""
    ink = 1 - FLOAT
    black = 0.7 * ink.min(axis=-1, keepdims=True)
    return Image.fromarray(to8(np.dstack([(ink - black) / (1 - black), black])), "CMYK")


def webps():
    data = saved(IMAGE, "WEBP", quality=90)
    keep("webp-lossy", "webp", data, opened(data))
    data = saved(IMAGE, "WEBP", lossless=True)
    keep("webp-lossless", "webp", data, opened(data))
    clear = Image.fromarray(np.dstack([RGB, ALPHA]), "RGBA")
    data = saved(clear, "WEBP", quality=90)
    keep("webp-lossy-alpha", "webp", data, opened(data))
    data = saved(clear, "WEBP", lossless=True, exact=True)
    keep("webp-lossless-alpha", "webp", data, opened(data))
    frames = [IMAGE.rotate(turn) for turn in (90, 180)]
    data = saved(IMAGE, "WEBP", lossless=True, save_all=True, append_images=frames)
    keep("webp-animated", "webp", data, opened(data))
    clear_frames = [clear.rotate(turn) for turn in (90, 180)]
    data = saved(clear, "WEBP", lossless=True, save_all=True, append_images=clear_frames)
    keep("webp-animated-alpha", "webp", data, opened(data))


# GIF -------------------------------------------------------------------------------------------


def gif_frame(indices, left, top, interlaced=False, local_table=b""):
    """One frame whose codes are never longer than need be: a clear code before each next size."""
    height, width = indices.shape
    rows = list(range(height))
    if interlaced:
        rows = [*rows[0::8], *rows[4::8], *rows[2::4], *rows[1::2]]
    bits = ""
    for number, index in enumerate(indices[rows].ravel()):
        if number % 100 == 0:
            bits = format(256, "09b") + bits
        bits = format(int(index), "09b") + bits
    bits = format(257, "09b") + bits
    data = int(bits, 2).to_bytes((len(bits) + 7) // 8, "little")
    blocks = b"".join(
        bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255)
    )
    flags = (0x40 if interlaced else 0) | (0x87 if local_table else 0)
    return (
        b"," + struct.pack("<HHHHB", left, top, width, height, flags) + local_table + b"\x08" + blocks + b"\0"
    )


def gif_clear(index):
    return b"!\xf9\x04\x01\0\0" + bytes([index]) + b"\0"


def gifs():
    palette = IMAGE.quantize(200)
    for interlaced in (0, 1):
        data = saved(palette, "GIF", interlace=interlaced)
        keep("gif-interlaced" if interlaced else "gif", "gif", data, opened(data))
    two = Image.fromarray(GREY).convert("1")
    data = saved(two, "GIF")
    keep("gif-two-colours", "gif", data, opened(data))
    data = saved(palette, "GIF", transparency=17)
    keep("gif-clear", "gif", data, opened(data))
    others = [palette.rotate(turn) for turn in (90, 180)]
    data = saved(palette, "GIF", save_all=True, append_images=others, duration=50)
    keep("gif-animated", "gif", data, opened(data))

    table = np.random.RandomState(6).randint(0, 256, (256, 3)).astype(np.uint8)
    screen = b"GIF89a" + struct.pack("<HHBBB", WIDTH, HEIGHT, 0xF7, 3, 0) + table.tobytes()
    indices = GREY[4:24, 5:35]
    colours = table[indices]
    golden = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)  # where there is no frame, the page shines through
    golden[6:26, 8:38] = np.where((indices == 128)[..., None], 255, colours)
    data = screen + gif_clear(128) + gif_frame(indices, 8, 6, interlaced=True) + b";"
    keep("gif-offset", "gif", data, golden)
    local = table[::-1].copy()
    golden = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    golden[6:26, 8:38] = local[indices]
    data = screen + gif_frame(indices, 8, 6, local_table=local.tobytes()) + b";"
    keep("gif-local-table", "gif", data, golden)


# Colour profiles -------------------------------------------------------------------------------

D50 = np.array([0.9642, 1.0, 0.8249])
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def colorants(primaries, white):
    """XYZ of the primaries (xy each), adapted to D50 by Bradford's matrix."""

    def xyz(xy):
        return np.array([xy[0] / xy[1], 1, (1 - xy[0] - xy[1]) / xy[1]])

    matrix = np.stack([xyz(p) for p in primaries], axis=1)
    matrix = matrix * np.linalg.solve(matrix, xyz(white))
    cones = (BRADFORD @ D50) / (BRADFORD @ xyz(white))
    return np.linalg.inv(BRADFORD) @ np.diag(cones) @ BRADFORD @ matrix


def s15(values):
    return b"".join(struct.pack(">i", int(round(v * 65536))) for v in values)


def xyz_tag(values):
    return b"XYZ \0\0\0\0" + s15(values)


def gamma_tag(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, int(round(gamma * 256))) + b"\0\0"


def table_tag(values):
    body = np.clip(np.asarray(values) * 65535 + 0.5, 0, 65535).astype(">u2").tobytes()
    return b"curv\0\0\0\0" + struct.pack(">I", len(values)) + body + b"\0" * (-len(body) % 4)


def srgb_curve_tag():
    return b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + s15([2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045])


def text_tag(text):
    body = text.encode() + b"\0"
    tag = b"desc\0\0\0\0" + struct.pack(">I", len(body)) + body + b"\0" * 78
    return tag + b"\0" * (-len(tag) % 4)


def profile(space, tags, version=2, device=b"mntr", pcs=b"XYZ "):
    tags = [
        (b"desc", text_tag("drawn for a test")),
        (b"cprt", b"text\0\0\0\0none\0\0\0\0"),
        (b"wtpt", xyz_tag(D50)),
        *tags,
    ]
    at = 128 + 4 + 12 * len(tags)
    directory, body = struct.pack(">I", len(tags)), b""
    for name, data in tags:
        directory += name + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"\0" * 4, version << 24, device, space, pcs)
    head += b"\0" * 12 + b"acsp" + b"\0" * 24 + b"\0" * 4 + s15(D50)
    return head.ljust(128, b"\0") + directory + body


def rgb_profile(primaries, white, curve, version=2):
    matrix = colorants(primaries, white)
    tags = [(name, xyz_tag(matrix[:, i])) for i, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))]
    tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return profile(b"RGB ", tags, version)


D65_XY = (0.3127, 0.3290)
D50_XY = (0.3457, 0.3585)
SRGB_XY = [(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)]
P3_XY = [(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)]
ADOBE_XY = [(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)]
PROPHOTO_XY = [(0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)]


def lightness_table():
    lightness = np.linspace(0, 1, 1024) * 100
    return np.where(lightness > 8, ((lightness + 16) / 116) ** 3, lightness / 903.3)


def lab(xyz):
    ratio = xyz / D50
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def lut_profile(space, channels, to_rgb):
    """A table of 9 levels per channel into Lab (lut16Type), which no matrix can say."""
    levels = np.linspace(0, 1, 9)
    grid = np.stack(np.meshgrid(*[levels] * channels, indexing="ij"), -1)
    rgb = to_rgb(grid)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    values = lab(linear @ colorants(SRGB_XY, D65_XY).T)
    coded = np.stack([values[..., 0] / 100 * 65280, (values[..., 1] + 128) * 256, (values[..., 2] + 128) * 256], -1)
    table = np.clip(coded + 0.5, 0, 65535).astype(">u2").tobytes()
    ramp = np.array([0, 65535], ">u2").tobytes()
    tag = b"mft2\0\0\0\0" + struct.pack(">BBBB", channels, 3, 9, 0) + s15(np.eye(3).ravel())
    tag += struct.pack(">HH", 2, 2) + ramp * channels + table + ramp * 3
    tag += b"\0" * (-len(tag) % 4)
    device = b"prtr" if space == b"CMYK" else b"mntr"
    return profile(space, [(b"A2B0", tag), (b"B2A0", tag)], device=device, pcs=b"Lab ")


def cms(image, icc):
    """The picture in sRGB as Little CMS has it."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    target = ImageCms.createProfile("sRGB")
    return np.asarray(ImageCms.profileToProfile(image, source, target, 0, outputMode="RGB"))


def with_profile(kind, icc, image=IMAGE):
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    if image.mode in ("L", "CMYK"):
        options.pop("subsampling", None)
    return saved(image, kind, icc_profile=icc, **options)


def pixels(data):
    """As stored, in the file's own colours."""
    return Image.open(io.BytesIO(data))


def profiles():
    known = {
        "display-p3": rgb_profile(P3_XY, D65_XY, srgb_curve_tag(), version=4),
        "adobe-rgb": rgb_profile(ADOBE_XY, D65_XY, gamma_tag(563 / 256)),
        "prophoto": rgb_profile(PROPHOTO_XY, D50_XY, gamma_tag(1.8)),
        "lightness": rgb_profile(ADOBE_XY, D50_XY, table_tag(lightness_table())),
        "swapped": rgb_profile([SRGB_XY[1], SRGB_XY[0], SRGB_XY[2]], D65_XY, gamma_tag(2.2)),
        "lut": lut_profile(b"RGB ", 3, lambda rgb: np.sqrt(rgb[..., [1, 0, 2]] * 0.8 + 0.1)),
    }
    for name, icc in known.items():
        for kind, extension in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")):
            if extension == "jpg" or name in ("display-p3", "swapped"):
                data = with_profile(kind, icc)
                keep(f"icc-{name}-{extension}", extension, data, cms(pixels(data).convert("RGB"), icc))
    clear = Image.fromarray(np.dstack([RGB, np.full_like(ALPHA, 255)]), "RGBA")
    data = with_profile("PNG", known["swapped"], clear)
    keep("icc-swapped-alpha", "png", data, cms(IMAGE, known["swapped"]))

    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = with_profile("JPEG", srgb)
    keep("icc-srgb", "jpg", data, opened(data))
    data = with_profile("JPEG", rgb_profile(SRGB_XY, D65_XY, gamma_tag(2.2)))
    keep("icc-nearly-srgb", "jpg", data, opened(data))

    for name, curve in (("linear", gamma_tag(1.0)), ("gamma", gamma_tag(2.2)), ("table", table_tag(lightness_table()))):
        icc = profile(b"GRAY", [(b"kTRC", curve)])
        for kind, extension in (("JPEG", "jpg"), ("PNG", "png")):
            data = with_profile(kind, icc, Image.fromarray(GREY))
            keep(f"icc-grey-{name}-{extension}", extension, data, cms(pixels(data), icc))

    icc = profile(b"GRAY", [(b"kTRC", gamma_tag(1.3))], pcs=b"Lab ")
    data = with_profile("PNG", icc, Image.fromarray(GREY))
    keep("icc-grey-lightness", "png", data, cms(pixels(data), icc))

    inks = lut_profile(b"CMYK", 4, lambda c: 0.2 + 0.75 * (1 - 0.9 * c[..., :3]) * (1 - 0.8 * c[..., 3:]))
    data = with_profile("JPEG", inks, cmyk())
    keep("icc-cmyk", "jpg", data, cms(pixels(data), inks))

    # What a PNG says of its colours without a profile (W3C PNG, third edition, 4.3).
    p3 = np.asarray(cms(IMAGE, known["display-p3"]))
    keep("cicp-display-p3", "png", png(RGB, 8, 2, chunk(b"cICP", bytes([12, 13, 0, 1]))), p3)
    keep("cicp-srgb", "png", png(RGB, 8, 2, chunk(b"cICP", bytes([1, 13, 0, 1]))), RGB)
    linear = RGB / 255.0
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    keep("gama-linear", "png", png(RGB, 8, 2, chunk(b"gAMA", struct.pack(">I", 100000))), to8(curved))
    keep("gama-usual", "png", png(RGB, 8, 2, chunk(b"gAMA", struct.pack(">I", 45455))), RGB)
    both = chunk(b"sRGB", b"\0") + chunk(b"gAMA", struct.pack(">I", 100000))
    keep("srgb-before-gama", "png", png(RGB, 8, 2, both), RGB)
    points = [D65_XY, *ADOBE_XY]
    chroma = chunk(b"cHRM", struct.pack(">8I", *(int(round(v * 100000)) for xy in points for v in xy)))
    gamma = chunk(b"gAMA", struct.pack(">I", 45455))
    golden = cms(IMAGE, rgb_profile(ADOBE_XY, D65_XY, gamma_tag(2.2)))
    keep("chrm-adobe", "png", png(RGB, 8, 2, gamma + chroma), golden)


def animated(still, frame, first):
    """The still with one frame of an animation: the still itself, or another picture."""
    control = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, WIDTH, HEIGHT, 0, 0, 1, 10, 0, 0))
    at, end = still.index(b"IDAT") - 4, len(still) - 12
    head = still[:at] + chunk(b"acTL", struct.pack(">II", 1, 0))
    if first:
        return head + control + still[at:]
    other = frame[frame.index(b"IDAT") + 4 : -16]
    return head + still[at:end] + control + chunk(b"fdAT", struct.pack(">I", 1) + other) + still[end:]


def animated_pngs():
    turned = png(RGB[::-1, ::-1], 8, 2)
    keep("png-animated", "png", animated(png(RGB, 8, 2), turned, False), RGB)
    keep("png-animated-first", "png", animated(png(RGB, 8, 2), turned, True), RGB)
    grey = png(GREY[..., None], 8, 0, chunk(b"tRNS", struct.pack(">H", 128)))
    golden = np.where(GREY == 128, 255, GREY)
    keep("png-animated-grey", "png", animated(grey, png(GREY[::-1, :, None], 8, 0), False), np.dstack([golden] * 3))
    clear = png(np.dstack([RGB, ALPHA]), 8, 6)
    keep("png-animated-alpha", "png", animated(clear, clear, True), opened(clear))


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    pngs()
    jpegs()
    webps()
    gifs()
    profiles()
    animated_pngs()
    print(len(list(OUT.iterdir())), "files", sum(f.stat().st_size for f in OUT.iterdir()), "bytes")
