import json
import re
from pathlib import Path

import numpy as np
import pytest

from pairstream.errors import SettingsError
from pairstream.hosts import host_of
from pairstream.index.conditions import Condition
from pairstream.platform.takedowns import keys_of

PAIR = dict(
    width=256,
    height=192,
    token_count=2,
    truncated=True,
    language="en-GB",
    licence="CC-BY-4.0",
    fold=3,
    source_kind="SCRAPED",
    contributor="",
    producer="museum",
    url="https://Upload.Example.org:8443/a%20b.jpg?c,d",
    measures={"sharpness": 50.0, "original_width_px": 4000.0, "nothing": float("nan")},
)


CONFORMANCE = json.loads(
    (Path(__file__).parents[3] / "schemas/src/test/resources/io/pairstream/schemas/condition/conditions.json").read_text()
)
UNSAID = dict(width=0, height=0, token_count=0, truncated=False, fold=0, language="", url="", measures={})


@pytest.mark.parametrize("case", CONFORMANCE["cases"], ids=lambda case: case["where"])
def test_takes_the_pairs_that_java_takes(case):
    condition = Condition(case["where"])

    assert [name for name, pair in CONFORMANCE["pairs"].items() if condition.holds_for({**UNSAID, **pair})] == case["holds"]


@pytest.mark.parametrize(
    "text",
    [
        "language=en-GB",
        " language = de , en* ",
        "language!=de",
        "licence=*",
        "source=SCRAPED",
        "producer=museum",
        "host=*.EXAMPLE.org",
        "host!=example.org",
        "width<=256.0",
        "height!=256,512",
        "fold=1,2,3",
        "truncated=true",
        "measure.sharpness>=50",
        "measure.original_width_px>=1e3",
    ],
)
def test_takes_pairs_that_are_as_it_says(text):
    assert Condition(text).holds_for(PAIR)


@pytest.mark.parametrize(
    "text",
    [
        "language=en",
        "licence=CC-BY-4?0",
        "host=example.org",
        "width>=256.5",
        "truncated=false",
        "measure.sharpness>=50.001",
        "contributor=*",
        "contributor!=a",
        "producer!=museum",
        "measure.entropy!=0",
        "measure.nothing!=0",
    ],
)
def test_turns_away_others_and_those_of_which_it_is_unknown(text):
    assert not Condition(text).holds_for(PAIR)


@pytest.mark.parametrize("case", CONFORMANCE["answer_cases"], ids=lambda case: case["where"])
def test_takes_the_answers_that_java_takes(case):
    condition = Condition(case["where"])
    said = [answers.get(condition.answer) for answers in CONFORMANCE["answers"].values()]
    numbers = np.array([float(one) if isinstance(one, float) or one == "NaN" else np.nan for one in said])
    labels = np.array([one if isinstance(one, str) and one != "NaN" else None for one in said], object)

    held = np.array(list(CONFORMANCE["answers"]))[condition.holds_of_answers(numbers, labels)]

    assert held.tolist() == case["holds"]


@pytest.mark.parametrize("url, host", CONFORMANCE["hosts"].items())
def test_names_the_host_that_java_names(url, host):
    assert host_of(url) == host


@pytest.mark.parametrize("case", CONFORMANCE["takedowns"])
def test_a_pair_falls_under_the_takedowns_that_java_says(case):
    assert list(keys_of(case["pair"])) == case["keys"]


@pytest.mark.parametrize("text, why", CONFORMANCE["refused"].items())
def test_refuses_what_java_refuses(text, why):
    with pytest.raises(SettingsError, match=re.escape(why)):
        Condition(text)
