import io
import struct
import zlib

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from conftest import SIDE, Writer, pair, picture, schema_of
from pairstream import SampleRefused, Unavailable
from pairstream.batch.memory import Slot
from pairstream.batch.pixels import PROFILES, PixelWriter, Undecodable, decode
from pairstream.batch.writer import Pictures, SampleWriter
from pairstream.columns.of_records import Columns
from pairstream.kafka.avro import Schemas
from pairstream.platform.records import PairReader
from pairstream.read.records import Record


@pytest.fixture(scope="module")
def pairs(registry):
    return Writer(registry, "PreparedPair")


def writer_of(registry, pictures=Pictures(SIDE), **selection):
    reader = PairReader(Schemas(registry.address), "pairs.training", **selection)
    return SampleWriter(reader, "pairs.training", "TRAINING", pictures)


def written(writer, value, form_of=None):
    """The slot in which a value was written as the second of two samples."""
    record = Record(3, 17, 1, value)
    form = writer.format_of([Record(3, 0, 1, form_of or value)])
    slot = Slot(2, lambda size: np.full(size, 77, np.uint8))
    writer.arrange(slot, form)
    writer.write(record, writer.read(record), 0, form, slot, 1)
    return slot


def empty_png(side):
    """A header alone, of so many rows and columns."""
    head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [head, b"IDAT", b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "message, change",
    [
        ("expected split TRAINING, found VALIDATION", dict(split="VALIDATION")),
        ("expected token ids 2, found 3", dict(token_ids=[1, 2, 3])),
        ("expected height in pixels 4, found 5; give side_px=\\(5, 4\\), or buckets=True", dict(height=5)),
        ("expected width in pixels 4, found 5; give side_px=\\(4, 5\\)", dict(width=5)),
        ("expected height in pixels 4, found 5; give side_px=5,", dict(height=5, width=5)),
        ("expected channels 3, found 1", dict(channels=1)),
        ("expected colour rgb, found lab", dict(colour="lab")),
        ("token count 3 of 2 token ids", dict(token_count=3)),
        ("token count -1 of 2 token ids", dict(token_count=-1)),
        ("raw image has 3 bytes, expected 48 \\(4x4x3\\)", dict(image=b"abc")),
        ("image encoding is 'gif', expected jpeg, png or raw", dict(image_encoding="gif")),
        ("the jpeg image is damaged", dict(image_encoding="jpeg")),
        ("the jpeg image is empty", dict(image_encoding="jpeg", image=b"")),
        ("the png image is damaged", dict(image_encoding="png")),
        ("the png image is empty", dict(image_encoding="png", image=b"")),
        ("the png image is damaged: .*decompression bomb", dict(image_encoding="png", image=empty_png(60_000))),
        ("the png image is 9500x9500, expected 4x4", dict(image_encoding="png", image=empty_png(9_500))),
        ("the jpeg image has 65 scans, at most 64 are expected", dict(image_encoding="jpeg", image=b"\xff\xda" * 65)),
    ],
)
def test_refuses_a_bad_sample_by_its_place(registry, pairs, message, change):
    with pytest.raises(SampleRefused, match=f"^pairs.training-3-17: {message}"):
        written(writer_of(registry), pairs.write({**pair(1), **change}), pairs.write(pair(0)))


@pytest.mark.parametrize(
    "message, value",
    [
        ("not Avro in Confluent wire format", b"abc"),
        ("not Avro in Confluent wire format", b"\1\0\0\0\1\2"),
        ("the registry does not know schema 9999", b"\0\0\0\x27\x0f"),
        ("not what its schema says", b"\0\0\0\0\1\x02"),
        ("not what its schema says", b"\0\0\0\0\1" + b"\xff" * 40),
    ],
)
def test_refuses_bytes_that_are_no_pair(registry, pairs, message, value):
    assert pairs.write(pair(0))[4] >= 1
    with pytest.raises(SampleRefused, match=message):
        writer_of(registry).read(Record(0, 0, 0, value))


def test_every_damage_of_a_record_is_refused_or_read(registry, pairs):
    whole = pairs.write(pair(0))
    reader = writer_of(registry)
    for length in range(len(whole)):
        with pytest.raises(SampleRefused):
            reader.read(Record(0, 0, 0, whole[:length]), keeps_fields=True)
    numbers = np.random.default_rng(1)
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[numbers.integers(5, len(damaged))] = numbers.integers(256)
        try:
            reader.read(Record(0, 0, 0, bytes(damaged)), keeps_fields=True)
        except SampleRefused:
            pass


def test_reads_what_a_batch_needs_and_nothing_behind_it(registry, pairs):
    value = pairs.write({**pair(1), "texts": {"lower": "caption 1"}, "language": "en"})
    behind = value.index(b"lower")
    cut = Record(0, 0, 0, value[:behind])

    assert written(writer_of(registry), cut.value, value).captions[1] == "caption 1"
    for other in (Columns(["texts.lower"]), Columns(["recipe_version"])):
        with pytest.raises(SampleRefused, match="not what its schema says"):
            writer_of(registry, columns=other).read(cut)
    assert writer_of(registry, columns=Columns(["language"])).read(cut).values[2] == "en"
    with pytest.raises(SampleRefused, match="not what its schema says"):
        writer_of(registry).read(cut, keeps_fields=True)


