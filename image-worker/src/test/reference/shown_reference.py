"""Golden values for PillowResizeTest and ModelPoolTest, by Pillow, opencv-python and numpy.

    python shown_reference.py > ../resources/io/pairstream/image/shown-golden.txt

Needs Pillow before 13, which scales rows first whatever the shape, opencv-python and numpy. "resize FILTER SIZE
NEW-SIZE" is the SHA-256 of the bytes of a scaled picture;
"shown NAME" are the numbers that a model is shown under the card of that name in the test, in the tensor's order. The
pictures are made by integer arithmetic, the same as in the tests.
"""

import hashlib
import io

import cv2
import numpy as np
from PIL import Image

SIZES = [
    ((342, 256), (97, 61)),
    ((24, 16), (41, 16)),
    ((24, 16), (24, 7)),
    ((57, 90), (8, 200)),
    ((107, 160), (64, 64)),
]


def picture(width, height):
    y, x = np.mgrid[0:height, 0:width]
    blue = (x * 3 + y * 5 + (x * y) % 17) % 256
    green = (x * x // 7 + y * 2) % 256
    red = np.where((x // 8 + y // 8) % 2 == 0, 200 - y, 30 + x) % 256
    return np.stack([red, green, blue], axis=2).astype(np.uint8)


def scaled(pixels, width, height, filter):
    return np.asarray(Image.fromarray(pixels).resize((width, height), filter))


def middle(pixels, side):
    height, width = pixels.shape[:2]
    top, left = (height - side) // 2, (width - side) // 2
    return pixels[top : top + side, left : left + side].astype(np.float32)


def through_jpeg(pixels, quality):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def show(name, numbers):
    print("shown", name, " ".join(repr(float(x)) for x in np.asarray(numbers, np.float32).reshape(-1)))


def main():
    for filter in Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS:
        for size, new in SIZES:
            digest = hashlib.sha256(scaled(picture(*size), *new, filter).tobytes()).hexdigest()
            print("resize", filter.name, *size, *new, digest)

    p = picture(57, 33)
    crop = middle(scaled(p, int(10 * 57 / 33), 10, Image.Resampling.BICUBIC), 8)
    mean, deviation = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)
    show("crop", ((crop / 255 - mean) / deviation).transpose(2, 0, 1))
    stretched = through_jpeg(scaled(p, 12, 12, Image.Resampling.BILINEAR), 75)
    show("stretch", middle(stretched, 8)[:, :, ::-1] - np.array([104, 117, 123], np.float32))
    small = cv2.resize(p, (8, round(33 * 8 / 57)), interpolation=cv2.INTER_AREA)
    padded = np.full((8, 8, 3), 7, np.uint8)
    top = (8 - small.shape[0]) // 2
    padded[top : top + small.shape[0]] = small
    show("pad", padded.transpose(2, 0, 1))


if __name__ == "__main__":
    main()
