"""The examples of models and steps in Python, as plain functions."""

from pathlib import Path

import numpy as np
import pytest

from pairstream_steps import Refuse

NOISE = np.random.default_rng(7).integers(0, 256, (32, 32, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def examples(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[3] / "examples" / "python")


def test_steps_keep_change_and_refuse():
    from shop_steps import no_screenshots, shop_captions

    assert shop_captions("a red kite, $12 | acme.com") == "a red kite, $12"
    with pytest.raises(Refuse, match="more prices than words") as refused:
        shop_captions("$12 or 30 EUR")
    assert refused.value.chinese == "价格多于描述"
    assert no_screenshots(NOISE) is None
    with pytest.raises(Refuse, match="a screenshot: 100% of it is flat"):
        no_screenshots(np.zeros((8, 8, 3), np.uint8))


def test_a_model_answers_each_picture_of_a_batch():
    from brightness import Brightness

    said = Brightness()([np.full((2, 3, 3), 51, np.uint8), np.full((9, 9, 3), (0, 0, 255), np.uint8)])

    assert said["brightness"].round(3).tolist() == [0.2, 0.333]
    assert said["colour"] == ["red", "blue"]
    assert said["mean-colour"].shape == (2, 3)


def test_a_net_is_trained_and_answers_from_its_weights(tmp_path):
    torch = pytest.importorskip("torch", reason="torch is not installed; PAIRSTREAM_TORCH=true has the build do so")
    from tiny_cnn import SHAPES, TinyCnn
    from train_tiny_cnn import train

    black = np.zeros((32, 32, 3), np.uint8)
    model, right = train([(black, 0), (black + 255, 1)] * 10, epochs=5)
    torch.save(model.state_dict(), tmp_path / "net.pt")
    said = TinyCnn(tmp_path / "net.pt")([black, black + 255, black])

    assert right == 1
    assert said["shape"] == [SHAPES[0], SHAPES[1], SHAPES[0]]
    assert said["sure"].shape == (3,)
