import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import SIDE, TIMEOUT_S
from pairstream import Loader, PositionRefused, SettingsError, Unavailable
from pairstream.mix import main
from pairstream.order.epoch_order import OrderPlan
from pairstream.order.mix_schedule import MixSchedule
from pairstream.order.ranks import RankShare
from pairstream.platform.changing_mix import AgreedMix, Mix, MixHistory, Part, RunMixes, change
from write_conformance import MIXES, batches, mixed_batches_of, record_of, view_of

VIEWS = {
    name: view_of(sizes, partition)
    for partition, (name, sizes) in enumerate(
        dict(english=[40, 9, 30], chinese=[16, 5, 17], art=[12, 12], scans=[64] * 3, maps=[11]).items()
    )
}
PLAN = OrderPlan(1, 8, 4)


class MemoryLog:
    """The log of a run, shared by those who have its list; a reader sees what the log lets it see."""

    def __init__(self, records, reads=lambda log: len(log.records), dies=lambda: None):
        self.records, self._reads, self._dies, self._at = records, reads, dies, 0
        self.begun = len(records)

    def read(self, history):
        self._read_to(max(self._at, self._reads(self)), history)

    def append(self, history, samples, parts=(), lanes=0):
        self._dies()
        key = str(len(self.records))
        self.records.append((key, samples, lanes, parts))
        self._dies()
        self._read_to(len(self.records), history)
        return key

    def close(self):
        pass

    def _read_to(self, end, history):
        for record in self.records[self._at : end]:
            history.note(*record)
        self._at = end


def find(name, segments=None):
    return VIEWS[name], 0


def parts_of(**weights):
    return [Part(name, 0, VIEWS[name].fingerprint, weight) for name, weight in weights.items()]


def schedule_of(records, plan=PLAN, run="r", first=(("english", 2), ("chinese", 1)), **options):
    return AgreedMix(Mix(run, first), plan, lambda: MemoryLog(records, **options), find)


