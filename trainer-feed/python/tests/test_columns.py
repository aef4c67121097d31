"""Columns, hooks and dropped captions."""

import sys
import threading

import numpy as np
import pytest

from conftest import SIDE, Dataset, Writer, pair, picture
from pairstream import Loader, SampleRefused, SettingsError
from pairstream.augment import horizontal_flip, names_a_side
from pairstream.batch.memory import Slot
from pairstream.batch.writer import Pictures, SampleWriter, stack
from pairstream.columns.of_records import Columns, Picture
from pairstream.kafka.avro import Schemas
from pairstream.platform.records import PairReader
from pairstream.random_numbers import RandomNumbers
from pairstream.read.records import Record

OPTIONS = dict(batch_size=8, seed=5, lanes=4, window=5, side_px=SIDE, epochs=1)
COLUMNS = ["original_size", "crop", "measure.sharpness", "source", "url", "truncated", "height", "received_at",
           "labels", "texts.plain", "tokens.t5", "tokens.clip", "images.small"]  # fmt: skip


def small(number):
    """uint8 [2, 3, 1]"""
    return (np.arange(6) * 7 + number).astype(np.uint8).reshape(2, 3, 1)


def rich(number):
    """The fields of a pair that has all columns; every other one is not measured."""
    crop = dict(crop_left_px=1.0, crop_top_px=number, crop_width_px=30.0, crop_height_px=20.0)
    size = dict(original_width_px=40.0, original_height_px=100.0 + number)
    return {
        **pair(number),
        "measures": {**size, **crop, "sharpness": number / 4} if number % 2 else size,
        "truncated": number % 3 == 0,
        "pad_id": 3,
        "received_at": 1_767_322_800_123 + number,
        "labels": [f"label {n}" for n in range(number % 3)],
        "texts": {"plain": f"plain {number}"},
        "token_sets": [
            dict(name="t5", token_ids=[number, 1, 9], token_count=2, pad_id=9),
            dict(name="clip", token_ids=[number, 8, 8, 8], token_count=1, pad_id=8),
        ],
        "renditions": [dict(name="small", image=small(number).tobytes(), image_encoding="raw", width=3, height=2,
                            channels=1, colour="grey")],
    }  # fmt: skip


def expected(number):
    """Values of the columns of a pair, by name."""
    is_measured = number % 2
    return {
        "original_size": [100 + number, 40],
        "crop": [round(number * SIDE / 20), 0, SIDE, SIDE] if is_measured else [-1] * 4,
        "crop.mirrored": [round(number * SIDE / 20), 1, SIDE, SIDE] if is_measured else [-1] * 4,
        "measure.sharpness": number / 4 if is_measured else np.nan,
        "source": "crowd",
        "url": f"https://example.org/{number}",
        "truncated": number % 3 == 0,
        "height": SIDE,
        "received_at": 1_767_322_800_123 + number,
        "labels": [f"label {n}" for n in range(number % 3)],
        "texts.plain": f"plain {number}",
        "tokens.t5": [number, 1, 9],
        "mask.t5": [1, 1, 0],
        "tokens.clip": [number, 8, 8, 8],
        "mask.clip": [1, 0, 0, 0],
        "images.small": small(number),
    }


TYPES = {"original_size": "int32", "crop": "int32", "crop.mirrored": "int32", "measure.sharpness": "float32", "truncated": "bool",
         "fold": "int64", "height": "int64", "received_at": "int64", "tokens.t5": "int32", "mask.t5": "uint8", "tokens.clip": "int32",
         "mask.clip": "uint8", "images.small": "uint8"}  # fmt: skip


def filled(dataset):
    producer = dataset.producer()
    producer.begin_transaction()
    for number in range(32):
        dataset.put(producer, number, dataset.pair(number, **rich(number)))
    producer.commit_transaction()
    dataset._await_committed()
    source = dataset.source()
    return source, source.cut()


@pytest.fixture(scope="module")
def run(broker, registry):
    return filled(Dataset(broker, registry))


@pytest.fixture(scope="module")
def pairs(registry):
    return Writer(registry, "PreparedPair")


