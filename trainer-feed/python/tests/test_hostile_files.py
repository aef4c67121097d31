"""Files and records made to harm their readers: each is refused in words, or read for what it is."""

import io
import json
import os
import pickle
import random
import struct
import time
import tracemalloc
import zipfile
import zlib
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from conftest import SIDE, Writer, pair, schema_of
from pairstream import PairstreamError, SettingsError, Unavailable, View, ViewError, forget_withdrawn
from pairstream.batch.pixels import Undecodable, decode
from pairstream.batch.writer import Pictures, SampleWriter
from pairstream.columns.stored_files import ColumnFiles, Rows, SegmentWriter, StoredColumns, folder_of, keys_of
from pairstream.errors import Malformed
from pairstream.index.conditions import Condition
from pairstream.index.entries import PLACE
from pairstream.kafka.avro import ANSWER, PAIR, SEGMENT, AvroReader, Schemas
from pairstream.order.epoch_order import EpochOrder, OrderPlan
from pairstream.platform.entries import ColumnReader, MalformedRow
from pairstream.platform.named_views import NamedView
from pairstream.platform.records import PairReader
from pairstream.views.blocks import Block, Blocks
from pairstream.views.view import Facts
from test_index import entry, reader_of
from test_writing import writer_of, written

MOST_BYTES = 64 << 20
MOST_S = 10.0
"""Most processor time for one file or record, on a machine that may be busy; what is worth its bytes takes milliseconds."""

