import hashlib
import json
import random
from pathlib import Path

import pytest
from write_conformance import batches, batches_of, mixed_batches_of, text_of, view_of

from pairstream import SettingsError
from pairstream.course import MixCourse, ViewCourse, pattern, per_lane
from pairstream.order import EpochOrder, OrderPlan, RankShare

RESOURCES = Path(__file__).parents[2] / "src/test/resources/io/pairstream/feed"
CASES = json.loads((RESOURCES / "order/conformance.json").read_text())


@pytest.mark.parametrize("case", CASES)
def test_is_the_order_of_the_conformance_file(case):
    if "mix" in case:
        found = mixed_batches_of(case)
    else:
        found = [[sample[1:] for sample in batch] for batch in batches_of(case)]

    assert len(found) == case["batches"]
    assert hashlib.sha256(text_of(found).encode()).hexdigest() == case["digest"]


@pytest.mark.parametrize("seed", range(6))
def test_ranks_together_hand_out_the_same_batches_from_any_position(seed):
    numbers = random.Random(seed)
    sizes = [numbers.randint(1, 60) for _ in range(12)]
    plan = OrderPlan(seed, 12, numbers.choice([0, 5, 16]))
    course = ViewCourse(view_of(sizes), plan, 3)
    keep_last = numbers.random() < 0.5
    whole = RankShare(0, 1, 12)
    unbroken = batches(course, whole, 2, keep_last, course.begin())
    positions = [course.begin(), *(step.after for step in course.steps(whole, 2, keep_last, course.begin()))]

    at = numbers.randrange(len(unbroken))
    for ranks in (1, 2, 3, 4, 6, 12):
        shares = [RankShare(rank, ranks, 12) for rank in range(ranks)]
        parts = [batches(course, share, 2, keep_last, positions[at]) for share in shares]
        assert [sum(step, []) for step in zip(*parts)] == unbroken[at:]


@pytest.mark.parametrize("keep_last", [False, True])
def test_skips_to_the_position_that_reading_comes_to(keep_last):
    course = ViewCourse(view_of([7, 30, 12]), OrderPlan(3, 4, 8), 3)
    steps = list(course.steps(RankShare(0, 1, 4), 5, keep_last, course.begin()))

    for number in range(1, len(steps) + 1):
        assert course.skip(course.begin(), 5, keep_last, number) == steps[number - 1].after


def test_after_a_change_of_the_batch_size_an_epoch_still_ends_with_a_full_batch():
    course = ViewCourse(view_of([13, 40]), OrderPlan(3, 4, 8), 2)
    own = RankShare(0, 1, 4)
    start = course.skip(course.begin(), 5, False, 1)

    steps = list(course.steps(own, 3, False, start))

    assert [len(step.picks) for step in steps] == [4 * 3] * (2 + 4)
    assert [course.skip(start, 3, False, number + 1) for number in range(6)] == [step.after for step in steps]


def test_a_mix_keeps_its_weights_in_every_stretch_and_every_view_its_own_epochs():
    parts = [(view_of([40, 9]), 7), (view_of([16, 5], 1), 3)]
    course = MixCourse(parts, OrderPlan(1, 4, 8))
    found = batches(course, RankShare(0, 1, 4), 5, False, course.begin(), 40)

    for lane in range(4):
        samples = [sample for batch in found for sample in batch[lane * 5 : (lane + 1) * 5]]
        for begin in range(0, 190, 10):
            assert [sample[0] for sample in samples[begin : begin + 10]].count(1) == 3
        for part, length in ((0, 49 // 4), (1, 21 // 4)):
            own = [sample for sample in samples if sample[0] == part]
            for begin in range(0, len(own) - length + 1, length):
                assert len(set(own[begin : begin + length])) == length


def test_the_pattern_of_a_mix_is_spread_evenly():
    assert pattern([1, 1]) == [0, 1]
    assert pattern([3, 1]) == [0, 0, 1, 0]
    for weights in ([7, 3], [1, 2, 4], [500, 499, 1]):
        order = pattern(weights)
        assert [order.count(part) for part in range(len(weights))] == weights


def test_a_mix_goes_on_exactly_with_other_ranks():
    course = MixCourse([(view_of([40, 9]), 2), (view_of([16, 5], 1), 1)], OrderPlan(1, 12, 4))
    unbroken = batches(course, RankShare(0, 1, 12), 2, False, course.begin(), 20)
    start = course.skip(course.begin(), 2, False, 7)

    parts = [batches(course, RankShare(rank, 3, 12), 2, False, start, 13) for rank in range(3)]

    assert [sum(step, []) for step in zip(*parts)] == unbroken[7:]


def test_names_the_nearest_ranks_and_batch_sizes():
    with pytest.raises(SettingsError, match="shared by 5 ranks alike; the nearest numbers of ranks are 4 and 6"):
        RankShare(0, 5, 24)
    with pytest.raises(SettingsError, match="ranks are 24$"):
        RankShare(0, 25, 24)
    with pytest.raises(SettingsError, match="rank 3 of 3"):
        RankShare(3, 3, 24)
    with pytest.raises(SettingsError, match="nearest sizes are 48 and 72"):
        per_lane(50, RankShare(0, 1, 24))
    with pytest.raises(SettingsError, match="nearest sizes are 24 and 48"):
        per_lane(5, RankShare(0, 1, 24))


def test_large_permutations_are_those_of_one_number_after_the_other():
    from pairstream.random_numbers import RandomNumbers

    order = list(range(500))
    numbers = RandomNumbers("a", 1)
    for i in range(499, 0, -1):
        j = int(numbers.next() * (i + 1))
        order[i], order[j] = order[j], order[i]
    assert RandomNumbers("a", 1).permutation(500) == order


def test_an_epoch_holds_every_record_once():
    order = EpochOrder([5, 9, 1, 30], OrderPlan(2, 7, 4), 1)
    seen = []
    for lane in range(7):
        windows = -(-order.lane_length(lane) // 4)
        for window in range(windows):
            counted = [(p.block, p.first + i) for p in order.pieces(lane, window) for i in range(p.size)]
            seen += [counted[i] for i in order.permutation(lane, window)]
    assert sorted(seen) == [(block, place) for block, size in enumerate([5, 9, 1, 30]) for place in range(size)]
