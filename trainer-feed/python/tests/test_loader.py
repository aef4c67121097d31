import gc
import json
import pickle
import random
from collections import Counter

import numpy as np
import pytest

from conftest import SIDE, in_each_source, picture
from pairstream import Loader, PositionRefused, SampleRefused, SettingsError, Unavailable, View
from pairstream.order.epoch_order import OrderPlan
from pairstream.order.ranks import RankShare
from pairstream.order.view_schedule import ViewSchedule
from pairstream.views.blocks import Block
from write_conformance import batches, record_of

PLAN = dict(seed=7, lanes=24, window=5)


def loader_of(source, view, batch_size=24, **options):
    return Loader(source, view, batch_size=batch_size, side_px=SIDE, **{**PLAN, "epochs": 1, **options})


def ids_of(loader, batches=None):
    """All ids that a loader hands out, or those of so many batches."""
    ids = []
    for number, batch in enumerate(loader, 1):
        ids += batch.pair_ids
        if number == batches:
            break
    return ids


def in_turns(ranks):
    """One batch of those of all ranks."""
    return [rank[i] for i in range(len(ranks[0])) for rank in ranks if i < len(rank)]


def in_order(source, view, **options):
    with loader_of(source, view, 5, seed=0, lanes=1, window=0, epochs=1, last="keep", **options) as loader:
        return ids_of(loader)


def test_a_cut_holds_what_was_committed_and_not_withdrawn(dataset):
    dataset.produce(0, 20)
    producer = dataset.producer()
    producer.begin_transaction()
    dataset.put(producer, 999, dataset.pair(999))
    producer.flush()
    producer.abort_transaction()
    dataset.withdraw(4)
    dataset.produce(20, 7)
    source = dataset.source()

    view = source.cut()
    dataset.produce(27, 5)

    assert sorted(map(int, in_order(source, view))) == [number for number in range(27) if number != 4]


def test_a_cut_reads_the_index_and_what_came_behind_it(dataset):
    """The index says of each pair that it has a byte, by which is seen what came from it."""
    dataset.produce(0, 20)
    dataset.withdraw(4)
    dataset.produce(20, 8)
    source = dataset.source()
    dataset.index(20, withdrawn=(4,))
    dataset.withdraw(6)

    view = source.cut()
    conditioned = source.cut(["fold=0,1", "source=crowd"])

    left = [number for number in range(28) if number not in (4, 6)]
    assert sorted(map(int, in_order(source, view))) == left
    assert sorted(map(int, in_order(source, conditioned))) == [number for number in left if number % 5 < 2]
    assert conditioned.where == ("fold=0,1", "source=crowd")
    assert sum(block.bytes for block in view.blocks) == 18 + sum(len(dataset.pair(n)) for n in range(20, 28))


@in_each_source
def test_without_a_view_a_loader_has_all_pairs_or_those_of_conditions(drawn):
    _, source, view = drawn(30)

    for where, numbers in (((), range(30)), ("fold=1", range(1, 30, 5)), (["fold=1,2", "fold!=2"], range(1, 30, 5))):
        with loader_of(source, None, 6, where=where, last="keep") as loader:
            state = loader.state_dict()
            assert sorted(map(int, ids_of(loader))) == list(numbers)
            loader.load_state_dict(state)
            assert len(ids_of(loader)) == len(numbers)
    with pytest.raises(SettingsError, match="where chooses the pairs of a loader without a view"):
        loader_of(source, view, where="fold=1")


@in_each_source
def test_batches_hold_what_the_records_do(drawn):
    _, source, view = drawn(30)
    with loader_of(source, view, epochs=1) as loader:
        (batch,) = loader

    numbers = [int(pair_id) for pair_id in batch.pair_ids]
    assert len(set(numbers)) == len(batch) == 24
    assert batch.images.dtype == np.uint8 and batch.images.shape == (24, SIDE, SIDE, 3)
    for index, number in enumerate(numbers):
        assert (batch.images[index] == picture(number)).all()
    assert batch.tokens.dtype == np.int32 and batch.tokens.tolist() == [[number, 0] for number in numbers]
    assert batch.mask.dtype == np.uint8 and batch.mask.tolist() == [[1, 0]] * 24
    assert batch.captions == [f"caption {number}" for number in numbers]
    assert batch["fold"].tolist() == [number % 5 for number in numbers]
    assert (batch.epoch, batch.step, batch.colour, batch.stand_ins) == (0, 0, "rgb", 0)


