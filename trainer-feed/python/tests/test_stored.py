"""Columns that a model of the trainer's own writes."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from conftest import SIDE, Dataset, in_each_source, picture
from pairstream import Loader, SampleRefused, SettingsError, forget_withdrawn, write_column
from pairstream.columns.stored_files import ColumnFiles, keys_of
from pairstream.stored_columns import _view_of
from pairstream.views.blocks import Block
from pairstream.views.view import View

OPTIONS = dict(batch_size=8, seed=5, lanes=4, window=5, side_px=SIDE)
MODEL = "sha256:0001"


def latent(number):
    """float16 [2, 3]: of the picture and the token ids of a pair."""
    return np.float16([[picture(number)[1, 2, 0], number, 1], [0, -number, 0.5]])


def encode(batch):
    made = np.zeros((len(batch), 2, 3), np.float16)
    made[:, 0, 0] = batch.images[:, 1, 2, 0]
    made[:, 0, 1] = batch.tokens[:, 0]
    made[:, 0, 2] = 1
    made[:, 1, 1] = -batch.tokens[:, 0]
    made[:, 1, 2] = 0.5
    return made


class Encoder:
    """Notes of which pairs it was asked."""

    def __init__(self):
        self.numbers = []

    def __call__(self, batch):
        self.numbers += map(int, batch.pair_ids)
        return encode(batch)


@pytest.fixture
def run(drawn):
    return drawn(75)[1:]


@pytest.fixture
def own(dataset):
    """As :func:`run`, of a data set that the test may change."""
    dataset.produce(0, 75)
    source = dataset.source()
    return source, source.cut()


def write(run, folder, encode=encode, **other):
    options = dict(folder=folder, model=MODEL, batch_size=8, side_px=SIDE)
    return write_column(*run, "latents", encode, **{**options, **other})


def read(run, folder, **other):
    """The numbers of pairs that one epoch hands out, each with its own value."""
    numbers = []
    options = {**OPTIONS, "columns": ["latents", "source"], "stored": folder, "epochs": 1, **other}
    with Loader(*run, **options) as loader:
        for batch in loader:
            assert batch["latents"].dtype == np.float16 and batch["latents"].shape == (8, 2, 3)
            for pair_id, value in zip(batch.pair_ids, batch["latents"]):
                assert (value == latent(int(pair_id))).all(), pair_id
                numbers.append(int(pair_id))
    return numbers


def files(folder, of):
    return sorted(Path(folder).glob(f"latents/*/*/*.{of}.npy"))


def states(folder):
    """All states of a column, by pair's key."""
    found = {}
    for file in files(folder, "keys"):
        for key, state in zip(np.load(file).tolist(), np.load(str(file).replace("keys", "states")).tolist()):
            found.setdefault(key, []).append(state)
    return found


def written(folder):
    """The values of a column by the number that is in them."""
    found = {}
    for file in map(str, files(folder, "keys")):
        rows = np.load(file.replace("keys", "states")) == 1
        found.update((int(value[0, 1]), value) for value in np.load(file.replace("keys", "values"))[rows])
    return found


@in_each_source
def test_each_pair_has_its_own_value_in_every_order(run, tmp_path):
    assert write(run, tmp_path) == 75

    whole = read(run, tmp_path)
    assert len(set(whole)) == len(whole) == 72 and whole != sorted(whole)
    assert len(set(read(run, tmp_path, seed=6))) == 72
    shares = [read(run, tmp_path, batch_size=16, ranks=2, rank=rank) for rank in range(2)]
    assert len({*shares[0], *shares[1]}) == 64
    # Two files that NumPy opens hold what was written, of each pair once.
    (keys,), (values,) = files(tmp_path, "keys"), files(tmp_path, "values")
    assert np.load(values).shape == (75, 2, 3) and len(set(np.load(keys).tolist())) == 75
    assert values.parent == tmp_path / "latents" / MODEL / f"{run[1].topic}.{run[1].topic_id}"


def test_a_transform_gets_the_value(run, tmp_path):
    write(run, tmp_path)

    def transform(sample, random):
        assert (sample["latents"] == latent(int(sample["pair_id"]))).all()
        return {"latents": sample["latents"] * 2, "name": sample["pair_id"]}

    with Loader(*run, **OPTIONS, columns=["latents"], stored=tmp_path, transform=transform) as loader:
        data = next(loader).data
    assert data["latents"].dtype == np.float16
    assert all((value == latent(int(name)) * 2).all() for name, value in zip(data["name"], data["latents"]))


