import hashlib
import json
import math
import random
from collections import Counter
from pathlib import Path

import pytest

from pairstream import PositionRefused, SettingsError
from pairstream.order.epoch_order import EpochOrder, OrderPlan
from pairstream.order.mix_schedule import MixSchedule, pattern
from pairstream.order.ranks import RankShare
from pairstream.order.view_schedule import ViewSchedule
from write_conformance import batches, batches_of, mixed_batches_of, record_of, text_of, view_of

RESOURCES = Path(__file__).parents[2] / "src/test/resources/io/pairstream/feed/order"
CASES = json.loads((RESOURCES / "conformance.json").read_text())


@pytest.mark.parametrize("case", CASES)
def test_is_the_order_of_the_conformance_file(case):
    if "mix" in case:
        found = mixed_batches_of(case)
    else:
        found = [[sample[1:] for sample in batch] for batch in batches_of(case)]

    assert len(found) == case["batches"]
    assert hashlib.sha256(text_of(found).encode()).hexdigest() == case["digest"]


def taking_turns(parts):
    """One batch of those of all ranks, whose places go round."""
    return sorted((place, sample) for part in parts for place, sample in part)


def numbered(schedule, share, batch_size, keep_last, start):
    """As :func:`batches`, each sample with its number in the epoch."""
    found = []
    for step in schedule.steps(share, batch_size, keep_last, start):
        lanes = step.lead.of.order.lanes
        found.append([(pick.number * lanes + pick.lane, record_of(pick)) for pick in step.picks])
    return found


@pytest.mark.parametrize("keep_last", [False, True])
@pytest.mark.parametrize("batch_size", [32, 64, 100, 1024])
def test_any_number_of_ranks_that_divides_a_batch_hands_it_out_from_any_position(batch_size, keep_last):
    schedule = ViewSchedule(view_of([128] * 19 + [77], 0, 3), OrderPlan(3, 32, 32), 1)
    for start in (schedule.begin(), {**schedule.begin(), "samples": 333}):
        unbroken = numbered(schedule, RankShare(), batch_size, keep_last, start)
        after = [step.after for step in schedule.steps(RankShare(), batch_size, keep_last, start)]
        for ranks in [n for n in range(1, 65) if batch_size % n == 0]:
            shares = [RankShare(rank, ranks) for rank in range(ranks)]
            parts = [numbered(schedule, share, batch_size, keep_last, start) for share in shares]
            assert [taking_turns(step) for step in zip(*parts)] == [sorted(batch) for batch in unbroken]
            for share in shares:
                assert [step.after for step in schedule.steps(share, batch_size, keep_last, start)] == after


