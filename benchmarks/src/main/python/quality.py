"""How near each contender's pictures come to full decoding and area resampling, as JSON.

quality.py LIST OUT

OUT/CONTENDER/SET/INDEX.raw holds pixels (uint8 RGB, 256x256), OUT/CONTENDER/SET/INDEX.jpg a JPEG. The
reference is OpenCV's full decode, upright, on white, of the same centre square, scaled by INTER_AREA
(INTER_CUBIC where the square is smaller than 256). Pixels are compared with the reference's pixels,
since the question is the scaling; a JPEG with the reference after the same JPEG encoding.

SSIM: Wang et al. 2004, Gaussian window of 11 with sigma 1.5, K1 0.01, K2 0.03, on whole windows, mean
of R, G and B. PSNR is capped at 99 dB. A contender that ignores EXIF is compared with the picture as
it is stored, whichever is nearer: for the speed it makes no difference.
"""

import json
import pathlib
import sys

import cv2
import numpy

SIDE = 256


def main():
    listing, out = sys.argv[1:]
    cv2.setNumThreads(1)
    contenders = sorted(path.name for path in pathlib.Path(out).iterdir())
    figures = {name: {} for name in contenders}
    numbers = {}
    for line in pathlib.Path(listing).read_text().splitlines():
        group, path = line.split("\t")
        index = numbers[group] = numbers.get(group, -1) + 1
        references = [picture for picture in squares(pathlib.Path(path).read_bytes())]
        encoded = [reencoded(reference) for reference in references]
        for name in contenders:
            found = picture_of(pathlib.Path(out, name, group), index)
            enlarged = side_of(pathlib.Path(path)) < SIDE
            all_of_set = figures[name].setdefault("enlarged" if enlarged else group, [])
            if found is None:
                all_of_set.append(None)
                continue
            pixels, is_jpeg = found
            beside = encoded if is_jpeg else references
            if name.startswith("pairstream"):
                beside = beside[:1]
            all_of_set.append(max(similarity(pixels, other) for other in beside))
    print(json.dumps({name: summary(sets) for name, sets in figures.items()}))


def side_of(path):
    """Shorter side; what is enlarged is a question of its own, which area resampling has no answer to."""
    data = numpy.frombuffer(path.read_bytes(), numpy.uint8)
    return min(cv2.imdecode(data, cv2.IMREAD_COLOR).shape[:2])


def picture_of(folder, index):
    raw, jpeg = folder / f"{index}.raw", folder / f"{index}.jpg"
    if raw.exists():
        pixels = numpy.fromfile(raw, numpy.uint8)
        if pixels.size == SIDE * SIDE:  # grey stays grey with some
            pixels = numpy.repeat(pixels, 3)
        return pixels.reshape(SIDE, SIDE, 3)[..., ::-1], False
    if jpeg.exists():
        return cv2.imread(str(jpeg), cv2.IMREAD_COLOR), True
    return None


def squares(file):
    """The upright reference, and the one as stored where EXIF turns the picture; BGR."""
    data = numpy.frombuffer(file, numpy.uint8)
    if file[:2] == b"\xff\xd8":
        upright = cv2.imdecode(data, cv2.IMREAD_COLOR)
        stored = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        turned = upright.shape != stored.shape or not numpy.array_equal(upright, stored)
        return [square(upright), square(stored)] if turned else [square(upright)]
    picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    if picture.shape[2] == 4:
        alpha = picture[..., 3:].astype(numpy.float64) / 255
        white = picture[..., :3] * alpha + 255 * (1 - alpha)
        picture = numpy.rint(white).astype(numpy.uint8)
    return [square(picture)]


def square(picture):
    height, width = picture.shape[:2]
    side = min(width, height)
    x, y = (width - side) // 2, (height - side) // 2
    how = cv2.INTER_AREA if side > SIDE else cv2.INTER_CUBIC
    return cv2.resize(picture[y : y + side, x : x + side], (SIDE, SIDE), interpolation=how)


def reencoded(picture):
    return cv2.imdecode(
        cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1], cv2.IMREAD_COLOR
    )


def similarity(a, b):
    a, b = a.astype(numpy.float64), b.astype(numpy.float64)
    error = float(((a - b) ** 2).mean())
    psnr = 99.0 if error == 0 else min(99.0, 10 * numpy.log10(255**2 / error))

    def mean(values):
        return cv2.GaussianBlur(values, (11, 11), 1.5)[5:-5, 5:-5]

    mean_a, mean_b = mean(a), mean(b)
    variance_a = mean(a * a) - mean_a**2
    variance_b = mean(b * b) - mean_b**2
    covariance = mean(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    ssim = ((2 * mean_a * mean_b + c1) * (2 * covariance + c2)) / (
        (mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2)
    )
    return float(ssim.mean()), psnr


def summary(sets):
    result = {group: figures_of(values) for group, values in sets.items()}
    usual = [value for group, values in sets.items() if group not in ("large", "enlarged") for value in values]
    if usual:
        result["all"] = figures_of(usual)
    return result


def figures_of(values):
    known = [value for value in values if value is not None]
    if not known:
        return {"files": 0, "missing": len(values)}
    ssim = numpy.array([value[0] for value in known])
    psnr = numpy.array([value[1] for value in known])
    return {
        "files": len(known),
        "missing": len(values) - len(known),
        "share_ssim_at_least_0.99": round(float((ssim >= 0.99).mean()), 4),
        "ssim_mean": round(float(ssim.mean()), 5),
        "ssim_p1": round(float(numpy.percentile(ssim, 1)), 5),
        "ssim_min": round(float(ssim.min()), 5),
        "psnr_mean": round(float(psnr.mean()), 2),
        "psnr_p1": round(float(numpy.percentile(psnr, 1)), 2),
    }


main()
