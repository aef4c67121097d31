"""What models say of pairs, as columns of batches and in conditions."""

import numpy as np
import pytest

from conftest import SIDE, Dataset
from pairstream import Loader, SettingsError, Unavailable, ViewError
from pairstream.index.conditions import Condition
from test_stored import _view_of, keys_of

OPTIONS = dict(batch_size=8, seed=5, lanes=4, window=5, side_px=SIDE, epochs=1)
OTHER = "cd34" * 16


def vector(number):
    """float16 [3], little-endian."""
    return np.array([number, -0.5, 0.1], "<f2").tobytes()


def said(number):
    """What three models say of a pair: a number and a label, a vector, a text."""
    yield dict(card="style", model=OTHER, numbers={"nsfw": number / 100}, labels={"style": ("photo", "drawing")[number % 2]})
    yield dict(card="dino", vectors={"dino": vector(number)})
    yield dict(card="ocr", model="ef" * 32, texts={"words": f"w {number}"})


def filled(dataset):
    """40 pairs, of which all but three have answers: 5 waits, 6 failed, and 7 is withdrawn."""
    dataset.produce(0, 40)
    dataset.create_answers()
    with dataset.sending() as send:
        for number in range(40):
            for one in said(number) if number not in (5, 6) else ():
                dataset.answer(number, send=send, **one)
    for card, model in (("style", OTHER), ("dino", "ab12" * 16), ("ocr", "ef" * 32)):
        dataset.answer(6, card=card, model=model, status="FAILED")
        dataset.forget_answer(7, card, model)
    return dataset.source()


@pytest.fixture(scope="module")
def run(broker, registry):
    return filled(Dataset(broker, registry))


@pytest.fixture
def own(dataset):
    """As :func:`run`, of a data set that the test may change."""
    return filled(dataset)


def read(source, view, *columns, **other):
    """The columns' values by the pair's number; what stands in for others comes once."""
    found = {}
    with Loader(source, view, **{**OPTIONS, "last": "keep", **other}, columns=columns) as loader:
        for batch in loader:
            for i, pair_id in enumerate(batch.pair_ids):
                found[int(pair_id)] = tuple(batch[name][i] for name in columns)
    return found


def test_numbers_labels_and_texts_are_columns_and_unknown_where_nothing_was_answered(run):
    found = read(run, run.cut(), "answer.nsfw", "answer.style", "answer.words", "fold")

    for number, (nsfw, style, words, fold) in found.items():
        is_known = number not in (5, 6, 7)
        assert nsfw.dtype == np.float32 and (nsfw == np.float32(number / 100) if is_known else np.isnan(nsfw))
        assert style == (("photo", "drawing")[number % 2] if is_known else "")
        assert words == (f"w {number}" if is_known else "")
        assert fold == number % 5
    assert len(found) == 40


def test_a_pair_without_a_vector_is_refused_at_the_opening_or_skipped(run):
    view = run.cut()
    with pytest.raises(SettingsError, match=r"3 of 40 pairs have no answer\.dino of ab12.*: they wait for the model"):
        read(run, view, "answer.dino")

    found = read(run, view, "answer.dino", on_error="skip")
    assert set(found) == {*range(40)} - {5, 6, 7}
    for number, (dino,) in found.items():
        assert dino.dtype == np.float32 and (dino == np.frombuffer(vector(number), "<f2")).all()
    assert len(read(run, run.cut("answer.nsfw>=0"), "answer.dino")) == 37


def test_ranks_and_a_resumed_run_get_the_same_values(run):
    view, options = run.cut("answer.nsfw>=0"), {**OPTIONS, "columns": ["answer.dino", "answer.nsfw"]}
    shares = [read(run, view, "answer.dino", ranks=2, rank=rank) for rank in range(2)]
    assert not shares[0].keys() & shares[1].keys() and all((one[0][0] == number) for number, one in shares[0].items())
    with Loader(run, view, **options) as loader:
        next(loader)
        state, second = loader.state_dict(), next(loader)
    with Loader(run, view, **options) as resumed:
        resumed.load_state_dict(state)
        again = next(resumed)
    assert again.pair_ids == second.pair_ids
    assert all((again[name] == second[name]).all() for name in options["columns"])