@in_each_source
def test_hands_out_the_order_that_the_view_seed_and_epoch_say(drawn):
    dataset, source, view = drawn(60)
    by_offset = dataset.ids_by_offset()
    schedule = ViewSchedule(view, OrderPlan(**PLAN), 2)
    expected = [
        by_offset[view.blocks[block].partition, view.blocks[block].offsets[place]]
        for batch in batches(schedule, RankShare(), 48, False, schedule.begin())
        for _, block, place in batch
    ]
    assert len(expected) == 2 * 48

    with loader_of(source, view, 48, epochs=2) as loader:
        assert ids_of(loader) == expected


@in_each_source
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.full)])
def test_goes_on_exactly_with_other_numbers_of_ranks(drawn, seed):
    _, source, view = drawn(75)
    with loader_of(source, view, epochs=2) as loader:
        unbroken = ids_of(loader)
    assert len(unbroken) == 2 * 72

    numbers = random.Random(seed)
    seen, state = [], None
    while len(seen) < len(unbroken):
        ranks = numbers.choice([1, 2, 3, 8])
        steps = min(numbers.randint(1, 4), (len(unbroken) - len(seen)) // 24)
        loaders = [loader_of(source, view, epochs=2, rank=rank, ranks=ranks) for rank in range(ranks)]
        for loader in loaders:
            if state:
                loader.load_state_dict(json.loads(state))
        for _ in range(steps):
            seen += in_turns([next(loader).pair_ids for loader in loaders])
        states = {json.dumps(loader.state_dict()) for loader in loaders}
        for loader in loaders:
            loader.close()
        (state,) = states
        assert len(state) < 1000

    assert seen == unbroken


@in_each_source
def test_skips_without_reading(drawn):
    _, source, view = drawn(75)
    with loader_of(source, view, epochs=3) as loader:
        unbroken = [batch.pair_ids for batch in loader]

    with loader_of(source, view, epochs=3) as loader:
        first = next(loader).pair_ids
        loader.close()
        read = loader.stats.bytes
        loader.skip(4)
        assert loader.stats.bytes == read
        assert [first, *(batch.pair_ids for batch in loader)] == [unbroken[0], *unbroken[5:]]


@in_each_source
def test_keeps_the_last_batch_on_request(drawn):
    _, source, view = drawn(30)

    with loader_of(source, view, epochs=2, last="keep") as loader:
        sizes = [(batch.epoch, batch.step, len(batch), len(batch.images)) for batch in loader]

    assert sizes == [(0, 0, 24, 24), (0, 1, 6, 6), (1, 0, 24, 24), (1, 1, 6, 6)]


@in_each_source
def test_each_loop_hands_out_as_many_epochs(drawn):
    _, source, view = drawn(75)
    with loader_of(source, view, epochs=4) as loader:
        unbroken = [batch.pair_ids for batch in loader]

    with loader_of(source, view, epochs=2) as loader:
        assert len(loader) == 3
        first = [batch.pair_ids for _, batch in zip(range(2), loader)]
        first += [batch.pair_ids for batch in loader]
        over = loader.state_dict()
        second = [next(iter(loader)).pair_ids]
        state = loader.state_dict()
    assert first + second == unbroken[:7]

    # A position is one of the loop in which it was handed out, until that loop has ended.
    with loader_of(source, view, epochs=2) as loader:
        loader.load_state_dict(state)
        assert [batch.pair_ids for batch in loader] == unbroken[7:]
        loader.load_state_dict(over)
        assert [batch.pair_ids for batch in loader] == unbroken[6:]
    with loader_of(source, view, last="keep") as loader:
        assert len(loader) == len(list(loader)) == 4


def test_a_mix_has_no_length(drawn):
    _, source, whole = drawn(60)
    views = [(View(whole.topic, whole.topic_id, whole.cut_at, (block,)), 1) for block in whole.blocks[:2]]

    with pytest.raises(TypeError, match="no number of batches in an epoch"):
        len(loader_of(source, views, lanes=4, epochs=None))


@in_each_source
def test_goes_on_where_it_is_unpickled(drawn):
    dataset, _, view = drawn(75)
    source = pickle.loads(pickle.dumps(dataset.source(client={"client.id": "mine"})))
    with loader_of(source, view, epochs=2) as loader:
        unbroken = [next(loader).pair_ids for _ in range(4)]
        again = pickle.loads(pickle.dumps(loader))
        unbroken += [batch.pair_ids for batch in loader]
    with again:
        assert [batch.pair_ids for batch in again] == unbroken[4:]


@in_each_source
def test_a_view_is_shown_in_a_line(drawn):
    dataset, _, view = drawn(30)

    assert repr(view) == f"View({dataset.topic}, 30 samples in {len(view.blocks)} blocks, cut at {view.cut_at})"


def with_holes(view):
    """The view with the offset behind each block, which is the end of a transaction."""
    blocks = [Block(b.partition, b.begin, b.bytes, (b.end - b.begin + 1,)) for b in view.blocks]
    return View(view.topic, view.topic_id, view.cut_at, tuple(blocks))


def expected(dataset, view, plan, batch_size, withdrawn=frozenset(), keep_last=False):
    """The ids of an epoch, from the order alone."""
    by_offset = dataset.ids_by_offset()
    places = {
        (number, place): by_offset.get((block.partition, offset))
        for number, block in enumerate(view.blocks)
        for place, offset in enumerate(block.offsets)
    }
    gone = frozenset(place for place, pair_id in places.items() if pair_id is None or pair_id in withdrawn)
    schedule = ViewSchedule(view, plan, 1)
    steps = schedule.steps(RankShare(), batch_size, keep_last, schedule.begin())
    return [places[record_of(pick, gone)] for step in steps for pick in step.picks]


def test_fills_the_holes_of_a_window_with_its_living_pairs_by_turns(drawn):
    dataset, source, whole = drawn(30)
    view = with_holes(whole)

    stand_ins, ids = 0, []
    with loader_of(source, view, 5, seed=0, lanes=1, window=0, epochs=1, last="keep") as loader:
        for batch in loader:
            ids += batch.pair_ids
            stand_ins += batch.stand_ins

    assert ids == expected(dataset, view, OrderPlan(0, 1, 0), 5, keep_last=True)
    assert stand_ins == view.samples - 30


@in_each_source
def test_a_takedown_of_a_third_neither_poisons_nor_starves(dataset):
    dataset.produce(0, 700)
    dataset.produce(700, 620, contributor="third")
    dataset.produce(1_320, 680)
    source = dataset.source()
    view = source.cut()
    options = dict(lanes=32, window=256, epochs=2)

    def read():
        with loader_of(source, view, 96, **options) as loader:
            found = [batch.pair_ids for batch in loader]
        return found, loader.stats.bytes

    whole, bytes_of_whole = read()
    dataset.take_down("CONTRIBUTOR", "third")
    found, bytes_read = read()

    assert len(found) == len(whole) == 40
    assert bytes_read <= bytes_of_whole
    assert all(len(set(batch)) == 96 for batch in found)
    for epoch in (found[:20], found[20:]):
        counts = Counter(pair_id for batch in epoch for pair_id in batch)
        assert max(counts.values()) <= 3
        assert not any(700 <= int(pair_id) < 1_320 for pair_id in counts)
    plan = OrderPlan(7, 32, 256)
    withdrawn = {str(number) for number in range(700, 1_320)}
    assert sum(found[:20], []) == expected(dataset, view, plan, 96, withdrawn)


@in_each_source
def test_all_ranks_make_the_same_steps_of_a_validation_and_end_alike(drawn):
    _, source, view = drawn(64)
    ends, ids = set(), []
    for rank in range(24):
        with loader_of(source, view, 48, last="keep", rank=rank, ranks=24, threads=1) as loader:
            found = [(len(batch), batch.images.shape, batch.pair_ids) for batch in loader]
            ends.add(json.dumps(loader.state_dict()))
        left = 1 if rank < 16 else 0
        assert [(size, shape) for size, shape, _ in found] == [(n, (n, SIDE, SIDE, 3)) for n in (2, left)]
        ids += [pair_id for _, _, own in found for pair_id in own]

    assert len(ends) == 1 and json.loads(ends.pop())["epoch"] == 1
    assert sorted(map(int, ids)) == list(range(64))


@in_each_source
def test_batches_stay_as_they_are_while_a_part_of_them_is_held(drawn):
    _, source, view = drawn(96)
    with loader_of(source, view, epochs=2, slots=1) as loader:
        held = [(batch.images[3], batch.tokens[3:4, 0], batch.pair_ids[3]) for batch in loader]

    assert len(held) == 8
    for image, tokens, pair_id in held:
        assert (image == picture(int(pair_id))).all()
        assert tokens.tolist() == [int(pair_id)]


@in_each_source
def test_memory_of_batches_is_used_again(drawn):
    _, source, view = drawn(96)
    used = set()
    with loader_of(source, view, epochs=3, slots=2) as loader:
        for batch in loader:
            used.add(batch.images.ctypes.data)
            del batch
            gc.collect()

    # Two that are ready, one that is being made, one that was handed out.
    assert len(used) <= 4
    assert loader.stats.batches == 12


def test_released_memory_is_used_again_at_once(drawn):
    _, source, view = drawn(96)
    held = []
    with loader_of(source, view, epochs=3, slots=2) as loader:
        for batch in loader:
            held.append(batch)
            batch.release()

    assert len(held) == 12 and len({batch.images.ctypes.data for batch in held}) <= 4


def test_memory_that_is_asked_for_is_used_for_one_batch(drawn):
    _, source, view = drawn(96)
    made = []

    def allocate(size):
        made.append(np.empty(size, np.uint8))
        return made[-1]

    with loader_of(source, view, epochs=3, allocate=allocate) as loader:
        seen = []
        for batch in loader:
            seen.append(batch.images.ctypes.data)
            batch.release()

    assert seen == [memory.ctypes.data for memory in made] and len(set(seen)) == 12


@in_each_source
def test_refuses_positions_of_another_view_or_another_order(dataset):
    dataset.produce(0, 30)
    source = dataset.source()
    view = source.cut()
    dataset.produce(30, 3)
    later = dataset.source().cut()
    state = loader_of(source, view).state_dict()

    with pytest.raises(PositionRefused, match="is one of the view"):
        loader_of(source, later).load_state_dict(state)
    with pytest.raises(PositionRefused, match="another order: seed 7, .* and this run has seed 8"):
        loader_of(source, view, seed=8).load_state_dict(state)
    for wrong in ({"view": "a"}, {}, {**state, "samples": "3"}, {**state, "epoch": True}):
        with pytest.raises(PositionRefused, match="no position of a run over a view"):
            loader_of(source, view).load_state_dict(wrong)
    with pytest.raises(PositionRefused, match="no negative"):
        loader_of(source, view).load_state_dict({**state, "samples": -1})
    with pytest.raises(PositionRefused, match="1000000000 samples of epoch 0 were handed out, and the epoch has 30"):
        loader_of(source, view).load_state_dict({**state, "samples": 10**9})


def test_refuses_what_cannot_be(drawn):
    dataset, source, view = drawn(30)

    for message, options in {
        "cannot be shared by 5 ranks alike; the nearest sizes are 20 and 25": dict(ranks=5),
        "a batch of 48 takes more samples than the view has: 30": dict(batch_size=48),
        "the layout is nhwc or nchw": dict(layout="hwc"),
        "pixels are uint8 or float32": dict(pixels="int8"),
        "normalised pixels are fractions": dict(normalise="clip"),
        "no normalisation 'x'": dict(normalise="x", pixels="float32"),
        "last is drop or keep": dict(last="pad"),
        "at least 1 epoch": dict(epochs=0),
        "threads and slots are at least 1": dict(threads=0),
    }.items():
        with pytest.raises(SettingsError, match=message):
            loader_of(source, view, **{"batch_size": 24, **options})
    with pytest.raises(SettingsError, match=f"the view is one of {dataset.topic}, not of {dataset.name}.test"):
        loader_of(dataset.source(split="test"), view)
    with pytest.raises(SettingsError, match="a split is"):
        dataset.source(split="train")
    with pytest.raises(Unavailable, match=f"there is no topic {dataset.name}.validation"):
        dataset.source(split="validation").cut()


def test_refuses_a_view_whose_records_have_left_the_log(dataset):
    from confluent_kafka import TopicPartition

    dataset.produce(0, 30)
    source = dataset.source()
    view = source.cut()
    loader = loader_of(source, view)
    partition = TopicPartition(dataset.topic, 1, 3)
    dataset.admin.delete_records([partition])[partition].result()

    with pytest.raises(PositionRefused, match="-1 begins at 3: records of the view, from 0 on, have left the log"):
        loader_of(source, view)
    with pytest.raises(PositionRefused, match="records of the view, from 0 on, have left the log"):
        ids_of(loader)
    with pytest.raises(PositionRefused, match="ends at .*, before the view's"):
        loader_of(source, View(view.topic, view.topic_id, view.cut_at, (Block(0, 10_000, 1, (24,)),)))


def test_refuses_a_topic_that_was_made_anew(drawn):
    _, source, view = drawn(30)
    other = View(view.topic, "AAAAAAAAAAAAAAAAAAAAAA", view.cut_at, view.blocks)

    with pytest.raises(PositionRefused, match="has been made anew"):
        loader_of(source, other)


@in_each_source
def test_refuses_a_bad_sample_by_name_and_gives_no_more_batches(dataset):
    dataset.produce(0, 24)
    dataset.produce(24, 3, split="VALIDATION")
    dataset.produce(27, 24)
    source = dataset.source()
    with loader_of(source, source.cut(), 12, lanes=1, window=0) as loader:
        refusal = rf"{dataset.topic}-\d-\d+: expected split TRAINING, found VALIDATION"
        with pytest.raises(SampleRefused, match=refusal):
            ids_of(loader)
        with pytest.raises(SampleRefused, match=refusal):
            next(loader)


@in_each_source
def test_mixes_views_by_weight_and_goes_on_exactly(drawn):
    _, source, first = drawn(60)
    blocks = first.blocks
    views = [
        (View(first.topic, first.topic_id, first.cut_at, (blocks[0], blocks[2])), 2),
        (View(first.topic, first.topic_id, first.cut_at, (blocks[1],)), 1),
    ]
    options = dict(lanes=4, window=3, epochs=None)
    with loader_of(source, views, 12, **options) as loader:
        unbroken = [next(loader).pair_ids for _ in range(12)]
    for batch in unbroken:
        assert sum(int(pair_id) % 3 == 1 for pair_id in batch) == 4

    with loader_of(source, views, 12, **options) as loader:
        for _ in range(5):
            next(loader)
        state = json.loads(json.dumps(loader.state_dict()))
    ranks = [loader_of(source, views, 12, rank=rank, ranks=2, **options) for rank in range(2)]
    for loader in ranks:
        loader.load_state_dict(state)
    seen = [in_turns([next(loader).pair_ids for loader in ranks]) for _ in range(7)]
    for loader in ranks:
        loader.close()

    assert seen == unbroken[5:]
    with pytest.raises(PositionRefused, match="one of the mix"):
        loader_of(source, [views[1], views[0]], 12, **options).load_state_dict(state)
    with pytest.raises(SettingsError, match="leave out epochs"):
        loader_of(source, views, 24, epochs=1)


@in_each_source
def test_tells_what_it_has_done(drawn):
    _, source, view = drawn(96)
    with loader_of(source, view, epochs=1) as loader:
        assert loader.stats.batches == 0 and loader.stats.seconds == 0
        ids_of(loader)
        stats = loader.stats

    assert (stats.batches, stats.samples, stats.ready_batches) == (4, 96, 0)
    assert stats.bytes == sum(block.bytes for block in view.blocks)
    assert stats.data_wait_ms > 0 and stats.samples_per_second > 0 and stats.bytes_per_second > 0
    assert stats.position == {"view": view.fingerprint, **PLAN, "epoch": 1, "samples": 0}


@in_each_source
def test_a_pair_that_is_taken_down_while_a_run_goes_on_is_replaced_from_then_on(dataset):
    dataset.produce(0, 96)
    dataset.take_down("IMAGE", "digest 5")
    dataset.take_down("PAIR", "6")
    dataset.lift("PAIR", "6")
    source = dataset.source()
    view = source.cut()
    order = dict(seed=0, lanes=1, window=0, epochs=1, slots=1)
    before = expected(dataset, view, OrderPlan(0, 1, 0), 4, {"5"})
    after = expected(dataset, view, OrderPlan(0, 1, 0), 4, {"5", *(str(n) for n in range(96) if n % 7 == 3)})

    seen = []
    with loader_of(source, view, 4, **order) as loader:
        for batch in loader:
            if not seen:
                known = loader.stats.takedowns
                dataset.take_down("CONTRIBUTOR", "contributor 3")
                dataset.take_down("SOURCE", "example.org:other")
            seen += batch.pair_ids
            # What was made ready before the takedown came may still be handed out.
            while len(seen) == 4 and loader.stats.takedowns < known + 2:
                pass

    assert seen[:4] == before[:4]
    assert all(found in (old, new) for found, old, new in zip(seen, before, after))
    assert seen[20:] == after[20:] != before[20:]


def test_the_end_of_takedowns_is_read_before_the_first_batch(dataset):
    dataset.produce(0, 24)
    for number in range(0, 23):
        dataset.take_down("PAIR", str(number))
    source = dataset.source()
    view = source.cut()

    assert set(in_order(source, view)) == {"23"}

    dataset.take_down("SOURCE", "crowd")
    with pytest.raises(PositionRefused, match="every pair of the view has been withdrawn"):
        in_order(source, view)


@in_each_source
def test_explains_the_batch_of_a_step_of_all_ranks(dataset):
    dataset.produce(0, 75)
    source = dataset.source()
    view = source.cut()
    with loader_of(source, view, epochs=2) as loader:
        handed = {(batch.epoch, batch.step): batch.pair_ids for batch in loader}
    by_offset = dataset.ids_by_offset()

    with loader_of(source, view, epochs=2, rank=1, ranks=3) as loader:
        for (epoch, step), ids in handed.items():
            explained = loader.explain(step, epoch)
            assert [sample["pair_id"] for sample in explained] == ids
            assert [by_offset[sample["partition"], sample["offset"]] for sample in explained] == ids
            assert {sample["lane"] for sample in explained} == set(range(12))
        assert {name: explained[0][name] for name in ("source_kind", "licence", "topic", "is_stand_in")} == {
            "source_kind": "crowd",
            "licence": "CC0",
            "topic": dataset.topic,
            "is_stand_in": False,
        }
        assert explained[0]["contributor"] == f"contributor {int(ids[0]) % 7}"
        dataset.take_down("PAIR", ids[0])
        again = loader.explain(step, epoch)
        assert ids[0] not in {sample["pair_id"] for sample in again}
        for wrong in ((3, 0), (0, 2), (-1, 0)):
            with pytest.raises(SettingsError, match=f"no step {wrong[0]} in epoch {wrong[1]}"):
                loader.explain(*wrong)


def test_a_view_goes_by_its_file_or_name_wherever_one_goes(dataset, tmp_path):
    dataset.produce(0, 100)
    dataset.create_views()
    source = dataset.source()
    view = source.cut()
    dataset.seal("all", 0, view, last=True)
    view.save(tmp_path / "train.view")
    half = View(view.topic, view.topic_id, view.cut_at, view.blocks[:1])
    half.save(tmp_path / "half.view")
    with loader_of(source, view, epochs=1) as loader:
        expected = [batch.pair_ids for batch in loader]

    for given in (str(tmp_path / "train.view"), tmp_path / "train.view", "all"):
        with loader_of(source, given, epochs=1) as loader:
            assert [batch.pair_ids for batch in loader] == expected
    with loader_of(source, [(tmp_path / "train.view", 1), (half, 2)], epochs=None) as mix:
        assert len(next(mix)) == len(expected[0])
    again = pickle.loads(pickle.dumps(loader_of(source, tmp_path / "train.view", epochs=1)))
    captions = list(source.captions(tmp_path / "train.view"))
    (tmp_path / "train.view").unlink()
    with again:
        assert [batch.pair_ids for batch in again] == expected
    assert captions == list(source.captions(view))


@pytest.mark.parametrize("wrong", [7, ["a.view", "b.view"], [("a.view",)], {"a.view": 1}])
def test_the_refusal_of_what_is_no_view_says_what_one_is(drawn, wrong):
    with pytest.raises(SettingsError, match="a view is what source.cut or source.view answers, or the name or file of one"):
        loader_of(drawn(30)[1], wrong)
