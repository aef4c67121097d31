import dataclasses

import pytest

from pairstream import SettingsError
from pairstream.batch.writer import Pictures
from pairstream.loader.settings import GROUPS, LoaderSettings


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
