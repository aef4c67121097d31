"""Profiles of views."""

import pytest

from pairstream import SettingsError


def test_a_profile_tells_what_the_index_knows_of_a_view(dataset):
    dataset.produce(0, 30)
    dataset.index(28, withdrawn=(3,))
    source = dataset.source()
    view = source.cut(["fold=0,1,3"])
    dataset.send(f"{dataset.name}.index", "6", None)

    found = source.profile(view, measures=["sharpness"])

    numbers = [n for n in range(28) if n % 5 in (0, 1, 3) and n not in (3, 6)]
    assert (found["samples"], found["unknown"]) == (len(numbers) + 2, 2), "pair 28 is behind the index, 6 withdrawn"
    assert found["counts"]["fold"] == {str(fold): sum(n % 5 == fold for n in numbers) for fold in (0, 1, 3)}
    assert found["counts"]["size"] == {"4x4": len(numbers)}
    assert found["counts"]["language"] == {"(none)": len(numbers)}
    assert found["quantiles"]["bytes"]["0.5"] == 1 and found["quantiles"]["bytes"]["known"] == len(numbers)
    assert found["quantiles"]["sharpness"] == {"known": 0}


def test_a_profile_names_the_most_frequent_and_sums_up_the_others(dataset):
    dataset.produce(0, 30)
    dataset.index(30, of=lambda n: {"contributor": str(min(n, 25)), "measures": {"sharpness": float(n)}})
    source = dataset.source()

    found = source.profile(source.cut(), measures=["sharpness"])

    contributors = found["counts"]["contributor"]
    assert len(contributors) == 21 and contributors["25"] == 5 and contributors["other"] == 6
    assert [found["quantiles"]["sharpness"][share] for share in ("0", "0.5", "1", "known")] == [0, 14.5, 29, 30]


def test_a_profile_counts_each_label_of_a_pair(dataset):
    dataset.produce(0, 4)
    dataset.index(4, of=lambda n: {"labels": [["dog", "cat"], ["dog"], [], ["dog"]][n]})
    source = dataset.source()

    assert source.profile(source.cut())["counts"]["labels"] == {"dog": 3, "cat": 1}
    assert source.cut(["label=dog"]).samples == 3
    assert source.cut(["label!=cat,bird"]).samples == 2


def test_a_profile_is_one_of_a_view_of_its_split_and_knows_nothing_without_an_index(dataset):
    dataset.produce(0, 3)
    view = dataset.source().cut()
    without_index = dataset.source().profile(view)
    assert without_index["unknown"] == 3 and without_index["quantiles"]["width"] == {"known": 0}
    dataset.create(f"{dataset.name}.validation", 1)

    with pytest.raises(SettingsError, match=r"the view is one of .*\.training"):
        dataset.source(split="validation").profile(view)
