"""Writes the data sets beside it, as the tools that people use write them.

Needs pyarrow, datasets, webdataset, zstandard and pillow; run with: python make_fixtures.py
Images are 8 x 8 pixels of one colour: image(n) is the n-th, the same bytes in each file.
"""

import gzip
import io
import json
import pathlib
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import webdataset
import zstandard
from datasets import Dataset, Features, Image, List, Value
from PIL import Image as Pillow

HERE = pathlib.Path(__file__).parent

# A caption that cleaning changes in many ways; no importer may.
SPELT = "\u00a0 Zwei  cafe\u0301s &amp; ein\u200b Hund\u3000 "


def image(n, kind="PNG"):
    out = io.BytesIO()
    Pillow.new("RGB", (8, 8), (n * 40 % 256, n * 70 % 256, n * 110 % 256)).save(out, kind)
    return out.getvalue()


def parquet(name, columns, **options):
    pq.write_table(pa.table(columns), HERE / name, **options)


def images():
    for n in range(3):
        (HERE / f"image-{n}.png").write_bytes(image(n))


def parquets():
    rows = {
        "image_bytes": [image(n) for n in range(3)],
        "text": ["one", "二", "three"],
        "language": ["en", "zh", None],
        "width": pa.array([8, 8, 8], pa.int32()),
        "score": [0.5, 0.25, None],
        "sharp": [True, False, True],
    }
    for packing in ["none", "snappy", "gzip", "zstd"]:
        parquet(f"packed-{packing}.parquet", rows, compression=packing, row_group_size=2)
    parquet("checksums.parquet", rows, compression="none", write_page_checksum=True,
            row_group_size=1)
    parquet("spelt.parquet", {"image": [image(0)], "text": [SPELT]})
    parquet("brotli.parquet", rows, compression="brotli")
    parquet("bomb.parquet", {"image": [bytes(4 << 20)] * 100, "text": ["zeros"] * 100},
            compression="zstd", row_group_size=10, use_dictionary=False, write_statistics=False)
    parquet(
        "links.parquet",
        {
            "URL": ["https://example.org/1.jpg", "https://example.org/2.jpg", "not a link"],
            "TEXT": ["one", "two", "three"],
            "sha256": ["ab" * 32, None, None],
            "similarity": [0.31, 0.32, 0.33],
        },
    )
    parquet("names.parquet", {"file_name": ["image-0.png", "image-1.png"], "text": ["one", "two"]})
    parquet(
        "labels.parquet",
        {
            "image": [image(n) for n in range(3)],
            "text": ["one", "two", "three"],
            "labels": [["dog", "cat|kitten"], [], None],
            "cls": pa.array([7, 8, None], pa.int64()),
        },
    )
    parquet("own-names.parquet", {"pixels": [image(0)], "prompt_en": ["one"], "n": [1]})

    features = Features({"image": Image(), "text": Value("string")})
    Dataset.from_dict(
        {"image": [{"bytes": image(n), "path": f"{n}.png"} for n in range(2)],
         "text": ["one", "two"]},
        features=features,
    ).to_parquet(HERE / "hf-text.parquet")
    features = Features({"image": Image(), "captions": List(Value("string")), "id": Value("int64")})
    Dataset.from_dict(
        {"image": [{"bytes": image(n), "path": None} for n in range(3)],
         "captions": [["one", "uno"], [], ["three"]],
         "id": [7, 8, 9]},
        features=features,
    ).to_parquet(HERE / "hf-captions.parquet")
    sentences = pa.array(
        [[{"raw": "one", "tokens": ["one"]}, {"raw": "uno", "tokens": []}], [{"raw": "two"}]],
        pa.list_(pa.struct([("raw", pa.string()), ("tokens", pa.list_(pa.string()))])),
    )
    parquet("sentences.parquet", {"jpg": [image(0), image(1)], "sentences": sentences})


def tars():
    plain = HERE / "shard.tar"
    with webdataset.TarWriter(str(plain), mtime=0) as shard:
        shard.write({"__key__": "000", "png": image(0), "txt": "one\nuno\n"})
        shard.write({"__key__": "a/001", "png": image(1), "json": {
            "caption": "two", "url": "https://example.org/1.png", "width": 8, "license": "MIT",
            "sha256": "ab" * 32}})
        shard.write({"__key__": "a/002", "thumb.png": image(2), "caption": "三", "json": {
            "caption": "not this one", "language": "zh"}, "cls": 4})
        shard.write({"__key__": "003", "txt": "no image"})
        shard.write({"__key__": "004", "png": image(0)})
    data = plain.read_bytes()
    (HERE / "shard.tar.gz").write_bytes(gzip.compress(data, mtime=0))
    (HERE / "shard.tar.zst").write_bytes(zstandard.ZstdCompressor().compress(data))
    for name, kind in [("long-names-pax.tar", tarfile.PAX_FORMAT),
                       ("long-names-gnu.tar", tarfile.GNU_FORMAT)]:
        with tarfile.open(HERE / name, "w", format=kind) as tar:
            for ending, content in [(".png", image(0)), (".txt", b"a long way")]:
                member = tarfile.TarInfo("folder/" + "图" * 120 + ending)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))


def lists():
    (HERE / "captions_coco.json").write_text(json.dumps({
        "info": {"year": 2017},
        "licenses": [{"id": 4, "name": "CC BY 2.0", "url": "http://creativecommons.org/"}],
        "images": [
            {"id": 179, "file_name": "image-0.png", "license": 4,
             "coco_url": "http://images.example.org/179.png", "height": 8, "width": 8},
            {"id": 190, "file_name": "gone.png", "license": 4,
             "coco_url": "http://images.example.org/190.png"},
        ],
        "annotations": [
            {"image_id": 179, "id": 1, "caption": "one "},
            {"image_id": 190, "id": 2, "caption": "two"},
            {"image_id": 179, "id": 3, "caption": "uno"},
            {"image_id": 5, "id": 4, "caption": "of no image"},
        ],
    }))


if __name__ == "__main__":
    images()
    parquets()
    tars()
    lists()