def writer_of(registry, columns=(), pictures=Pictures(SIDE), **options):
    reader = PairReader(Schemas(registry.address), "pairs.training", columns=Columns(columns))
    return SampleWriter(reader, "pairs.training", "TRAINING", pictures, **options)


def written(writer, values, size=4):
    """The slot in which values were written, of which the first decides the form."""
    records = [Record(3, 17 + i, 0, value) for i, value in enumerate(values)]
    form = writer.format_of(records)
    slot = Slot(size, lambda size: np.full(size, 77, np.uint8))
    writer.arrange(slot, form)
    for index, record in enumerate(records):
        writer.write(record, writer.read(record), 0, form, slot, index)
    return slot


def assert_columns(batch):
    assert set(batch.columns) == {*COLUMNS, "fold", "crop.mirrored", "mask.t5", "mask.clip"}
    assert {name: str(one.dtype) for name, one in batch.columns.items() if not isinstance(one, list)} == TYPES
    for index, pair_id in enumerate(batch.pair_ids):
        for name, value in expected(int(pair_id)).items():
            np.testing.assert_array_equal(batch[name][index], value, err_msg=name)


def test_a_batch_has_the_columns_that_are_asked_for(run):
    with Loader(*run, **OPTIONS, columns=COLUMNS) as loader:
        batches = list(loader)

    assert len(batches) == 4
    for batch in batches:
        assert_columns(batch)
        # Token sets and pictures lie where the batch's own do.
        base = batch.images.base
        assert all(batch[name].base is base for name in ("tokens.t5", "mask.clip", "images.small", "crop"))
    with pytest.raises(KeyError):
        batches[0]["licence"]


def test_columns_stay_once_there_are_takedowns(dataset):
    run = filled(dataset)
    dataset.take_down("PAIR", "3")
    with Loader(*run, **OPTIONS, columns=COLUMNS) as loader:
        batches = list(loader)

    assert sum(batch.stand_ins for batch in batches) == 1
    for batch in batches:
        assert "3" not in batch.pair_ids
        assert_columns(batch)


def test_columns_are_rows_of_arrow_tables(run):
    pytest.importorskip("pyarrow")
    from pairstream.arrow import table

    with Loader(*run, **OPTIONS, columns=COLUMNS) as loader:
        batch = next(loader)
        found = table(batch)

    for name, column in batch.columns.items():
        if name == "images.small":
            assert (found.column(name).chunk(0).to_numpy_ndarray() == column).all()
        elif name != "measure.sharpness":
            assert found.column(name).to_pylist() == (column if isinstance(column, list) else column.tolist())
    assert found.column("dropped").to_pylist() == [False] * 8


def test_further_pictures_have_the_pixels_form(registry, pairs):
    form = Pictures(SIDE, "float32", "nchw", "zero-to-one")
    slot = written(writer_of(registry, ["images.small"], form), [pairs.write(rich(1))])

    assert slot.arrays["images.small"].shape == (4, 1, 2, 3)
    assert (slot.arrays["images.small"][0, 0] == (small(1)[:, :, 0] / 255).astype(np.float32)).all()
    assert slot.arrays["images"].shape == (4, 3, SIDE, SIDE)


@pytest.mark.parametrize("name", ["shrapness", "measure.shrapness", "texts.x", "tokens.x", "images.x", "image", "origin"])
def test_an_unknown_column_is_refused_at_the_first_sample(registry, pairs, name):
    with pytest.raises(SampleRefused, match=f"^pairs.training-3-17: no column '{name}'; there are .*") as refused:
        written(writer_of(registry, [name]), [pairs.write(rich(1))])

    named = str(refused.value).split("there are ")[1].split(", ")
    assert {*COLUMNS, "measure.crop_top_px", "licence", "source_kind"} <= set(named)
    assert named[-3:] == ["tokens.t5", "tokens.clip", "images.small"]


