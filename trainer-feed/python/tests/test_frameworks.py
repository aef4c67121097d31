"""The scripts of examples/frameworks, as people run them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SIDE

from pairstream import Loader, SettingsError

if os.environ.get("PAIRSTREAM_TORCH") == "true":
    import torch
else:
    torch = pytest.importorskip("torch", reason="torch is not installed; PAIRSTREAM_TORCH=true has the build do so")

SCRIPTS = Path(__file__).parents[1] / "examples/frameworks"
OPTIONS = dict(batch_size=24, seed=7, window=5, side_px=SIDE)
VALIDATION_BATCHES = 3


class Scripts:
    """Runs scripts over a view of 100 pairs: 4 batches an epoch."""

    def __init__(self, dataset, broker, registry, folder):
        self.dataset = dataset
        self.folder = folder
        dataset.produce(0, 100)
        self.source = dataset.source()
        self.view = self.source.cut()
        self.view.save(folder / "train.view")
        self._addresses = [f"--broker={broker}", f"--registry={registry.address}", f"--dataset={dataset.name}"]

    def add_validation(self):
        training = self.dataset.topic
        self.dataset.topic = f"{self.dataset.name}.validation"
        self.dataset.create(self.dataset.topic, 3)
        self.dataset.produce(200, 24 * (VALIDATION_BATCHES - 1) + 1, split="VALIDATION")
        self.dataset.topic = training
        self.dataset.source(split="validation").cut().save(self.folder / "validation.view")

    def run(self, script, *arguments, processes=1):
        """What the steps of all processes printed."""
        # Only this host's own address: names are looked up for a minute where no name server answers.
        launch = ["-m", "torch.distributed.run", f"--nproc-per-node={processes}", "--local-addr=127.0.0.1",
                  "--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0"] if processes > 1 else []  # fmt: skip
        ran = subprocess.run(
            [sys.executable, *launch, str(SCRIPTS / script), *self._addresses, "--ids",
             f"--options={json.dumps(OPTIONS)}", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
            | ({"GLOO_SOCKET_IFNAME": "lo"} if sys.platform == "linux" else {}),
            capture_output=True,
            text=True,
            timeout=1200,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr[-4000:]
        return [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]

    def unbroken(self, **options):
        """Ids of the batches of two epochs, as the loader alone hands them out."""
        with Loader(self.source, self.view, **OPTIONS, epochs=2, **options) as loader:
            return [batch.pair_ids for batch in loader]


@pytest.fixture
def scripts(dataset, broker, registry, tmp_path):
    return Scripts(dataset, broker, registry, tmp_path)


def ids(steps, phase="training"):
    return [step["ids"] for step in steps if step["phase"] == phase]


def test_a_data_loader_has_two_epochs(scripts):
    steps = scripts.run("with_dataloader.py")

    assert ids(steps) == scripts.unbroken()
    assert [(step["epoch"], step["step"]) for step in steps] == [(e, n) for e in range(2) for n in range(4)]
    assert steps[-1]["loss"] < steps[0]["loss"]


@pytest.mark.parametrize("script", ["plain.py", "with_stateful.py"])
def test_goes_on_at_the_very_next_sample(scripts, script):
    if script == "with_stateful.py":
        pytest.importorskip("torchdata", reason="torchdata is not installed; PAIRSTREAM_TORCH=true has the build do so")
    checkpoint = "--checkpoint=checkpoint.pt"

    first = scripts.run(script, "--steps=3", checkpoint)
    rest = scripts.run(script, checkpoint)

    assert len(first) == 3 and ids(first + rest) == scripts.unbroken()
    assert rest[-1]["loss"] < first[0]["loss"]


def test_lightning_validates_has_a_second_epoch_and_goes_on_at_the_very_next_sample(scripts):
    pytest.importorskip("lightning", reason="lightning is not installed; PAIRSTREAM_TORCH=true has the build do so")
    scripts.add_validation()
    checkpoint = "--checkpoint=checkpoints"

    first = scripts.run("with_lightning.py", "--steps=5", checkpoint)
    rest = scripts.run("with_lightning.py", checkpoint)

    assert len(ids(first)) == 5 and ids(first + rest) == scripts.unbroken()
    # Two batches, by which Lightning sees at the start whether validation works, do not count.
    for validated in (ids(first, "validation")[2:], ids(rest, "validation")):
        assert len(validated) == VALIDATION_BATCHES
        assert sorted(i for batch in validated for i in batch) == [str(200 + n) for n in range(49)]


@pytest.mark.parametrize("script, processes", [("with_accelerate.py", 2), ("with_ddp.py", 2), ("with_hsdp.py", 4)])
def test_ranks_have_a_share_each_of_every_batch(scripts, script, processes):
    if script == "with_accelerate.py":
        pytest.importorskip("accelerate", reason="accelerate is not installed; PAIRSTREAM_TORCH=true has the build do so")

    steps = scripts.run(script, processes=processes)

    for rank in range(processes):
        assert ids(step for step in steps if step["rank"] == rank) == scripts.unbroken(rank=rank, ranks=processes)
    for epoch in range(2):
        seen = [i for step in steps if step["epoch"] == epoch for i in step["ids"]]
        assert len(seen) == len(set(seen)) == 96


def test_ranks_that_share_a_model_get_the_same_batches(scripts):
    steps = scripts.run("with_tensor_parallel.py", processes=4)

    for rank in range(4):
        own = [step for step in steps if step["rank"] == rank]
        assert ids(own) == scripts.unbroken(rank=rank // 2, ranks=2)
        # The losses of ranks that share the model are those of one model.
        other = [step for step in steps if step["rank"] == rank ^ 1]
        assert [step["loss"] for step in own] == pytest.approx([step["loss"] for step in other])


SHARES = """
import torch.distributed as dist
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.testing._internal.distributed.fake_pg import FakeStore

