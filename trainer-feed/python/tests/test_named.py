import json
import threading

import pytest

from conftest import SIDE, TIMEOUT_S
from pairstream import Loader, PositionRefused, SettingsError, Unavailable, View, ViewError
from pairstream.errors import NoSuchView
from pairstream.index.cut import block_of
from pairstream.order.epoch_order import OrderPlan
from pairstream.order.ranks import RankShare
from pairstream.platform.growing_view import FollowedSchedule, RunExtents
from pairstream.platform.named_views import GrowingView

OPTIONS = dict(batch_size=12, seed=7, lanes=12, window=3, side_px=SIDE)


@pytest.fixture
def growing(dataset):
    """A source, and a view of 40 pairs in two segments that may still grow."""
    dataset.create_views()
    source = dataset.source()
    dataset.produce(0, 24)
    first = source.cut()
    parts = [
        View(first.topic, first.topic_id, first.cut_at, first.blocks[:2]),
        View(first.topic, first.topic_id, first.cut_at, first.blocks[2:]),
    ]
    for number, part in enumerate(reversed(parts)):
        dataset.seal("live", number, part)
    return source, first


def grow(dataset, source, number, **options):
    """Seals twelve pairs more."""
    before = source.view("live")
    dataset.produce(100 * number, 12)
    offsets = {(b.partition, offset) for b in before.blocks for offset in b.offsets}
    view = source.cut()
    blocks = []
    for block in view.blocks:
        fresh = [offset for offset in block.offsets if (block.partition, offset) not in offsets]
        if fresh:
            blocks.append(block_of(block.partition, fresh, len(fresh)))
    dataset.seal("live", number, View(view.topic, view.topic_id, view.cut_at, tuple(blocks)), **options)


def test_a_view_is_found_by_its_name(dataset, growing, tmp_path):
    source, whole = growing
    view = source.view("live")

    assert view == View(whole.topic, whole.topic_id, "2026-01-02T03:00:00.123Z", whole.blocks)
    assert view.where == ("fold=1",)
    view.save(tmp_path / "live")
    assert source.view(tmp_path / "live") == view
    dataset.seal("torn", 1, whole)
    with pytest.raises(ViewError, match="the view torn has a segment 1, and none of the number 0"):
        source.view("torn")
    dataset.send(f"{dataset.name}.views", "bad/00000000", b"abc")
    with pytest.raises(ViewError, match="views-0 at offset 3: not Avro"):
        source.view("bad")
    dataset.send(f"{dataset.name}.views", "live/00000001", None)
    dataset.send(f"{dataset.name}.views", "live/00000000", None)
    with pytest.raises(ViewError, match="there is no view live"):
        source.view("live")
    with pytest.raises(SettingsError, match="the name of a view has 1 to 64"):
        source.view("Live")
    with pytest.raises(ViewError, match="cannot read the view none.view"):
        source.view("none.view")


def test_says_where_there_is_no_topic_of_views(dataset):
    with pytest.raises(Unavailable, match=f"there is no topic {dataset.name}.views"):
        dataset.source().view("live")


def in_turns(first, second):
    return [pair_id for both in zip(first, second) for pair_id in both]


def ids_of(loader, batches):
    return [batch.pair_ids for _, batch in zip(range(batches), loader)]


def test_ranks_agree_on_what_an_epoch_covers_and_a_run_repeats_itself(dataset, growing):
    source, _ = growing
    follow = source.follow("live", run="r1")
    loaders = [Loader(source, follow, rank=rank, ranks=2, **OPTIONS) for rank in range(2)]
    # The first rank comes to epochs while the view has two segments, the second one when it has three.
    early = [next(loaders[0]) for _ in range(2)]
    grow(dataset, source, 2)
    late = [next(loaders[1]) for _ in range(2)]
    assert [batch.position for batch in early] == [batch.position for batch in late]
    state = loaders[0].state_dict()
    seen = [in_turns(a.pair_ids, b.pair_ids) for a, b in zip(early, late)]
    rest = [in_turns(next(loaders[0]).pair_ids, next(loaders[1]).pair_ids) for _ in range(40)]
    for loader in loaders:
        loader.close()
    assert len(json.dumps(state)) < 1000

    with Loader(source, follow, **OPTIONS) as loader:
        assert ids_of(loader, 42) == seen + rest
    with Loader(source, follow, **OPTIONS) as loader:
        loader.load_state_dict(json.loads(json.dumps(state)))
        assert ids_of(loader, 40) == rest
        assert loader.explain(1, 0)[0]["pair_id"] == seen[1][0]
    # The pairs that came later are in the epochs that began later.
    assert {int(pair_id) for batch in rest[-6:] for pair_id in batch} & set(range(200, 212))


def test_a_small_view_is_agreed_on_one_epoch_ahead(dataset, growing, monkeypatch):
    source, _ = growing
    monkeypatch.setattr("pairstream.platform.growing_view._LOOK_EVERY_S", 0)
    follow = source.follow("live", run="r1")
    process = RunExtents(source.cluster, source.schemas, dataset.name)
    # There is room for eighteen epochs, and no more than one batch is made ahead.
    with Loader(source, follow, **{**OPTIONS, "batch_size": 4, "window": 24, "slots": 1}) as loader:
        batches = [next(loader)]
        while process.of("r1", 1) is None:
            batches.append(next(loader))
        assert {batch.epoch for batch in batches} == {0}
        grow(dataset, source, 2)
        while batches[-1].epoch < 3:
            batches.append(next(loader))

    assert [process.of("r1", epoch)["segments"] for epoch in (0, 2)] == [2, 3]
    assert sum(len(batch) for batch in batches if batch.epoch == 2) == 36
    process.close()


