"""Loops that are interrupted, left, resumed, forgotten and forked, and what is read while topics change."""

import contextlib
import gc
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import pairstream
from conftest import SIDE, TIMEOUT_S, in_each_source, picture
from pairstream import Loader, PositionRefused, SampleRefused, SettingsError, Unavailable
from pairstream.kafka.cluster import Cluster, TopicTail
from pairstream.platform.takedowns import Takedowns

OPTIONS = dict(batch_size=4, seed=7, lanes=4, window=3, side_px=SIDE, epochs=1, report=False)
PACKAGE = os.path.dirname(pairstream.__file__)


class Interrupted(BaseException):
    """As KeyboardInterrupt is."""


class _Kind:
    """A loader of one kind, and the ids of the batches that it yields."""

    def __init__(self, name, run, options):
        self.name = name
        if name == "mix":
            view = run[1]
            parts = [pairstream.View(view.topic, view.topic_id, "", (block,)) for block in view.blocks[:2]]
            run, options = (run[0], [(parts[0], 2), (parts[1], 1)]), {**options, "lanes": 2}
        if name == "groups":
            run, options = (run[0], run[0].indexed(run[1])), {**options, "buckets": True}
        if name in ("torch", "data loader"):
            torch = pytest.importorskip("torch", reason=f"torch {NOT_THERE}")
            from pairstream.torch import TorchLoader

            self.loader = TorchLoader(*run, **options, augment=lambda picture: picture.add_(1))
            loops = torch.utils.data.DataLoader(self.loader, batch_size=None) if name == "data loader" else self.loader
        else:
            self.loader = loops = Loader(*run, **options)
        self.batches = iter(loops)

    def content(self, batch):
        if isinstance(batch, dict):
            return batch["pair_ids"], batch["images"].numpy().tobytes()
        return batch.pair_ids, batch.images.tobytes()


NOT_THERE = "is not installed; PAIRSTREAM_TORCH=true has the build do so"

def full(*cases):
    """Further cases of a kind."""
    return [pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.full) for case in cases]


BATCHES = 60
"""Of a mix there is no end."""


def epochs_of(kind):
    # PyTorch's generators are slow to seed while lines are watched.
    return {"mix": None, "torch": 1, "data loader": 1}.get(kind, 3)


@pytest.fixture
def run(drawn):
    return drawn(80)[1:]


@pytest.fixture
def own(dataset):
    """As :func:`run`, of a data set that the test may change."""
    dataset.produce(0, 80)
    source = dataset.source()
    return source, source.cut()


def unbroken(kind, run, options, batches=BATCHES):
    one = _Kind(kind, run, options)
    with one.loader:
        return [one.content(batch) for _, batch in zip(range(batches), one.batches)]


def interrupted(kind, run, options, arm, disarm, batches=BATCHES):
    """What a loop hands out that goes on after each interrupt, and how many there were."""
    one, seen, interrupts = _Kind(kind, run, options), [], 0
    with one.loader:
        while len(seen) < batches:
            try:
                arm()
                for batch in one.batches:
                    disarm()
                    seen.append(one.content(batch))
                    state = one.loader.state_dict()
                    if kind in ("plain", "torch", "data loader"):
                        assert state["epoch"] * 80 + state["samples"] == 4 * len(seen)
                    if len(seen) == batches:
                        break
                    arm()
                else:
                    disarm()
                    return seen, interrupts
            except Interrupted:
                interrupts += 1
            finally:
                disarm()
    return seen, interrupts


@in_each_source
@pytest.mark.parametrize("kind, batches", [
    ("plain", 20), *full(*((kind, BATCHES) for kind in ("plain", "mix", "groups", "torch", "data loader"))),
])  # fmt: skip
def test_an_interrupt_at_any_line_loses_nothing(run, kind, batches):
    options = {**OPTIONS, "epochs": epochs_of(kind)}
    numbers, left = random.Random(7), [0]

    def trace(frame, event, _):
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            left[0] -= 1
            if left[0] == 0:
                raise Interrupted
        return trace

    def arm():
        # As many lines as handing out takes, and more: most batches are handed out in the end.
        left[0] = numbers.randint(1, 400)
        sys.settrace(trace)

    seen, interrupts = interrupted(kind, run, options, arm, lambda: sys.settrace(None), batches)

    assert seen == unbroken(kind, run, options, batches)
    assert interrupts > len(seen) / 10


