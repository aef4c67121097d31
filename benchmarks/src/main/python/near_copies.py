"""Which copies of photographs the perceptual hash finds, beside imagehash, and which other photographs it takes for
copies.

near_copies.py FOLDER WORK COMMAND...

FOLDER has the photographs; those of 200 px and more are taken. WORK gets the copies of COPIED of them. COMMAND is what
hashes the files of a list, whose name comes last.
"""

import io
import itertools
import pathlib
import random
import subprocess
import sys

import imagehash
from PIL import Image, ImageDraw, ImageOps

COPIED = 120
LIMITS = (2, 4, 6, 8)


def main():
    folder, work, command = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    work.mkdir(parents=True, exist_ok=True)
    originals = [path for path in sorted(folder.rglob("*")) if is_photograph(path)]
    copied = random.Random(44).sample(originals, min(COPIED, len(originals)))
    copies = {}
    for number, path in enumerate(copied):
        for kind, file in changed(Image.open(path)).items():
            copy = work / f"{number}-{kind}"
            copy.write_bytes(file)
            copies[copy] = (path, kind)
    listing = work / "files.txt"
    listing.write_text("".join(f"{path}\n" for path in [*originals, *copies]))
    lines = subprocess.run([*command, str(listing)], check=True, capture_output=True, text=True).stdout.splitlines()
    ours = {}
    for path, *hashes in (line.split("\t") for line in lines):
        if len(hashes) == 2:
            ours[pathlib.Path(path)] = [int(value, 16) for value in hashes]
    theirs = {path: by_imagehash(path) for path in [*originals, *copies]}
    print(f"{len(originals)} photographs, {len(copied)} of them copied; {len(theirs) - len(ours)} without a hash")
    limits = "   ".join(f"{limit:^13}" for limit in LIMITS)
    print(f"{'copies within N bits, ours | imagehash':38}{limits}  largest")
    for kind in sorted({kind for _, kind in copies.values()}):
        found = [[], []]
        for copy, (path, of) in copies.items():
            if of == kind:
                for distances, hashes in zip(found, (ours, theirs)):
                    distances.append(nearest(hashes[copy], hashes[path]))
        shares = "   ".join(" | ".join(f"{share(distances, limit):5.1f}" for distances in found) for limit in LIMITS)
        print(f"  {kind:36}{shares}   {max(found[0]):3} | {max(found[1])}")
    for name, hashes in (("ours", ours), ("imagehash", theirs)):
        bits = sorted(nearest(hashes[one], hashes[other]) for one, other in itertools.combinations(originals, 2))
        within = ", ".join(f"{sum(bit <= limit for bit in bits)} within {limit}" for limit in LIMITS)
        print(f"pairs of photographs, {name}: nearest {bits[:5]}, {within}")
    apart = [(ours[path][0] ^ theirs[path][0]).bit_count() for path in theirs]
    print("ours to imagehash: " + ", ".join(f"{bits} bits {apart.count(bits)}" for bits in sorted(set(apart))))


def is_photograph(path):
    try:
        with Image.open(path) as image:
            return image.mode == "RGB" and min(image.size) >= 200
    except OSError:
        return False


def changed(image):
    image = ImageOps.exif_transpose(image).convert("RGB")
    width, height = image.size
    turned = Image.Exif()
    turned[0x0112] = 6  # turn by 90 degrees to the right
    written = image.copy()
    at, size = (width // 20, height - height // 8), max(10, height // 12)
    ImageDraw.Draw(written).text(at, "A CAPTION", fill="white", font_size=size)

    def scaled(picture, factor, method=Image.Resampling.LANCZOS):
        return picture.resize((max(1, round(width * factor)), max(1, round(height * factor))), method)

    def cropped(percent):
        across, down = width * percent // 100, height * percent // 100
        return image.crop((across, down, width - across, height - down))

    return {
        "half size": saved(scaled(image, 0.5)),
        "two thirds, bicubic": saved(scaled(image, 2 / 3, Image.Resampling.BICUBIC)),
        "double size": saved(scaled(image, 2)),
        "mirrored": saved(ImageOps.mirror(image)),
        "mirrored, half size, quality 60": saved(scaled(ImageOps.mirror(image), 0.5), quality=60),
        "turned by EXIF": saved(image.rotate(90, expand=True), exif=turned.tobytes()),
        **{f"quality {quality}": saved(image, quality=quality) for quality in (40, 60, 80, 95)},
        "grey": saved(image.convert("L")),
        "PNG": saved(image, "png"),
        "WebP of quality 75": saved(image, "webp", quality=75),
        "2 % cut off each side": saved(cropped(2)),
        "5 % cut off each side": saved(cropped(5)),
        "text written on it": saved(written),
    }


def saved(image, kind="jpeg", **how):
    file = io.BytesIO()
    image.save(file, kind, **({"quality": 90} if kind == "jpeg" else {}) | how)
    return file.getvalue()


def by_imagehash(path):
    image = ImageOps.exif_transpose(Image.open(path))
    return [int(str(imagehash.phash(each)), 16) for each in (image, ImageOps.mirror(image.convert("RGB")))]


def nearest(one, other):
    """In how many bits they differ, whichever of the two is mirrored: as the look-up compares them."""
    return min((one[0] ^ other[0]).bit_count(), (one[0] ^ other[1]).bit_count(), (one[1] ^ other[0]).bit_count())


def share(distances, limit):
    return 100 * sum(bits <= limit for bits in distances) / len(distances)


if __name__ == "__main__":
    main()