def test_a_transform_gets_answers(run):
    def transform(sample, random):
        return {"twice": sample["answer.dino"] * 2, "style": sample["answer.style"], "number": int(sample["pair_id"])}

    options = dict(OPTIONS, columns=["answer.dino", "answer.style"], transform=transform)
    with Loader(run, run.cut("answer.nsfw>=0"), **options) as loader:
        data = next(loader).data
    assert data["twice"][:, 0].tolist() == [2 * number for number in data["number"]]
    assert data["style"] == [("photo", "drawing")[number % 2] for number in data["number"]]


def test_answers_of_two_models_do_not_mix(dataset, own):
    view = own.cut("answer.nsfw>=0")
    for number in (1, 2):
        dataset.answer(number, card="style", model="ee" * 32, numbers={"nsfw": 0.99})
        dataset.answer(number, card="dino", model="ff" * 32, vectors={"dino": vector(90)[:4]})

    with pytest.raises(SettingsError, match=r"answer.nsfw is of the models cd34.*, ee.*: choose by models={'answer.nsfw': 'cd34"):
        read(own, view, "answer.nsfw")
    with pytest.raises(SettingsError, match="answer.dino is of the models ab12.*, ff"):
        read(own, view, "answer.dino", on_error="skip")
    first = read(own, view, "answer.nsfw", models={"answer.nsfw": "cd34"})
    assert np.isnan(first[1][0]) and first[3][0] == np.float32(0.03)
    chosen = dict(models={"answer.nsfw": "ee", "answer.dino": "ff"}, on_error="skip", batch_size=37)
    other = read(own, view, "answer.nsfw", "answer.dino", **chosen)
    assert {number: (nsfw, len(dino)) for number, (nsfw, dino) in other.items()} == dict.fromkeys((1, 2), (np.float32(0.99), 2))


def test_an_answer_that_is_no_vector_is_refused_by_its_place(dataset, own):
    dataset.answer(3, card="dino", vectors={"dino": b"odd"})

    with pytest.raises(ViewError, match=f"{dataset.name}.answers-0, offset [0-9]+: dino has 3 bytes, and is no vector"):
        read(own, own.cut(), "answer.dino")


def test_where_a_pair_was_prepared_anew_the_older_record_has_its_answer(dataset, own):
    view = own.cut("answer.nsfw>=0")
    dataset.index(40)
    dataset.send(dataset.topic, "8", dataset.pair(8))

    assert read(own, view, "answer.nsfw", "answer.dino")[8][0] == np.float32(0.08)


def test_a_view_that_grows_gets_what_was_answered_until_its_pairs_came(dataset, own):
    dataset.create_views()
    view = own.cut("answer.nsfw>=0")
    dataset.seal("live", 0, view)
    options = dict(OPTIONS, columns=["answer.dino"], epochs=None)
    with Loader(own, own.follow("live", run="r"), **options) as loader:
        batches = [next(loader)]
        dataset.produce(40, 30)
        with dataset.sending() as send:
            for number in range(40, 70):
                for one in said(number):
                    dataset.answer(number, send=send, **one)
        larger = own.cut("answer.nsfw>=0")
        (_, old), (_, keys) = *keys_of(view), *keys_of(larger)
        dataset.seal("live", 1, _view_of(view.topic, view.topic_id, np.setdiff1d(keys, old), 100), last=True)
        while not any(int(one) >= 40 for one in batches[-1].pair_ids):
            batches.append(next(loader))
    for batch in batches:
        assert batch["answer.dino"][:, 0].tolist() == list(map(int, batch.pair_ids))


@pytest.mark.parametrize(
    "columns, message",
    [
        (["answer.nsfw", "answer.dinosaur"], "no model has given these pairs an answer dinosaur; there are dino, nsfw, style, words"),
        (["answer.nsfw", "answer."], "an answer ; there are"),
    ],
)
def test_an_answer_that_no_model_gave_is_refused(run, columns, message):
    with pytest.raises(SettingsError, match=message):
        read(run, run.cut(), *columns)


