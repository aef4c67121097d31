"""Makes a corpus for the comparison: the same files from the same sources, every time.

corpus.py TO --photographs DIR --wallpapers DIR --large COUNT

The photographs are copied as they are, and each gives one smaller variant. Each wallpaper gives
several. TO/large gets COUNT photographs of four megapixels.
"""

import argparse
import io
import pathlib
import random
import shutil

from PIL import Image

Image.MAX_IMAGE_PIXELS = None

# Of the longer side, in pixels; what is common in pairs from the web comes more often.
LONG_SIDES = (320, 400, 480, 560, 640, 640, 640, 800, 800, 1024, 1280, 1600, 2048)
SHAPES = ((4, 3), (3, 2), (1, 1), (16, 9), (3, 4), (2, 3), (4, 3), (3, 2))
QUALITIES = (75, 80, 85, 85, 90, 92, 95)
SUBSAMPLINGS = ("4:2:0",) * 8 + ("4:4:4", "4:2:2")
ORIENTATION = 0x0112
FOUR_MEGAPIXELS = (2448, 1632)
PER_WALLPAPER = 6


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("to", type=pathlib.Path)
    parser.add_argument("--photographs", type=pathlib.Path)
    parser.add_argument("--wallpapers", type=pathlib.Path)
    parser.add_argument("--large", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(1)
    options.to.mkdir(parents=True, exist_ok=True)

    photographs = pictures(options.photographs)
    for path in photographs:
        shutil.copyfile(path, options.to / f"photograph-{path.name}")
    made = 0
    for path in photographs:
        picture = Image.open(path).convert("RGB")
        made += save_variant(cut(picture, chance, max(picture.size)), options.to, made, chance)

    wallpapers = [path for path in pictures(options.wallpapers) if is_big(path)]
    for path in wallpapers:
        picture = Image.open(path).convert("RGB")
        for _ in range(PER_WALLPAPER):
            made += save_variant(cut(picture, chance, max(picture.size)), options.to, made, chance)

    large = save_large([path for path in wallpapers if path.suffix == ".jpg"], options)
    print(f"{len(photographs)} photographs, {made} variants, {large} of four megapixels")


def pictures(folder):
    """Every picture below a folder once, in the order of the names."""
    if folder is None:
        return []
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp") and not path.is_symlink():
            try:
                with Image.open(path) as picture:
                    found.setdefault((path.stat().st_size, picture.size), path)
            except OSError:
                pass
    return list(found.values())


def is_big(path):
    with Image.open(path) as picture:
        return min(picture.size) >= 1000


def cut(picture, chance, longest):
    """A part of the picture with a shape and a size by chance, often with odd sides."""
    wide, high = chance.choice(SHAPES)
    side = min(chance.choice(LONG_SIDES), longest) - chance.randint(0, 9)
    width, height = (side, side * high // wide) if wide >= high else (side * wide // high, side)
    width, height = max(width, 224), max(height, 224)
    scale = min(picture.width / width, picture.height / height)
    box_width = min(width * scale, picture.width)
    box_height = min(height * scale, picture.height)
    left = chance.uniform(0, picture.width - box_width)
    top = chance.uniform(0, picture.height - box_height)
    return picture.resize(
        (width, height),
        Image.Resampling.LANCZOS,
        box=(
            left,
            top,
            min(left + box_width, picture.width),
            min(top + box_height, picture.height),
        ),
        reducing_gap=3,
    )


def save_variant(picture, to, number, chance):
    """Shares of a hundred: 9 WebP, 4 PNG, 2 CMYK; of the other JPEGs some progressive, grey or turned."""
    if number % 11 == 5:
        picture.save(to / f"v{number:04}.webp", quality=chance.choice(QUALITIES))
    elif number % 22 == 7:
        save_png(picture, to / f"v{number:04}.png", number // 22 % 6)
    else:
        save_jpeg(picture, to / f"v{number:04}.jpg", number % 100, chance)
    return 1


def save_png(picture, path, kind):
    if kind == 2:
        picture = picture.quantize(200)
    elif kind == 4:
        mask = Image.radial_gradient("L").point(lambda value: 255 - value)
        picture.putalpha(mask.resize(picture.size))
    picture.save(path)


def save_jpeg(picture, path, kind, chance):
    settings = {"quality": chance.choice(QUALITIES), "subsampling": chance.choice(SUBSAMPLINGS)}
    if kind in (13, 63):
        picture = picture.convert("CMYK")
        del settings["subsampling"]
    elif kind % 20 == 3:
        picture = picture.convert("L")
        del settings["subsampling"]
    elif kind % 7 == 2:
        settings["progressive"] = True
    elif kind % 14 == 8:
        exif = Image.Exif()
        exif[ORIENTATION] = chance.randint(2, 8)
        settings["exif"] = exif
    picture.save(path, **settings)


def save_large(paths, options):
    photographs = []
    for path in paths:
        with Image.open(path) as picture:
            if picture.width >= FOUR_MEGAPIXELS[0] and picture.height >= FOUR_MEGAPIXELS[1]:
                photographs.append(path)
    (options.to / "large").mkdir(exist_ok=True)
    made = 0
    for number in range(options.large if photographs else 0):
        picture = Image.open(photographs[number % len(photographs)]).convert("RGB")
        shift = 0.5 if number < len(photographs) else (number % 5) / 5
        ratio = FOUR_MEGAPIXELS[0] / FOUR_MEGAPIXELS[1]
        width = min(picture.width, picture.height * ratio)
        height = width / ratio
        left, top = (picture.width - width) * shift, (picture.height - height) * shift
        box = left, top, min(left + width, picture.width), min(top + height, picture.height)
        large = picture.resize(FOUR_MEGAPIXELS, Image.Resampling.LANCZOS, box=box)
        encoded = io.BytesIO()
        large.save(encoded, "JPEG", quality=92)
        (options.to / "large" / f"large-{number:03}.jpg").write_bytes(encoded.getvalue())
        made += 1
    return made


main()