def test_tensors_have_the_columns_type_and_shape(run, tmp_path):
    torch = pytest.importorskip("torch")
    from pairstream.torch import TorchLoader

    assert write(run, tmp_path, lambda batch: torch.from_numpy(encode(batch))) == 75
    with TorchLoader(*run, **OPTIONS, columns=["latents"], stored=tmp_path) as loader:
        batch = next(iter(loader))
    assert batch["latents"].dtype == torch.float16 and batch["latents"].shape == (8, 2, 3)
    assert [int(value[0, 1]) for value in batch["latents"]] == [int(one) for one in batch["pair_ids"]]


def test_a_larger_view_computes_what_is_missing(dataset, own, tmp_path):
    write(own, tmp_path)
    dataset.produce(75, 30)
    larger = own[0], own[0].cut()
    with pytest.raises(SettingsError, match=r"30 of 105 pairs have no latents of sha256:0001; pairstream\.write_col"):
        read(larger, tmp_path)

    encoder = Encoder()
    assert write(larger, tmp_path, encoder) == 30
    assert sorted(encoder.numbers) == list(range(75, 105))
    assert write(larger, tmp_path, encoder) == 0
    assert len(set(read(larger, tmp_path))) == 104
    assert len(read(own, tmp_path)) == 72
    assert {tuple(one) for one in states(tmp_path).values()} == {(1,)} and len(states(tmp_path)) == 105


def test_columns_of_two_models_do_not_mix(run, tmp_path):
    write(run, tmp_path)
    write(run, tmp_path, lambda batch: encode(batch).astype(np.float32) + 1000, model="sha256:0002")

    with pytest.raises(SettingsError, match="latents is stored of sha256:0001, sha256:0002: choose by models={'lat"):
        read(run, tmp_path)
    with pytest.raises(SettingsError, match="choose by models="):
        read(run, tmp_path, models={"latents": "sha256:0003"})
    assert len(read(run, tmp_path, models={"latents": MODEL})) == 72
    other = dict(columns=["latents"], stored=tmp_path, models={"latents": "sha256:0002"})
    with Loader(*run, **OPTIONS, **other) as loader:
        batch = next(loader)
        assert batch["latents"].dtype == np.float32 and (batch["latents"][:, 0, 2] == 1001).all()


