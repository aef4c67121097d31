"""Sets in folders and buckets: manifests, indexes and samples, as they are read."""

import json
import os
import pickle
import random
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow")

from conftest import pair
from pairstream import PairstreamError, PositionRefused, SettingsError, Unavailable, ViewError
from pairstream.batch.pixels import decode
from pairstream.errors import Malformed, Missing
from pairstream.index.conditions import Condition
from pairstream.sets.cache import RangeCache
from pairstream.sets.index import SetIndex
from pairstream.sets.manifest import newer, read_manifest
from pairstream.sets.store import Store
from pairstream.sets.tar import pair_of
from set_writer import member, newest, picture_file, withdraw, write_set


def scored(number):
    """A pair of which everything is known that a set may say."""
    small = dict(name="small", image=pair(number)["image"], image_encoding="raw", width=4, height=4)
    return dict(
        pair(number), language=["en", "de", "zh"][number % 3], labels=["cat", "dog"][: number % 3], truncated=number % 2 == 0,
        measures={"sharpness": number / 4} if number % 4 else {}, texts={"lower": f"c{number}"}, renditions=[small],
        token_sets=[dict(name="clip", token_ids=[number], token_count=1, pad_id=0, empty_token_ids=[], empty_token_count=0)],
        answers=[dict(name="nsfw", model="ab", number=number / 20), dict(name="style", model="cd", label="photo")][: number % 3],
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PAIRSTREAM_CACHE", str(tmp_path / "cache"))
    write_set(tmp_path / "set", [scored(number) for number in range(20)])
    return tmp_path / "set"


@pytest.fixture(scope="module")
def s3():
    faulty_s3 = pytest.importorskip("faulty_s3")
    pytest.importorskip("moto")
    served = faulty_s3.FaultyS3()
    yield served
    served.close()


@pytest.fixture(params=["folder", "bucket"])
def store(folder, request):
    """A set of 20 pairs in 3 shards."""
    if request.param == "folder":
        return Store(str(folder))
    s3 = request.getfixturevalue("s3")
    s3.reset()
    return Store(s3.upload(folder, folder.parent.name), s3.storage)


def opened(store, split="training"):
    manifest = read_manifest(store)
    return manifest, SetIndex(store, manifest, split)


def sample(store, manifest, index, number):
    offsets, sizes = index.extents()
    shard = manifest.splits["training"].shards[np.searchsorted(index.starts, number, side="right") - 1]
    return pair_of(store.read_range(shard.data, int(offsets[number]), int(sizes[number]), shard.bytes))


def test_a_set_is_read_as_it_was_written(store):
    manifest, index = opened(store)

    assert (manifest.number, manifest.dataset, list(manifest.splits)) == (1, "pairs", ["training"])
    split = manifest.split("training")
    assert (split.samples, split.is_whole, [shard.rows for shard in split.shards]) == (20, True, [8, 8, 4])
    assert index.rows == 20
    for number in (0, 7, 8, 19):
        found, written = sample(store, manifest, index, number), scored(number)
        for name in ("pair_id", "caption", "token_ids", "labels", "measures", "texts", "truncated", "image_digest", "token_sets"):
            assert found[name] == written[name], name
        assert bytes(found["image"]) == picture_file(written)[1] and found["image_encoding"] == "png"
        [small] = found["renditions"]
        assert bytes(small["image"]) == picture_file(written)[1] and (small["name"], small["width"]) == ("small", 4)


def test_columns_are_as_conditions_ask_for_them(store):
    _, index = opened(store)

    found = index.columns(
        ["partition", "offset", "bytes", "language", "labels", "measures.sharpness", "truncated", "image_digest", "fold", "url", "none"]
    )

    assert found["partition"].tolist() == [0] * 8 + [1] * 8 + [2] * 4
    assert found["offset"].tolist() == [*range(8), *range(8), *range(4)]
    assert (found["bytes"] % 512 == 0).all() and found["bytes"].dtype == np.int64
    assert found["labels"].tolist()[:3] == [(), ("cat",), ("cat", "dog")]
    np.testing.assert_array_equal(found["measures.sharpness"][:3], [np.nan, 0.25, 0.5])
    assert found["truncated"].tolist()[:3] == [1, 0, 1]
    assert found["none"].tolist() == [None] * 20
    holds = {text: Condition(text) for text in ("language=en,de", "label!=dog", "measure.sharpness>=2", "host=example.org", "fold=1")}
    counts = {text: int(one.holds(found[one.field]).sum()) for text, one in holds.items()}
    assert counts == {"language=en,de": 14, "label!=dog": 7, "measure.sharpness>=2": 9, "host=example.org": 20, "fold=1": 4}


def test_answers_are_found_by_their_names(store):
    _, index = opened(store)

    found = index.answers(["nsfw"])

    assert found.row.tolist() == [number for number in range(20) if number % 3]
    np.testing.assert_allclose(found.numbers, [number / 20 for number in range(20) if number % 3])
    assert set(found.name) == {"nsfw"} and set(found.model) == {"ab"} and set(found.labels) == {None}
    assert index.answers().labels.tolist().count("photo") == 6
    assert index.names_in("answers") == ["nsfw", "style"] and index.names_in("measures") == ["sharpness"]


def test_later_manifests_are_looked_for_one_by_one(folder):
    store = Store(f"file://{folder}")
    manifest, _ = opened(store)

    assert newer(store, manifest) is None
    withdraw(folder, [(0, 3), (2, 1)], erase=True)
    write_set(folder, [scored(20)])
    found = newer(store, manifest)

    assert found.number == 4 and found == read_manifest(store)
    shards = found.split("training").shards
    assert [(shard.withdrawn, shard.erased, shard.rows) for shard in shards] == [((3,), (3,), 8), ((), (), 8), ((1,), (1,), 4), ((), (), 1)]
    assert read_manifest(store, 2).split("training").samples == 18
    index = SetIndex(store, found, "training")
    columns = index.columns(["pair_id", "language", "bytes", "labels"])
    assert columns["pair_id"].tolist()[2:5] == ["2", None, "4"] and columns["language"][3] == "en" and columns["labels"][3] is None
    with pytest.raises(Malformed, match="it was erased"):
        sample(store, found, index, 3)
    assert sample(store, found, index, 4)["pair_id"] == "4"


@pytest.mark.parametrize("whole", [0, 1 << 20])
def test_a_copied_set_stays_the_same_and_one_copied_by_halves_is_refused(folder, tmp_path, monkeypatch, whole):
    monkeypatch.setattr("pairstream.sets.index._WHOLE", whole)
    shutil.copytree(folder, tmp_path / "copy" / "of it")
    first, copied = (read_manifest(Store(str(place))) for place in (folder, tmp_path / "copy" / "of it"))

    assert first == copied
    (tmp_path / "copy" / "of it" / first.split("training").shards[1].index).unlink()
    with pytest.raises(Missing, match="000001-.*copied by halves"):
        SetIndex(Store(str(tmp_path / "copy" / "of it")), copied, "training").extents()
    with pytest.raises(PositionRefused, match="has no manifest 5, its newest is 1"):
        read_manifest(Store(str(folder)), 5)
    with pytest.raises(Missing, match="there is no set at .*pairstream export VIEW --to"):
        read_manifest(Store(str(tmp_path / "elsewhere")))


def test_a_set_that_export_wrote_is_read():
    golden = Store(str(Path(__file__).parents[2] / "src/test/resources/io/pairstream/feed/set/golden"))
    manifest, index = opened(golden)

    columns = index.columns(["pair_id", "labels", "measures.blur", "fold"])
    assert columns["pair_id"].tolist() == [None if number == 1 else f"{number:032x}" for number in range(6)]
    assert columns["labels"].tolist()[2:4] == [("cat", "数2"), ()] and columns["fold"].tolist() == list(range(6))
    np.testing.assert_array_equal(columns["measures.blur"], [np.nan, 0.1, 0.1, np.nan, 0.1, 0.1])
    assert index.answers(["kind"]).labels.tolist() == ["photo"] * 6
    for number in (0, 2, 3, 4, 5):
        found = sample(golden, manifest, index, number)
        assert (found["pair_id"], found["image_encoding"]) == (f"{number:032x}", "png" if number == 5 else "jpeg")
        assert [one["name"] for one in (*found["renditions"], *found["token_sets"])] == ["again", "clip"]
        decode(found["image_encoding"], found["image"], np.empty((8, 8, 3), np.uint8))


def change(*path, to):
    def changed(manifest):
        for name in path[:-1]:
            manifest = manifest[name]
        manifest[path[-1]] = to

    return changed


SHARD = ("splits", "training", "shards", 0)


@pytest.mark.parametrize(
    "message, changed",
    [
        ("format 2, this version reads 1", change("format", to=2)),
        ("format of it", change("format", to="1")),
        ("set of it", change("set", to="../etc")),
        ("number is 7", change("number", to=7)),
        ("splits of it is not of", change("splits", to={"../training": {}})),
        ("splits of it is not of", change("splits", to=[])),
        ("data of shards\\[0\\]", change(*SHARD, "data", to="/etc/passwd")),
        ("data of shards\\[0\\]", change(*SHARD, "data", to="training/../../000000-" + "0" * 32 + ".tar")),
        ("data of shards\\[0\\]", change(*SHARD, "data", to="training//000000-" + "0" * 32 + ".tar")),
        ("index of shards\\[0\\]", change(*SHARD, "index", to="training/000001-" + "0" * 32 + ".parquet")),
        ("sha256 of shards\\[0\\]", change(*SHARD, "sha256", to="0" * 63)),
        ("rows of shards\\[0\\]", change(*SHARD, "rows", to=-1)),
        ("rows of shards\\[0\\]", change(*SHARD, "rows", to=True)),
        ("rows of shards\\[0\\]", change(*SHARD, "rows", to=1 << 40)),
        ("samples of training", change(*SHARD, "rows", to=9)),
        ("withdrawn of shards\\[0\\]", change(*SHARD, "withdrawn", to=[8])),
        ("withdrawn of shards\\[0\\]", change(*SHARD, "withdrawn", to=[2, 1])),
        ("withdrawn of shards\\[0\\]", change(*SHARD, "withdrawn", to=[1.0])),
        ("erased rows that are not withdrawn", change(*SHARD, "erased", to=[1])),
        ("shards of training is not a list", change("splits", "training", "shards", to=None)),
        ("shards\\[0\\] of training is no object", change("splits", "training", "shards", to=[[]])),
    ],
)  # fmt: skip
def test_a_manifest_with_a_lie_is_refused(tmp_path, message, changed):
    write_set(tmp_path, [pair(number) for number in range(20)], changed=changed)

    with pytest.raises((ViewError, SettingsError), match=f"manifests/000000000001.json .*{message}"):
        read_manifest(Store(str(tmp_path)))


@pytest.mark.parametrize("text", [b"", b"[]", b"[" * 100_000, b"\xff", b"{" + b'"a":' * 9, b'{"format": 1}', b"1e999"])
def test_what_is_no_manifest_is_refused(tmp_path, text):
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests/000000000001.json").write_bytes(text)

    with pytest.raises(ViewError, match="is no manifest: "):
        read_manifest(Store(str(tmp_path)))


def test_a_manifest_of_another_set_does_not_go_on(folder, tmp_path):
    store = Store(str(folder))
    manifest = read_manifest(store)
    other = json.loads((folder / "manifests/000000000001.json").read_text())
    for changed in ({"set": "00000000-0000-4000-8000-000000000000"}, {"splits": {}}):
        (folder / "manifests/000000000002.json").write_text(json.dumps({**other, "number": 2, **changed}))
        with pytest.raises(ViewError, match="manifest 2 of .* does not go on where 1 ended"):
            newer(store, manifest)


def test_an_index_that_is_none_is_refused(folder):
    store = Store(str(folder))
    manifest, index = opened(store)
    file = folder / manifest.split("training").shards[1].index
    whole = file.read_bytes()
    for content in (whole[:-8] + b"\xff\xff\xff\x7fPAR1", bytes(len(whole)), whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2)):
        file.write_bytes(content)
        with pytest.raises(ViewError, match=f"{file.name} is no index of a set: its bytes are not"):
            index.columns(["language"])
    file.write_bytes(whole[:-1])
    with pytest.raises(ViewError, match=f"{file.name} ends before byte {len(whole)}"):
        index.columns(["language"])
    of_another = replace(manifest.split("training").shards[0], rows=7)
    split = manifest.split("training")._replace(shards=(of_another,))
    with pytest.raises(ViewError, match="it has 8 rows of 7"):
        SetIndex(store, manifest._replace(splits={"training": split}), "training").extents()