@in_each_source
@pytest.mark.parametrize("kind", ["plain", *full("torch")])
def test_a_signal_at_any_time_loses_nothing(run, kind):
    options = {**OPTIONS, "epochs": 3, "slots": 1, "threads": 1, "transform": slow} if kind == "plain" else {
        **OPTIONS, "epochs": 3, "slots": 1
    }
    numbers = random.Random(8)
    before = signal.getsignal(signal.SIGALRM)

    def heard(_, frame):
        # Behind the loader's return the batch is the loop's.
        while frame is not None and not frame.f_code.co_filename.startswith(PACKAGE):
            frame = frame.f_back
        if frame is not None:
            raise Interrupted

    signal.signal(signal.SIGALRM, heard)
    try:
        arm = lambda: signal.setitimer(signal.ITIMER_REAL, numbers.choice([0.00005, 0.0005, 0.005]))
        seen, interrupts = interrupted(kind, run, options, arm, lambda: signal.setitimer(signal.ITIMER_REAL, 0))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert [ids for ids, _ in seen] == [ids for ids, _ in unbroken(kind, run, options)]
    assert interrupts > 0


def slow(sample, random):
    time.sleep(0.001)
    return sample


class Once:
    """Fails at its third call, as for want of memory, and never again."""

    def __init__(self, function):
        self.calls = 0
        self._function = function

    def __call__(self, *arguments):
        self.calls += 1
        if self.calls == 9:
            raise MemoryError("out of memory")
        return self._function(*arguments)


@in_each_source
@pytest.mark.parametrize("where", ["augment", *full("transform", "collate", "torch")])
def test_what_failed_once_is_made_again(run, where):
    kind = "torch" if where == "torch" else "plain"
    options = {**OPTIONS, "epochs": 2}
    same = {"augment": lambda image, random: image, "transform": lambda sample, random: sample, "collate": len}
    if kind == "plain":
        options[where] = Once(same[where])
    one = _Kind(kind, run, options)
    if kind == "torch":
        one.loader._augment = Once(one.loader._augment)
    seen, failures = [], 0
    with one.loader:
        while True:
            try:
                for batch in one.batches:
                    seen.append(one.content(batch)[0])
                break
            except MemoryError:
                failures += 1
                assert failures == 1

    assert seen == [ids for ids, _ in unbroken("plain", run, {**OPTIONS, "epochs": 2})] and failures == 1


def loops_of(make, saves, restarts):
    """Lengths of the loops of a training of three epochs whose state is saved once, and which is begun anew there."""
    loader, lengths, state = make(), [], None
    for epoch in range(3):
        steps = 0
        for steps, _ in enumerate(loader, 1):
            if epoch == 1 and steps == saves:
                state = json.loads(json.dumps(loader.state_dict()))
                if restarts:
                    break
        lengths.append(steps)
        if epoch == 1 and saves == "behind the loop":
            state = json.loads(json.dumps(loader.state_dict()))
        if epoch == 1 and restarts:
            loader = make()
            loader.load_state_dict(state)
            if saves != "behind the loop":
                # The epoch that was broken off is gone on with.
                lengths.append(sum(1 for _ in loader))
    return lengths


@in_each_source
@pytest.mark.parametrize("saves", [1, *full(5, "behind the loop")])
def test_a_state_goes_on_as_that_of_torchdata(run, saves):
    stateful = pytest.importorskip("torchdata.stateful_dataloader", reason=f"torchdata {NOT_THERE}")
    opened = []

    def ours():
        opened.append(Loader(*run, **{**OPTIONS, "batch_size": 16}))
        return opened[-1]

    theirs = lambda: stateful.StatefulDataLoader(list(range(80)), batch_size=16)
    lengths = loops_of(ours, saves, restarts=True)
    for loader in opened:
        loader.close()

    assert lengths == loops_of(theirs, saves, restarts=True)
    assert sum(lengths) == 15


