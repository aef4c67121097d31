import dataclasses

import numpy as np
import pytest

from pairstream import SettingsError
from pairstream.batch.writer import Pictures
from pairstream.loader.settings import GROUPS, LoaderSettings
from pairstream.order.positions import plan_json


def settings(split="training", **options):
    return LoaderSettings.of(split, **{"batch_size": 8, **options})


def test_each_argument_is_of_one_group():
    names = [one.name for group in GROUPS for one in dataclasses.fields(group)]

    assert len(names) == len(set(names))


def test_arguments_come_to_what_the_loader_works_with():
    found = settings(seed=7, window=0, rank=1, ranks=4, side_px=(192, 320), layout="nchw", captions={"SCRAPED": 1})

    assert (found.order.plan.seed, found.order.plan.window, found.order.share.ranks) == (7, 0, 4)
    assert found.batch.pictures == Pictures((192, 320), layout="nchw")
    assert (found.rank_batch_size, found.keep_last, found.grouping.captions) == (2, False, {"SCRAPED": 1})
    assert settings("validation").keep_last and not settings("validation", last="drop").keep_last
    assert settings(buckets=True).batch.pictures.size is None


def test_numpys_whole_numbers_become_pythons_own():
    """Else a position that is made of them is no JSON, and is refused when the run goes on."""
    given = {name: np.int64(of) for name, of in [("batch_size", 8), ("seed", 7), ("lanes", 4), ("window", 16)]}
    found = settings(**given, rank=np.int32(1), ranks=np.int32(2), epochs=np.int64(3), side_px=np.int16(64))

    numbers = (found.batch_size, *plan_json(found.order.plan).values(), *dataclasses.astuple(found.order.share))
    assert numbers == (8, 7, 4, 16, 1, 2)
    assert {type(one) for one in (*numbers, found.order.epochs, found.batch.pictures.side_px)} == {int}
    assert settings(side_px=[64, np.int8(32)]).batch.pictures.size == (64, 32)


@pytest.mark.parametrize("message, options", [
    ("has no argument sede: did you mean seed?", dict(sede=7)),
    ("has no argument colums: did you mean columns?", dict(colums=["crop"])),
    ("has no argument x: there are allocate, augment, batch_size", dict(x=1)),
    ("last is drop or keep, not maybe", dict(last="maybe")),
    ("on_error is raise or skip, not stop", dict(on_error="stop")),
    ("epochs is a number, None for no end, or auto, not all", dict(epochs="all")),
    ("threads and slots are at least 1, not 0 and 4", dict(threads=0)),
    ("rank 4 of 4", dict(rank=4, ranks=4)),
    ("columns is a list of names, not 'crop'", dict(columns="crop")),
    ("lanes must be 1 to 65,536, was 0", dict(lanes=0)),
    ("batch_size is a whole number, not '8'", dict(batch_size="8")),
    ("seed is a whole number, not 7.0", dict(seed=7.0)),
    ("seed is a whole number, not True", dict(seed=True)),
    ("lanes is a whole number, not '32'", dict(lanes="32")),
    ("window is a whole number, not 256.0", dict(window=256.0)),
    ("rank is a whole number, not '0'", dict(rank="0")),
    ("ranks is a whole number, not None", dict(ranks=None)),
    ("epochs is a whole number, not 1.5", dict(epochs=1.5)),
    ("threads is a whole number, not '2'", dict(threads="2")),
    ("slots is a whole number, not 4.0", dict(slots=4.0)),
    ("side_px is a whole number, not '256'", dict(side_px="256")),
    ("side_px is a whole number, not 2.5", dict(side_px=(256, 2.5))),
    ("buckets is True or False, not 'yes'", dict(buckets="yes")),
    ("models are versions by the model's name", dict(models="x")),
    ("columns is a list of names, not None", dict(columns=None)),
    ("caption_dropout is a number from 0 to 1, not '0.1'", dict(caption_dropout="0.1")),
    ("a batch of 8 samples cannot be shared by 3 ranks", dict(ranks=3)),
    ("caption_dropout is from 0 to 1, and for training alone, not 2", dict(caption_dropout=2)),
    ("caption_dropout is from 0 to 1, and for training alone, not 0.1 of test", dict(split="test", caption_dropout=0.1)),
    ("augmentation is for training alone", dict(split="test", augment=lambda picture, random: picture)),
    ("transform gets pictures as uint8", dict(transform=dict, layout="nchw")),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_what_would_be_right(message, options):
    with pytest.raises(SettingsError) as refused:
        settings(**options)

    assert message in str(refused.value)
