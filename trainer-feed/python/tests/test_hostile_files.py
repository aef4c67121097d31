"""Files and records that somebody made to harm whoever reads them: each is refused in words, or read for what it is."""

import json
import os
import pickle
import random
import struct
import tracemalloc
import zipfile
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from conftest import Writer
from pairstream import PairstreamError, SettingsError, View, ViewError
from pairstream.columns.stored import StoredColumns
from pairstream.columns.stored_files import ColumnFiles, Rows, SegmentWriter, folder_of, keys_of
from pairstream.index.entries import MalformedRow
from pairstream.index.lookup import _offsets
from pairstream.order.epoch_order import EpochOrder, OrderPlan
from pairstream.views.blocks import Block, Blocks
from pairstream.views.facts import Facts
from test_index import entry, reader_of

MUTANTS = 1500
FEW, ALL = 300, pytest.param(MUTANTS, marks=pytest.mark.full)
MOST_BYTES = 64 << 20
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
    _offsets(Blocks.of(view.blocks))
    if view.facts:
        view.facts.counts()
    view.check()


@pytest.mark.parametrize("ending", ["view", "json"])
@pytest.mark.parametrize("count", [FEW, ALL])
def test_a_view_that_was_made_to_harm_is_refused(tmp_path, ending, count):
    file = tmp_path / f"a.{ending}"
    whole = a_view()
    if ending == "json":
        whole = View(whole.topic, whole.topic_id, whole.cut_at, whole.blocks)
    whole.save(file)
    refused = 0
    for content in mutants(file.read_bytes(), 1, count):
        file.write_bytes(content)
        try:
            use(View.load(file))
        except ViewError:
            refused += 1
    assert refused > count // 2


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
        (b'{"format":1,"topic":"t","topic_id":"i","cut_at":"2026-01-02T03:04:05Z","blocks":[[0,0,1,[2147483647]]]}', "4096"),
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


def test_nothing_is_erased_behind_a_link(tmp_path):
    _, files = stored(tmp_path / "columns")
    elsewhere = tmp_path / "elsewhere.npy"
    files["values"].rename(elsewhere)
    files["values"].symlink_to(elsewhere)

    with pytest.raises(SettingsError, match=f"{files['values'].name} is a link"):
        Rows(files["values"])


@pytest.mark.parametrize("of", ["keys", "states", "values"])
@pytest.mark.parametrize("count", [FEW // 2, pytest.param(500, marks=pytest.mark.full)])
def test_a_mutated_stored_column_is_refused_or_read(tmp_path, of, count):
    view, files = stored(tmp_path)
    for content in mutants(files[of].read_bytes(), 2, count):
        files[of].unlink()
        files[of].write_bytes(content)
        try:
            read(tmp_path, view)
        except PairstreamError:
            pass


@pytest.mark.parametrize("count", [FEW, ALL])
def test_mutated_records_of_the_index_are_refused_or_read(registry, count):
    value = Writer(registry, "IndexedPair").write(entry(3, measures={"sharpness": 1.0, "entropy": 2.0}))
    reader = reader_of(registry, "partition", "offset", "url", "measures.sharpness", "split")
    for content in mutants(value, 3, count):
        try:
            reader.read([value, value[:5] + content[5:], value])
        except MalformedRow as e:
            assert e.row == 1


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