def test_of_a_large_index_columns_alone_are_read(tmp_path, monkeypatch):
    write_set(tmp_path, [dict(pair(number), caption=os.urandom(200).hex()) for number in range(2000)], shard_samples=1000)
    store = Store(str(tmp_path))
    manifest, index = opened(store)
    read, taken = store.read_range, []
    monkeypatch.setattr(store, "read_range", lambda key, offset, length, size: taken.append(length) or read(key, offset, length, size))

    found = index.columns(["bytes", "language"])

    assert len(found["bytes"]) == 2000
    assert sum(taken) < sum(shard.index_bytes for shard in manifest.split("training").shards) / 4
    for at in (-8, -100, -2000):
        file = tmp_path / manifest.split("training").shards[0].index
        content = bytearray(file.read_bytes())
        content[at : at + 4] = b"\xff\xff\xff\x7f"
        file.write_bytes(content)
        with pytest.raises(ViewError, match="is no index of a set"):
            index.columns(["bytes", "language"])


def mutants(extent):
    """Extents that are nearly this one."""
    for at in [0, 100, 124, 148, 156, 257, 345, 511]:
        made = bytearray(extent)
        made[at] ^= 0x15
        yield bytes(made)
    for end in (0, 1, 511, 512, 513, len(extent) - 512):
        yield extent[:end]