def test_what_one_sample_of_the_first_batch_has_the_others_need_not(registry, pairs):
    older = Writer(registry, "PreparedPair", without={"url", "fold", "labels", "measures", "texts", "truncated"})
    names = ["url", "fold", "measure.sharpness", "texts.plain", "truncated", "crop"]

    slot = written(writer_of(registry, names), [older.write(rich(2)), pairs.write(rich(1))])

    assert slot.texts == {"url": ["", "https://example.org/1", "", ""], "texts.plain": ["", "plain 1", "", ""]}
    assert slot.arrays["fold"][:2].tolist() == [0, 1] and slot.arrays["truncated"][:2].tolist() == [False, False]
    np.testing.assert_array_equal(slot.arrays["measure.sharpness"][:2], [np.nan, 0.25])
    assert slot.arrays["crop"][:2].tolist() == [[-1] * 4, [0, 0, SIDE, SIDE]]


@pytest.mark.parametrize(
    "message, change",
    [
        ("expected token ids of tokens.t5 3, found 1", dict(token_sets=[dict(name="t5", token_ids=[1])])),
        ("token count 4 of 3 token ids of tokens.t5", dict(token_sets=[dict(name="t5", token_ids=[1, 2, 3], token_count=4)])),
        ("has no tokens.t5", dict(token_sets=[])),
        ("has no images.small", dict(renditions=[])),
        ("expected height in pixels of images.small 2, found 9", dict(renditions=[dict(name="small", image=b"", height=9, width=3)])),
    ],
)  # fmt: skip
def test_other_shapes_of_token_sets_and_renditions_are_refused(registry, pairs, message, change):
    values = [pairs.write(rich(1)), pairs.write({**rich(2), **change})]
    with pytest.raises(SampleRefused, match=f"^pairs.training-3-18: {message}"):
        written(writer_of(registry, ["tokens.t5", "images.small"]), values)


def test_ids_and_measures_that_are_no_numbers_of_their_kind_are_refused(registry, pairs):
    for change in (dict(measures={"crop_top_px": float("nan")}), dict(measures={"original_width_px": 1e12})):
        with pytest.raises(SampleRefused, match="^pairs.training-3-17: "):
            written(writer_of(registry, ["crop", "original_size"]), [pairs.write({**rich(1), **change})])


@pytest.mark.parametrize(
    "original, part, own, shown, corner, mirrored",
    [
        ((480, 640), (48, 0, 384, 640), (192, 320), (192, 320), (24, 0), (24, 0)),
        ((480, 640), (48, 0, 384, 640), (192, 320), (384, 640), (48, 0), (48, 0)),
        ((1000, 3000), (0, 500, 1000, 1000), (256, 256), (256, 256), (0, 128), (0, 384)),
        ((100, 100), (0, 0, 100, 100), (256, 256), (256, 256), (0, 0), (0, 0)),
        # A rendition of another shape shows another part, which is not written down.
        ((480, 640), (48, 0, 384, 640), (192, 320), (128, 128), None, None),
        ((480, 640), (0, 0, 0, 0), (192, 320), (192, 320), None, None),
    ],
)
def test_a_crop_is_of_the_resized_original_as_sdxl_has_it(original, part, own, shown, corner, mirrored):
    measures = dict(zip(("crop_top_px", "crop_left_px", "crop_height_px", "crop_width_px"), map(float, part)))
    pair = dict(height=own[0], width=own[1], measures={**measures, "original_width_px": float(original[1])})

    found = Columns(["crop"]).read(pair, Picture.of(dict(height=shown[0], width=shown[1])))

    assert [one.tolist() for one in found] == [[-1] * 4 if one is None else [*one, *shown] for one in (corner, mirrored)]


def test_a_dropped_caption_is_the_tokenizers_empty_one(registry, pairs):
    values = rich(1)
    values.update(token_ids=[7, 1], pad_id=3, empty_token_ids=[], empty_token_count=0)
    values["token_sets"] = [
        dict(name="t5", token_ids=[7, 1, 9], token_count=2, pad_id=9, empty_token_ids=[1], empty_token_count=1),
        # Padded by the place's index.
        dict(name="clip", token_ids=[5, 7, 6, 23], token_count=3, pad_id=20, empty_token_ids=[5, 6, 22, 23], empty_token_count=2),
    ]  # fmt: skip
    form = Pictures(SIDE, "float32", "nchw", "clip")

    slot = written(writer_of(registry, ["tokens.t5", "tokens.clip"], form, caption_dropout=1.0), [pairs.write(values)])

    found = {name: slot.arrays[name][0].tolist() for name in ("tokens", "tokens.t5", "tokens.clip")}
    assert found == {"tokens": [3, 3], "tokens.t5": [1, 9, 9], "tokens.clip": [5, 6, 22, 23]}
    masks = {name: slot.arrays[name][0].tolist() for name in ("mask", "mask.t5", "mask.clip")}
    assert masks == {"mask": [0, 0], "mask.t5": [1, 0, 0], "mask.clip": [1, 1, 0, 0]}