def noted(loader, name):
    """A checkpoint's state; of a set, which takes no notes, the state."""
    return loader.checkpoint(name) if loader._source.takes_notes else loader.state_dict()


@in_each_source
@pytest.mark.parametrize("epochs, last", [(2, "keep"), *full((1, "drop"), (1, "keep"), (2, "drop"))])
def test_resuming_behind_a_loop_gives_what_would_have_come_without(run, epochs, last):
    options = {**OPTIONS, "batch_size": 30, "epochs": epochs, "last": last}
    with Loader(*run, **options) as loader:
        loops = [[batch.pair_ids for batch in loader] for _ in range(3)]
    with Loader(*run, **options) as loader:
        loader.load_state_dict(loader.state_dict())
        states = []
        for _ in range(2):
            assert [batch.pair_ids for batch in loader] in loops
            states.append((loader.state_dict(), noted(loader, f"step-{len(states)}")))
            iter(loader)
            assert loader.state_dict()["ended"]
    for number, both in enumerate(states):
        for state in both:
            with Loader(*run, **options) as loader:
                loader.load_state_dict(state)
                assert loader.state_dict() == state
                assert [batch.pair_ids for batch in loader] == loops[number + 1]
                assert loader.state_dict()["ended"]


@in_each_source
def test_who_counts_epochs_says_which_the_next_loop_is(run):
    def ids_of(loader):
        return [batch.pair_ids for batch in loader]

    with Loader(*run, **OPTIONS) as loader:
        loops = [ids_of(loader) for _ in range(3)]
    with Loader(*run, **OPTIONS) as loader:
        for epoch in (2, 0, 0, 1, 2):
            loader.set_epoch(epoch)
            assert ids_of(loader) == loops[epoch]
        # As Lightning does, which asks for the iterator first.
        batches = iter(loader)
        loader.set_epoch(1)
        begun = [next(batches).pair_ids for _ in range(3)]
        inside = loader.state_dict()
        begun += [next(batches).pair_ids for _ in loops[1][3:]]
        behind = loader.state_dict()
        assert begun == loops[1]
    for state, left in ((inside, loops[1][3:]), (behind, [])):
        with Loader(*run, **OPTIONS) as loader:
            loader.load_state_dict(state)
            for epoch, expected in ((1, left), (2, loops[2])):
                loader.set_epoch(epoch)
                assert ids_of(loader) == expected
            loader.load_state_dict(state)
            loader.set_epoch(2)
            assert ids_of(loader) == loops[2]
            with pytest.raises(SettingsError, match="counted from 0, not -1"):
                loader.set_epoch(-1)
    with Loader(*run, **{**OPTIONS, "epochs": None}) as loader:
        first = next(loader).pair_ids
        loader.set_epoch(5)
        assert [first, next(loader).pair_ids] == loops[0][:2]


def test_by_default_a_loop_is_an_epoch(run):
    options = {name: value for name, value in OPTIONS.items() if name != "epochs"}
    with Loader(*run, **options) as loader:
        seen = [(batch.epoch, batch.step) for _ in range(3) for _, batch in zip(range(61), loader)]
    assert seen == [(epoch, step) for epoch in range(3) for step in range(20)]

    with Loader(*run, **options, epochs=None) as loader:
        assert [batch.epoch for _, batch in zip(range(41), loader)][-1] == 2


def threads():
    return {thread for thread in threading.enumerate() if thread.name.startswith("pairstream-")}


@in_each_source
@pytest.mark.parametrize("leaves", ["it at a batch", *full("the loop at its end", "it in a cycle", "it with its iterator")])
def test_a_loader_that_nothing_refers_to_ends(run, leaves):
    before = threads()
    loader = Loader(*run, **OPTIONS)
    batches = iter(loader)
    next(batches)
    began = threads() - before
    if leaves == "the loop at its end":
        list(batches)
        loader_stays = loader
        assert loader_stays is not None
    elif leaves == "it in a cycle":
        loader.me = loader
    if leaves != "the loop at its end":
        del loader, batches
        gc.collect()
    for thread in began:
        thread.join(TIMEOUT_S / len(began))
    assert began and not threads() - before