def test_a_sample_that_is_none_is_refused(folder):
    store = Store(str(folder))
    manifest, index = opened(store)
    offsets, sizes = index.extents()
    shard = manifest.split("training").shards[0]
    extent = store.read_range(shard.data, int(offsets[1]), int(sizes[1]), shard.bytes)

    for number, made in enumerate(mutants(extent)):
        if number != 13:  # without the text alone, which nobody reads
            with pytest.raises(Malformed):
                pair_of(made)
    fields = json.loads(re.search(rb"\{.*\}", extent)[0])
    assert pair_of(rewritten(fields))["caption"] == "caption 1"
    for message, change in [
        ("width is not a whole number", dict(width="4")), ("width is not a whole number", dict(width=1 << 70)),
        ("token_ids is not a list of whole numbers", dict(token_ids=["1"])), ("token_ids", dict(token_ids=[None])),
        ("caption is not a text", dict(caption=None)), ("labels is not a list of texts", dict(labels="cat")),
        ("measures is not numbers by name", dict(measures={"a": "1"})), ("texts is not texts by name", dict(texts=[])),
        ("renditions is not a list of objects", dict(renditions=[7])), ("pad_id", dict(token_sets=[{"pad_id": ""}])),
        ("truncated is not a truth value", dict(truncated=1)), ("1.json is of another pair", dict(pair_id="9")),
        ("there is no 1.other.jpg or .png", dict(renditions=[{"name": "other"}])),
    ]:  # fmt: skip
        with pytest.raises(Malformed, match=message):
            pair_of(rewritten({**fields, **change}))