@pytest.mark.parametrize("samples", [100, 1_162, 3_480, 22_400, 100_000])
def test_a_rank_has_a_window_of_each_of_its_lanes_in_use(samples):
    plan = OrderPlan(7)
    order = EpochOrder(view_of([100] * (samples // 100) + [samples % 100] * (samples % 100 > 0)).blocks, plan, 0)
    for ranks in (1, 3, 8):
        own = range(0, order.lanes, math.gcd(order.lanes, ranks))
        assert abs(plan.in_use(samples, ranks) - sum(order.window_begin(lane, 1) for lane in own)) <= len(own)


def test_a_run_goes_on_with_the_very_next_sample_whatever_the_ranks_and_the_batch_size():
    schedule = ViewSchedule(view_of([100] * 13), OrderPlan(5, 8, 16), 2)
    unbroken = sum(batches(schedule, RankShare(), 50, False, schedule.begin()), [])

    numbers = random.Random(1)
    position, seen = schedule.begin(), []
    while position["epoch"] < 2 and len(seen) < len(unbroken):
        batch_size = numbers.choice([2, 6, 10, 50, 100])
        if (1300 - position["samples"]) % batch_size:
            batch_size = 2
        ranks = numbers.choice([n for n in range(1, 65) if batch_size % n == 0])
        steps = [
            next(numbered_step)
            for numbered_step in [schedule.steps(RankShare(r, ranks), batch_size, False, position) for r in range(ranks)]
        ]
        lanes = steps[0].lead.of.order.lanes
        picks = sorted((pick.number * lanes + pick.lane, record_of(pick)) for step in steps for pick in step.picks)
        seen += [(0, *record) for _, record in picks]
        assert len({json.dumps(step.after) for step in steps}) == 1
        position = steps[0].after

    assert seen == unbroken


def test_all_ranks_make_the_same_steps_over_a_view_that_does_not_divide():
    schedule = ViewSchedule(view_of([64]), OrderPlan(0), 1)

    steps = [list(schedule.steps(RankShare(rank, 24), 48, True, schedule.begin())) for rank in range(24)]

    assert {len(own) for own in steps} == {2}
    assert {json.dumps(own[-1].after) for own in steps} == {json.dumps(dict(schedule.begin(), epoch=1))}
    assert [len(own[1].picks) for own in steps] == [1] * 16 + [0] * 8


def contiguous(view, share):
    """What was written together: of each partition the same stretch."""
    gone = set()
    for partition in {block.partition for block in view.blocks}:
        own = [(n, i) for n, block in enumerate(view.blocks) if block.partition == partition for i in range(block.size)]
        gone.update(own[len(own) // 5 : len(own) // 5 + int(share * len(own))])
    return frozenset(gone)


@pytest.mark.parametrize("samples", [600, 1_198, 3_796, 20_000])
@pytest.mark.parametrize("partitions", [1, 3, 6])
def test_stand_ins_for_a_third_are_spread_over_the_view(samples, partitions):
    sizes = [128] * (samples // 128) + [samples % 128]
    view = view_of(sizes, 0, partitions)
    gone = contiguous(view, 0.31)
    for epoch in range(2):
        schedule = ViewSchedule(view, OrderPlan(9), epoch + 1)
        start = dict(schedule.begin(), epoch=epoch)
        found = batches(schedule, RankShare(), 96, True, start, None, gone)
        counts = Counter(sample for batch in found for sample in batch)
        assert sum(counts.values()) == samples
        assert not gone & {sample[1:] for sample in counts}
        assert len(counts) == samples - len(gone)
        assert max(counts.values()) <= 3
        assert all(len(set(batch)) == len(batch) for batch in found)


@pytest.mark.parametrize("keep_last", [False, True])
def test_skips_to_the_position_that_reading_comes_to(keep_last):
    schedule = ViewSchedule(view_of([7, 30, 12]), OrderPlan(3, 4, 8), 3)
    steps = list(schedule.steps(RankShare(), 20, keep_last, schedule.begin()))

    for number in range(1, len(steps) + 1):
        assert schedule.skip(schedule.begin(), 20, keep_last, number) == steps[number - 1].after


def test_after_a_change_of_the_batch_size_an_epoch_still_ends_with_a_full_batch():
    schedule = ViewSchedule(view_of([13, 40]), OrderPlan(3, 4, 8), 2)
    start = schedule.skip(schedule.begin(), 20, False, 1)

    steps = list(schedule.steps(RankShare(), 12, False, start))

    assert [len(step.picks) for step in steps] == [12] * (2 + 4)
    assert [schedule.skip(start, 12, False, number + 1) for number in range(6)] == [step.after for step in steps]


def test_a_mix_keeps_its_weights_in_every_stretch_and_every_view_its_own_epochs():
    parts = [(view_of([40, 9]), 7), (view_of([16, 5], 1), 3)]
    schedule = MixSchedule(parts, OrderPlan(1, 4, 5))
    found = sum(batches(schedule, RankShare(), 20, False, schedule.begin(), 40), [])

    for lane in range(4):
        samples = found[lane::4]
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
    schedule = MixSchedule([(view_of([40, 9]), 2), (view_of([16, 5], 1), 1)], OrderPlan(1, 12, 4))
    unbroken = batches(schedule, RankShare(), 24, False, schedule.begin(), 20)
    start = schedule.skip(schedule.begin(), 24, False, 7)

    parts = [batches(schedule, RankShare(rank, 3), 24, False, start, 13) for rank in range(3)]

    assert [[part[i] for i in range(8) for part in step] for step in zip(*parts)] == unbroken[7:]


def test_names_the_nearest_batch_sizes():
    with pytest.raises(SettingsError, match="rank 3 of 3"):
        RankShare(3, 3)
    with pytest.raises(SettingsError, match="batch of 50 samples cannot be shared by 24 ranks alike.* 48 and 72"):
        RankShare(0, 24).require_batch(50)
    with pytest.raises(SettingsError, match="nearest sizes are 24 and 48"):
        RankShare(0, 24).require_batch(5)
    with pytest.raises(SettingsError, match="must be at least 1, was 0"):
        RankShare().require_batch(0)


def test_positions_of_another_kind_of_order_and_beyond_the_epoch_are_refused():
    schedule = ViewSchedule(view_of([64]), OrderPlan(0, 24), None)
    schedule.require_own({**schedule.begin(), "samples": 63})
    for samples in (64, 10**9):
        with pytest.raises(PositionRefused, match=f"{samples} samples of epoch 0 .* the epoch has 64"):
            schedule.require_own({**schedule.begin(), "samples": samples})


def test_large_permutations_are_those_of_one_number_after_the_other():
    from pairstream.random_numbers import RandomNumbers

    order = list(range(500))
    numbers = RandomNumbers("a", 1)
    for i in range(499, 0, -1):
        j = int(numbers.next() * (i + 1))
        order[i], order[j] = order[j], order[i]
    assert RandomNumbers("a", 1).permutation(500) == order


def test_an_epoch_holds_every_record_once():
    sizes = [5, 9, 1, 30, 2, 2, 7, 40, 3, 11, 128]
    order = EpochOrder(view_of(sizes, 0, 2).blocks, OrderPlan(2, 7, 4), 1)
    seen = [place for lane in range(order.lanes) for w in range(order.windows(lane)) for place in order.places(lane, w)]
    assert sorted(seen) == [(block, place) for block, size in enumerate(sizes) for place in range(size)]
    assert order.lanes == 7
    for lane in range(7):
        lengths = [order.window_begin(lane, w + 1) - order.window_begin(lane, w) for w in range(order.windows(lane))]
        assert min(lengths) >= 4 and max(lengths) <= min(lengths) + 1