@pytest.mark.parametrize("columns", ["crop", ["images"], [1]])
def test_columns_are_a_list_of_names_of_what_is_not_there_anyway(columns):
    with pytest.raises(SettingsError, match="columns"):
        Columns(columns)


def noisy(sample, random):
    """What a transform may do: keep the sample, change it, and answer anything."""
    sample["image"] += np.uint8(sample["tokens"][0] % 2)
    return {
        "image": sample["image"],
        "ids": sample["tokens.t5"],
        "ragged": sample["tokens"][: 1 + int(sample["pair_id"]) % 2],
        "noise": random.random(),
        "height": sample["height"],
        "name": sample["pair_id"],
        "sample": sample,
    }


HOOKED = dict(OPTIONS, columns=COLUMNS, transform=noisy, epochs=2)


def test_a_transform_makes_the_batch(run):
    threads = set()

    def transform(sample, random):
        threads.add(threading.current_thread().name)
        return noisy(sample, random)

    with Loader(*run, **{**HOOKED, "transform": transform}) as loader:
        batches = list(loader)

    assert all(name.startswith("pairstream-decode") for name in threads)
    for batch in batches:
        data = batch.data
        assert data["name"] == batch.pair_ids and batch.images.shape[0] == 0
        assert data["image"].dtype == np.uint8 and data["image"].shape == (8, SIDE, SIDE, 3)
        assert data["height"].tolist() == [SIDE] * 8 and data["height"].dtype == np.int64
        for i, (pair_id, seed) in enumerate(zip(batch.pair_ids, batch.seeds)):
            number = int(pair_id)
            assert seed == RandomNumbers(pair_id, batch.epoch, 5, "augment").bits()
            assert data["noise"][i] == np.random.Generator(np.random.PCG64(seed)).random()
            assert (data["image"][i] == picture(number) + np.uint8(number % 2)).all()
            assert data["ids"][i].tolist() == [number, 1, 9] and len(data["ragged"][i]) == 1 + number % 2
            # What a transform keeps stays as it is, whatever becomes of the batch's memory.
            sample = data["sample"][i]
            assert sample["caption"] == f"caption {number}" and not sample["dropped"]
            for name, value in expected(number).items():
                np.testing.assert_array_equal(sample[name], value, err_msg=name)
        # Memory of its own for each picture costs a third of decoding it.
        assert len({id(sample["image"].base) for sample in data["sample"]}) == 1


def test_a_collate_makes_a_batch_of_no_samples_too(run):
    with Loader(*run, **{**OPTIONS, "batch_size": 30}, rank=2, ranks=3, last="keep", collate=list) as loader:
        assert [len(batch.data) for batch in loader] == [10, 0]


def seen(loader):
    return {(batch.epoch, name): noise for batch in loader for name, noise in zip(batch.pair_ids, batch.data["noise"])}


def test_a_transform_repeats_itself_with_other_ranks_and_goes_on_exactly(run):
    with Loader(*run, **HOOKED) as loader:
        whole = seen(loader)
    with Loader(*run, **HOOKED, threads=1) as loader:
        first = seen([next(loader) for _ in range(3)])
        state = loader.state_dict()
    rest = {}
    for rank in range(2):
        with Loader(*run, **HOOKED, rank=rank, ranks=2) as loader:
            loader.load_state_dict(state)
            rest.update(seen(loader))

    assert len(whole) == 64 and {**first, **rest} == whole and len(first) == 24
    assert all(whole[0, str(number)] != whole[1, str(number)] for number in range(32))


def test_a_collate_gets_the_samples_in_their_order(run):
    def collate(samples):
        return "ids", [sample["pair_id"] for sample in samples]

    with Loader(*run, **OPTIONS, collate=collate) as loader:
        for batch in loader:
            assert batch.data == ("ids", batch.pair_ids)