def test_what_is_sealed_is_in_the_epoch_that_begins_next_or_the_one_after(dataset, growing):
    source, _ = growing
    process = RunExtents(source.cluster, source.schemas, dataset.name)
    # Of one batch each; four could be ready ahead.
    with Loader(source, source.follow("live", run="r1"), **{**OPTIONS, "batch_size": 24}) as loader:
        assert [next(loader).epoch for _ in range(3)] == [0, 1, 2]
        grow(dataset, source, 2)
        while next(loader).epoch < 5:
            pass

    assert [process.of("r1", epoch)["segments"] for epoch in (2, 4, 5)] == [2, 3, 3]
    process.close()


def test_an_epoch_waits_until_half_of_the_one_before_is_made(dataset, growing, monkeypatch):
    source, _ = growing
    monkeypatch.setattr("pairstream.platform.growing_view._LOOK_EVERY_S", 0)
    schedule = FollowedSchedule(source, source.follow("live", run="r1"), OrderPlan(7, 12, 3), None, 4)
    steps = schedule.steps(RankShare(), 4, False, schedule.begin())

    assert [next(steps).epoch for _ in range(6)] == [0] * 6
    assert next(steps) is None
    schedule.note_progress(4, 0)
    assert [next(steps) for _ in range(3)] == [None] * 3
    grow(dataset, source, 2)
    schedule.note_progress(3, 0)
    assert next(steps).picks[0].of.order.samples == 36
    schedule.close()


def test_a_loader_waits_for_the_first_segment(dataset, growing, monkeypatch):
    source, whole = growing
    looks = []
    look = GrowingView.look

    def sealed_meanwhile(view):
        looks.append(view)
        if len(looks) == 2:
            dataset.seal("late", 0, whole)
        return look(view)

    monkeypatch.setattr(GrowingView, "look", sealed_meanwhile)
    with Loader(source, source.follow("late", run="r1", wait_s=TIMEOUT_S), **OPTIONS) as loader:
        assert len(next(loader)) == 12
    with pytest.raises(NoSuchView, match="there is no view typo; .*pairstream view seal typo.*wait_s"):
        Loader(source, source.follow("typo", run="r2", wait_s=0), **OPTIONS)


def test_of_two_proposals_the_first_holds(dataset):
    dataset.create_views()
    source = dataset.source()
    processes = [RunExtents(source.cluster, source.schemas, dataset.name) for _ in range(2)]
    for number, process in enumerate(processes, 1):
        process.propose({"run": "r", "view": "live", "epoch": 0, "segments": number})

    assert [process.of("r", 0)["segments"] for process in processes] == [1, 1]
    assert processes[0].of("r", 1) is processes[0].of("s", 0) is None
    for process in processes:
        process.close()


def test_new_covers_what_came_and_ends_with_the_view(dataset, growing):
    source, _ = growing
    follow = source.follow("live", run="r2", extent="new")
    found, failures = [], []

    def train():
        try:
            with Loader(source, follow, **OPTIONS) as loader:
                for batch in loader:
                    found.append((batch.epoch, batch.pair_ids))
        except Exception as e:
            failures.append(e)

    trainer = threading.Thread(target=train)
    trainer.start()
    grow(dataset, source, 2)
    grow(dataset, source, 3, last=True)
    trainer.join(TIMEOUT_S)

    assert not failures and not trainer.is_alive()
    ids = [pair_id for _, batch in found for pair_id in batch]
    assert len(ids) == len(set(ids)) == 48
    assert sorted(epoch for epoch, _ in found) == [epoch for epoch, _ in found]


def test_refuses_other_runs_and_other_positions(dataset, growing):
    source, whole = growing
    with Loader(source, source.follow("live", run="r3"), **OPTIONS) as loader:
        ids_of(loader, 1)
        state = loader.state_dict()
        assert state["segments"] == 2
        for wrong, message in (
            ({"run": "r4"}, "one of the run r4 over the view live, not of the run r3"),
            ({"topic_id": "x"}, "made anew"),
            ({"seed": 8}, "another order"),
            ({"segments": 9}, "agreed on 2 segments of the view live for epoch 0, and the position says 9"),
            ({"segments": 0}, "0 segments and 12 samples"),
            ({"epoch": 7}, "has not come to epoch 7"),
            ({"samples": 10**9}, "1000000000 samples of epoch 0 were handed out, and the epoch has 24"),
        ):
            with pytest.raises(PositionRefused, match=message):
                loader.load_state_dict({**state, **wrong})
        with pytest.raises(PositionRefused, match="no position of a run that follows a view"):
            loader.load_state_dict({"view": whole.fingerprint})
        with pytest.raises(SettingsError, match="1 are left in epoch 0"):
            loader.skip(2)
        loader.skip(1)
        assert loader.state_dict()["epoch"] == 1
    with pytest.raises(PositionRefused, match="the run r3 follows all of the view live, not new of live"):
        with Loader(source, source.follow("live", run="r3", extent="new"), **OPTIONS) as loader:
            next(loader)
    with pytest.raises(SettingsError, match="all or new, not some"):
        source.follow("live", run="r", extent="some")
    with pytest.raises(SettingsError, match="the name of a run"):
        source.follow("live", run="R 1")
