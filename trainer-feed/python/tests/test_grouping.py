import json
import os
import random
from collections import Counter

import numpy as np
import pytest

from conftest import in_each_source
from pairstream import Loader, PositionRefused, SettingsError, View, ViewError
from pairstream.order.epoch_order import OrderPlan
from pairstream.order.grouped_schedule import GroupedSchedule, Grouping
from pairstream.order.mix_schedule import MixSchedule
from pairstream.order.ranks import RankShare
from pairstream.order.schedule import WindowKey
from pairstream.order.view_schedule import ViewSchedule
from pairstream.views.blocks import Block
from pairstream.views.view import NONE, Facts
from test_loader import PLAN, ids_of, loader_of

SHAPES = [(4, 4), (2, 8), (8, 2)]
WEIGHTS = {"SCRAPED": 0.3, "SYNTHETIC": 0.7}


def drawn_view(samples, shapes, of_picture=1, seed=1):
    """A view of blocks of random sizes; each picture of a random shape has so many pairs, of which one is scraped."""
    numbers = np.random.default_rng(seed)
    blocks, at, left = [], 0, samples
    while left:
        size = min(left, int(numbers.integers(1, 40)))
        blocks.append(Block(len(blocks) % 3, at, 1 + size, (size,)))
        at, left = at + size + 1, left - size
    blocks.sort(key=lambda block: (block.partition, block.begin))
    picture = np.arange(samples, dtype=np.uint32) // of_picture
    bucket = (numbers.integers(0, 1000, samples) ** 2 * shapes // 1000**2).astype(np.uint8)[picture]
    kind = (np.arange(samples) % of_picture > 0).astype(np.uint8)
    facts = Facts([(i + 1, 1) for i in range(shapes)], ["SCRAPED", "SYNTHETIC"][:1 + (of_picture > 1)], picture, bucket, kind)
    return View("t", "id", "2026-11-01T00:00:00Z", tuple(blocks), facts=facts)


def samples_of(view):
    """Numbers in a view by partition and offset."""
    places = [(block.partition, offset) for block in view.blocks for offset in block.offsets]
    return {place: number for number, place in enumerate(places)}


def sample_of(view, numbers, pick):
    """The number in its view of a sample."""
    order = pick.of.order
    key, at = pick.of.locate(pick, RankShare())
    of_window = zip(order.places(key.lane, key.window), order.groups(key.lane, key.window))
    places = [place for place, group in of_window if group == pick.group]
    block, place = places[at.number]
    return numbers[view.blocks[block].partition, view.blocks[block].offsets[place]]


def steps_of(schedule, share, batch_size, keep_last, start=None):
    return list(schedule.steps(share, batch_size, keep_last, start or schedule.begin()))


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(2, 6))])
def test_an_epoch_has_each_sample_once_in_batches_of_one_shape(seed):
    numbers = random.Random(seed)
    view = drawn_view(numbers.choice([700, 3000]), numbers.choice([1, 3, 9]), seed=seed)
    schedule = GroupedSchedule(view, OrderPlan(seed, 8, 32), Grouping(buckets=True), 2)
    places = samples_of(view)
    batch_size = numbers.choice([12, 24])

    steps = steps_of(schedule, RankShare(), batch_size, keep_last=True)

    for epoch in (0, 1):
        own = [step for step in steps if step.epoch == epoch]
        found = [[sample_of(view, places, pick) for pick in step.picks] for step in own]
        assert sorted(sum(found, [])) == list(range(view.samples))
        assert all(len({view.facts.bucket[one] for one in batch}) == 1 for batch in found)
        assert [step.number for step in own] == list(range(schedule.batches(batch_size, True)))
    assert steps[-1].after["epoch"] == 2
    assert len(steps_of(schedule, RankShare(), batch_size, False)) == 2 * schedule.batches(batch_size, False)