class Empty:
    """A function that has a length of 0, as an empty ``torch.nn.Sequential`` and a tokenizer without words have."""

    def __init__(self, answer):
        self.answer = answer
        self.calls = 0

    def __len__(self):
        return 0

    def __call__(self, *given):
        self.calls += 1
        return self.answer(*given)


@pytest.mark.parametrize("hook, answer", [
    ("transform", lambda sample, _: sample),
    ("collate", lambda samples: samples),
    ("augment", lambda pixels, _: pixels),
    ("allocate", lambda size: bytearray(size)),
])  # fmt: skip
def test_a_function_with_a_length_of_0_is_called(run, hook, answer):
    function = Empty(answer)
    with Loader(*run, **OPTIONS, **{hook: function}) as loader:
        next(loader)

    assert function.calls


@pytest.mark.parametrize("hook, of", [
    (dict(transform=lambda sample, random: sample[sample["pair_id"]]), "in the sample of pair {}, {}.training-"),
    (dict(augment=lambda image, random: {}[image.tobytes()]), "in the sample of pair {}, {}.training-"),
    (dict(collate=lambda samples: {}[samples[0]["pair_id"]]), "in the batch of step 0 of epoch 0"),
])  # fmt: skip
def test_what_a_hook_raises_ends_the_run_and_says_of_which_sample(run, hook, of):
    with Loader(*run, **OPTIONS, **hook) as loader:
        with pytest.raises(KeyError) as raised:
            next(loader)

    asked = raised.value.args[0]
    number = asked if isinstance(asked, str) else asked[0]
    if sys.version_info >= (3, 11):
        assert raised.value.__notes__[0].startswith(of.format(number, run[0].dataset))


@pytest.mark.parametrize("options", [dict(augment=lambda image, _: image), dict(layout="nchw"), dict(pixels="float32")])
def test_a_transform_takes_the_place_of_augment_and_pixel_forms(run, options):
    with pytest.raises(SettingsError, match="it takes the place of augment, layout, pixels and normalise"):
        Loader(*run, **OPTIONS, **options, transform=noisy)


def test_other_splits_are_transformed_and_keep_their_captions(dataset):
    dataset.create(f"{dataset.name}.test", 1)
    for number in range(8):
        dataset.send(f"{dataset.name}.test", str(number), dataset.pair(number, **{**rich(number), "split": "TEST"}))
    source = dataset.source(split="test")

    with Loader(source, source.cut(), **HOOKED) as loader:
        assert seen(loader).keys() == {(epoch, str(number)) for epoch in range(2) for number in range(8)}
    with pytest.raises(SettingsError, match="for training alone, not 0.1 of test"):
        Loader(source, source.cut(), **OPTIONS, caption_dropout=0.1)


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_that_cannot_be_is_refused(run, share):
    with pytest.raises(SettingsError, match="caption_dropout is from 0 to 1"):
        Loader(*run, **OPTIONS, caption_dropout=share)


def test_stacks_what_has_one_shape_and_lists_the_rest():
    found = stack([dict(a=np.zeros((2, 3)), b=np.zeros(i), c=i, d=f"{i}", e=np.float32(i), f=i > 0) for i in range(2)])

    assert found["a"].shape == (2, 2, 3) and [len(one) for one in found["b"]] == [0, 1]
    assert found["c"].dtype == np.int64 and found["c"].tolist() == [0, 1] and found["d"] == ["0", "1"]
    assert found["e"].dtype == np.float32 and found["f"].dtype == np.bool_
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert (stack([dict(a=pixels[:, ::-1]), dict(a=pixels)])["a"] == [pixels[:, ::-1], pixels]).all()
    assert stack([]) == {}
    for wrong in ([1, 2], [dict(a=1), dict(b=1)]):
        with pytest.raises(SettingsError, match="all with the same keys"):
            stack(wrong)


