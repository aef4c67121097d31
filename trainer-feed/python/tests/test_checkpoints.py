"""What is noted of checkpoints."""

import io
import logging

import fastavro
import pytest

from conftest import SIDE, schema_of
from pairstream import Loader, SettingsError, Unavailable
from pairstream.loader.checkpoints import Lineage, run_name

OPTIONS = dict(batch_size=12, seed=7, lanes=12, window=3, side_px=SIDE, report=False)
POSITION = dict(view="f" * 32, seed=-(1 << 63), lanes=65_536, window=65_536, epoch=10**6, samples=1 << 62)
BEGIN = {**POSITION, "epoch": 0, "samples": 0}
SCHEMA = fastavro.parse_schema(schema_of("RunExtent"))


class Notes:
    """The topic of runs, as a source gives it."""

    takes_notes = True

    def __init__(self, refusal=None):
        self.sent = {}
        self.refusal = refusal

    def note(self, key, fields):
        assert fields.keys() <= {field["name"] for field in schema_of("RunExtent")["fields"]}
        out = io.BytesIO()
        out.write(b"\0\0\0\0\1")
        fastavro.schemaless_writer(out, SCHEMA, fields)
        if self.refusal:
            raise self.refusal
        self.sent[key] = out.getvalue()

    def read(self, key):
        return read(self.sent[key])


def read(value):
    return fastavro.schemaless_reader(io.BytesIO(value[5:]), SCHEMA, None)


def test_the_largest_note_has_at_most_300_bytes():
    notes, parent = Notes(), f"{'p' * 64}/{'q' * 32}"
    lineage = Lineage("r" * 64, 1 << 30, True, writes=True, parent=parent, takedowns=1 << 30)

    lineage.checkpoint("c" * 32, POSITION, notes)

    ((key, value),) = notes.sent.items()
    found = read(value)
    assert len(key) + len(value) <= 300
    assert all(found[name] == of for name, of in POSITION.items() if name != "view")
    assert (found["fingerprint"], found["parent"]) == (POSITION["view"], parent)
    assert (found["batch_size"], found["keeps_last"], found["takedowns"]) == (1 << 30, True, 1 << 30)


def test_a_state_says_from_which_checkpoint_a_run_goes_on():
    notes = Notes()
    lineage = Lineage("r", 12, False, writes=True)
    assert lineage.state(POSITION) == POSITION
    noted = lineage.checkpoint("step-1", POSITION, notes)
    later = lineage.state({**POSITION, "samples": 5})
    lineage.checkpoint("step-2", POSITION, notes)

    assert noted == {**POSITION, "checkpoint": "r/step-1"}
    assert notes.read("r/step-1")["parent"] == "" and notes.read("r/step-2")["parent"] == "step-1"
    with pytest.raises(SettingsError, match="goes on from r/step-1: of two checkpoints of one name"):
        lineage.checkpoint("step-1", POSITION, notes)
    for name, batch_size, state, expected in [
        ("branch", 24, noted, ("step-1", True)),
        ("same-size", 12, later, ("step-1", True)),
        ("other-size", 24, later, ("step-1", False)),
        ("from-nowhere", 12, POSITION, ("", False)),
        ("begun", 12, BEGIN, ("", True)),
    ]:
        other = Lineage("r", batch_size, False, writes=True)
        assert other.load(state, BEGIN) == {name: state[name] for name in POSITION}
        other.checkpoint(name, POSITION, notes)
        found = notes.read(f"r/{name}")
        assert (found["parent"], found["exact"]) == expected, name
    other = Lineage("fine-tune", 12, False, writes=True)
    other.load(noted, BEGIN)
    other.checkpoint("step-1", POSITION, notes)
    assert notes.read("fine-tune/step-1")["parent"] == "r/step-1"


def test_names_are_checked():
    lineage = Lineage("r", 12, False, writes=False)
    for name in ("", "a/b", "x" * 33, "-a", "a b"):
        with pytest.raises(SettingsError, match="name of a checkpoint has 1 to 32 letters"):
            lineage.checkpoint(name, POSITION, Notes())
    with pytest.raises(SettingsError, match="the name of a run has 1 to 64"):
        run_name("a/b", POSITION)
    followed = {**POSITION, "run": "own"}
    assert run_name("", followed) == run_name("own", followed) == "own"
    with pytest.raises(SettingsError, match="source.follow or source.mix: own, not other"):
        run_name("other", followed)
    assert run_name("", POSITION) == run_name("", BEGIN) != run_name("", {**POSITION, "seed": 1})


def test_a_platform_that_is_away_costs_the_note_alone(caplog):
    notes = Notes(Unavailable("no broker"))
    lineage = Lineage("r", 12, False, writes=True)
    with caplog.at_level(logging.WARNING, "pairstream"):
        state = lineage.checkpoint("step-1", POSITION, notes)
    assert state == POSITION and "r/step-1 is not noted" in caplog.text and "no broker" in caplog.text
    notes.refusal = None
    lineage.checkpoint("step-1", POSITION, notes)
    assert notes.read("r/step-1")["exact"]


def test_what_is_no_order_of_one_view_is_noted_as_that():
    notes = Notes()
    mix = {"mix": [["f", 7], ["g", 3]], "seed": 7, "lanes": 32, "window": 256, "samples": 128}
    grouped = {**POSITION, "facts": "f00", "buckets": True, "samples": [3, 4]}
    for name, position in (("mix", mix), ("grouped", grouped)):
        Lineage("r", 12, False, writes=True).checkpoint(name, position, notes)
        assert notes.read(f"r/{name}")["lanes"] == 0


def test_rank_0_of_a_loader_notes_checkpoints(dataset):
    dataset.create_views()
    dataset.produce(0, 80)
    source = dataset.source()
    view = source.cut()
    with Loader(source, view, **OPTIONS, run="r1", rank=1, ranks=2) as other, Loader(
        source, view, **OPTIONS, run="r1", ranks=2
    ) as loader:
        for one in (other, loader):
            next(one), next(one)
        states = [one.checkpoint("step-2") for one in (other, loader)]
        next(loader)
        later = loader.state_dict()
    with Loader(source, view, **{**OPTIONS, "batch_size": 20}) as again:
        again.load_state_dict(later)
        next(again)
        again.skip(1)
        branch = again.checkpoint("step-3")
        name = again._lineage.run

    assert states[0] == states[1] and states[0]["samples"] == 24 and states[0]["checkpoint"] == "r1/step-2"
    assert later["samples"] == 36 and later["since"] == [12, False]
    assert branch == {**branch, "samples": 0, "epoch": 1, "checkpoint": f"{name}/step-3"}
    notes = {key: read(value) for key, value in dataset.records(f"{dataset.name}.runs")}
    assert notes.keys() == {"r1/step-2", f"{name}/step-3"}
    first, second = notes.values()
    assert (first["epoch"], first["samples"], first["batch_size"], first["exact"]) == (0, 24, 12, True)
    assert (second["parent"], second["batch_size"], second["exact"]) == ("r1/step-2", 20, False)
    assert first["fingerprint"] == view.fingerprint
