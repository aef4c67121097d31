"""Text features: their values, where they may come from, and how they are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pairstream import SettingsError, features
from pairstream.platform.split import PlatformSplit
from pairstream.views.blocks import Block
from pairstream.views.view import View

CORPUS = [
    "A red circle above a blue square",
    "the blue square is BLUE, not red",
    "一只猫在垫子上 with a cat_1",
    "circle zigzag zigzag",
    "",
    "Ein großes Häuschen; naïve café 42",
]
UNSEEN = ["blue blue zebra", "zebra", "", "猫 red"]


@pytest.fixture
def fitted() -> features.TextFeatures:
    return features.fit_captions(CORPUS, "0" * 32)


def test_words_are_runs_of_letters_and_single_han_characters() -> None:
    assert features.words("一只Cat_1在, naïve!") == ["一", "只", "cat_1", "在", "naïve"]


def test_jieba_makes_words_of_chinese() -> None:
    pytest.importorskip("jieba")

    fitted = features.fit_captions(["我来到北京, cat_1"], "", splitter="jieba")

    assert "北京" in fitted.vocabulary
    assert "," not in fitted.vocabulary


@pytest.mark.parametrize("captions", [CORPUS, UNSEEN])
def test_values_equal_scikit_learns(fitted: features.TextFeatures, captions: list[str]) -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text")
    settings = {"tokenizer": features.words, "token_pattern": None}
    counts = text.CountVectorizer(**settings).fit(CORPUS)
    tfidf = text.TfidfVectorizer(**settings).fit(CORPUS)

    assert list(fitted.vocabulary) == list(counts.get_feature_names_out())
    np.testing.assert_array_equal(fitted.counts(captions).dense(), counts.transform(captions).toarray())
    np.testing.assert_allclose(
        fitted.tfidf(captions).dense(), tfidf.transform(captions).toarray(), rtol=1e-12, atol=0
    )


def test_limits_equal_scikit_learns() -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text")
    settings = {"tokenizer": features.words, "token_pattern": None}

    several = features.fit_captions(CORPUS, "", min_captions=2)
    most = features.fit_captions(CORPUS, "", max_words=1)

    expected = text.CountVectorizer(min_df=2, **settings).fit(CORPUS)
    assert list(several.vocabulary) == list(expected.get_feature_names_out()) == ["a", "blue", "circle", "red", "square"]
    assert most.vocabulary == ("a",)  # Three times, as blue; the smaller of the two.


def test_ids_and_one_hot(fitted: features.TextFeatures) -> None:
    ids = fitted.ids(["blue zebra red", "", "red circle above a square"], 3)

    place = fitted.vocabulary.index
    assert ids.dtype == np.int32
    assert ids.tolist() == [
        [place("blue"), fitted.unknown, place("red")],
        [fitted.padding] * 3,
        [place("red"), place("circle"), place("above")],
    ]
    one_hot = fitted.one_hot(ids)
    assert one_hot.shape == (3, 3, len(fitted.vocabulary) + 2)
    np.testing.assert_array_equal(one_hot.argmax(axis=2), ids)
    assert (one_hot.sum(axis=2) == 1).all()


@pytest.mark.parametrize("header", ["", "3 2\n"])
def test_mean_of_word_vectors(tmp_path: Path, header: str) -> None:
    file = tmp_path / "vectors.txt"
    file.write_text(header + "blue 1 2\nred 3 -4\nblue 9 9\nunused 7 7\n", encoding="utf-8")
    fitted = features.fit_captions(CORPUS, "", vectors=file)

    means = fitted.mean_vectors(["blue red RED", "zebra blue", "circle", ""])

    assert means.dtype == np.float32
    np.testing.assert_allclose(means, [[7 / 3, -2], [1, 2], [0, 0], [0, 0]], rtol=1e-6)


@pytest.mark.parametrize(
    ("content", "message"),
    [("blue 1 2\nred 3 x\n", "line 2: expected a word and 2 numbers"), ("blue 1 2\n3\n", "line 2"), ("", "no word vectors")],
)
def test_damaged_vectors_are_refused_by_line(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "vectors.txt"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(SettingsError, match=message):
        features.fit_captions(CORPUS, "", vectors=file)


def test_kept_under_its_digest_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "vectors.txt"
    file.write_text("blue 1 2\nred 0.1 -4\n", encoding="utf-8")
    fitted = features.fit_captions(CORPUS, "ab" * 16, vectors=file)

    path = fitted.save(tmp_path / "kept")
    read = features.TextFeatures.load(path)

    assert path.name == f"features-{fitted.digest}.json"
    assert path.read_bytes() == features.fit_captions(CORPUS, "ab" * 16, vectors=file).save(tmp_path).read_bytes()
    assert read.view == "ab" * 16
    np.testing.assert_array_equal(read.tfidf(UNSEEN).dense(), fitted.tfidf(UNSEEN).dense())
    np.testing.assert_array_equal(read.mean_vectors(UNSEEN), fitted.mean_vectors(UNSEEN))
    path.write_text(path.read_text(encoding="utf-8").replace('"captions":6', '"captions":7'), encoding="utf-8")
    with pytest.raises(SettingsError, match="is not what its name says"):
        features.TextFeatures.load(path)


def test_fitted_on_training_pairs_alone() -> None:
    view = View("pairs.validation", "id", "2026-11-21T00:00:00Z", (Block(0, 0, 10, (3,)),))
    source = PlatformSplit(None, None, "pairs", "validation")  # type: ignore[arg-type]  # Refused before it is asked.

    with pytest.raises(SettingsError, match="fitted on training pairs alone"):
        features.fit(source, view)


@pytest.mark.parametrize("arguments", [{"splitter": "letters"}, {"min_captions": 0}, {"max_words": 0}])
def test_impossible_arguments_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        features.fit_captions(CORPUS, "", **arguments)  # type: ignore[arg-type]


def test_hidden_state_is_that_of_the_last_token(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(7)
    model = transformers.GPT2Model(
        transformers.GPT2Config(vocab_size=50, n_positions=8, n_embd=12, n_layer=2, n_head=2)
    ).eval()
    model.save_pretrained(tmp_path)
    tokens = np.array([[3, 4, 5, 0, 0], [6, 7, 8, 9, 10], [0, 0, 0, 0, 0]], np.int32)
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]], np.uint8)

    states = features.HiddenStates(tmp_path)

    with torch.inference_mode():
        alone = model(torch.tensor([[3, 4, 5]])).last_hidden_state[0, -1].numpy()
        full = model(torch.tensor([[6, 7, 8, 9, 10]])).last_hidden_state[0, -1].numpy()
    found = states(tokens, mask)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [alone, full, np.zeros(12)], atol=1e-5)
    with pytest.raises(SettingsError, match="the model has 50 tokens, the captions have 60"):
        states(np.array([[60]], np.int32), np.array([[1]], np.uint8))
