import numpy as np
import pytest

from conftest import SIDE, picture
from pairstream import Loader, SettingsError
from pairstream.random_numbers import RandomNumbers


def flip_or_not(image, random):
    return image[:, ::-1] if random.random() < 0.5 else image


def test_training_pictures_are_changed_by_pair_and_epoch_alone(dataset):
    dataset.produce(0, 12)
    source = dataset.source()
    options = dict(seed=5, lanes=4, side_px=SIDE, epochs=2, augment=flip_or_not)
    seen = {}
    with Loader(source, source.cut(), batch_size=4, **options, pixels="float32", layout="nchw") as loader:
        for batch in loader:
            for image, pair_id, seed in zip(batch.images, batch.pair_ids, batch.seeds):
                assert seed == RandomNumbers(pair_id, batch.epoch, 5, "augment").bits()
                random = np.random.Generator(np.random.PCG64(seed))
                expected = flip_or_not(picture(int(pair_id)), random)
                assert (image.transpose(1, 2, 0) == expected).all()
                seen[batch.epoch, pair_id] = expected
    with Loader(source, source.cut(), batch_size=6, **options, rank=1, ranks=2) as loader:
        for batch in loader:
            for image, pair_id in zip(batch.images, batch.pair_ids):
                assert (image == seen[batch.epoch, pair_id]).all()
    assert any(not np.array_equal(seen[0, pair_id], seen[1, pair_id]) for _, pair_id in seen)


def test_a_change_of_shape_is_refused(dataset):
    dataset.produce(0, 12)
    source = dataset.source()
    with Loader(source, source.cut(), batch_size=4, side_px=SIDE, augment=lambda image, _: image[1:]) as loader:
        with pytest.raises(SettingsError, match="it must keep type and shape"):
            next(loader)


def test_other_splits_are_left_as_they_are(dataset):
    dataset.produce(0, 12)
    view = dataset.source().cut()
    with pytest.raises(SettingsError, match="augmentation is for training alone"):
        Loader(dataset.source(split="test"), view, batch_size=4, augment=flip_or_not)