@in_each_source
@pytest.mark.parametrize("ranks", [3, *(pytest.param(ranks, marks=pytest.mark.full) for ranks in (2, 5))])
def test_ranks_write_side_by_side(run, tmp_path, ranks):
    encoders = [Encoder() for _ in range(ranks)]
    counts = [0] * ranks

    def of(rank):
        counts[rank] = write(run, tmp_path, encoders[rank], rank=rank, ranks=ranks)

    threads = [threading.Thread(target=of, args=(rank,)) for rank in range(ranks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(counts) == 75 and sorted(sum((one.numbers for one in encoders), [])) == list(range(75))
    assert min(counts[:3]) > 0
    assert {tuple(one) for one in states(tmp_path).values()} == {(1,)} and len(states(tmp_path)) == 75
    assert len(read(run, tmp_path)) == 72


def writing_process(run, dataset, folder, kill_at):
    """One that writes, and kills itself when it syncs for the time of this number; answers what it encoded."""
    run[1].save(folder / "train.view")
    script = Path(__file__).parent / "column_writer.py"
    arguments = [*dataset.opened_by, folder / "train.view", folder / "columns", kill_at]
    process = subprocess.Popen(
        [sys.executable, script, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    out, err = process.communicate()
    return process.returncode, [json.loads(line) for line in out.splitlines()], err


@in_each_source
@pytest.mark.parametrize("kills", [(3, 6, 0), pytest.param((1, 3, 4, 5, 6, 7, 9, 0), marks=pytest.mark.full)])
def test_goes_on_where_it_was_killed(run, drawn, tmp_path, kills):
    """The first four syncs are of new files, the others of values and states, by turns."""
    folder, kept = tmp_path / "columns", set()
    for kill_at in kills:
        code, batches, err = writing_process(run, drawn(75)[0], tmp_path, kill_at)
        assert code == (-signal.SIGKILL if kill_at else 0), err
        # What has a value is never computed again, and what was computed has one, but for the last batch.
        assert not kept & set(sum(batches, []))
        kept |= set(sum(batches[:-1], []))
        found = written(folder)
        assert kept <= set(found) <= kept | set(batches[-1])
        kept = set(found)
        assert all((value == latent(number)).all() for number, value in found.items())

    assert kept == set(range(75)) and max(one.count(1) for one in states(folder).values()) == 1
    assert len(read(run, folder)) == 72


def test_withdrawn_pairs_have_no_value_and_their_stand_ins_their_own(dataset, own, tmp_path):
    for number in (3, 4, 5):
        dataset.take_down("PAIR", str(number))
    encoder = Encoder()

    assert write(own, tmp_path, encoder) == 72
    assert write(own, tmp_path, encoder) == 0
    assert not {3, 4, 5} & set(encoder.numbers)
    assert sorted(one for one in states(tmp_path).values() if one != [1]) == [[2]] * 3
    with Loader(*own, **OPTIONS, columns=["latents"], stored=tmp_path, epochs=3) as loader:
        stand_ins = 0
        for batch in loader:
            stand_ins += batch.stand_ins
            assert all((value == latent(int(one))).all() for one, value in zip(batch.pair_ids, batch["latents"]))
    assert stand_ins > 3

    dataset.lift("PAIR", "4")
    with pytest.raises(SampleRefused, match=rf"^{own[1].topic}-1-\d+: has no latents of .*write_column computes"):
        read(own, tmp_path, last="keep", epochs=2)
    assert write(own, tmp_path, encoder) == 1
    assert 4 in read(own, tmp_path, epochs=2)


def test_where_every_pair_is_withdrawn_nothing_is_written(dataset, own, tmp_path):
    dataset.take_down("SOURCE", "crowd")
    for _ in range(2):
        assert write(own, tmp_path) == 0
    assert len(files(tmp_path, "states")) == 1 and not files(tmp_path, "values")

    dataset.lift("SOURCE", "crowd")
    assert write(own, tmp_path) == 75 and len(read(own, tmp_path)) == 72


@in_each_source
def test_values_of_withdrawn_pairs_are_erased(dataset, own, tmp_path):
    write(own, tmp_path)
    dataset.take_down("CONTRIBUTOR", "contributor 3")
    gone = [number for number in range(75) if number % 7 == 3]
    for number in gone:
        dataset.withdraw(number)
    if isinstance(dataset, Dataset):
        dataset.send(dataset.topic, "8", dataset.pair(8))  # prepared anew: the view has the earlier record

    assert forget_withdrawn(own[0], tmp_path) == len(gone)
    assert forget_withdrawn(own[0], tmp_path) == 0

    values = np.concatenate([np.load(file) for file in files(tmp_path, "values")])
    assert sorted(values[:, 0, 1].tolist()) == sorted([0] * len(gone) + [one for one in range(75) if one not in gone])
    assert (values.reshape(75, -1) == 0).all(1).sum() == len(gone)
    assert not set(gone) & set(read(own, tmp_path, epochs=2))


def test_values_are_erased_before_a_takedown_is_carried_out(dataset, own, tmp_path):
    write(own, tmp_path)
    dataset.take_down("CONTRIBUTOR", "contributor 3")
    gone = [number for number in range(75) if number % 7 == 3]

    assert forget_withdrawn(own[0], tmp_path) == len(gone)
    assert forget_withdrawn(own[0], tmp_path) == 0
    values = np.concatenate([np.load(file) for file in files(tmp_path, "values")])
    assert (values.reshape(75, -1) == 0).all(1).sum() == len(gone)


def test_an_erasure_that_was_killed_is_ended(dataset, own, tmp_path):
    write(own, tmp_path)
    dataset.take_down("PAIR", "8")
    dataset.withdraw(8)
    (file,), (values,) = files(tmp_path, "states"), files(tmp_path, "values")
    row = int(np.flatnonzero(np.load(values)[:, 0, 1] == 8)[0])
    np.load(file, "r+")[row] = 3

    assert 8 not in read(own, tmp_path)
    assert forget_withdrawn(own[0], tmp_path) == 1
    assert np.load(file)[row] == 2 and (np.load(values)[row] == 0).all()
    with pytest.raises(SettingsError, match="there is no folder"):
        forget_withdrawn(own[0], tmp_path / "no")


def test_a_view_that_grows_gets_what_is_written_meanwhile(dataset, own, tmp_path):
    dataset.create_views()
    dataset.seal("live", 0, own[1])
    write(own, tmp_path, rank=1, ranks=3)
    with pytest.raises(SettingsError, match="50 of 75 pairs have no latents"):
        read((own[0], own[0].follow("live", run="r")), tmp_path)
    write(own, tmp_path)
    options = dict(OPTIONS, columns=["latents"], stored=tmp_path)
    with Loader(own[0], own[0].follow("live", run="r"), **options) as loader:
        first = [next(loader) for _ in range(2)]
        dataset.produce(75, 30)
        larger = own[0].cut()
        write((own[0], larger), tmp_path)
        (_, old), (_, keys) = *keys_of(own[1]), *keys_of(larger)
        came = _view_of(larger.topic, larger.topic_id, np.setdiff1d(keys, old), 100)
        dataset.seal("live", 1, came, last=True)
        batches = first
        while not any(int(one) >= 75 for batch in batches for one in batch.pair_ids):
            batches.append(next(loader))
    for batch in batches:
        assert all((value == latent(int(one))).all() for one, value in zip(batch.pair_ids, batch["latents"]))


@pytest.mark.parametrize("kind", ["float32", "float16", "bfloat16", "float8_e4m3fn", "int8", "uint16"])
def test_a_models_tensor_is_taken_as_it_comes(tmp_path, kind):
    torch = pytest.importorskip("torch", reason="torch is not installed; PAIRSTREAM_TORCH=true has the build do so")
    numbers = torch.tensor([[0.5, -2.0], [3.0, 448.0]]).abs().to(getattr(torch, kind))
    numbers.requires_grad_(kind in ("float32", "bfloat16"))

    found = ColumnFiles(tmp_path / "latents" / "m" / "t.i").checked(numbers, 2)

    assert found.dtype == ("float32" if "float8" in kind or kind == "bfloat16" else kind)
    assert found.tolist() == numbers.tolist()


@pytest.mark.parametrize(
    "answer, message",
    [
        (lambda batch: [[1, 2], [3]], r"encode answers an array of numbers \[8, \.\.\.\] for a batch of 8, not list: "),
        (lambda batch: encode(batch)[1:], r"\[8, \.\.\.\] for a batch of 8, not float16\[7, 2, 3\]"),
        (lambda batch: np.array(batch.captions), r"encode answers an array of numbers \[8, \.\.\.\] .*, not <U"),
        (lambda batch: 3.0, r"not float64\[\]"),
        (lambda batch: encode(batch)[:, :0], r"not float16\[8, 0, 3\]"),
    ],
)
def test_what_is_no_array_of_the_batch_is_refused(run, tmp_path, answer, message):
    with pytest.raises(SettingsError, match=message):
        write(run, tmp_path, answer)
    assert not any(tmp_path.iterdir())


def test_the_first_value_fixes_type_and_shape(run, tmp_path):
    calls = iter([encode, lambda batch: encode(batch)[:, :1]])
    with pytest.raises(SettingsError, match=r"encode made float16\[1, 3\] of a pair, .* has float16\[2, 3\]"):
        write(run, tmp_path, lambda batch: next(calls)(batch))
    with pytest.raises(SettingsError, match=r"encode made float32\[2, 3\] of a pair, .* has float16\[2, 3\]"):
        write(run, tmp_path, lambda batch: encode(batch).astype(np.float32))
    assert write(run, tmp_path) == 67


@pytest.mark.parametrize(
    "other, message",
    [
        (dict(columns=["latent"]), "has none of the columns latent: it has latents"),
        (dict(stored="no"), "there is no folder no"),
        (dict(models={"source": MODEL}), "models names source: no stored column that is asked for"),
        (dict(stored=None, columns=[], models={"latents": MODEL}), "models names latents: no stored column"),
    ],
)
def test_a_wrong_request_is_refused_when_the_loader_is_opened(run, tmp_path, other, message):
    write(run, tmp_path)
    with pytest.raises(SettingsError, match=message):
        read(run, tmp_path, **other)


@pytest.mark.parametrize(
    "other, message",
    [
        (dict(name="tokens"), "batches have tokens of their own"),
        (dict(name="answer.dino"), "batches have answer.dino of their own"),
        (dict(name="../latents"), "a column"),
        (dict(model="a/b"), "a model has 1 to 128 letters"),
        (dict(ranks=2, rank=2), "rank 2 of 2"),
    ],
)
def test_names_that_cannot_be_are_refused(run, tmp_path, other, message):
    options = dict(name="latents", encode=encode, folder=tmp_path, model=MODEL, batch_size=8)
    with pytest.raises(SettingsError, match=message):
        write_column(*run, **{**options, **other})


@pytest.mark.parametrize("of", ["keys", "states", "values"])
def test_a_file_that_was_cut_off_since_it_was_mapped_is_named(run, tmp_path, of):
    write(run, tmp_path)
    with Loader(*run, **OPTIONS, columns=["latents"], stored=tmp_path) as loader:
        (file,) = files(tmp_path, of)
        os.truncate(file, 0)
        with pytest.raises(SettingsError, match=f"{of}.npy has become shorter while it was read"):
            next(loader)


def test_keys_of_a_view_are_those_of_its_blocks():
    blocks = (Block(0, 5, 9, (2, 3, 1)), Block(0, 40, 9, (4,)), Block(2, 1, 9, (1, 1, 1, 7, 2)))
    view = View("t", "id", "", blocks)
    ((numbers, keys),) = keys_of(view)
    assert keys.tolist() == [block.partition << 48 | offset for block in blocks for offset in block.offsets]
    assert numbers.tolist() == [0] * 3 + [1] * 4 + [2] * 4
    again = _view_of("t", "id", keys, 3)
    assert [offset for block in again.blocks for offset in block.offsets] == [5, 6, 10, 40, 41, 42, 43, 1, 3, 11, 12]
    many = _view_of("t", "id", np.arange(1000) * 3, 3)
    assert [block.size for block in many.blocks] == [128] * 7 + [104]
