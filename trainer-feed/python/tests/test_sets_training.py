"""Training on sets: in which order, from which manifest on, and without what."""

import hashlib
import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pairstream
from conftest import SIDE, pair, picture
from pairstream import Loader, PositionRefused, SampleRefused, SettingsError, ViewError
from pairstream.errors import Missing
from set_writer import withdraw, write_set

OPTIONS = dict(batch_size=12, seed=7, lanes=4, window=5, side_px=SIDE)


def ids_of(loader):
    return [pair_id for batch in loader for pair_id in batch.pair_ids]


@pytest.fixture
def folder(tmp_path):
    """A set of 60 pairs in shards of 8."""
    write_set(tmp_path / "set", [pair(number) for number in range(60)])
    return tmp_path / "set"


class Numbers:
    """SplitMix64, as order.md has it."""

    def __init__(self, *what):
        self.state = int.from_bytes(hashlib.sha256("\0".join(map(str, what)).encode()).digest()[:8], "big")

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = (self.state ^ self.state >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        return ((z ^ z >> 31) >> 11) / 2**53

    def permuted(self, items):
        items = list(items)
        for i in range(len(items) - 1, 0, -1):
            j = int(self.next() * (i + 1))
            items[i], items[j] = items[j], items[i]
        return items


def sequence(blocks, seed, epoch, lanes, window):
    """The places of an epoch by the text of order.md alone.

    Args:
        blocks: places of each, as (shard, row), in the view's order
    """
    own = {shard: [block for block in blocks if block[0][0] == shard] for shard, _ in (block[0] for block in blocks)}
    age = lambda block: (2 * own[block[0][0]].index(block) + 1) * 2**30 // len(own[block[0][0]])
    by_age = sorted(blocks, key=age)
    numbers, count = Numbers(seed, epoch, "blocks"), len(blocks)
    strata = [numbers.permuted(by_age[s * count // 8 : (s + 1) * count // 8]) for s in range(8)]
    groups = max(1, count // 8)
    counted = []
    for g in range(groups):
        rows = range(g, g + 1 if g < groups - 1 else count)
        members = [strata[s][i] for i in rows for s in (0, 4, 2, 6, 1, 5, 3, 7) if i < len(strata[s])]
        parts = max(1, sum(map(len, members)) // window)
        for t in range(parts):
            for block in members:
                counted += block[t * len(block) // parts : (t + 1) * len(block) // parts]
    while lanes > 1 and lanes * window > len(counted):
        lanes = (lanes + 1) // 2
    stretches, at = [], 0
    for lane in range(lanes):
        n = len(counted) // lanes + (lane < len(counted) % lanes)
        q = max(1, n // window)
        bounds = [at + w * n // q for w in range(q + 1)]
        windows = [Numbers(seed, epoch, f"window {lane} {w}").permuted(counted[bounds[w] : bounds[w + 1]]) for w in range(q)]
        stretches.append(sum(windows, []))
        at += n
    return [stretches[p % lanes][p // lanes] for p in range(len(counted))]


def test_the_order_is_that_of_the_text_over_shards_and_rows(tmp_path):
    write_set(tmp_path, [pair(number) for number in range(1200)], shard_samples=300)
    withdraw(tmp_path, [(1, row) for row in range(0, 300, 7)])
    source = pairstream.open(tmp_path)
    there = [[(shard, row) for row in range(300) if shard != 1 or row % 7] for shard in range(4)]
    blocks = [own[at : at + 128] for own in there for at in range(0, len(own), 128)]
    seen = {0: [], 1: []}
    with Loader(source, batch_size=96, seed=11, lanes=6, window=20, side_px=SIDE, epochs=2, last="keep") as loader:
        for batch in loader:
            seen[batch.epoch] += map(tuple, batch.places.tolist())

    for epoch, places in seen.items():
        assert places == sequence(blocks, 11, epoch, 6, 20), epoch


GOLDEN = Path(__file__).parents[2] / "src/test/resources/io/pairstream/feed/set/golden"


def test_what_export_writes_is_read():
    source = pairstream.open(GOLDEN)
    samples = list(source.samples(source.cut()))

    assert [sample.pair_id for sample in samples] == [f"{number:032x}" for number in (0, 2, 3, 4, 5)]
    assert samples[2].caption == "第3只猫" and samples[3].fields["labels"] == ["cat", "数4"]
    for number, sample in zip((0, 2, 3, 4, 5), samples):
        file = GOLDEN.parent / f"sample-{number}.{'png' if number == 5 else 'jpg'}"
        assert bytes(sample.picture.image) == file.read_bytes() == bytes(sample.fields["renditions"][0]["image"])
        assert sample.tokens.ids.tolist() == ([number, 70_000, 0, 0] if number % 3 else [])
    assert source.cut(["language=en", "answer.kind=photo"]).samples == 3


WITHOUT_KAFKA = """
import sys
sys.modules.update(confluent_kafka=None, fastavro=None, avro=None)
import pairstream
source = pairstream.open(sys.argv[1])
with pairstream.Loader(source, where=["fold=1"], batch_size=4, side_px=4, columns=["licence"]) as loader:
    print(sorted(int(one) for batch in loader for one in batch.pair_ids))
assert not [name for name in sys.modules if name.startswith(("pairstream.platform", "pairstream.kafka"))]
"""


def test_a_set_is_trained_on_without_the_packages_of_kafka(folder):
    source = Path(pairstream.__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_KAFKA, str(folder)], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(source)},
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [number for number in range(60) if number % 5 == 1]


def test_an_address_that_holds_no_set_is_refused(tmp_path):
    with pytest.raises(Missing, match="there is no set"):
        pairstream.open(tmp_path)
    with pytest.raises(Missing, match="there is no set"):
        pairstream.open(f"file://{tmp_path}/nowhere")
    with pytest.raises(SettingsError, match="s3://BUCKET/PREFIX"):
        pairstream.open("https://bucket.example.org/photos")
    with pytest.raises(SettingsError, match="storage and cache are of sets"):
        pairstream.open("host:9092", registry="http://host:8081", storage={"anonymous": True})


def test_arguments_of_a_platform_are_refused_for_a_set(folder):
    with pytest.raises(SettingsError, match="has no registry and no client"):
        pairstream.open(folder, registry="http://localhost:8081")
    with pytest.raises(SettingsError, match="is of the data set pairs, not of faces"):
        pairstream.open(folder, dataset="faces")
    with pytest.raises(ViewError, match="no split validation; there are training"):
        pairstream.open(folder, split="validation")


def test_what_needs_a_platform_says_so_in_a_sentence(folder):
    source = pairstream.open(folder)
    with Loader(source, **OPTIONS) as loader:
        asked = [
            lambda: source.follow("live", run="r"), lambda: source.mix("r", {"a.view": 1}), lambda: source.view("live"),
            lambda: source.change_mix("r", {"a.view": 1}, at_step=1, batch_size=1), lambda: loader.checkpoint("step-1"),
        ]  # fmt: skip
        for ask in asked:
            with pytest.raises(SettingsError, match=f"on a platform alone, and pairs.training at {folder} is a set"):
                ask()


def test_a_state_names_the_manifest_whose_pairs_a_later_run_has_again(folder):
    source = pairstream.open(folder)
    with Loader(source, where="fold=0,1", **OPTIONS) as loader:
        batches = iter(loader)
        first = next(batches).pair_ids
        state = json.loads(json.dumps(loader.state_dict()))
        rest = [pair_id for batch in batches for pair_id in batch.pair_ids]
    write_set(folder, [pair(number) for number in range(60, 90)])
    withdraw(folder, [(0, 0)], erase=True)

    with Loader(pairstream.open(folder), where="fold=0,1", **OPTIONS) as loader:
        assert loader.state_dict()["manifest"] == 4 and len(loader) == 2
        loader.load_state_dict(state)
        again = pickle.loads(pickle.dumps(loader))
        left = ids_of(loader)
        assert loader.state_dict()["manifest"] == state["manifest"] == 1
    with again:
        assert ids_of(again) == left

    # Pair 0 is gone; another of its window stands in for it.
    assert "0" in rest and "0" not in left and len(left) == len(rest)
    assert set(first + rest) - {"0"} == set(first + left)


def test_a_state_is_refused_where_erasure_has_changed_what_a_condition_says(folder):
    with Loader(pairstream.open(folder), where="licence=CC0", **OPTIONS) as loader:
        next(loader)
        state = loader.state_dict()
    pairstream.open(folder).cut("licence=CC0").save(folder / "train.view")
    withdraw(folder, [(0, 3)], erase=True)

    with Loader(pairstream.open(folder), where="licence=CC0", **OPTIONS) as loader:
        with pytest.raises(PositionRefused, match=r"at manifest 1 the pairs where licence=CC0 were others.*save\(FILE\)"):
            loader.load_state_dict(state)
        assert len(ids_of(loader)) == 48
    with Loader(pairstream.open(folder), folder / "train.view", **OPTIONS) as loader:
        loader.load_state_dict(state)
        assert len(ids_of(loader)) == 48


def test_states_of_other_sets_and_of_manifests_that_are_not_there_are_refused(folder, tmp_path):
    write_set(tmp_path / "other", [pair(number) for number in range(60)])
    with Loader(pairstream.open(tmp_path / "other"), **OPTIONS) as loader:
        other = loader.state_dict()
    with Loader(pairstream.open(folder), **OPTIONS) as loader:
        with pytest.raises(PositionRefused, match="is one of another set"):
            loader.load_state_dict(other)
        with pytest.raises(PositionRefused, match="has no manifest 7, its newest is 1: it was copied by halves"):
            loader.load_state_dict({**loader.state_dict(), "manifest": 7})
        with pytest.raises(PositionRefused, match="manifests from 1 on"):
            loader.load_state_dict({**loader.state_dict(), "manifest": "1"})
    with pytest.raises(PositionRefused, match="cut from another data set"):
        Loader(pairstream.open(folder), pairstream.open(tmp_path / "other").cut(), **OPTIONS)


def test_objects_that_an_export_has_replaced_are_found_by_a_source_that_was_open(folder):
    source = pairstream.open(folder)
    view = source.cut()
    withdraw(folder, [(number, 1) for number in range(7)], erase=True)

    with Loader(source, view, **OPTIONS, last="keep", epochs=1) as loader:
        batches = list(loader)
    assert source.cut("fold=3").samples == 12

    gone = {str(8 * number + 1) for number in range(7)}
    assert {pair_id for batch in batches for pair_id in batch.pair_ids} == {str(number) for number in range(60)} - gone
    assert sum(batch.stand_ins for batch in batches) == 7
    for batch in batches:
        assert all((image == picture(int(one))).all() for image, one in zip(batch.images, batch.pair_ids))


def test_a_shard_whose_tar_is_gone_is_named(folder):
    source = pairstream.open(folder)
    gone = next(folder.glob("training/000002-*.tar"))
    gone.unlink()
    with Loader(source, **OPTIONS, last="keep") as loader, pytest.raises(Missing, match=gone.name):
        ids_of(loader)


@pytest.fixture
def bucket(folder, tmp_path):
    """Opens the set in a bucket."""
    pytest.importorskip("moto")
    from faulty_s3 import FaultyS3

    server = FaultyS3()
    yield lambda: pairstream.open(server.upload(folder, "photos"), storage=server.storage, cache=tmp_path / "cache")
    server.close()


def test_a_bucket_is_trained_on_as_its_folder(folder, bucket):
    withdraw(folder, [(0, 0)])
    with Loader(pairstream.open(folder), **OPTIONS, epochs=2) as loader:
        expected = [(batch.pair_ids, batch.images.tobytes()) for batch in loader]
    source = bucket()
    with Loader(pickle.loads(pickle.dumps(source)), **OPTIONS, epochs=2) as loader:
        first = [(batch.pair_ids, batch.images.tobytes()) for _, batch in zip(range(3), loader)]
        state = loader.state_dict()
    with Loader(source, **OPTIONS, epochs=2) as loader:
        loader.load_state_dict(state)
        assert first + [(batch.pair_ids, batch.images.tobytes()) for batch in loader] == expected
        assert len(list(loader.explain(1))) == 12


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_forked_process_trains_from_a_bucket_as_its_parent_does(folder, bucket):
    source = bucket()
    with Loader(source, **OPTIONS) as loader:
        batches = iter(loader)
        seen = list(next(batches).pair_ids)
        said, says = os.pipe()
        if os.fork() == 0:
            try:
                with Loader(source, **OPTIONS) as own:
                    os.write(says, json.dumps(ids_of(own)).encode())
            finally:
                os._exit(0)
        seen += [pair_id for batch in batches for pair_id in batch.pair_ids]
    os.close(says)
    with os.fdopen(said) as lines:
        assert json.loads(lines.read()) == seen
    assert os.wait()[1] == 0


def answered(number):
    said = [dict(name="style", model="ab", label=("photo", "drawing")[number % 2])]
    return dict(answers=[*said, dict(name="nsfw", model="cd", number=number / 100)] if number != 5 else [])


def test_answers_choose_pairs_and_are_columns(tmp_path, caplog):
    write_set(tmp_path, [{**pair(number), **answered(number)} for number in range(40)])
    source = pairstream.open(tmp_path)

    view = source.cut(["answer.nsfw<=0.19", "answer.style=photo"])
    with Loader(source, view, columns=["answer.nsfw", "answer.style"], **{**OPTIONS, "batch_size": 5}) as loader:
        found = {int(one): (nsfw, style) for b in loader
                 for one, nsfw, style in zip(b.pair_ids, b["answer.nsfw"], b["answer.style"])}  # fmt: skip

    assert found == {number: (np.float32(number / 100), "photo") for number in range(0, 20, 2)}
    assert "1 of 40 pairs have no answer.nsfw" in caplog.text
    with pytest.raises(SettingsError, match="as answer dino; there are nsfw, style"):
        source.cut("answer.dino>=1")
    with pytest.raises(SettingsError, match="an answer dino; there are nsfw, style"):
        Loader(source, columns=["answer.dino"], **OPTIONS)


def test_buckets_need_no_view(tmp_path):
    shapes = [(4, 4), (2, 8)]
    of = lambda n: dict(height=shapes[n % 2][0], width=shapes[n % 2][1], image=bytes([n]) * 3 * 16)
    write_set(tmp_path, [{**pair(number), **of(number)} for number in range(40)])
    source = pairstream.open(tmp_path)
    with Loader(source, buckets=True, **{**OPTIONS, "batch_size": 4}) as loader:
        for batch in loader:
            assert {shapes[int(one) % 2] for one in batch.pair_ids} == {batch.images.shape[1:3]}
    assert source.profile(source.cut())["counts"]["size"] == {"4x4": 20, "8x2": 20}


def test_a_view_that_holds_nothing_says_what_there_is(folder):
    with pytest.raises(ViewError, match="no pair has language=xx: there are en"):
        pairstream.open(folder).cut("language=xx")


def test_the_pages_text_features_are_fitted_on_a_training_view_alone(folder, tmp_path):
    pytest.importorskip("sklearn", reason="scikit-learn is not installed; PAIRSTREAM_TORCH=true has the build do so")
    page = (Path(__file__).parents[3] / "docs/python.md").read_text(encoding="utf-8")
    [script] = re.findall(r"^```python\n(from sklearn.*?)^```", page, re.MULTILINE | re.DOTALL)
    write_set(folder, [{**pair(number), "caption": "a zebra", "split": "VALIDATION"} for number in range(60, 66)], "validation")
    pairstream.open(folder).cut().save(tmp_path / "train.view")
    found = {"pairstream": pairstream}

    exec(script.replace("s3://bucket/photos", str(folder)).replace("train.view", str(tmp_path / "train.view")), found)

    assert list(found["tfidf"].get_feature_names_out()) == ["caption"]
    assert found["rows"].shape == (6, 1) and found["rows"].nnz == 0


@pytest.mark.parametrize("where", [None, {"language": "en"}, ["language=en", 3]])
def test_conditions_that_are_none_are_refused(folder, where):
    for ask in (pairstream.open(folder).cut, lambda where: Loader(pairstream.open(folder), where=where, **OPTIONS)):
        with pytest.raises(SettingsError, match="where is a condition or a list of conditions, such as 'language=en'"):
            ask(where)


def test_a_state_of_other_conditions_names_both(folder):
    with Loader(pairstream.open(folder), where="fold=0,1", **OPTIONS) as loader:
        state = loader.state_dict()
    for where, own in (("fold = 2", "fold=2"), ((), "all pairs")):
        with Loader(pairstream.open(folder), where=where, **OPTIONS) as loader:
            with pytest.raises(PositionRefused, match=f"that loader's where is fold=0,1, this one's is {own}$"):
                loader.load_state_dict(state)


def test_a_tar_that_ends_early_is_named_and_what_is_behind_its_end_is_skipped(folder):
    [tar] = (folder / "training").glob("000001-*.tar")
    size = tar.stat().st_size
    os.truncate(tar, size - 1536)
    options = OPTIONS | dict(seed=1, window=60, lanes=1, batch_size=60)
    with Loader(pairstream.open(folder), **options) as loader:
        with pytest.raises(SampleRefused, match=f"pairs.training-1-7: {tar} ends before byte {size - 1024}, of {size}:") as refusal:
            next(loader)
    assert refusal.value.__cause__ is None
    with Loader(pairstream.open(folder), on_error="skip", **options) as loader:
        assert len(next(loader)) == 60
        assert list(loader.skipped) == [(1, 7)]


def test_too_few_pairs_for_a_batch_name_the_way_out(folder):
    for options in (dict(batch_size=61), dict(batch_size=61, buckets=True)):
        with pytest.raises(SettingsError, match='or last="keep", which hands out batches that are not full'):
            Loader(pairstream.open(folder), **OPTIONS | options)
    with pytest.raises(SettingsError, match="a split is training, validation, test, not ''"):
        pairstream.open(folder, split="")