NUMBERS = [0, 1, 2, 255, 256, 1 << 31, (1 << 32) - 1, 1 << 48, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
MODEL = "m"


@pytest.fixture(autouse=True)
def memory():
    """No test takes more than a little memory, whatever a file says of its size."""
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MOST_BYTES


def mutants(whole, seed, count):
    """Some files that are nearly this one: bytes, numbers, digits of the header and ends are others."""
    numbers = random.Random(seed)
    for _ in range(count):
        made = bytearray(whole)
        for _ in range(numbers.choice([1, 1, 1, 2, 4])):
            at = numbers.randrange(len(made))
            kind = numbers.randrange(5)
            if kind == 0:
                made[at] ^= 1 << numbers.randrange(8)
            elif kind == 1:
                at -= at % 8
                made[at : at + 8] = struct.pack("<Q", numbers.choice(NUMBERS))
            elif kind == 2:
                at -= at % 4
                made[at : at + 4] = struct.pack("<I", numbers.choice(NUMBERS) & 0xFFFFFFFF)
            elif kind == 3 and len(made) > 16:
                del made[numbers.randrange(16, len(made)) :]
            else:
                digits = [i for i, byte in enumerate(made[:400]) if 48 <= byte < 58] or [0]
                at = numbers.choice(digits)
                made[at : at + 1] = str(numbers.choice(NUMBERS)).encode()
        yield bytes(made)


def a_view():
    blocks = [Block(i // 9, i * 99, 5, (40, 2, 24)) for i in range(27)]
    samples = sum(block.size for block in blocks)
    facts = Facts([(64, 64), (64, 96)], ["SCRAPED"], np.arange(samples, dtype="<u4"), *np.zeros((2, samples), np.uint8))
    return View("pairs.training", "id", "2026-01-02T03:04:05Z", blocks, (), facts)


def use(view):
    """What a run asks of a view."""
    for window in (0, 16):
        order = EpochOrder(view.blocks, OrderPlan(3, 4, window), 1)
        for lane in range(min(4, order.lanes)):
            for block, place in islice(order.places(lane, 0), 20):
                view.blocks[block].offsets[place]
    for _ in keys_of(view):
        pass
    Blocks.of(view.blocks).offsets(0, len(view.blocks))
    if view.facts:
        view.facts.counts()
    view.check()


def binary(header, arrays=b""):
    text = json.dumps(header).encode() if isinstance(header, dict) else header
    return b"PSVIEW2\n" + struct.pack("<I", len(text)) + text + bytes(-(12 + len(text)) % 64) + arrays


HEADER = {
    "format": 2, "topic": "t", "topic_id": "i", "cut_at": "2026-01-02T03:04:05Z", "fingerprint": "f", "samples": 1,
    "blocks": 1, "runs": 1,
}  # fmt: skip
ARRAYS = struct.pack("<qqqqqqII", 0, 5, 0, 1, 0, 1, 0, 1)


@pytest.mark.parametrize(
    "content, message",
    [
        (binary(b"[" * 100_000), "no view: "),
        (b"[" * 100_000, "no view: "),
        (binary({**HEADER, "facts": [1]}, ARRAYS + bytes(6)), "facts"),
        (binary({**HEADER, "facts": {"shapes": [1], "kinds": [], "digest": ""}}, ARRAYS + bytes(6)), "facts"),
        (binary({**HEADER, "facts": {"kinds": [], "digest": ""}}, ARRAYS + bytes(6)), "facts"),
        (binary({**HEADER, "where": 7}, ARRAYS), "where"),
        (binary({**HEADER, "samples": 1 << 40}, ARRAYS[:40] + struct.pack("<qII", 1 << 40, 0, 1)), "most 4096 records"),
        (binary({**HEADER, "samples": 1 << 30}, ARRAYS[:40] + struct.pack("<qII", 1 << 30, 0, 1 << 30)), "4096 records"),
    ],
)
def test_a_view_with_a_lie_in_its_header_is_refused(tmp_path, content, message):
    file = tmp_path / "a.view"
    file.write_bytes(content)

    with pytest.raises(ViewError, match=f"a.view: .*{message}"):
        View.load(file)


def stored(folder):
    """A view, and a folder with a column of its pairs."""
    view = View("pairs.training", "id", "2026-01-02T03:04:05Z", [Block(0, 10, 500, (3, 1, 2))])
    of_topic = folder_of(folder, "latents", MODEL, view.topic, view.topic_id)
    keys = np.concatenate([keys for _, keys in keys_of(view)])
    writer = SegmentWriter(ColumnFiles(of_topic), keys)
    writer.put(keys, np.ones((len(keys), 2), np.float16))
    writer.close()
    return view, {of: next(of_topic.glob(f"*.{of}.npy")) for of in ("keys", "states", "values")}


def read(folder, view):
    columns = StoredColumns(folder, ["latents"], {}, [view])
    return columns.find([(0, offset) for offset in view.blocks[0].offsets])


class Trap:
    """Leaves a file where it is unpickled."""

    def __reduce__(self):
        return Path.touch, (Path(os.environ["PAIRSTREAM_TRAP"]),)


def npy(descr="'<f2'", shape="(5, 2)", order="False", content=bytes(20)):
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def pickled(folder):
    file = folder / "pickled.npy"
    np.save(file, np.array([Trap()] * 5, object), allow_pickle=True)
    return file.read_bytes()


def zipped(folder):
    file = folder / "bomb.npz"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("a.npy", bytes(32 << 20))
    return file.read_bytes()


@pytest.mark.parametrize("of", ["keys", "states", "values"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        pickled,
        lambda _: pickle.dumps(Trap()),
        zipped,
        npy("'|O'"),
        npy("[('a', '<i8'), ('b', '|O')]"),
        npy("'<U5'"),
        npy("'<M8[s]'"),
        npy("__import__('os').abort()"),
        npy("'<f2'", "(4611686018427387904, 4611686018427387904)"),
        npy("'<f2'", "(1099511627776, 2)"),
        npy("'<f2'", "(-5, -2)"),
        npy("'<f2'", "(0, 2)"),
        npy("'<f2'", "()"),
        npy("'<f2'", "(4, 2)"),
        npy("'<f2'", "(5, 2)", "True"),
        npy("'<i8'", "(5,)", content=np.array([9, 2, 2, -7, 1 << 62]).tobytes()),
        npy("'<f8'", "(5,)", content=np.full(5, np.nan).tobytes()),
        npy("'|u1'", "(5,)", content=b"\xff" * 5),
    ],
)
def test_a_stored_column_that_was_made_to_harm_is_refused(tmp_path, monkeypatch, of, content):
    trap = tmp_path / "trap"
    monkeypatch.setenv("PAIRSTREAM_TRAP", str(trap))
    view, files = stored(tmp_path / "columns")
    files[of].write_bytes(content(tmp_path) if callable(content) else content)

    try:
        found = read(tmp_path / "columns", view)
    except PairstreamError:
        pass
    else:
        assert [value.shape for value in found["latents"]] in ([(2,)] * 5, [()] * 5)
    assert not trap.exists()


def test_a_refusal_of_a_stored_column_names_the_file(tmp_path):
    for of in ("keys", "states", "values"):
        view, files = stored(tmp_path / of)
        files[of].write_bytes(npy("'|O'"))
        with pytest.raises(SettingsError, match=f"{files[of].name}"):
            read(tmp_path / of, view)


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_nothing_is_erased_behind_a_link(tmp_path, link):
    _, files = stored(tmp_path / "columns")
    elsewhere = tmp_path / "elsewhere.npy"
    files["values"].rename(elsewhere)
    link(files["values"], elsewhere)

    with pytest.raises(SettingsError, match=f"{files['values'].name} is a link"):
        Rows(files["values"])


@pytest.mark.parametrize("level", [0, 1, 2])
def test_nothing_is_erased_behind_a_folder_that_is_a_link(dataset, tmp_path, level):
    dataset.produce(0, 6)
    source = dataset.source()
    view = source.cut()
    of_topic = folder_of(tmp_path / "columns", "latents", MODEL, view.topic, view.topic_id)
    keys = np.concatenate([keys for _, keys in keys_of(view)])
    with closing(SegmentWriter(ColumnFiles(of_topic), keys)) as writer:
        writer.put(keys, np.ones((len(keys), 2), np.float16))
    dataset.take_down("PAIR", "3")
    dataset.withdraw(3)
    linked = [of_topic, of_topic.parent, of_topic.parent.parent][level]
    linked.rename(tmp_path / "elsewhere")
    linked.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(SettingsError, match="leads through a link"):
        forget_withdrawn(source, tmp_path / "columns")
    [values] = (tmp_path / "elsewhere").rglob("*.values.npy")
    assert np.load(values).all()
    # The folder that is named may be one: it is the caller's choice.
    linked.unlink()
    (tmp_path / "elsewhere").rename(linked)
    (tmp_path / "named").symlink_to(tmp_path / "columns")
    assert forget_withdrawn(source, tmp_path / "named") == 1


def test_a_view_whose_runs_wrap_around_is_refused(tmp_path):
    before = [0, (1 << 63) - 1, -2, 3]  # each difference is 1 or more, modulo 2^64
    arrays = struct.pack("<3q3q4q4q", *[0, 9, 18], *[5] * 3, *before, 0, 1, 2, 3) + struct.pack("<3I3I", *[0] * 3, *[1] * 3)
    file = tmp_path / "a.view"
    file.write_bytes(binary({**HEADER, "blocks": 3, "runs": 3, "samples": 3}, arrays))

    with pytest.raises(ViewError, match="a.view: a block has at least 1 run"):
        View.load(file)


@pytest.mark.parametrize("block", [Block(1 << 15, 7, 5, (3,)), Block(1, 1 << 48, 5, (3,)), Block(1, (1 << 48) - 2, 5, (3,))])
def test_records_without_a_key_of_their_own_are_refused_for_stored_columns(block):
    with pytest.raises(ViewError, match="room for partitions below 2\\^15 and offsets below 2\\^48"):
        list(keys_of(View("pairs.training", "id", "2026-01-02T03:04:05Z", [block])))


@pytest.mark.parametrize("size", [1 << 62, (1 << 63) - 1, -1, -(1 << 63)])
def test_a_length_beyond_all_memory_is_refused(registry, size):
    writer = Writer(registry, "IndexedPair")
    values = [writer.write(entry(i, measures={"x": 1.0})) for i in range(3)]
    begin = values[1].index(b"\x02\x02x")
    number = (size << 1) ^ (size >> 63)
    varint = bytes((number >> shift & 0x7F) | 0x80 for shift in range(0, 63, 7)) + bytes([number >> 63 & 1])
    for at in (5, begin, begin + 1):
        values[1] = values[1][:at] + varint + values[1][at + 1 :]
        with pytest.raises(MalformedRow) as e:
            reader_of(registry, "offset", "measures.x", "split").read(values)
        assert e.value.row == 1


def record_of(*types):
    return {"type": "record", "name": "Foreign", "fields": [{"name": f"f{i}", "type": kind} for i, kind in enumerate(types)]}


def array_of(items):
    return {"type": "array", "items": items}


LINKED = {"type": "record", "name": "L", "fields": [{"name": "next", "type": ["null", "L"]}]}
MANY = b"\x80\x80\x80\x80\x80\x80\x10"  # 2^40 items


def doubled(levels):
    """A record of 2^levels others, none of which takes a byte."""
    kind = {"type": "record", "name": "R0", "fields": []}
    for level in range(1, levels):
        name = f"R{level - 1}"
        kind = {"type": "record", "name": f"R{level}", "fields": [{"name": "a", "type": kind}, {"name": "b", "type": name}]}
    return kind


@pytest.mark.parametrize("schema, body, message", [
    (record_of("string"), b"\xff" * (1 << 20), "a number of more than 64 bits"),
    (record_of(array_of("null")), MANY, "takes no byte"),
    (record_of(array_of({"type": "fixed", "name": "F", "size": 0})), MANY, "takes no byte"),
    (record_of(array_of({"type": "fixed", "name": "F", "size": -1})), MANY, "takes no byte"),
    (record_of(array_of(record_of())), MANY, "takes no byte"),
    (record_of(doubled(40)), b"", "takes no byte"),
    (LINKED, b"\x02" * 1_000_000 + bytes(1), "holds itself"),
    (record_of(LINKED), b"\x02" * 1_000_000 + bytes(1), "holds itself"),
    ({"type": "record", "name": "a.L", "fields": [{"name": "f", "type": {**LINKED, "name": "b.L"}}]}, b"\x02" * 1_000_000, "holds itself"),
    (record_of(7), b"", "'7', which is no type"),
    (record_of("Unknown"), b"", "'Unknown', which is no type"),
    ({"type": "record", "name": "Foreign"}, b"", "a record without fields"),
    (record_of({"type": "enum", "name": "E", "symbols": [7]}), b"", "its schema cannot be used"),
])  # fmt: skip
def test_a_schema_that_was_made_to_harm_is_refused(registry, schema, body, message):
    reader = AvroReader(Schemas(registry.address), "pairs.training", {})
    with pytest.raises(Malformed, match=message):
        reader.read(struct.pack(">bI", 0, registry.add(schema)) + body)


def test_a_foreign_number_of_a_million_digits_stays_bytes(registry):
    schema = record_of("int", {"type": "bytes", "logicalType": "decimal", "precision": 10**9})
    reader = AvroReader(Schemas(registry.address), "pairs.training", {})
    begun = time.process_time()

    found = reader.read(struct.pack(">bI", 0, registry.add(schema)) + b"\0\x80\x80\x80\x01" + bytes(1 << 20))

    assert found["f1"] == bytes(1 << 20) and time.process_time() - begun < MOST_S


def test_a_report_is_not_written_in_a_foreign_schema(registry):
    registry.add({"type": "record", "name": "Foreign"}, "foreign.runs-value")

    with pytest.raises(Unavailable, match="version 1 of foreign.runs-value is not ours: 'fields'"):
        Schemas(registry.address).write("foreign.runs", {"run": "r"})


def mutated_schemas(whole, seed, count):
    """Some schemas that are nearly this one: types in the place of others, parts that are missing or there twice."""
    numbers = random.Random(seed)
    deep = "int"
    for _ in range(300):
        deep = {"type": "array", "items": deep}
    others = [
        "null", "int", "long", "string", "bytes", "double", "boolean", "Unknown", "", None, 7, [], {}, ["null"], ["null", "string"],
        whole["name"], whole, deep, {"type": "array", "items": "null"}, {"type": "map", "values": "int"}, {"type": "array"},
        {"type": "fixed", "name": "F", "size": 0}, {"type": "fixed", "name": "F", "size": -1}, {"type": "enum", "name": "E"},
        {"type": "record", "name": "Empty", "fields": []}, {"type": "array", "items": {"type": "record", "name": "E", "fields": []}},
        {"type": "record", "name": whole["name"], "fields": []}, {"type": "bytes", "logicalType": "decimal", "precision": 10**9},
        {"type": "long", "logicalType": "timestamp-micros"}, {"type": "string", "logicalType": "uuid"},
        {"type": "record", "name": "Self", "fields": [{"name": "self", "type": "Self"}]},
        {"type": "record", "name": "List", "fields": [{"name": "next", "type": ["null", "List"]}]},
    ]  # fmt: skip
    for _ in range(count):
        made = json.loads(json.dumps(whole))
        for _ in range(numbers.choice([1, 1, 2])):
            nodes = [made]
            for node in nodes:
                nodes += [child for child in (node.values() if isinstance(node, dict) else node) if isinstance(child, (dict, list))]
                if len(nodes) > 500:
                    break
            node = numbers.choice([one for one in nodes if one] or [made])
            at = numbers.choice(list(node) if isinstance(node, dict) else range(len(node)))
            if numbers.randrange(4):
                node[at] = json.loads(json.dumps(numbers.choice(others)))
            else:
                del node[at]
        yield made


def with_checksums(png):
    """A PNG whose chunks have the checksums that belong to them, as an attacker writes it."""
    made, at = bytearray(png), 8
    while at + 12 <= len(made):
        end = at + 8 + int.from_bytes(made[at : at + 4], "big")
        if end + 4 > len(made):
            break
        made[end : end + 4] = zlib.crc32(made[at + 4 : end]).to_bytes(4, "big")
        at = end + 4
    return bytes(made)


def a_picture(encoding, side=24):
    pixels = np.random.default_rng(5).integers(0, 255, (side, side, 3), np.uint8)
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, encoding, **({"progressive": True} if encoding == "jpeg" else {}))
    return target.getvalue()


class Fuzzed:
    """Readers of what others have written: each answers, of so many mutants, what reads one."""

    def __init__(self, registry, folder):
        self.registry, self.folder = registry, folder
        self.schemas = Schemas(registry.address)

    def view(self, count, ending="view"):
        file, whole = self.folder / f"a.{ending}", a_view()
        if ending == "json":
            whole = View(whole.topic, whole.topic_id, whole.cut_at, whole.blocks)
        whole.save(file)
        for content in mutants(file.read_bytes(), 1, count):
            file.write_bytes(content)
            yield lambda: use(View.load(file))

    def json(self, count):
        return self.view(count, "json")

    def column(self, count):
        view, files = stored(self.folder)
        for of, file in files.items():
            whole = file.read_bytes()
            for content in mutants(whole, 2, count // 3):
                file.unlink()
                file.write_bytes(content)
                yield lambda: read(self.folder, view)
            file.write_bytes(whole)

    def index(self, count):
        value = Writer(self.registry, "IndexedPair").write(entry(3, measures={"sharpness": 1.0, "entropy": 2.0}))
        reader = reader_of(self.registry, "partition", "offset", "url", "measures.sharpness", "split")
        for content in mutants(value, 3, count):
            yield partial(reader.read, [value, value[:5] + content[5:], value])

    def pair(self, count):
        value = Writer(self.registry, "PreparedPair").write(pair(3))
        writer = writer_of(self.registry)
        for content in mutants(value, 4, count):
            yield partial(written, writer, value[:5] + content[5:], value)

    def jpeg(self, count, encoding="jpeg"):
        target = np.empty((24, 24, 3), np.uint8)
        for number, content in enumerate(mutants(a_picture(encoding), 5, count)):
            content = with_checksums(content) if encoding == "png" and number % 2 else content
            yield partial(decode, encoding, content, target)

    def png(self, count):
        return self.jpeg(count, "png")

    def schema(self, count):
        """Values of foreign schemas: as they were written, empty, all ones, and of nothing but numbers without an end."""
        names = {"PreparedPair": "pair", "IndexedPair": "index", "ViewSegment": "segment", "Answer": "answer"}
        for name in names:
            writer = Writer(self.registry, name)
            block = dict(partition=0, begin=7, bytes=9, runs=[3])
            value = writer.write({
                **entry(3), "name": "v", "segment": 0, "topic": "t", "sealed_at": 1_767_322_800_123, "blocks": [block], "shown": "s",
                "model": "m", "numbers": {}, "vectors": {"v": b"1"}, "where": [], "read_to": {}, "status": "ANSWERED", "texts": {},
            })[5:]  # fmt: skip
            whole = schema_of(name)
            for number, schema in enumerate(mutated_schemas(whole, 6, count // len(names))):
                body = [value, value, b"", b"\x01" * 200, b"\xff" * 20_000, b"\xfe\xff\xff\xff\x0f" + bytes(200)][number % 6]
                content = struct.pack(">bI", 0, self.registry.add(schema)) + body
                yield getattr(self, f"_{names[name]}_of")(content)

    def _pair_of(self, content):
        reader = PairReader(self.schemas, "pairs.training")
        return lambda: written(SampleWriter(reader, "pairs.training", "TRAINING", Pictures(SIDE)), content)

    def _index_of(self, content):
        wanted = [*PLACE, "split", "url", "labels", "measures.x", "width"]

        def read():
            found = ColumnReader(self.schemas, "pairs.index", PAIR, wanted).read([content])
            assert all(found[name].dtype == np.int64 for name in PLACE)
            _of(["split=training", "width>=3", "measure.x>=1", "url=*", "labels=a"], found)

        return read

    def _segment_of(self, content):
        reader = AvroReader(self.schemas, "v", SEGMENT, required=SEGMENT.keys() - {"where", "last"})
        return lambda: NamedView("v", [reader.read(content)]).view()

    def _answer_of(self, content):
        reader = AvroReader(self.schemas, "a", ANSWER)
        return lambda: [{**one.get("texts", {}), **one.get("vectors", {})} for one in [reader.read(content)]]


def _of(conditions, columns):
    for condition in map(Condition, conditions):
        condition.holds(columns[condition.field])


@pytest.mark.parametrize("count", [120, pytest.param(2000, marks=pytest.mark.full)])
@pytest.mark.parametrize("reader", ["view", "json", "column", "index", "pair", "jpeg", "png", "schema"])
def test_what_was_mutated_is_read_or_refused_by_name(registry, tmp_path, reader, count):
    refused = 0
    for number, read_one in enumerate(getattr(Fuzzed(registry, tmp_path), reader)(count)):
        begun = time.process_time()
        try:
            read_one()
        except MalformedRow as e:
            assert reader == "schema" or e.row == 1, number
            refused += 1
        except (PairstreamError, Malformed, Undecodable) as e:
            assert str(e), number
            refused += 1
        assert time.process_time() - begun < MOST_S, number

    assert refused > count // 10