@pytest.mark.parametrize("seed", [4, 6, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(12) if seed not in (4, 6))])
def test_goes_on_exactly_with_other_ranks(seed):
    numbers = random.Random(seed)
    view = drawn_view(2000, numbers.choice([2, 7]), of_picture=numbers.choice([1, 3]), seed=seed)
    grouping = Grouping(numbers.random() < 0.7, WEIGHTS if view.facts.kinds[1:] else None)
    if not grouping:
        grouping = Grouping(buckets=True)
    schedule = GroupedSchedule(view, OrderPlan(seed, 8, 32), grouping, 2)
    places = samples_of(view)
    whole = steps_of(schedule, RankShare(), 24, keep_last=False)
    expected = [[sample_of(view, places, pick) for pick in step.picks] for step in whole]

    position, found = schedule.begin(), []
    while len(found) < len(whole):
        ranks = numbers.choice([1, 2, 3, 4, 6, 8, 12])
        batches = numbers.randint(1, 20)
        schedule.require_own(json.loads(json.dumps(position)))
        parts = [steps_of(schedule, RankShare(rank, ranks), 24, False, position)[:batches] for rank in range(ranks)]
        for together in zip(*parts):
            assert len({(json.dumps(step.after), step.lead[1:]) for step in together}) == 1
            found.append([sample_of(view, places, pick) for step in together for pick in step.picks])
            assert {len(step.picks) for step in together} == {24 // ranks}
        assert schedule.skip(position, 24, False, len(parts[0])) == parts[0][-1].after
        position = parts[0][-1].after

    assert [sorted(batch) for batch in found] == [sorted(batch) for batch in expected]
    assert len(json.dumps(position)) < 1000


def test_a_window_knows_what_a_rank_hands_out_of_it():
    view = drawn_view(2000, 5)
    schedule = GroupedSchedule(view, OrderPlan(3, 8, 32), Grouping(buckets=True), 1)
    start = schedule.skip(schedule.begin(), 24, False, 9)

    for share in (RankShare(1, 4), RankShare(4, 6)):
        steps = steps_of(schedule, share, 24, False, start)
        touched = [pick for step in steps for pick in (*step.picks, *step.passed) if pick.lane % share.ranks == share.rank]
        located = {pick.of.locate(pick, share) for pick in touched}
        order, spans = steps[0].picks[0].of.order, steps[0].picks[0].of.spans
        known = {
            (WindowKey(0, 0, lane, window), place)
            for lane in range(share.rank, order.lanes, share.ranks)
            for window in range(order.windows(lane))
            for place in order.within(lane, window, spans)
        }
        assert known == located
        assert len(touched) == len(located)
        assert sum(len(step.passed) for step in steps) < 0.2 * sum(len(step.picks) for step in steps)


def test_goes_on_with_a_batch_of_another_size_at_the_next_sample_of_each_shape():
    view = drawn_view(2000, 4)
    schedule = GroupedSchedule(view, OrderPlan(3, 8, 32), Grouping(buckets=True), 1)
    places = samples_of(view)
    first = steps_of(schedule, RankShare(), 24, False)[:15]

    second = steps_of(schedule, RankShare(), 10, True, first[-1].after)

    assert sorted(sample_of(view, places, pick) for step in first + second for pick in step.picks) == list(range(2000))


def test_memory_of_shapes_that_are_rare_is_that_of_their_samples():
    view = drawn_view(20_000, 9)
    schedule = GroupedSchedule(view, OrderPlan(3, 8, 32), Grouping(buckets=True), 1)
    left, most = Counter(), 0

    for step in steps_of(schedule, RankShare(), 32, False):
        for pick in step.picks:
            key, place = pick.of.locate(pick, RankShare())
            if key not in left:
                left[key] = pick.of.request(key, place, 1).samples
            left[key] -= 1
        most = max(most, sum(left.values()))

    assert most < 9 * 32 + 2 * 8 * 32


@pytest.mark.parametrize("pictures, within", [(1000, 150), pytest.param(4000, 300, marks=pytest.mark.full)])
def test_a_picture_is_one_sample_whose_caption_is_drawn_by_weight(pictures, within):
    view = drawn_view(3 * pictures, 1, of_picture=3)
    schedule = GroupedSchedule(view, OrderPlan(3, 8, 32), Grouping(captions=WEIGHTS), 6)
    places = samples_of(view)
    by_epoch = [[] for _ in range(6)]
    for step in steps_of(schedule, RankShare(), 100, keep_last=True):
        by_epoch[step.epoch] += [sample_of(view, places, pick) for pick in step.picks]

    assert all(sorted(view.facts.picture[epoch]) == list(range(pictures)) for epoch in by_epoch)
    kinds = Counter(int(number) % 3 for epoch in by_epoch for number in epoch)
    assert kinds[0] == pytest.approx(0.3 * 6 * pictures, abs=within)
    assert kinds[1] == pytest.approx(0.35 * 6 * pictures, abs=within)
    changed = sum(sorted(by_epoch[0])[i] != sorted(by_epoch[1])[i] for i in range(pictures))
    assert changed == pytest.approx(pictures * (1 - 0.3**2 - 2 * 0.35**2), abs=within / 2)


def test_captions_of_no_weight_are_never_handed_out():
    view = drawn_view(300, 1, of_picture=3)
    places = samples_of(view)
    schedule = GroupedSchedule(view, OrderPlan(3, 1, 32), Grouping(captions={"scraped": 1, "synthetic": 0}), 1)

    steps = steps_of(schedule, RankShare(), 10, True)

    assert sorted(sample_of(view, places, pick) for step in steps for pick in step.picks) == list(range(0, 300, 3))


@pytest.mark.parametrize("captions", [{}, {"SCRAPED": 1}, {"SCRAPED": -1, "SYNTHETIC": 1}, {"SCRAPED": 0, "SYNTHETIC": 0}])
def test_weights_are_those_of_the_views_kinds(captions):
    with pytest.raises(SettingsError, match="the view has SCRAPED, SYNTHETIC"):
        GroupedSchedule(drawn_view(30, 1, of_picture=3), OrderPlan(), Grouping(captions=captions), 1)


def test_a_kind_that_captions_do_not_name_is_to_have_a_weight_of_0():
    with pytest.raises(SettingsError, match="; give SYNTHETIC a weight of 0 to leave them out$"):
        Grouping(captions={"scraped": 1}).weights(drawn_view(30, 1, of_picture=3).facts)


def test_facts_that_were_changed_are_not_those_of_the_view_or_a_position(tmp_path):
    view = drawn_view(300, 3)
    view.save(tmp_path / "a.view")
    whole = bytearray((tmp_path / "a.view").read_bytes())
    whole[-600] ^= 1  # the first sample's bucket
    (tmp_path / "a.view").write_bytes(whole)
    changed = View.load(tmp_path / "a.view")

    with pytest.raises(ViewError, match="the view's facts are not those of their digest"):
        changed.check()
    with pytest.raises(PositionRefused, match="one of other facts"):
        scheduled("buckets", changed).require_own(scheduled("buckets", view).begin())


def scheduled(kind, view):
    if kind == "mix":
        return MixSchedule([(view, 1), (drawn_view(200, 3, seed=2), 1)], OrderPlan(**PLAN))
    return ViewSchedule(view, OrderPlan(**PLAN), 1) if kind == "view" else GroupedSchedule(view, OrderPlan(**PLAN), Grouping(True), 1)


@pytest.mark.parametrize("kind", ["view", "buckets", "mix"])
def test_a_mapped_file_that_is_written_into_ends_the_run_before_its_epoch(tmp_path, monkeypatch, kind):
    monkeypatch.setattr("pairstream.views.view._MOST_READ", 0)
    for name in ("a.view", "b.view"):
        drawn_view(300, 3).save(tmp_path / name)

    def first():
        return next(schedule.steps(RankShare(), 8, False, schedule.begin())).after

    schedule = scheduled(kind, View.load(tmp_path / "a.view"))
    before = first()
    os.replace(tmp_path / "b.view", tmp_path / "a.view")
    assert first() == before, "another file of that name is none of the run's"
    schedule = scheduled(kind, View.load(tmp_path / "a.view"))
    os.utime(tmp_path / "a.view", ns=(1, 1))
    with pytest.raises(ViewError, match="a.view was changed while it was read: write a new file beside it"):
        first()


def test_what_the_index_knows_is_in_the_views_file(tmp_path):
    view = drawn_view(3000, 5, of_picture=3)
    plain = View(view.topic, view.topic_id, view.cut_at, view.blocks)

    view.save(tmp_path / "a.view")
    found = View.load(tmp_path / "a.view")

    assert found == view == plain
    assert found.facts.digest == view.facts.digest == Facts(*(
        getattr(found.facts, name) for name in ("shapes", "kinds", "picture", "bucket", "kind")
    )).digest
    assert all(map(np.array_equal, found.facts.arrays, view.facts.arrays))
    plain.save(tmp_path / "b.view")
    assert (tmp_path / "a.view").stat().st_size - (tmp_path / "b.view").stat().st_size < 3000 * 6 + 300
    (tmp_path / "c.view").write_bytes((tmp_path / "a.view").read_bytes()[:-1])
    with pytest.raises(ViewError, match="cut off or changed"):
        View.load(tmp_path / "c.view")


def shape_of(number):
    return SHAPES[number // 2 % 7 % 3]


def shaped(number):
    """Two pairs of each picture, of which the second is synthetic."""
    height, width = shape_of(number)
    return dict(
        height=height, width=width, image=bytes([number % 256] * (height * width * 3)), image_digest=f"p{number // 2}",
        source_kind="SYNTHETIC" if number % 2 else "SCRAPED",
    )  # fmt: skip


def fill(dataset, count, indexed, of=shaped):
    """So many pairs in three shapes, of which the first are in the index."""
    dataset.produce(0, count, of=of)
    dataset.index(indexed, of=shaped)
    source = dataset.source()
    return source, source.indexed(source.cut())


def grouped(source, view, batch_size=12, **options):
    return Loader(source, view, batch_size=batch_size, **{**PLAN, "lanes": 4, "epochs": 1, "buckets": True, **options})


@in_each_source
def test_batches_have_the_shape_of_their_bucket(dataset):
    source, view = fill(dataset, 200, indexed=150)
    expected = Counter(shape_of(number) for number in range(200))
    assert view.facts.counts() == {shape: expected[shape] for shape in sorted(SHAPES)}

    with grouped(source, view, last="keep") as loader:
        batches = [(batch.images.copy(), batch.pair_ids, loader.state_dict()) for batch in loader]
        assert len(loader) == len(batches)
        explained = loader.explain(3)

    for images, ids, _ in batches:
        shape = shape_of(int(ids[0]))
        assert images.shape == (len(ids), *shape, 3)
        assert all(shape_of(int(one)) == shape for one in ids)
        assert (images == np.array([int(one) % 256 for one in ids], np.uint8).reshape(-1, 1, 1, 1)).all()
    assert sorted(int(one) for _, ids, _ in batches for one in ids) == list(range(200))
    assert [one["pair_id"] for one in explained] == batches[3][1]

    for ranks in (2, 3, 4):
        loaders = [grouped(source, view, rank=rank, ranks=ranks, last="keep") for rank in range(ranks)]
        for loader in loaders:
            loader.load_state_dict(batches[4][2])
        for _, ids, _ in batches[5:]:
            parts = [next(loader) for loader in loaders]
            assert len({part.images.shape[1:] for part in parts}) == 1
            assert sorted(sum([part.pair_ids for part in parts], [])) == sorted(ids)
        for loader in loaders:
            loader.close()


@in_each_source
@pytest.mark.parametrize("ranks", [2, *(pytest.param(ranks, marks=pytest.mark.full) for ranks in (1, 3))])
def test_what_is_taken_down_is_replaced_by_pictures_of_its_shape(dataset, ranks):
    source, view = fill(dataset, 420, indexed=420)
    gone = [number for number in range(420) if number % 14 in (0, 1, 5)]
    for number in gone:
        dataset.take_down("PAIR", str(number))

    found = Counter()
    for rank in range(ranks):
        with grouped(source, view, rank=rank, ranks=ranks, last="keep") as loader:
            for batch in loader:
                assert len({shape_of(int(one)) for one in batch.pair_ids}) <= 1
                found.update(map(int, batch.pair_ids))

    assert sum(found.values()) == 420
    assert set(found) == set(range(420)) - set(gone)
    assert max(found.values()) <= 8


@in_each_source
def test_a_takedown_is_heeded_while_windows_are_in_memory(dataset):
    source, view = fill(dataset, 420, indexed=420)
    with grouped(source, view) as loader:
        first = next(loader).pair_ids
        for number in range(0, 420, 3):
            dataset.take_down("PAIR", str(number))
        assert len(first) == 12
        while loader.stats.takedowns < 140:
            pass
        made_already = 5
        later = [batch.pair_ids for batch in loader][made_already:]

    assert later
    assert all(int(one) % 3 for ids in later for one in ids)


@in_each_source
def test_each_picture_comes_once_with_another_caption_in_another_epoch(dataset):
    source, view = fill(dataset, 200, indexed=200)

    with grouped(source, view, captions=WEIGHTS, epochs=4, last="keep") as loader:
        assert len(loader) * 4 == len(batches := [(batch.epoch, batch.pair_ids) for batch in loader])

    for epoch in range(4):
        ids = [int(one) for of, batch in batches if of == epoch for one in batch]
        assert sorted(one // 2 for one in ids) == list(range(100))
    assert 0.55 < sum(int(one) % 2 for _, batch in batches for one in batch) / 400 < 0.85


@in_each_source
def test_a_position_is_of_the_same_facts_buckets_and_captions(dataset):
    source, view = fill(dataset, 100, indexed=100)
    with grouped(source, view) as loader, grouped(source, view, captions=WEIGHTS) as other:
        next(loader)
        state = loader.state_dict()
        assert len(json.dumps(state)) < 1000
        with pytest.raises(PositionRefused, match="other facts, buckets or captions"):
            other.load_state_dict(state)
        with pytest.raises(PositionRefused, match="samples of a position are a list"):
            loader.load_state_dict({**state, "samples": [1000, 0, 0]})
    with loader_of(source, view, window=0) as plain, pytest.raises(PositionRefused):
        plain.load_state_dict(state)


def test_says_what_buckets_need(dataset):
    source, view = fill(dataset, 60, indexed=0)
    with pytest.raises(SettingsError, match="source.indexed"):
        grouped(source, source.cut())
    with pytest.raises(SettingsError, match="of one view"):
        grouped(source, [(view, 1), (source.cut(["fold=1"]), 1)], epochs=None)
    with pytest.raises(SettingsError, match="a batch of 96 takes more samples than the view has: "):
        grouped(source, view, 96)


def test_a_pair_that_is_gone_is_left_out(dataset):
    source, view = fill(dataset, 60, indexed=0)
    facts = view.facts
    bucket = facts.bucket.copy()
    bucket[:7] = NONE
    left = View(view.topic, view.topic_id, view.cut_at, view.blocks,
                facts=Facts(facts.shapes, facts.kinds, facts.picture, bucket, facts.kind))  # fmt: skip
    assert len(ids_of(grouped(source, left, 4, last="keep"))) == 53



def test_a_stage_of_larger_pictures_goes_on_at_the_same_position(dataset):
    def both(number):
        fields = shaped(number)
        height, width = 2 * fields["height"], 2 * fields["width"]
        image = bytes([number % 256] * (height * width * 3))
        large = dict(name="large", image=image, image_encoding="raw", height=height, width=width, channels=3, colour="rgb")
        return {**fields, "renditions": [large]}

    source, view = fill(dataset, 120, indexed=120, of=both)
    with grouped(source, view) as small, grouped(source, view, rendition="large") as large:
        ids = [next(small).pair_ids for _ in range(3)]
        large.load_state_dict(small.state_dict())
        after = next(large)

        assert after.pair_ids == next(small).pair_ids
        height, width = shape_of(int(after.pair_ids[0]))
        assert after.images.shape[1:3] == (2 * height, 2 * width)
        assert not set(after.pair_ids) & {one for batch in ids for one in batch}
