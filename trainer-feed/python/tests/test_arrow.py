import numpy as np
import pytest

from conftest import SIDE, picture
from pairstream import Loader

pytest.importorskip("pyarrow")


def test_labels_are_lists(dataset):
    from pairstream.arrow import table

    dataset.produce(0, 4)
    source = dataset.source()
    with Loader(source, source.cut(), batch_size=4, side_px=SIDE, columns=["labels"]) as loader:
        found = table(next(loader))

    assert found.column("labels").to_pylist() == [[]] * 4
    assert str(found.column("labels").type) == "list<item: string>"


def test_a_table_holds_a_batch(dataset):
    from pairstream.arrow import table

    dataset.produce(0, 12)
    source = dataset.source()
    with Loader(source, source.cut(), batch_size=4, lanes=4, side_px=SIDE) as loader:
        batch = next(loader)
        found = table(batch)

    assert found.column("pair_id").to_pylist() == batch.pair_ids
    assert found.column("caption").to_pylist() == batch.captions
    assert found.column("fold").to_pylist() == batch["fold"].tolist()
    images = found.column("image").chunk(0).to_numpy_ndarray()
    assert images.shape == (4, SIDE, SIDE, 3)
    assert all((image == picture(int(pair_id))).all() for image, pair_id in zip(images, batch.pair_ids))
    assert found.column("tokens").to_pylist() == batch.tokens.tolist()
    assert found.column("mask").to_pylist() == batch.mask.tolist()
    assert np.shares_memory(images, batch.images)