def test_without_topics_of_answers_it_says_which_is_missing(dataset):
    dataset.produce(0, 12)
    source = dataset.source()
    for refused in (lambda: source.cut("answer.nsfw<=1"), lambda: read(source, source.cut(), "answer.nsfw")):
        with pytest.raises(Unavailable, match=f"no topic {dataset.name}.pair-answers"):
            refused()


@pytest.mark.parametrize(
    "where, message",
    [
        ("answer.nswf<=1", "no model has given these pairs a number or label as answer nswf; there are nsfw, style$"),
        ("answer.style>=3", "answer.style is a label: compare it by = or !="),
        ("answer.nsfw!=low", "answer.nsfw is a number: compare it with numbers"),
    ],
)
def test_a_condition_that_no_answer_can_meet_is_refused(run, where, message):
    with pytest.raises(SettingsError, match=message):
        run.cut(["answer.nsfw<=1", where])


def test_views_are_cut_by_answers(dataset, own, caplog):
    def numbers(*where):
        return sorted(int(sample.pair_id) for sample in own.samples(own.cut(where)))

    known = [number for number in range(40) if number not in (5, 6, 7)]
    assert numbers("answer.nsfw<=0.1") == [0, 1, 2, 3, 4, 8, 9, 10]
    assert caplog.messages == ["3 of 40 pairs have no answer.nsfw: they wait for the model, or it failed"]
    assert numbers("answer.style=photo", "answer.nsfw<=0.1", "fold!=0") == [2, 4, 8]
    assert numbers("answer.style!=photo") == [number for number in known if number % 2]
    assert numbers("answer.style=p*,draw*") == known
    assert numbers("answer.nsfw!=0.01") == [number for number in known if number != 1]
    dataset.index(30)  # the other ten are read from the split's topic
    dataset.answer(5, card="late", numbers={"nsfw": 0.05})
    dataset.answer(1, card="late", numbers={"nsfw": 0.95})  # what one model says and another denies does not hold
    assert numbers("answer.nsfw<=0.09") == [0, 2, 3, 4, 5, 8, 9]
    assert own.cut("answer.nsfw <= 0.3").where == ("answer.nsfw<=0.3",)


def test_the_recipe_adds_what_it_holds_back(dataset, own):
    dataset.create(f"{dataset.name}.recipes", 1)
    dataset.record_recipe("answer.style=photo")
    dataset.record_recipe("answer.nsfw>=0.02", "answer.nsfw<=0.1")

    view = own.cut(["fold!=0", "answer.nsfw<= 0.1"])
    assert view.where == ("fold!=0", "answer.nsfw<=0.1", "answer.nsfw>=0.02")
    assert sorted(int(sample.pair_id) for sample in own.samples(view)) == [2, 3, 4, 8, 9]
    dataset.record_recipe()
    assert own.cut().where == () and own.cut().samples == 40


# Cases of Java's ConditionTest: of each answer the number, or the label.
SAID = {"nsfw": (0.3, None), "style": (np.nan, "drawing"), "zero": (0.0, None), "nothing": (np.nan, ""), "absent": (None, None)}
HOLD = (
    "answer.nsfw<=0.3 answer.nsfw>=0.3 answer.nsfw=0.1,0.3 answer.nsfw!=0.1 "
    "answer.style=photo,drawing answer.style=dr* answer.style!=photo answer.zero=-0"
).split()
FAIL = (
    "answer.nsfw<=0.29 answer.nsfw!=0.3 answer.style=draw answer.style!=* answer.style>=0 answer.nsfw=photo "
    "answer.nsfw!=photo answer.nothing>=0 answer.nothing!=0 answer.absent=* answer.absent!=a"
).split()


@pytest.mark.parametrize("text", HOLD + FAIL)
def test_an_answer_is_a_number_or_a_label(text):
    condition = Condition(text)
    number, label = SAID[condition.answer]

    holds = condition.holds_of_answers(np.array([number], object), np.array([label], object))

    assert holds.tolist() == [text in HOLD] and str(condition) == text


def test_an_order_needs_a_number():
    with pytest.raises(SettingsError, match="'answer.x>=cat': cat is no number"):
        Condition("answer.x>=cat")
