"""Word vectors learnt from captions: what they say, that they repeat, and which settings are refused."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import numpy as np
import pytest

from pairstream import SettingsError, features
from pairstream.features import Word2Vec
from pairstream.random_numbers import RandomNumbers

COLOURS = dict(
    zip("red yellow green blue pink black white".split(), "红色 黄色 绿色 蓝色 粉色 黑色 白色".split(), strict=True)
)
SHAPES = {
    "circle": "个圆形",
    "square": "个正方形",
    "triangle": "个三角形",
    "house": "座房子",
    "tree": "棵树",
    "boat": "艘小船",
    "fish": "条鱼",
}


def drawn(count: int, language: str = "en") -> list[str]:
    """Captions of one thing, as ``pairstream draw`` writes them."""
    choose = random.Random(7)
    captions = []
    for _ in range(count):
        colour, background = choose.sample(list(COLOURS), 2)
        shape = choose.choice(list(SHAPES))
        measure, name = SHAPES[shape][0], SHAPES[shape][1:]
        captions.append(
            f"A {colour} {shape} in the middle, on a {background} background."
            if language == "en"
            else f"{COLOURS[background]}背景的正中间有一{measure}{COLOURS[colour]}的{name}。"
        )
    return captions


def cosines(fitted: features.TextFeatures, rows: list[str], columns: list[str]) -> np.ndarray:
    assert fitted.vectors is not None
    unit = fitted.vectors / np.linalg.norm(fitted.vectors, axis=1, keepdims=True)
    place = fitted.vocabulary.index
    return unit[[place(word) for word in rows]] @ unit[[place(word) for word in columns]].T


def test_colours_are_nearer_to_colours_than_to_shapes() -> None:
    fitted = features.fit_captions(drawn(2000), "", vectors="word2vec")

    assert fitted.vectors is not None
    assert fitted.vectors.shape == (len(fitted.vocabulary), 100)
    assert fitted.vectors.dtype == np.float32
    across = cosines(fitted, list(COLOURS), list(SHAPES)).max()
    assert cosines(fitted, list(COLOURS), list(COLOURS)).min() > across + 0.3
    assert cosines(fitted, list(SHAPES), list(SHAPES)).min() > across + 0.3


def test_so_are_chinese_ones() -> None:
    pytest.importorskip("jieba")
    shapes = ["圆形", "正方形", "三角形", "房子", "小船"]

    fitted = features.fit_captions(drawn(2000, "zh"), "", splitter="jieba", vectors="word2vec")

    colours = [word for word in COLOURS.values() if word in fitted.vocabulary]
    assert len(colours) > 4
    assert cosines(fitted, colours, colours).min() > cosines(fitted, colours, shapes).max()


def test_single_han_characters_have_vectors() -> None:
    fitted = features.fit_captions(drawn(300, "zh"), "", vectors="word2vec")

    assert cosines(fitted, ["红"], ["蓝"])[0, 0] > cosines(fitted, ["红"], ["树"])[0, 0]


def test_the_same_bits_in_another_process() -> None:
    fitted = features.fit_captions(drawn(300), "", min_captions=2, vectors=Word2Vec(seed=3))

    program = (
        "from test_word2vec import *\n"
        "print(features.fit_captions(drawn(300), '', min_captions=2, vectors=Word2Vec(seed=3)).digest)"
    )
    # Another order of sets, and one thread in place of all.
    other = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "5", "OPENBLAS_NUM_THREADS": "1"}
    again = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | other, capture_output=True, text=True, check=True
    )

    assert again.stdout.strip() == fitted.digest
    assert features.fit_captions(drawn(300), "", min_captions=2, vectors=Word2Vec(seed=4)).digest != fitted.digest


def test_captions_are_apart_and_the_window_is_kept() -> None:
    near = Word2Vec(window=1)._pairs(
        np.array([0, 1, 2, 3, 4], np.int32), np.array([0, 0, 0, 1, 1], np.int32), RandomNumbers("")
    )

    assert sorted(map(tuple, near.tolist())) == [(0, 1), (1, 0), (1, 2), (2, 1), (3, 4), (4, 3)]


def test_unknown_and_rare_words_count_nothing() -> None:
    fitted = features.fit_captions([*drawn(100), "a rare circle"], "", min_captions=2, vectors=Word2Vec(dims=8))

    known, mixed, unknown = fitted.mean_vectors(["red circle", "red zebra rare circle", "zebra rare"])

    assert "rare" not in fitted.vocabulary
    np.testing.assert_array_equal(known, mixed)
    assert known.shape == (8,)
    assert not unknown.any()


@pytest.mark.parametrize("captions", [[], ["", "..."], ["circle"], ["circle", "square"]])
def test_captions_without_pairs_of_words_are_no_fault(captions: list[str]) -> None:
    fitted = features.fit_captions(captions, "", vectors="word2vec")

    assert fitted.mean_vectors(["circle square"]).shape == (1, 100)
    assert np.isfinite(fitted.mean_vectors(["circle square"])).all()


@pytest.mark.parametrize("name", ["dims", "window", "negative", "epochs"])
def test_impossible_settings_are_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} of word2vec is at least 1, not 0"):
        Word2Vec(**{name: 0})


def test_the_command_learns_them(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[object] = []

    class Found:
        def view(self, name: str) -> str:
            return name

    def fit(source: object, view: str, **options: object) -> features.TextFeatures:
        asked.append(options["vectors"])
        raise SettingsError("as far as this")

    monkeypatch.setattr(features, "open_source", lambda *_, **__: Found())
    monkeypatch.setattr(features, "fit", fit)
    for more in ("", "--vectors word2vec", "--vectors word2vec --dims 50 --seed 0", "--dims 50"):
        assert features.main(["train.view.json", "--to", "features", *more.split()]) == 3

    assert asked == [None, "word2vec", Word2Vec(dims=50)]
    assert "--dims needs --vectors word2vec" in capsys.readouterr().err