def test_a_caption_is_dropped_by_pair_and_epoch_alone(run):
    drops = {}
    with Loader(*run, **{**OPTIONS, "epochs": 2}, columns=[*COLUMNS, "caption"], caption_dropout=0.25) as loader:
        for batch in loader:
            for i, (pair_id, is_dropped) in enumerate(zip(batch.pair_ids, batch.dropped)):
                drops[batch.epoch, pair_id] = bool(is_dropped)
                number = int(pair_id)
                assert (batch.captions[i] == "") == (batch["texts.plain"][i] == "") == (batch["caption"][i] == "") == is_dropped
                assert batch.tokens[i].tolist() == ([3, 3] if is_dropped else [number, 0])
                assert batch.mask[i].tolist() == ([0, 0] if is_dropped else [1, 0])
                assert batch["tokens.t5"][i].tolist() == ([9] * 3 if is_dropped else [number, 1, 9])
                assert batch["tokens.clip"][i].tolist() == ([8] * 4 if is_dropped else [number, 8, 8, 8])
                assert batch["mask.clip"][i].tolist() == [not is_dropped, 0, 0, 0]
                assert batch["url"][i] == f"https://example.org/{number}"
    assert 4 < sum(drops.values()) < 30
    assert any(drops[0, str(number)] != drops[1, str(number)] for number in range(32))
    with Loader(*run, **OPTIONS, rank=1, ranks=2, caption_dropout=0.25, transform=lambda one, _: one) as loader:
        for batch in loader:
            assert batch.dropped.tolist() == [drops[0, pair_id] for pair_id in batch.pair_ids]
            assert [one == "" for one in batch.data["caption"]] == batch.data["dropped"].tolist() == batch.dropped.tolist()


def test_the_share_of_dropped_captions(registry, pairs):
    for share in (0.0, 0.1, 1.0):
        values = [pairs.write({**pair(number), "token_ids": [1], "token_count": 1}) for number in range(2000)]
        dropped = sum(written(writer_of(registry, caption_dropout=share), values, 2000).dropped)
        assert abs(dropped / 2000 - share) < (0.03 if share == 0.1 else 1e-9)


SIDED = ["A cat LEFT of a dog", "the right-hand door", "turn clockwise", "anti-clockwise, then up", "rightmost tree",
         "leftward", "a boat to starboard", "猫在狗的左边", "向右转", "顺时针旋转", "逆時針"]  # fmt: skip
UNSIDED = ["", "a bright upright piano", "leftovers on a plate", "a righteous man", "copyright", "a cat and a dog",
           "一只猫和一只狗", "时针指向三点", "un chat"]  # fmt: skip


@pytest.mark.parametrize("caption", SIDED)
def test_a_picture_whose_caption_names_a_side_is_never_flipped(caption):
    assert names_a_side(caption)
    for texts in ({"caption": caption}, {"caption": "", "texts.long": caption}):
        sample = {"image": picture(1), **texts}
        assert horizontal_flip(sample, np.random.default_rng(1), 1.0) is sample


@pytest.mark.parametrize("caption", UNSIDED)
def test_other_pictures_are_flipped_with_all_their_renditions(caption):
    assert not names_a_side(caption)
    sample = {"image": picture(1), "images.small": small(1), "caption": caption, "tokens": np.arange(2)}
    sample.update({"crop": [1, 2, 4, 4], "crop.mirrored": [1, 7, 4, 4]})

    found = horizontal_flip(sample, np.random.default_rng(1), 1.0)

    assert (found["image"] == picture(1)[:, ::-1]).all() and (found["images.small"] == small(1)[:, ::-1]).all()
    assert found["image"].flags.c_contiguous and found["tokens"] is sample["tokens"]
    assert (found["crop"], found["crop.mirrored"]) == ([1, 7, 4, 4], [1, 2, 4, 4])
    assert (sample["image"] == picture(1)).all()


def test_half_of_the_pictures_are_flipped_and_the_numbers_after_do_not_depend_on_captions():
    flipped = 0
    for seed in range(400):
        left, other = np.random.default_rng(seed), np.random.default_rng(seed)
        horizontal_flip({"image": picture(1), "caption": "left"}, left)
        flipped += (horizontal_flip({"image": picture(1), "caption": ""}, other)["image"] != picture(1)).any()
        assert left.random() == other.random()
    assert 150 < flipped < 250