class Proxy:
    """Stands between clients and a broker of this host, and can be made as silent as a broker that stands still."""

    def __init__(self, broker):
        self._port = int(broker.rsplit(":", 1)[1])
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._goes_on = threading.Event()
        self._goes_on.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self):
        self._goes_on.clear()

    def close(self):
        self._goes_on.set()
        self._server.close()

    def _accept(self):
        # The broker tells its own address, in the place of which clients read this one.
        ports = self._port, int(self.address.rsplit(":")[-1])
        told, mine = (b"127.0.0.1" + struct.pack(">i", port) for port in ports)
        while True:
            try:
                inner = self._server.accept()[0]
            except OSError:
                return
            outer = socket.create_connection(("127.0.0.1", self._port))
            for ends in ((inner, outer, b"", b""), (outer, inner, told, mine)):
                threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, source, target, told, mine):
        try:
            while data := source.recv(1 << 20):
                self._goes_on.wait()
                target.sendall(data.replace(told, mine) if told else data)
        except OSError:
            pass
        target.close()


class Silent(Cluster):
    """A cluster whose consumers are made once its brokers have become silent, to all or to consumers alone."""

    def __init__(self, broker, is_alive):
        self.proxy = Proxy(broker)
        super().__init__({"bootstrap.servers": broker if is_alive else self.proxy.address}, "pairs-feed")

    def consumer(self, own=None):
        self.proxy.freeze()
        return Cluster({"bootstrap.servers": self.proxy.address}, "pairs-feed").consumer(own)


READERS = {
    "read": lambda cluster, topic: list(cluster.read(topic, {0: 0})),
    "takedowns": Takedowns,
    "tail": lambda cluster, topic: TopicTail(cluster, topic).read(print),
}


@pytest.mark.parametrize("read, is_alive", [
    ("read", True), ("takedowns", True), *full(("tail", True), ("read", False), ("takedowns", False))
])  # fmt: skip
def test_who_reads_to_an_end_gives_up_where_nothing_comes(dataset, broker, monkeypatch, read, is_alive):
    monkeypatch.setattr("pairstream.kafka.cluster.GIVE_UP_S", 0.5)
    topic = f"{dataset.name}.one"
    dataset.create(topic, 1)
    dataset.send(topic, "1", b"value")
    cluster = Silent(broker, is_alive)
    try:
        with pytest.raises(Unavailable, match="gives nothing"):
            READERS[read](cluster, topic)
    finally:
        cluster.proxy.close()


SCRIPT = """
import json, os, signal, sys, time
import pairstream
asked = json.loads(sys.argv[1])
source = pairstream.open(asked["broker"], registry=asked["registry"], dataset=asked["dataset"])
view = source.cut()
options = asked["options"]
"""


def script(body, dataset, broker=None, **other):
    """Starts a process that does something with a source, a view and options."""
    address, registry, name = dataset.opened_by
    asked = dict(broker=broker or address, registry=registry, dataset=name, options=OPTIONS, **other)
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT + body, json.dumps(asked)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


TRAINER = """
with_ = pairstream.Loader(source, view, **{**options, "window": 1, "slots": 1, "epochs": None, "report": True})
batches = iter(with_)
next(batches)
print("begun", flush=True)
sys.stdin.readline()
def late(*_):
    raise TimeoutError("no batch for so long")
signal.signal(signal.SIGALRM, late)
signal.setitimer(signal.ITIMER_REAL, 1.0)
if asked["closes"]:
    with with_:
        list(batches)
list(batches)
"""


@pytest.mark.parametrize("closes", [True, *full(False)])
def test_a_trainer_ends_while_the_broker_stands_still(drawn, broker, closes):
    proxy = Proxy(broker)
    process = script(TRAINER, drawn(80)[0], proxy.address, closes=closes)
    try:
        assert process.stdout.readline() == "begun\n", process.stderr.read()
        proxy.freeze()
        _, said = process.communicate("\n", timeout=TIMEOUT_S / 3)
    finally:
        process.kill()
        proxy.close()

    assert process.returncode == 1 and said.rstrip().endswith("TimeoutError: no batch for so long")