def replay(records, samples):
    """Each sample of a run, by one rank in batches of 24."""
    schedule = schedule_of(list(records))
    found = batches(schedule, RankShare(), 24, False, schedule.begin(), -(-samples // 24))
    return [sample for batch in found for sample in batch]


def named(pick):
    return (pick.of.part, *record_of(pick))


@pytest.mark.parametrize("case", MIXES[1:])
def test_without_a_change_it_is_the_mix_whose_weights_are_fixed(case):
    views = {str(n): view_of(part["sizes"], n) for n, part in enumerate(case["mix"])}
    first = tuple((str(n), part["weight"]) for n, part in enumerate(case["mix"]))
    plan = OrderPlan(case["seed"], case["lanes"], case["window"])
    schedule = AgreedMix(Mix("r", first), plan, lambda: MemoryLog([]), lambda name, _: (views[name], 0))

    start = schedule.skip(schedule.begin(), case["batch"], False, case["skip"])
    assert batches(schedule, RankShare(), case["batch"], False, start, case["batches"]) == mixed_batches_of(case)


def test_views_go_on_where_they_were_and_weights_hold_from_the_very_sample_on():
    records = []
    schedule_of(records)
    history, log = MixHistory(), MemoryLog(records)
    assert change(log, history, 80, parts_of(english=1, art=3))
    assert change(log, history, 160, parts_of(english=2, chinese=1))
    schedule = schedule_of(records)
    steps = schedule.steps(RankShare(), 8, False, schedule.begin())
    found = [pick for _, step in zip(range(40), steps) for pick in step.picks]

    for begin, end, weights in ((0, 80, {0: 2, 1: 1}), (80, 160, {0: 1, 2: 3}), (160, 320, {0: 2, 1: 1})):
        for lane in range(8):
            own = [pick.of.part for pick in found[begin:end] if pick.lane == lane]
            whole = sum(weights.values())
            for first in range(0, len(own) - whole + 1, whole):
                assert {part: own[first : first + whole].count(part) for part in weights} == weights
    # Of each lane, each view's samples are those of one epoch after the other, whatever came in between.
    for part, view in enumerate(("english", "chinese", "art")):
        for lane in range(8):
            own = [(pick.of.order.epoch, pick.number) for pick in found if (pick.of.part, pick.lane) == (part, lane)]
            assert own and own == [divmod(n, VIEWS[view].samples // 8) for n in range(len(own))]


def test_of_two_changes_at_one_sample_the_later_holds_and_one_that_is_too_late_changes_nothing():
    records = []
    schedule = schedule_of(records)
    history, log = MixHistory(), MemoryLog(records)
    assert change(log, history, 5000, parts_of(english=1, art=1))
    assert change(log, history, 5000, parts_of(art=1))
    # Two writers who know of no border yet: the log has it in front of their records.
    late = MixHistory()
    blind = MemoryLog(records, reads=lambda log: 3)
    blind.read(late)
    next(schedule.steps(RankShare(), 24, False, schedule.begin()))
    assert not change(blind, late, 2399, parts_of(english=1, art=1))
    assert late.decided == 2400
    # A border does not move back, so what lies between is too late as well.
    records.append(("lower", 1200, 0, ()))
    assert not change(MemoryLog(records), MixHistory(), 1300, parts_of(art=1))
    assert change(blind, late, 2400, parts_of(chinese=1))
    before = replay(records, 6000)

    history.note("forged", 2399, 0, parts_of(art=1))
    history.note("0 of them", 2800, 0, parts_of(art=0))
    history.note("twice", 2800, 0, parts_of(art=1) * 2)
    records += [("forged", 2399, 0, parts_of(art=1)), ("begun anew", 0, 4, parts_of(art=1)), records[1]]
    assert replay(records, 6000) == before
    assert {sample[0] for sample in before[2400:5000]} == {1}
    assert {sample[0] for sample in before[5000:]} == {2}


@pytest.mark.parametrize("seed, changes", [(0, 30), *(pytest.param(seed, 100, marks=pytest.mark.full) for seed in range(4))])
def test_what_ranks_hand_out_through_changes_and_kills_is_what_one_rank_repeats(seed, changes):
    numbers = random.Random(seed)
    records = []

    class Killed(Exception):
        pass

    def dies():
        if numbers.random() < 0.1:
            raise Killed

    def reads(log):
        # A reader may be behind, but for what was there when it began to read, and what it has appended itself.
        return numbers.randint(log.begun if checkpoint else 0, len(log.records))

    handed, positions = {}, {}
    checkpoint, changed, killed, refused, starts = None, 0, 0, 0, 0
    writer, known = MemoryLog(records, reads), MixHistory()
    while changed < changes or not handed or max(handed) < checkpoint["samples"] + 100:
        # A start, or a restart with any number of ranks, from the last checkpoint.
        starts += 1
        ranks = numbers.randint(1, 8)
        batch_size = ranks * numbers.randint(1, 6)
        running = {}
        try:
            for rank in range(ranks):
                schedule = schedule_of(records, reads=reads, dies=dies)
                start = checkpoint or schedule.begin()
                schedule.require_own(start)
                running[rank] = schedule.steps(RankShare(rank, ranks), batch_size, False, start)
            at = dict.fromkeys(running, start["samples"])
            for _ in range(numbers.randint(1, 800)):
                if numbers.random() < 0.01:
                    sample = max(at.values()) // batch_size * batch_size + numbers.randint(1, 300) * batch_size
                    chosen = numbers.sample(sorted(VIEWS), numbers.randint(1, 5))
                    is_in_force = change(writer, known, sample, parts_of(**{v: numbers.randint(1, 9) for v in chosen}))
                    changed, refused = changed + is_in_force, refused + (not is_in_force)
                # Ranks run ahead of each other, and load far ahead of what is trained on.
                rank = numbers.choice(sorted(running))
                if at[rank] > min(at.values()) + 200 * batch_size:
                    continue
                step = next(running[rank])
                for number, pick in zip(RankShare(rank, ranks).of(at[rank], at[rank] + batch_size), step.picks):
                    assert handed.setdefault(number, named(pick)) == named(pick)
                at[rank] += batch_size
                text = json.dumps(step.after)
                assert len(text) < 1000 and positions.setdefault(at[rank], text) == text
        except Killed:
            killed += 1
        if running and len(running) == ranks:
            reached = min(at.values()) - numbers.randint(0, 30) * batch_size
            if reached > start["samples"]:
                checkpoint = json.loads(positions[reached])

    assert killed > changes / 20 and starts > changes / 5 and refused > 0
    whole = replay(records, max(handed) + 1)
    assert all(whole[number] == sample for number, sample in handed.items())
    assert sorted(handed)[: checkpoint["samples"]] == list(range(checkpoint["samples"]))


def test_positions_of_another_history_and_steps_that_the_run_has_not_come_to_are_refused():
    records = []
    schedule = schedule_of(records)
    assert change(MemoryLog(records), MixHistory(), 480, parts_of(art=1))
    steps = schedule.steps(RankShare(), 24, False, schedule.begin())
    positions = [step.after for _, step in zip(range(30), steps)]
    other = []
    schedule_of(other).skip(schedule.begin(), 24, False, 60)

    for position in positions:
        schedule_of(records).require_own(position)
        if position["samples"] <= 480:
            schedule_of(other).require_own(position)
        else:
            with pytest.raises(PositionRefused, match="another run r, whose mix changed otherwise in front of sample"):
                schedule_of(other).require_own(position)
    with pytest.raises(PositionRefused, match="the run r has not come so far on this cluster: up to sample 1, not 24"):
        schedule_of([]).require_own(positions[0])
    with pytest.raises(SettingsError, match="not come so far"):
        schedule.at(0, 100, 24)
    with pytest.raises(SettingsError, match="no step 3 in epoch 1"):
        schedule.at(1, 3, 24)
    with pytest.raises(PositionRefused, match="one of the run s, not of r"):
        schedule.require_own({**positions[0], "run": "s"})
    with pytest.raises(PositionRefused, match="another order"):
        schedule.require_own({**positions[0], "seed": 9})
    fixed = MixSchedule([(VIEWS["english"], 2), (VIEWS["chinese"], 1)], PLAN)
    for one, position in ((schedule, fixed.begin()), (fixed, positions[0])):
        with pytest.raises(PositionRefused, match="no position of a mix"):
            one.require_own(position)
    with pytest.raises(SettingsError, match="has begun with the mix {'english': 2, 'chinese': 1}, not"):
        schedule_of(records, first=(("english", 3),))
    with pytest.raises(SettingsError, match="the run r has 8 lanes; by lanes and window this process has 2"):
        schedule_of(records, OrderPlan(1, 8, 16))


def test_a_change_tells_the_loader_which_views_it_needs():
    records = []
    schedule_of(records)
    change(MemoryLog(records), MixHistory(), 36, parts_of(art=1))
    schedule = schedule_of(records)
    steps = schedule.steps(RankShare(), 24, False, schedule.begin())

    assert [next(steps).parts for _ in range(3)] == [frozenset({0, 1}), frozenset({2}), None]


def test_a_run_waits_while_nothing_can_be_agreed_on():
    records, is_there = [], [True]

    def reads(log):
        if not is_there[0]:
            raise Unavailable("the broker does not answer")
        return len(log.records)

    schedule = schedule_of(records, reads=reads)
    steps = schedule.steps(RankShare(), 24, False, schedule.begin())
    is_there[0] = False
    assert next(steps) is next(steps) is None
    is_there[0] = True
    assert next(steps).number == 0


OPTIONS = dict(seed=7, lanes=4, window=3, side_px=SIDE)


@pytest.fixture
def files(dataset, tmp_path):
    """A source, and files of its views: of each three folds."""
    dataset.create_views()
    dataset.produce(0, 60)
    source = dataset.source()
    names = {}
    for name, folds in (("a", "0,1"), ("b", "2,3"), ("c", "4")):
        names[name] = str(tmp_path / f"{name}.view")
        source.cut([f"fold={folds}"]).save(names[name])
    return source, names


def test_a_mix_of_named_views_changes_while_it_is_loaded(dataset, files, capsys):
    source, names = files
    dataset.seal("a", 0, source.view(names["a"]))
    mix = source.mix("r1", {"a": 1, names["b"]: 1})
    with pytest.raises(SettingsError, match="no run r1 of a mix has begun"):
        source.change_mix("r1", {"a": 1}, at_step=1, batch_size=12)
    with Loader(source, mix, batch_size=12, **OPTIONS) as loader:
        first = [next(loader).pair_ids for _ in range(3)]
        # What the view grows by is not the run's.
        dataset.seal("a", 1, source.view(names["c"]), after=[source.view(names["a"])])
        with pytest.raises(SettingsError, match="step 99 is too early.* can change now is 100"):
            source.change_mix("r1", {"a": 1}, at_step=99, batch_size=12)
        source.change_mix("r1", {"a": 1, names["c"]: 2}, at_step=100, batch_size=12)
        rest = [next(loader).pair_ids for _ in range(120)]
        state = json.loads(json.dumps(loader.state_dict()))
        # Nothing of the view that has left is held any more.
        assert {part for part, _ in loader._run._windows._windows} == {0, 2}
        explained = loader.explain(110)
        with pytest.raises(SettingsError, match="not come so far"):
            loader.explain(10**6)
    assert [one["pair_id"] for one in explained] == rest[107]
    assert {int(i) % 5 for batch in (first + rest)[:100] for i in batch} == {0, 1, 2, 3}
    for batch in (first + rest)[100:]:
        assert sorted({int(i) % 5 for i in batch} - {0, 1}) == [4]
        assert sum(int(i) % 5 == 4 for i in batch) == 8

    # A rank of two, which begins again, and one that goes on.
    for rank in range(2):
        with Loader(dataset.source(), mix, batch_size=12, rank=rank, ranks=2, **OPTIONS) as loader:
            assert [next(loader).pair_ids for _ in range(123)] == [batch[rank::2] for batch in first + rest]
            assert loader.state_dict() == state
    with Loader(source, mix, batch_size=12, **OPTIONS) as loader:
        loader.load_state_dict(state)
        assert next(loader).step == 123
    for wrong, message in (
        (dict(weights={"a": 0}, at_step=900), "weights are whole numbers"),
        (dict(weights={}, at_step=900), "weights are whole numbers"),
        (dict(weights={"a": 1}, at_step=0), "at a step from 1 on"),
    ):
        with pytest.raises(SettingsError, match=message):
            source.change_mix("r1", **wrong, batch_size=12)
    with pytest.raises(SettingsError, match="a mix has no epochs"):
        Loader(source, mix, batch_size=12, epochs=1, **OPTIONS)
    main(["r1", f"{names['b']}=3", "--at-step", "5000", "--batch-size", "12", *source_arguments(dataset)])
    assert capsys.readouterr().out == (
        f"from sample 0: a=1 {names['b']}=1\nfrom sample 1200: a=1 {names['c']}=2\nfrom sample 60000: {names['b']}=3\n"
        "can change from sample 2400 on\n"
    )
    with pytest.raises(SystemExit):
        main(["r1", "a=1", "--at-step", "6", "--batch-size", "12", *source_arguments(dataset)])
    assert "step 6 is too early" in capsys.readouterr().err


def source_arguments(dataset):
    return ["--bootstrap", dataset._broker, "--registry", dataset._registry.address, "--dataset", dataset.name]


RANK = """
import json, sys
import pairstream, pairstream.kafka.cluster, pairstream.platform.changing_mix
pairstream.kafka.cluster._TIMEOUT_S = 120.0
pairstream.platform.changing_mix._SEGMENT = 4
asked = json.loads(sys.argv[1])
source = pairstream.open(asked["broker"], registry=asked["registry"], dataset=asked["dataset"])
with pairstream.Loader(source, source.mix("r", asked["mix"]), **asked["options"]) as loader:
    if asked["position"]:
        loader.load_state_dict(asked["position"])
    for batch in loader:
        print(json.dumps([batch.step, batch.pair_ids, loader.state_dict()]), flush=True)
        sys.stdin.readline()
"""


@pytest.mark.parametrize("starts", [(2, 1), pytest.param((1, 3, 2), marks=pytest.mark.full)])
def test_processes_that_are_killed_hand_out_what_one_repeats(dataset, files, monkeypatch, starts):
    source, names = files
    numbers = random.Random(5)
    begun = {names["a"]: 2, names["b"]: 1}
    asked = dict(broker=dataset._broker, registry=dataset._registry.address, dataset=dataset.name, mix=begun)
    seen, checkpoint, changes = {}, None, 0
    for ranks in starts:
        processes = []
        for rank in range(ranks):
            options = dict(batch_size=12, rank=rank, ranks=ranks, slots=1, report=False, **OPTIONS)
            command = [sys.executable, "-c", RANK, json.dumps(dict(asked, position=checkpoint, options=options))]
            paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}
            processes.append(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=paths)
            )
        try:
            lines = {rank: process.stdout.readline() for rank, process in enumerate(processes)}
            reached = dict.fromkeys(lines, 0)
            # By turns of chance; then all are killed as they are, with batches under way.
            for _ in range(30 * ranks):
                if numbers.random() < 0.2:
                    chosen = numbers.sample("abc", numbers.randint(1, 3))
                    weights = {names[name]: numbers.randint(1, 5) for name in chosen}
                    log = RunMixes(source, "r")
                    history = MixHistory()
                    log.read(history)
                    log.close()
                    step = -(-history.decided // 12) + numbers.randint(0, 6)
                    try:
                        source.change_mix("r", weights, at_step=step, batch_size=12)
                        changes += 1
                    except SettingsError as e:
                        assert "too early" in str(e)
                rank = numbers.choice(range(ranks))
                step, ids, position = json.loads(lines[rank])
                assert seen.setdefault((step, ranks, rank), ids) == ids
                reached[rank] = position
                processes[rank].stdin.write("\n")
                processes[rank].stdin.flush()
                lines[rank] = processes[rank].stdout.readline()
            if all(reached.values()):
                checkpoint = min(reached.values(), key=lambda position: position["samples"])
        finally:
            for process in processes:
                process.kill()
            for process in processes:
                process.wait(TIMEOUT_S)
                process.stdin.close()
                process.stdout.close()

    assert changes > 5
    monkeypatch.setattr("pairstream.platform.changing_mix._SEGMENT", 4)
    last = max(step for step, _, _ in seen)
    with Loader(source, source.mix("r", begun), batch_size=12, **OPTIONS) as loader:
        whole = [next(loader).pair_ids for _ in range(last + 1)]
    assert {step for step, _, _ in seen} == set(range(last + 1))
    for (step, ranks, rank), ids in seen.items():
        assert ids == whole[step][rank::ranks]