from pairstream import SettingsError
from pairstream.torch import _share_of

for rank in range(8):
    dist.init_process_group("fake", store=FakeStore(), rank=rank, world_size=8)
    mesh = init_device_mesh("cpu", (2, 2, 2), mesh_dim_names=("dp_replicate", "dp_shard", "tp"))
    part = DeviceMesh("cpu", [0, 1, 2])
    assert _share_of(mesh["dp_replicate", "dp_shard"]) == (rank // 2, 4)
    assert _share_of(mesh["dp_shard"]) == (rank // 2 % 2, 2)
    assert _share_of(DeviceMesh("cpu", [3, 0, 4, 1, 7, 2, 5, 6])) == ([3, 0, 4, 1, 7, 2, 5, 6].index(rank), 8)
    for wrong in (mesh, DeviceMesh("cpu", [[0, 1, 2, 3], [4, 5, 6, 7]]), *([part] if rank > 2 else [])):
        try:
            raise AssertionError(_share_of(wrong))
        except SettingsError as e:
            print(e)
    dist.destroy_process_group()
"""


def test_a_mesh_tells_each_process_its_share():
    ran = subprocess.run(
        [sys.executable, "-c", SHARES],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    said = ran.stdout.splitlines()
    assert "the mesh has the dimensions dp_replicate, dp_shard, tp: give the part of it that divides" in said[0]
    assert "the mesh has 2 dimensions without names: give the part of it" in said[1]
    assert [line for line in said if "this process is not in the mesh" in line] == [said[-1]] * 5


def test_a_mesh_takes_the_place_of_rank_and_ranks(scripts):
    from torch.distributed.device_mesh import init_device_mesh

    from pairstream.torch import TorchLoader

    store = torch.distributed.HashStore()
    torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    try:
        mesh = init_device_mesh("cpu", (1,), mesh_dim_names=("dp",))
        with pytest.raises(SettingsError, match="rank and ranks are the mesh's: give mesh alone"):
            TorchLoader(scripts.source, scripts.view, mesh=mesh, rank=0, ranks=2, **OPTIONS)
        with TorchLoader(scripts.source, scripts.view, mesh=mesh, epochs=2, **OPTIONS) as loader:
            assert [batch["pair_ids"] for batch in loader] == scripts.unbroken()
    finally:
        torch.distributed.destroy_process_group()