@in_each_source
def test_a_second_thread_is_refused_while_one_waits_and_served_after_it(run):
    is_begun, goes_on = threading.Event(), threading.Event()

    def waits(sample, random):
        is_begun.set()
        assert goes_on.wait(TIMEOUT_S)
        return sample

    with Loader(*run, **OPTIONS, transform=waits) as loader, ThreadPoolExecutor(1) as other:
        first = other.submit(next, loader)
        assert is_begun.wait(TIMEOUT_S)
        try:
            with pytest.raises(SettingsError, match="another thread waits for this loader's next batch"):
                next(loader)
        finally:
            goes_on.set()
        seen = [first.result(TIMEOUT_S).pair_ids, *(batch.pair_ids for batch in loader)]
    assert seen == [ids for ids, _ in unbroken("plain", run, OPTIONS)]


FORKED = """
import gc
loader = pairstream.Loader(source, view, **{**options, "report": True})
if asked["state"] != "unbegun":
    next(loader)
if asked["state"] == "closed":
    loader.close()
said, says = os.pipe()

def ids(source, view, rank):
    with pairstream.Loader(source, view, rank=rank, ranks=2, **options) as own:
        return [pair_id for batch in own for pair_id in batch.pair_ids]

def child(act):
    if os.fork() == 0:
        try:
            what = act()
        except pairstream.SettingsError as e:
            what = str(e)
        except BaseException as e:
            what = repr(e)
        os.write(says, (json.dumps(what) + "\\n").encode())
        # As a server's process does; those of multiprocessing end by os._exit, which frees nothing.
        sys.exit(0)
    # It ends, whatever it has of its parent's.
    assert os.wait()[1] == 0
    with os.fdopen(os.dup(said)) as lines:
        return json.loads(lines.readline())

def forgets():
    global source, loader, view
    own = ids(source, view, 0)
    source = loader = view = None
    gc.collect()
    return own

def opens_its_own():
    own = pairstream.open(asked["broker"], registry=asked["registry"], dataset=asked["dataset"])
    return ids(own, own.cut(), 1)

def goes_on():
    return next(loader).pair_ids

acts = [forgets, opens_its_own, lambda: child(forgets), lambda: source.cut(["fold=0"]).samples]
for act in [*acts, lambda: [goes_on(), child(goes_on)]]:
    print(json.dumps(child(act)), flush=True)
loader.close()
"""


@in_each_source
@pytest.mark.parametrize("state", ["closed", *full("unbegun", "begun")])
def test_forked_processes_have_clients_of_their_own_and_end(run, drawn, state):
    process = script(FORKED, drawn(80)[0], state=state)
    try:
        out, said = process.communicate(timeout=TIMEOUT_S)
    finally:
        # With its children, where they do not end.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    assert process.returncode == 0, said
    forgot, opened, grandchild, cut, went_on = map(json.loads, out.splitlines())
    whole = [pair_id for ids, _ in unbroken("plain", run, OPTIONS) for pair_id in ids]
    assert forgot == grandchild == whole[0::2] and opened == whole[1::2] and cut == 16
    if state != "begun":
        ids, went_on = went_on
        assert ids == (whole[:4] if state == "unbegun" else whole[4:8])
    assert "from which this one was forked" in went_on


def remake(dataset, topic, partitions, fill=lambda: None):
    """Deletes a topic, and unless ``fill`` is None makes it anew, with what that writes."""
    dataset.admin.delete_topics([topic])[topic].result()
    while topic in dataset.admin.list_topics(timeout=TIMEOUT_S).topics:
        pass
    if fill is not None:
        dataset.create(topic, partitions)
        fill()


@pytest.mark.parametrize("kind, what", [
    ("plain", "made anew"), ("mix", "deleted"),
    *full(("plain", "deleted"), ("mix", "made anew"), ("groups", "made anew"), ("groups", "deleted")),
])  # fmt: skip
def test_a_topic_that_becomes_another_is_not_the_views(own, dataset, kind, what):
    options = {**OPTIONS, "window": 1, "slots": 1, "epochs": None}
    expected = unbroken(kind, own, options)
    one, seen = _Kind(kind, own, options), []
    with one.loader, pytest.raises(PositionRefused, match=f"{dataset.topic} has been {what}"):
        for batch in one.batches:
            if len(seen) == 3:
                remake(dataset, dataset.topic, 3, (lambda: dataset.produce(500, 160)) if what == "made anew" else None)
            seen.append(one.content(batch))
            assert len(seen) < 1000
    assert seen == expected[: len(seen)]
    if what == "made anew":
        with pytest.raises(PositionRefused, match="has been made anew"):
            Loader(*own, **OPTIONS)