def test_says_which_registry_does_not_answer(pairs):
    reader = PairReader(Schemas("http://127.0.0.1:9", {"max.retries": 0}), "pairs.training")
    with pytest.raises(Unavailable, match="the schema registry at http://127.0.0.1:9 does not answer"):
        reader.read(Record(0, 0, 0, pairs.write(pair(0))))


def test_takes_the_rendition_and_the_token_set_of_a_name(registry, pairs):
    small = dict(name="small", image=b"\1" * 12, image_encoding="raw", width=2, height=2)
    tokens = dict(name="t5", token_ids=[8, 9, 0], token_count=2)
    value = pairs.write({**pair(1), "renditions": [small], "token_sets": [tokens]})

    sample = writer_of(registry, rendition="small", token_set="t5").read(Record(0, 0, 0, value))

    assert (sample.picture.height, sample.picture.width, bytes(sample.picture.image)) == (2, 2, b"\1" * 12)
    assert (sample.tokens.ids.tolist(), sample.tokens.token_count, sample.caption) == ([8, 9, 0], 2, "caption 1")
    with pytest.raises(SampleRefused, match="has no rendition 'large'"):
        writer_of(registry, rendition="large").read(Record(0, 0, 0, value))
    with pytest.raises(SampleRefused, match="has no token set 'x'"):
        writer_of(registry, token_set="x").read(Record(0, 0, 0, value))


def test_fields_that_an_older_writer_did_not_know_have_their_defaults(registry):
    older = Writer(registry, "PreparedPair", without={"channels", "colour", "normalisation", "renditions"})
    slot = written(writer_of(registry), older.write(pair(9)))
    assert (slot.arrays["images"][1] == picture(9)).all()


def test_a_field_of_another_type_is_named(registry):
    schema = schema_of("PreparedPair")
    for field in schema["fields"]:
        if field["name"] == "width":
            field.update(type="string", default="")
    number = registry.add(schema)
    with pytest.raises(SampleRefused, match="field width is written as string, not as int"):
        writer_of(registry).read(Record(0, 0, 0, b"\0" + number.to_bytes(4, "big")))


def encoded(pixels, format):
    if format == "jpeg":
        return simplejpeg.encode_jpeg(pixels, 95, "RGB" if pixels.shape[2] == 3 else "GRAY")
    out = io.BytesIO()
    Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[:, :, 0]).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("channels", [1, 3])
def test_decodes_into_its_place_and_nowhere_else(channels):
    drawn = np.add.outer(np.arange(16) * 9, np.arange(24) * 3)[..., None].astype(np.uint8).repeat(channels, 2)
    for format in ("png", "jpeg", "raw"):
        source = drawn.tobytes() if format == "raw" else encoded(drawn, format)
        batch = np.full((3, 16, 24, channels), 7, np.uint8)
        decode(format, memoryview(source), batch[1])
        difference = np.abs(batch[1].astype(int) - drawn).max()
        assert difference == 0 if format != "jpeg" else difference < 10
        assert (batch[[0, 2]] == 7).all()


def test_refuses_pictures_of_another_size():
    drawn = np.zeros((8, 6, 3), np.uint8)
    for format in ("png", "jpeg"):
        for shape in ((8, 8, 3), (6, 8, 3), (16, 16, 3), (4, 3, 3)):
            with pytest.raises(Undecodable):
                decode(format, encoded(drawn, format), np.empty(shape, np.uint8))


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
def test_pixels_are_normalised_in_double_precision_and_rounded_once(profile, layout):
    pixels = np.arange(8 * 32 * 3).astype(np.uint8).reshape(8, 32, 3)
    means, deviations = PROFILES[profile]
    values = pixels.astype(np.float64)
    expected = ((values / 255.0 - np.array(means)) / np.array(deviations) if means else values).astype(np.float32)

    target = np.empty((8, 32, 3) if layout == "nhwc" else (3, 8, 32), np.float32)
    PixelWriter("float32", layout, profile, 3).write(pixels, target)

    assert (target == (expected if layout == "nhwc" else expected.transpose(2, 0, 1))).all()


def test_uint8_planes():
    pixels = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    target = np.empty((3, 4, 5), np.uint8)
    PixelWriter("uint8", "nchw", "none", 3).write(pixels, target)
    assert (target == pixels.transpose(2, 0, 1)).all()


def test_the_recipes_profile_is_taken_and_others_are_refused(registry, pairs):
    writer = writer_of(registry, Pictures(SIDE, "float32", "nhwc", "as-recipe"))
    form = writer.format_of([Record(0, 0, 0, pairs.write({**pair(1), "normalisation": "clip"}))])
    assert form.profile == "clip"
    for name, message in (("", "recommends no normalisation; choose one of none"), ("x", "which this feed does not know")):
        with pytest.raises(SampleRefused, match=message):
            writer.format_of([Record(0, 0, 0, pairs.write({**pair(1), "normalisation": name}))])
    writer = writer_of(registry, Pictures(SIDE, "float32", "nhwc", "imagenet"))
    with pytest.raises(SampleRefused, match="pictures in lab; the profile imagenet is made for rgb"):
        writer.format_of([Record(0, 0, 0, pairs.write({**pair(1), "colour": "lab"}))])
