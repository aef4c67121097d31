"""Golden values for PixelChangesTest and PictureMeasuresTest, by opencv-python and numpy.

    python pixel_reference.py > ../resources/io/pairstream/image/worker/pixels/pixel-golden.txt

Needs opencv-python and numpy. One line per value: a name, then a number or a picture's bytes in hex, row by row, in
the order in which an encoder would take the channels for RGB. The pictures are made by integer arithmetic, the same
as in the tests.
"""

import cv2
import numpy as np


def picture(width, height):
    y, x = np.mgrid[0:height, 0:width]
    blue = (x * 3 + y * 5 + (x * y) % 17) % 256
    green = (x * x // 7 + y * 2) % 256
    red = np.where((x // 8 + y // 8) % 2 == 0, 200 - y, 30 + x) % 256
    return np.stack([blue, green, red], axis=2).astype(np.uint8)


def on_luma(p, change):
    c = cv2.cvtColor(p, cv2.COLOR_BGR2YCrCb)
    c[:, :, 0] = change(np.ascontiguousarray(c[:, :, 0]))
    return cv2.cvtColor(c, cv2.COLOR_YCrCb2BGR)


def main():
    p = picture(24, 16)
    blurred = cv2.GaussianBlur(p, (0, 0), 1.0)
    gamma = np.array([round(255 * (i / 255) ** 0.5) for i in range(256)], np.uint8)
    changes = {
        "GAUSSIAN": cv2.GaussianBlur(p, (5, 5), 0),
        "MEDIAN": cv2.medianBlur(p, 5),
        "BILATERAL": cv2.bilateralFilter(p, 5, 10.0, 1.1),
        "NL_MEANS": cv2.fastNlMeansDenoisingColored(p, None, 10.0, 10.0, 7, 21),
        "GAMMA": cv2.LUT(p, gamma),
        "EQUALISE": on_luma(p, cv2.equalizeHist),
        "CLAHE": on_luma(p, cv2.createCLAHE(2.0, (2, 2)).apply),
        "SHARPEN": cv2.addWeighted(p, 1.5, blurred, -0.5, 0),
        "TO_GREY": cv2.cvtColor(p, cv2.COLOR_BGR2GRAY),
        "TO_HSV": cv2.cvtColor(p, cv2.COLOR_BGR2HSV),
        "TO_LAB": cv2.cvtColor(p, cv2.COLOR_BGR2LAB),
        "TO_YCRCB": cv2.cvtColor(p, cv2.COLOR_BGR2YCrCb),
    }
    for name, changed in changes.items():
        shown = changed if name in ("TO_HSV", "TO_LAB", "TO_YCRCB") or changed.ndim == 2 else changed[:, :, ::-1]
        print(name, shown.tobytes().hex())

    big = picture(342, 256)
    luma = cv2.cvtColor(big, cv2.COLOR_BGR2GRAY)
    f = luma.astype(np.float64)
    counts = np.bincount(luma.reshape(-1), minlength=256) / luma.size
    some = counts[counts > 0]
    b, g, r = [c.astype(np.float64) for c in cv2.split(big)]
    # Every fourth pixel of every fourth row, as INTER_NEAREST takes them.
    small = cv2.resize(big, (0, 0), fx=0.25, fy=0.25, interpolation=cv2.INTER_NEAREST)
    b, g, r = [c.astype(np.float64) for c in cv2.split(small)]
    rg, yb = r - g, (r + g) / 2 - b
    measures = {
        "sharpness": cv2.Laplacian(f, cv2.CV_64F).var(),
        "entropy_bits": -(some * np.log2(some)).sum(),
        "luma_mean": f.mean(),
        "contrast": f.std(),
        "dark_share": (luma <= 5).mean(),
        "bright_share": (luma >= 250).mean(),
        "colour_deviation": max(b.std(), g.std(), r.std()),
        "colourfulness": np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()),
    }
    for name, value in measures.items():
        print(name, repr(float(value)))


if __name__ == "__main__":
    main()
