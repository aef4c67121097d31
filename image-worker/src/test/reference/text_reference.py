"""Writes text-map.png, bars that stand for lines of text, and text-golden.txt, the boxes that RapidOCR finds there.

    python text_reference.py DIRECTORY

Needs rapidocr 3.10.0 and OpenCV 4.14.
"""

import pathlib
import sys

import cv2
import numpy as np
from rapidocr.ch_ppocr_det.main import TextDetector
from rapidocr.ch_ppocr_det.utils import DBPostProcess

WIDTH, HEIGHT = 320, 240
PICTURE = (500, 360)
# Centre, size and angle; the last is too faint, the one before it too small.
BARS = [
    ((80, 30), (120, 14), 0, 255),
    ((240, 36), (100, 12), 0, 230),
    ((90, 110), (130, 16), 7, 255),
    ((240, 120), (100, 18), -20, 255),
    ((40, 190), (16, 70), 0, 255),
    ((160, 190), (80, 20), 33, 240),
    ((250, 200), (2, 2), 0, 255),
    ((280, 200), (40, 10), 0, 90),
]


def main():
    folder = pathlib.Path(sys.argv[1])
    levels = np.zeros((HEIGHT, WIDTH), np.uint8)
    for centre, size, angle, level in BARS:
        corners = cv2.boxPoints((centre, size, angle))
        cv2.fillPoly(levels, [np.rint(corners).astype(np.int32)], level)
    levels = cv2.GaussianBlur(levels, (5, 5), 0)
    cv2.imwrite(str(folder / "text-map.png"), levels)
    step = DBPostProcess(thresh=0.3, box_thresh=0.6, unclip_ratio=1.5)
    boxes, _ = step((levels / 255).astype(np.float32)[None, None], (PICTURE[1], PICTURE[0]))
    lines = ["box " + " ".join(str(int(n)) for n in box.ravel()) for box in TextDetector.sorted_boxes(boxes)]
    (folder / "text-golden.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