def rewritten(fields):
    """An extent whose JSON is another."""
    target = bytearray()
    for name in ("1.png", "1.small.png"):
        member(target, name, b"picture")
    member(target, "1.json", json.dumps(fields).encode())
    return bytes(target)


@pytest.mark.parametrize(
    "message, url, storage",
    [
        ("is at s3://BUCKET/PREFIX, file:///FOLDER or in a folder", "https://example.org/a", {}),
        ("is at s3://BUCKET/PREFIX, file:///FOLDER or in a folder", "file://host/a", {}),
        ("without user, password", "s3://key:secret@bucket/a", {}),
        ("without user, password", "s3://bucket/a//b", {}),
        ("without user, password", "s3://bucket/a?b", {}),
        ("storage has no setting secret", "s3://bucket/a", {"secret": "s"}),
    ],
)
def test_an_address_that_is_none_is_refused_without_its_secrets(message, url, storage):
    with pytest.raises(SettingsError, match=message) as refusal:
        Store(url, storage)

    assert "key:secret" not in str(refusal.value)


def test_a_store_may_be_pickled(folder):
    store = pickle.loads(pickle.dumps(Store(f"file://{folder}")))

    assert read_manifest(store).number == newest(folder)["number"]
    assert pickle.loads(pickle.dumps(RangeCache(folder, 7))).folder == Path(folder)


def test_a_file_that_cannot_be_read_is_named(folder):
    manifest = read_manifest(Store(str(folder)))
    (folder / manifest.split("training").shards[0].index).unlink()
    (folder / manifest.split("training").shards[0].index).mkdir()

    with pytest.raises(Unavailable, match="000000-.* cannot be read: Is a directory"):
        SetIndex(Store(str(folder)), manifest, "training").extents()


@pytest.mark.parametrize("count", [60, pytest.param(2000, marks=pytest.mark.full)])
@pytest.mark.parametrize("what", ["manifest", "index", "sample"])
def test_what_was_mutated_is_read_or_refused_by_name(folder, monkeypatch, what, count):
    monkeypatch.setattr("pairstream.sets.index._WHOLE", 0)
    store = Store(str(folder))
    manifest, index = opened(store)
    offsets, sizes = index.extents()
    shard = manifest.split("training").shards[0]
    extent = store.read_range(shard.data, int(offsets[1]), int(sizes[1]), shard.bytes)
    file = folder / {"manifest": "manifests/000000000001.json", "index": shard.index, "sample": shard.data}[what]
    whole = extent if what == "sample" else file.read_bytes()
    numbers, refused = random.Random(1), 0
    for number in range(count):
        made = bytearray(whole)
        for _ in range(numbers.choice([1, 1, 2, 4])):
            at = numbers.randrange(max(0, len(made) - 4000) if what == "index" and numbers.random() < 0.5 else 0, len(made))
            made[at] = numbers.choice([0, 0x30, 0x7F, 0x80, 0xFF, made[at] ^ 1 << numbers.randrange(8)])
        begun = time.process_time()
        try:
            if what == "sample":
                pair_of(bytes(made))
            else:
                file.write_bytes(made)
                own = SetIndex(store, read_manifest(store), "training")
                own.columns(["bytes", "language", "labels", "measures.sharpness", "truncated", "url"])
                own.answers()
        except (PairstreamError, Malformed) as e:
            assert str(e), number
            refused += 1
        assert time.process_time() - begun < 5, number

    assert refused > count // 20
