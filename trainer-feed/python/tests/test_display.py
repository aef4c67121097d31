import base64
import html
import io
import re

import numpy as np
import pytest
from PIL import Image

from conftest import SIDE, picture
from pairstream import Loader, SettingsError

OPTIONS = dict(batch_size=24, seed=7, side_px=SIDE)


def first_batch(dataset, **options):
    source = dataset.source()
    with Loader(source, source.cut(), **OPTIONS, **options) as loader:
        return next(loader)


def figures(shown):
    """Pictures and captions of a contact sheet."""
    found = re.findall(r'base64,([^"]*)"><figcaption>([^<]*)</figcaption>', shown)
    return [(np.asarray(Image.open(io.BytesIO(base64.b64decode(png)))), html.unescape(text)) for png, text in found]


def test_a_batch_is_shown_in_three_lines(drawn):
    lines = repr(first_batch(drawn(30)[0], pixels="float32", columns=["height", "url"], caption_dropout=1.0)).splitlines()

    assert lines == [
        "Batch(size=24, epoch=0, step=0, position={'epoch': 1, 'samples': 0},",
        "      images=float32[24, 4, 4, 3], tokens=int32[24, 2], colour=rgb,",
        "      columns=[fold=int64[24], height=int64[24], url=texts], stand_ins=0, dropped=24)",
    ]


def test_a_source_and_a_loader_say_what_they_are_of(drawn, broker):
    dataset, source, view = drawn(30)
    with Loader(source, view, **OPTIONS) as loader:
        next(loader)

        assert repr(source) == f"Source({dataset.topic} at {broker})"
        assert repr(loader).startswith(f"Loader({dataset.topic}, batch_size=24, rank 0 of 1, 1 batches handed out, position={{'view'")


@pytest.mark.parametrize("form", [
    dict(), dict(layout="nchw"), dict(pixels="float32"), dict(pixels="float32", layout="nchw", normalise="clip"),
    dict(pixels="float32", normalise="minus-one-to-one"),
])  # fmt: skip
def test_a_notebook_shows_sixteen_pictures_with_their_captions(drawn, form):
    batch = first_batch(drawn(30)[0], **form)

    shown = figures(batch._repr_html_())
    assert [caption for _, caption in shown] == batch.captions[:16]
    for (found, _), pair_id in zip(shown, batch.pair_ids):
        assert (found == picture(int(pair_id))).all()


def test_captions_are_texts_and_nothing_else_in_a_notebook(dataset):
    dataset.produce(0, 30, caption="<img src=x onerror=alert(1)> & 猫")

    shown = first_batch(dataset)._repr_html_()

    assert "<img src=x" not in shown and "&lt;img src=x onerror=alert(1)&gt; &amp; 猫" in shown
    assert [text for _, text in figures(first_batch(dataset, caption_dropout=1.0)._repr_html_())] == ["(dropped)"] * 16


def test_grey_pictures_are_shown_too(dataset):
    dataset.produce(0, 30, image=bytes(range(0, 256, 16)), channels=1, colour="grey")

    for found, _ in figures(first_batch(dataset)._repr_html_()):
        assert (found.reshape(-1) == range(0, 256, 16)).all()


def test_large_pictures_are_made_small(dataset):
    side = 500
    dataset.produce(0, 12, image=bytes(3 * side * side), width=side, height=side)
    source = dataset.source()

    with Loader(source, source.cut(), batch_size=2, side_px=side) as loader:
        shown = figures(next(loader)._repr_html_())

    assert [found.shape for found, _ in shown] == [(320, 320, 3)] * 2


def test_a_notebook_says_why_it_shows_no_pictures(dataset):
    dataset.produce(0, 30, colour="lab")

    assert "Pictures in lab are not shown" in first_batch(dataset)._repr_html_()
    made = first_batch(dataset, transform=lambda sample, _: {"id": sample["pair_id"]})._repr_html_()
    assert "No pictures to show: the transform has them" in made and not figures(made)


class Words:
    def decode(self, ids):
        return " ".join(f"word{one}" for one in ids)


def test_token_ids_become_texts_again(dataset):
    t5 = dict(name="t5", token_ids=[5, 6, 7, 0], token_count=3, truncated=False, pad_id=0, tokenizer="", tokenizer_digest="")
    dataset.produce(0, 30, token_sets=[t5])

    batch = first_batch(dataset, columns=["tokens.t5"])

    assert batch.decode(Words()) == [f"word{pair_id}" for pair_id in batch.pair_ids]
    assert batch.decode(Words(), "t5") == ["word5 word6 word7"] * 24
    assert first_batch(dataset, caption_dropout=1.0).decode(Words()) == [""] * 24
    with pytest.raises(SettingsError, match="the batch has no tokens.clip: name it among the loader's columns"):
        batch.decode(Words(), "clip")
    with pytest.raises(SettingsError, match=r"a str has no decode\(ids\): give the tokenizer itself"):
        batch.decode("tokenizer.json")
