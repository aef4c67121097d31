"""The scripts of examples/frameworks, as people run them."""

import json
import os
import signal
import socket
import subprocess
import sys
from itertools import islice, zip_longest
from pathlib import Path

import numpy as np
import pytest

from conftest import SIDE, SetDataset, in_each_source
from pairstream import Loader, PositionRefused, SettingsError, View

if os.environ.get("PAIRSTREAM_TORCH") == "true":
    import torch
else:
    torch = pytest.importorskip("torch", reason="torch is not installed; PAIRSTREAM_TORCH=true has the build do so")

SCRIPTS = Path(__file__).parents[1] / "examples/frameworks"
OPTIONS = dict(batch_size=24, seed=7, window=5, side_px=SIDE)
VALIDATION_BATCHES = 3

LOOPBACK = {"GLOO_SOCKET_IFNAME": "lo"} if sys.platform == "linux" else {}
"""Else this host's name is looked up, for a minute where no name server answers."""


class Scripts:
    """Runs scripts over a view of 100 pairs: 4 batches an epoch."""

    def __init__(self, dataset, folder, view=None):
        self.dataset = dataset
        self.folder = folder
        if view is None:
            dataset.produce(0, 100)
        self.source = dataset.source()
        self.view = view or self.source.cut()
        self.view.save(folder / "train.view")
        self._addresses = [f"--{name}={of}" for name, of in zip(("broker", "registry", "dataset"), dataset.opened_by)]

    def add_validation(self):
        if isinstance(self.dataset, SetDataset):
            self.dataset.add_split("validation", 200, 24 * (VALIDATION_BATCHES - 1) + 1)
            self.dataset.source(split="validation").cut().save(self.folder / "validation.view")
            return
        training = self.dataset.topic
        self.dataset.topic = f"{self.dataset.name}.validation"
        self.dataset.create(self.dataset.topic, 3)
        self.dataset.produce(200, 24 * (VALIDATION_BATCHES - 1) + 1, split="VALIDATION")
        self.dataset.topic = training
        self.dataset.source(split="validation").cut().save(self.folder / "validation.view")

    def run(self, script, *arguments, processes=1, dies=None):
        """What the steps of all processes printed; of one that dies after so many of them, at a byte of a file it writes."""
        # Only this host's own address: names are looked up for a minute where no name server answers.
        launch = ["-m", "torch.distributed.run", f"--nproc-per-node={processes}", "--local-addr=127.0.0.1",
                  "--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0"] if processes > 1 else []  # fmt: skip
        if dies is not None:
            launch = [str(Path(__file__).with_name("dying.py")), *map(str, dies)]
        ran = subprocess.run(
            [sys.executable, *launch, str(SCRIPTS / script), *self._addresses, "--ids",
             f"--options={json.dumps(OPTIONS)}", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
            | LOOPBACK,
            capture_output=True,
            text=True,
            timeout=1200,
        )  # fmt: skip
        assert ran.returncode == (0 if dies is None else -signal.SIGXFSZ), ran.stderr[-4000:]
        return [json.loads(line) for line in ran.stdout.splitlines() if line.startswith('{"rank"')]

    def lives(self, script, *arguments, ranks, kill_after=None):
        """Ids of each whole batch by epoch and step, of so many processes; all killed when the first has so many."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1", **LOOPBACK}
        # What torchrun sets, without a process of it between, which would outlive them.
        environment.update(WORLD_SIZE=str(ranks), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
        log = self.folder / "errors.log"
        with log.open("w") as errors:
            processes = [
                subprocess.Popen(
                    [sys.executable, str(SCRIPTS / script), *self._addresses, "--ids", *arguments],
                    cwd=self.folder, env={**environment, "RANK": str(rank), "LOCAL_RANK": str(rank)},
                    stdout=subprocess.PIPE, stderr=errors, text=True,
                )
                for rank in range(ranks)
            ]  # fmt: skip
        try:
            first, steps = [], 0
            while steps != kill_after and (line := processes[0].stdout.readline()):
                first.append(line)
                steps += '"phase": "training"' in line
            if kill_after is not None:
                for process in processes:
                    process.kill()
            lines = [first + list(processes[0].stdout), *(list(process.stdout) for process in processes[1:])]
            codes = {process.wait(timeout=600) for process in processes}
        finally:
            for process in processes:
                process.kill()
        assert codes == {0 if kill_after is None else -signal.SIGKILL}, log.read_text()[-4000:]
        own = [
            {(step["epoch"], step["step"]): step["ids"] for step in map(json.loads, of_rank) if step["phase"] == "training"}
            for of_rank in [[line for line in part if line.startswith('{"rank"') and line.endswith("}\n")] for part in lines]
        ]
        return {key: interleaved([of[key] for of in own]) for key in own[0] if all(key in of for of in own)}

    def unbroken(self, **options):
        """Ids of the batches of two epochs, as the loader alone hands them out."""
        with Loader(self.source, self.view, **OPTIONS, epochs=2, **options) as loader:
            return [batch.pair_ids for batch in loader]


def interleaved(parts):
    """The samples of a batch of all ranks, of which each has those of its share in their order."""
    return [pair_id for of_all in zip_longest(*parts) for pair_id in of_all if pair_id is not None]


@pytest.fixture
def scripts(dataset, tmp_path):
    return Scripts(dataset, tmp_path)


def ids(steps, phase="training"):
    return [step["ids"] for step in steps if step["phase"] == phase]


def test_a_data_loader_has_two_epochs(scripts):
    steps = scripts.run("with_dataloader.py")

    assert ids(steps) == scripts.unbroken()
    assert [(step["epoch"], step["step"]) for step in steps] == [(e, n) for e in range(2) for n in range(4)]
    assert steps[-1]["loss"] < steps[0]["loss"]


def full(*cases):
    return [pytest.param(*case, marks=pytest.mark.full) for case in cases]


@pytest.mark.parametrize("script, byte, name", [
    ("plain.py", 0, ""), ("with_stateful.py", 2000, ""),
    *full(*((script, byte, "") for script in ("plain.py", "with_stateful.py") for byte in (1, 64, 3000)),
          *(("with_trainer.py", byte, "trainer_state.json") for byte in (0, 500)),
          *((script, byte, "") for script in ("with_trainer.py", "with_accelerate.py", "with_lightning.py") for byte in (0, 900, 13000))),
])  # fmt: skip
def test_killed_as_it_writes_a_checkpoint_it_goes_on_behind_the_one_before(scripts, script, byte, name):
    package = {"plain.py": "torch", "with_stateful.py": "torchdata", "with_trainer.py": "transformers"}.get(script, script[5:-3])
    pytest.importorskip(package, reason=f"{package} is not installed; PAIRSTREAM_TORCH=true has the build do so")
    if package == "lightning":
        scripts.add_validation()

    first = scripts.run(script, "--checkpoint=checkpoint", dies=(3, byte, name))
    rest = scripts.run(script, "--checkpoint=checkpoint")

    assert ids(first) == scripts.unbroken()[:3]
    assert ids(first)[:2] + ids(rest) == scripts.unbroken()
    assert rest[-1]["loss"] < first[0]["loss"]


@in_each_source
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


@in_each_source
@pytest.mark.parametrize(
    "script, package",
    [("with_accelerate.py", "accelerate"), ("with_trainer.py", "transformers"), ("with_lightning.py", "lightning"),
     ("with_checkpoint.py", "torch")],
)  # fmt: skip
def test_killed_it_goes_on_exactly_with_other_ranks(scripts, script, package):
    pytest.importorskip(package, reason=f"{package} is not installed; PAIRSTREAM_TORCH=true has the build do so")
    if package == "lightning":
        scripts.add_validation()
    arguments = [f"--options={json.dumps(OPTIONS)}", "--checkpoint=checkpoints"]
    with Loader(scripts.source, scripts.view, **OPTIONS, epochs=2) as loader:
        unbroken = {(batch.epoch, batch.step): batch.pair_ids for batch in loader}

    first = scripts.lives(script, *arguments, ranks=2, kill_after=3)
    rest = scripts.lives(script, *arguments, ranks=1)

    assert {**first, **rest} == unbroken and all(unbroken[key] == found for key, found in first.items())
    assert min(rest) > (0, 0)


def test_distributed_checkpoints_hold_all_that_a_state_says(scripts, tmp_path):
    import torch.distributed.checkpoint as dcp

    from pairstream.torch import TorchLoader

    scripts.dataset.create_views()
    with TorchLoader(scripts.source, scripts.view, **OPTIONS, epochs=1) as loader:
        batches = iter(loader)
        for folder, take in (("begun", 1), ("noted", 1), ("ended", 9)):
            list(islice(batches, take))
            if folder == "noted":
                loader.checkpoint("step-2")
            dcp.save({"feed": loader}, checkpoint_id=tmp_path / folder)
            with TorchLoader(scripts.source, scripts.view, **OPTIONS, epochs=1) as other:
                dcp.load({"feed": other}, checkpoint_id=tmp_path / folder)
                assert other.state_dict() == loader.state_dict(), folder
        assert loader.state_dict()["checkpoint"].endswith("/step-2")


def test_an_sdxl_script_goes_on_exactly_with_other_ranks(dataset, tmp_path):
    pytest.importorskip("accelerate", reason="accelerate is not installed; PAIRSTREAM_TORCH=true has the build do so")

    def of(number):
        height, width = [(4, 4), (2, 8)][number // 2 % 2]
        return dict(
            height=height, width=width, image=bytes(48), image_digest=f"{number // 2}",
            source_kind=["CROWDSOURCED", "SYNTHETIC"][number % 2], token_ids=[1, number, 2], token_count=3,
            empty_token_ids=[1, 2], empty_token_count=2,
            token_sets=[dict(name="big", token_ids=[number, 2], token_count=2, empty_token_ids=[2], empty_token_count=1)],
            measures=dict(original_height_px=40.0, original_width_px=90.0, crop_top_px=0.0, crop_left_px=10.0,
                          crop_height_px=40.0, crop_width_px=40.0 * width / height),
        )  # fmt: skip

    producer = dataset.producer()
    producer.begin_transaction()
    for number in range(100):
        dataset.put(producer, number, dataset.pair(number, **of(number)))
    producer.commit_transaction()
    dataset._await_committed()
    dataset.index(100, of=of)
    source = dataset.source()
    view = source.indexed(source.cut())
    scripts = Scripts(dataset, tmp_path, view)
    arguments = [f"--options={json.dumps(dict(batch_size=8, seed=7, window=5))}", "--checkpoint=checkpoints"]
    grouped = dict(batch_size=8, seed=7, window=5, epochs=2, buckets=True, captions={"CROWDSOURCED": 0.3, "SYNTHETIC": 0.7})
    with Loader(source, view, **grouped) as loader:
        unbroken = {(batch.epoch, batch.step): sorted(batch.pair_ids) for batch in loader}

    first = scripts.lives("with_sdxl.py", *arguments, ranks=2, kill_after=5)
    rest = scripts.lives("with_sdxl.py", *arguments, ranks=1)

    assert {key: sorted(found) for key, found in {**first, **rest}.items()} == unbroken
    assert all(sorted(found) == unbroken[key] for key, found in first.items()) and min(rest) > (0, 0)


def trainer_of(kind, folder, steps=1, eval_strategy="no", **options):
    """A Trainer of a model without much to learn."""
    transformers = pytest.importorskip("transformers", reason="not installed; PAIRSTREAM_TORCH=true has the build do so")

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(()))

        def forward(self, images, return_loss=True, **others):
            return {"loss": self.weight * images.float().mean()}

    arguments = transformers.TrainingArguments(
        folder, max_steps=steps, save_steps=1, use_cpu=True, report_to="none", disable_tqdm=True, remove_unused_columns=False,
        eval_strategy=eval_strategy,
    )
    return kind(Model(), args=arguments, **options)


def test_transformers_own_trainer_names_the_one_to_take(scripts, tmp_path):
    transformers = pytest.importorskip("transformers", reason="not installed; PAIRSTREAM_TORCH=true has the build do so")
    from pairstream.torch import TorchLoader
    from pairstream.transformers import Trainer

    with TorchLoader(scripts.source, scripts.view, **OPTIONS, epochs=1) as loader:
        for collate in (None, lambda batches: batches[0]):
            with pytest.raises(SettingsError, match="take pairstream.transformers.Trainer in the place of"):
                trainer_of(transformers.Trainer, tmp_path / "own", train_dataset=loader, data_collator=collate).train()
        # What is right after it is not taken for the same.
        assert next(iter(loader))["step"] == 0

        trainer = trainer_of(Trainer, tmp_path / "ours", train_dataset=loader, eval_dataset=loader)
        trainer.train()
        assert trainer.state.global_step == 1 and loader.state_dict()["samples"] == 48
        assert trainer.evaluate()["eval_loss"] > 0


def test_a_trainer_takes_loaders_wherever_it_takes_data_sets(scripts, tmp_path):
    pytest.importorskip("transformers", reason="not installed; PAIRSTREAM_TORCH=true has the build do so")
    from pairstream.torch import TorchLoader
    from pairstream.transformers import Trainer

    with (
        TorchLoader(scripts.source, scripts.view, **OPTIONS, epochs=1) as loader,
        TorchLoader(scripts.source, scripts.view, **OPTIONS, epochs=1, last="keep") as whole,
    ):
        trainer = trainer_of(Trainer, tmp_path, 4, train_dataset=loader, eval_dataset={"a": whole}, eval_strategy="epoch")
        trainer.train()
        # Each sample counts once, also in a last batch that is not full.
        mean = np.mean([batch["images"].float().mean().item() for batch in whole for _ in batch["pair_ids"]])
        expected = pytest.approx(trainer.model.weight.item() * mean)

        assert [log["eval_a_loss"] for log in trainer.state.log_history if "eval_a_loss" in log] == [expected]
        assert trainer.evaluate()["eval_a_loss"] == expected
        assert trainer.evaluate({"b": whole})["eval_b_loss"] == expected and trainer.evaluate(whole)["eval_loss"] == expected
        assert trainer.predict(whole).metrics["test_loss"] == expected
        assert next(iter(trainer.get_test_dataloader([{"images": torch.ones(3)}])))["images"].shape == (1, 3)


@pytest.mark.parametrize("epochs", [1, pytest.param(2, marks=pytest.mark.full)])
def test_accelerate_applies_the_rest_of_an_epochs_gradients_as_with_a_data_loader(scripts, epochs):
    accelerate = pytest.importorskip("accelerate", reason="not installed; PAIRSTREAM_TORCH=true has the build do so")
    from accelerate.state import GradientState

    from pairstream.torch import TorchLoader

    GradientState._reset_state()
    try:
        with TorchLoader(scripts.source, scripts.view, **OPTIONS, epochs=epochs) as own:
            accelerator = accelerate.Accelerator(cpu=True, gradient_accumulation_steps=3)
            model, own, ordinary = accelerator.prepare(torch.nn.Linear(1, 1), own, torch.utils.data.DataLoader(range(4)))

            def applied(loader, loops):
                found = []
                for _ in range(loops):
                    for batch in loader:
                        with accelerator.accumulate(model):
                            found.append((accelerator.sync_gradients, GradientState().end_of_dataloader))
                    assert GradientState().active_dataloader is None
                return found

            assert applied(own, 2) == applied(ordinary, 2 * epochs)
            for _ in own:
                break
            assert GradientState().active_dataloader is None
            with pytest.raises(SettingsError, match=r"in the place of skip_first_batches, .* or loader.skip\(batches\)"):
                accelerator.skip_first_batches(own, 3)
    finally:
        GradientState._reset_state()


def test_a_trainers_checkpoint_has_the_position_in_a_mix(scripts, tmp_path):
    pytest.importorskip("transformers", reason="not installed; PAIRSTREAM_TORCH=true has the build do so")
    from pairstream.torch import TorchLoader
    from pairstream.transformers import Trainer

    half = View(*[getattr(scripts.view, name) for name in ("topic", "topic_id", "cut_at")], scripts.view.blocks[:1])
    with TorchLoader(scripts.source, [(scripts.view, 1), (half, 1)], **OPTIONS, epochs=None) as loader:
        trainer_of(Trainer, tmp_path, train_dataset=loader).train()

    state = json.loads((tmp_path / "checkpoint-1/trainer_state.json").read_text())
    assert state["stateful_callbacks"]["_FeedPosition"]["position"]["samples"] == OPTIONS["batch_size"]


def test_a_trainers_checkpoint_without_a_position_is_refused(scripts, tmp_path):
    pytest.importorskip("transformers", reason="not installed; PAIRSTREAM_TORCH=true has the build do so")
    from pairstream.torch import TorchLoader
    from pairstream.transformers import Trainer

    samples = [{"images": torch.ones(3)}] * 8
    trainer_of(Trainer, tmp_path, train_dataset=samples).train()
    with TorchLoader(scripts.source, scripts.view, **OPTIONS, epochs=1) as loader:
        with pytest.raises(PositionRefused, match="made without the loader"):
            trainer_of(Trainer, tmp_path, 2, train_dataset=loader).train(resume_from_checkpoint=str(tmp_path / "checkpoint-1"))


def test_a_loader_that_was_opened_before_the_process_group_is_refused(scripts):
    from torch.testing._internal.distributed.fake_pg import FakeStore

    from pairstream.torch import TorchLoader

    with (
        TorchLoader(scripts.source, scripts.view, **OPTIONS) as loader,
        TorchLoader(scripts.source, scripts.view, rank=0, ranks=1, **OPTIONS) as own,
    ):
        torch.distributed.init_process_group("fake", store=FakeStore(), rank=0, world_size=8)
        try:
            with pytest.raises(SettingsError, match="opened before the process group of 8"):
                next(iter(loader))
            assert next(iter(own))["step"] == 0
        finally:
            torch.distributed.destroy_process_group()


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


class Noting(torch.nn.Module):
    """One weight, and the ids of the batches that it was trained on."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.seen = []

    def forward(self, **batch):
        self.seen.append(batch["pair_ids"])
        return {"loss": (self.weight - batch["images"].mean(dim=(1, 2, 3))).square().mean()}


def goes_on_from_each(train, checkpoints):
    """Whether a run resumed from a checkpoint ends where an unbroken run does, and reads the rest of what that reads."""
    whole = train(None)
    assert len(whole.seen) == 12
    found = sorted(checkpoints(), key=lambda file: file.stat().st_mtime)
    assert len(found) > 2
    for checkpoint in found:
        model = train(str(checkpoint))
        assert model.seen == whole.seen[len(whole.seen) - len(model.seen) :], checkpoint
        assert model.steps == whole.steps and model.weight.item() == pytest.approx(whole.weight.item()), checkpoint


def loader_of(scripts):
    # Imported here: test modules are collected without torch, too.
    from pairstream.torch import TorchLoader

    return TorchLoader(scripts.source, scripts.view, **OPTIONS, pixels="float32", normalise="zero-to-one")


@pytest.mark.parametrize(
    "settings", [{"save_strategy": "epoch"}, {"save_steps": 2}, {"save_steps": 1, "gradient_accumulation_steps": 3}]
)
def test_transformers_goes_on_from_each_of_its_checkpoints(scripts, tmp_path, settings):
    transformers = pytest.importorskip("transformers", reason="transformers is not installed; PAIRSTREAM_TORCH=true has the build do so")
    from pairstream.transformers import Trainer

    def train(checkpoint):
        model = Noting()
        arguments = transformers.TrainingArguments(
            output_dir=str(tmp_path / "out"), num_train_epochs=3, learning_rate=0.1, use_cpu=True, report_to="none",
            disable_tqdm=True, remove_unused_columns=False, **settings,
        )  # fmt: skip
        with loader_of(scripts) as loader:
            trainer = Trainer(model, args=arguments, train_dataset=loader)
            assert arguments.per_device_train_batch_size == 24
            trainer.train(resume_from_checkpoint=checkpoint)
        model.steps = trainer.state.global_step
        return model

    goes_on_from_each(train, lambda: (tmp_path / "out").glob("checkpoint-*"))


@pytest.mark.parametrize("settings", [{}, {"every_n_train_steps": 4}, {"every_n_train_steps": 1}])
def test_lightning_goes_on_from_each_of_its_checkpoints(scripts, tmp_path, settings):
    lightning = pytest.importorskip("lightning", reason="lightning is not installed; PAIRSTREAM_TORCH=true has the build do so")

    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.model = Noting()

        def training_step(self, batch, _):
            return self.model(**batch)["loss"]

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)

        def train_dataloader(self):
            return loader_of(scripts)

    def train(checkpoint):
        module = Module()
        saves = lightning.pytorch.callbacks.ModelCheckpoint(tmp_path / "out", save_top_k=-1, **settings)
        trainer = lightning.Trainer(
            max_epochs=3, callbacks=[saves], accelerator="cpu", logger=False, enable_progress_bar=False
        )
        trainer.fit(module, ckpt_path=checkpoint)
        module.model.steps = trainer.global_step
        return module.model

    goes_on_from_each(train, lambda: (tmp_path / "out").glob("*.ckpt"))