def test_a_topic_that_is_deleted_while_it_is_read_whole_is_reported(own, dataset, monkeypatch):
    monkeypatch.setattr("pairstream.kafka.cluster._READ_AT_ONCE", 5)
    cluster = own[0].cluster
    reading = cluster.read(dataset.topic, dict.fromkeys(range(3), 0))
    next(reading)
    remake(dataset, dataset.topic, 3, fill=None)
    with pytest.raises(PositionRefused, match=f"{dataset.topic} has been deleted"):
        list(reading)


def test_partitions_that_come_change_nothing_for_a_view(own, dataset):
    from confluent_kafka.admin import NewPartitions

    expected = unbroken("plain", own, OPTIONS)
    one = _Kind("plain", own, {**OPTIONS, "slots": 1})
    with one.loader:
        seen = [one.content(next(one.batches))]
        dataset.admin.create_partitions([NewPartitions(dataset.topic, 5)])[dataset.topic].result()
        seen += [one.content(batch) for batch in one.batches]
    assert seen == expected
    assert own[0].cut().blocks == own[1].blocks


def test_takedowns_are_heeded_on_partitions_that_come_and_refused_of_another_topic(own, dataset, monkeypatch):
    from confluent_kafka.admin import NewPartitions

    monkeypatch.setattr("pairstream.platform.takedowns._LOOK_EVERY_S", 0.0)
    topic = f"{dataset.name}.takedowns"
    takedowns = Takedowns(own[0].cluster, topic)
    dataset.admin.create_partitions([NewPartitions(topic, 3)])[topic].result()
    deadline = time.monotonic() + TIMEOUT_S
    producer = dataset.producer()
    producer.begin_transaction()
    producer.produce(topic, dataset._takedowns.write(dict(kind="PAIR", subject="7")), b"PAIR/7", 2)
    producer.commit_transaction(TIMEOUT_S)
    while not takedowns.any_holds(["PAIR/7"]):
        assert time.monotonic() < deadline
    remake(dataset, topic, 2)
    with pytest.raises(Unavailable, match=f"{topic} can no longer be read: .*(made anew|deleted)"):
        while time.monotonic() < deadline:
            takedowns.any_holds(["PAIR/8"])
    takedowns.close()


def test_what_runs_agree_on_is_not_read_of_another_topic(own, dataset, monkeypatch):
    monkeypatch.setattr("pairstream.kafka.cluster._LOOK_EVERY_S", 0.0)
    dataset.create_views()
    tail = TopicTail(own[0].cluster, f"{dataset.name}.runs")
    tail.read(print)
    remake(dataset, f"{dataset.name}.runs", 1)
    with pytest.raises((PositionRefused, Unavailable), match=f"{dataset.name}.runs"):
        tail.read(print)
    tail.close()


TAKEDOWNS = [
    ("PAIR", "5", {5}), ("IMAGE", "digest 6", {6}), ("CONTRIBUTOR", "contributor 3", set(range(3, 80, 7))),
    ("PRODUCER", "p", {8, 78}), ("SOURCE", "scrape", {9, 79}), ("SOURCE", "example.org", set(range(80)) - {10, 77}),
]


