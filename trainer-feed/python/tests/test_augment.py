import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from conftest import SIDE, picture
from write_golden import drawn, plan_of

from pairstream import Loader, SettingsError
from pairstream.augment import AugmentationPlan
from pairstream.augment import plan_of as read_plan
from pairstream.random_numbers import RandomNumbers

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())
WHOLE = {
    "seed": -7,
    "crop": {"smallest-area": 0.3, "largest-area": 1, "smallest-ratio": 0.75, "largest-ratio": 1.25},
    "flip": {"probability": 0.5},
    "rotate": {"largest-degrees": 15},
    "scale": {"smallest": 0.8, "largest": 1.25},
    "border": {"kind": "fill", "fill-value": 9},
    "colour": {"brightness": 0.3, "contrast": 0.2, "saturation": 0.1, "hue": 0.05},
    "blur": {"probability": 0.5, "smallest-sigma-px": 0.1, "largest-sigma-px": 2},
    "noise": {"sigma": 5},
}


@pytest.mark.parametrize("case", GOLDEN["numbers"])
def test_draws_the_numbers_of_the_golden_file(case):
    parts = [case["pair_id"], case["epoch"], case["seed"], case["operation"]]
    random = RandomNumbers(*parts)
    assert [str(random.bits()) for _ in range(3)] == case["bits"]
    assert [str(bits) for bits in RandomNumbers(*parts).many_bits(3)] == case["bits"]
    assert RandomNumbers(*parts).next() == case["next"]


@pytest.mark.parametrize("name", sorted({case["name"] for case in GOLDEN["cases"]}))
def test_makes_the_pixels_of_the_golden_file(name):
    for case in GOLDEN["cases"]:
        if case["name"] == name:
            given = drawn(*case["shape"])
            found = plan_of(case["plan"]).apply(case["pair_id"], case["epoch"], given)
            assert found.ravel()[:6].tolist() == case["begins"]
            assert hashlib.sha256(found.tobytes()).hexdigest() == case["sha256"]
            assert (given == drawn(*case["shape"])).all()


def test_reads_a_file_in_json_or_yaml(tmp_path):
    expected = AugmentationPlan(
        -7, (0.3, 1, 0.75, 1.25), 0.5, 15, (0.8, 1.25), ("fill", 9), (0.3, 0.2, 0.1, 0.05), (0.5, 0.1, 2), 5
    )
    (tmp_path / "a.json").write_text(json.dumps(WHOLE))
    assert read_plan(WHOLE) == read_plan(tmp_path / "a.json") == expected
    assert read_plan({"seed": 3, "border": {"kind": "fill"}, "blur": {"largest-sigma-px": 9}}).is_none()
    assert not expected.is_none()
    pytest.importorskip("yaml")
    (tmp_path / "a.yaml").write_text("seed: -7 # any\nflip:\n  probability: 0.5\n")
    assert read_plan(tmp_path / "a.yaml") == AugmentationPlan(seed=-7, flip=0.5)
    (tmp_path / "b.yaml").write_text("flip: [")
    with pytest.raises(SettingsError, match="is not YAML"):
        read_plan(tmp_path / "b.yaml")


def test_refuses_every_mistake_at_once():
    with pytest.raises(SettingsError) as refused:
        read_plan(
            {
                "seed": 1.5,
                "flip": {"probability": 2},
                "crop": {"smallest-area": 0.9, "largest-area": 0.5},
                "border": {"kind": "wrap"},
                "nosie": {"sigma": 1},
            }
        )
    for part in (
        "seed must be a whole number",
        "flip.probability must be a number from 0 to 1, was 2",
        "crop.smallest-area, 0.9, is above crop.largest-area, 0.5",
        "border.kind must be reflect or fill, was wrap",
        "nosie.sigma: there is no such setting",
    ):
        assert part in str(refused.value)


def test_training_pictures_are_changed_by_pair_and_epoch(dataset):
    dataset.produce(0, 12)
    source = dataset.source()
    plan = {"flip": {"probability": 0.5}, "noise": {"sigma": 20}}
    options = dict(batch_size=4, lanes=4, side_px=SIDE, epochs=2, augment=plan)
    seen = {}
    with Loader(source, source.cut(), **options, pixels="float32", layout="nchw") as loader:
        for batch in loader:
            for image, pair_id in zip(batch.images, batch.pair_ids):
                expected = read_plan(plan).apply(pair_id, batch.epoch, picture(int(pair_id)))
                assert (image.transpose(1, 2, 0) == expected).all()
                seen.setdefault(pair_id, []).append(image)
    assert any(len(images) == 2 and not np.array_equal(*images) for images in seen.values())


def test_other_splits_are_left_as_they_are(dataset):
    dataset.produce(0, 12)
    view = dataset.source().cut()
    with pytest.raises(SettingsError, match="augmentation is for training alone"):
        Loader(dataset.source(split="test"), view, batch_size=4, lanes=4, augment={"flip": {"probability": 1}})