def test_a_cut_heeds_takedowns_that_are_not_carried_out(dataset):
    special = {8: dict(producer="p"), 9: dict(source_kind="scrape"), 10: dict(url="https://Other.example/10")}
    special.update({number + 70 if number != 10 else 77: of for number, of in special.items()})
    producer = dataset.producer()
    producer.begin_transaction()
    for number in range(80):
        dataset.put(producer, number, dataset.pair(number, **special.get(number, {})))
    producer.commit_transaction(TIMEOUT_S)
    dataset._await_committed()
    dataset.index(40, of=lambda number: special.get(number, {}))
    source = dataset.source()
    by_offset = dataset.ids_by_offset()
    dataset.take_down("PAIR", "none of these")
    numbers = lambda view: {int(by_offset[one.partition, offset]) for one in view.blocks for offset in one.offsets}
    assert numbers(source.cut()) == set(range(80))

    for kind, subject, gone in TAKEDOWNS:
        dataset.take_down(kind, subject)
        view = source.cut(["fold=0,1,2,3,4"])
        assert numbers(view) == set(range(80)) - gone
        assert view.where == ("fold=0,1,2,3,4",)
        dataset.lift(kind, subject)
        assert numbers(source.cut()) == set(range(80))


@pytest.fixture
def faulty(dataset):
    """80 pairs, of which a tenth cannot be had, each in another way; and what is wrong with each."""
    wrong = {
        3: (dict(split="VALIDATION"), "expected split TRAINING, found VALIDATION"),
        10: (dict(image=b"short"), "raw"),
        17: (dict(token_ids=[1]), "expected token ids 2, found 1"),
        24: (None, "not Avro"),
        31: (dict(width=9), "expected width"),
        38: (dict(image_encoding="png"), "png"),
        45: ({}, "ValueError: odd one"),
        52: (dict(height=0), "height"),
    }
    producer = dataset.producer()
    producer.begin_transaction()
    for number in range(80):
        fields = wrong.get(number, ({}, ""))[0]
        dataset.put(producer, number, b"nothing" if fields is None else dataset.pair(number, **fields))
    producer.commit_transaction(TIMEOUT_S)
    dataset._await_committed()
    source = dataset.source()
    return source, source.cut(), wrong


def odd(image, random):
    # Drawn by number: the first byte of pair 45 is 45.
    if image[0, 0, 0] == 45:
        raise ValueError("odd one")
    return image


@pytest.mark.parametrize("ranks, takedown", [(2, True), *full((1, False), (1, True), (2, False))])
def test_what_cannot_be_had_is_skipped_counted_and_named(dataset, faulty, caplog, ranks, takedown):
    source, view, wrong = faulty
    if takedown:
        dataset.take_down("PAIR", "7")
    good = {str(number) for number in range(80)} - {str(number) for number in wrong} - ({"7"} if takedown else set())
    options = {**OPTIONS, "batch_size": 16, "epochs": 2, "augment": odd, "on_error": "skip"}
    seen, places = [], {}
    for rank in range(ranks):
        with Loader(source, view, rank=rank, ranks=ranks, **options) as loader:
            for batch in loader:
                assert len(batch) == 16 // ranks and batch.stand_ins >= len(batch.skipped)
                assert all((batch.images[at] == picture(int(one))).all() for at, one in enumerate(batch.pair_ids))
                seen += batch.pair_ids
            places.update(loader.skipped)
            skipped = loader.stats.skipped
            assert skipped >= len(loader.skipped) > 0
    assert set(seen) == good and len(seen) == 160
    by_offset = dataset.ids_by_offset()
    assert {int(by_offset[place]) for place in places} == set(wrong)
    for place, why in places.items():
        assert f"{dataset.topic}-{place[0]}-{place[1]}: " in why and wrong[int(by_offset[place])][1] in why
    assert len([one for one in caplog.records if one.getMessage().startswith("skipped: ")]) == len(wrong)


def test_a_batch_of_which_nothing_can_be_had_is_refused_and_so_is_each_by_default(dataset, faulty):
    source, view, _ = faulty
    with Loader(source, view, **OPTIONS) as loader, pytest.raises(SampleRefused, match=f"{dataset.topic}-"):
        list(loader)
    with pytest.raises(SettingsError, match="on_error is raise or skip, not ignore"):
        Loader(source, view, **OPTIONS, on_error="ignore")
    dataset.topic = f"{dataset.name}.validation"
    dataset.create(dataset.topic, 3)
    dataset.produce(0, 12)
    other = dataset.source(split="validation")
    with Loader(other, other.cut(), **OPTIONS, on_error="skip") as loader:
        with pytest.raises(SampleRefused, match="expected split VALIDATION, .* nor can any other sample of the rank's"):
            next(loader)
