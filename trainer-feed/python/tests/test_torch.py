import ctypes
import json
import os
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

from conftest import SIDE, in_each_source, picture
from pairstream import Loader, SampleRefused, SettingsError

if os.environ.get("PAIRSTREAM_TORCH") == "true":
    import torch
else:
    torch = pytest.importorskip("torch", reason="torch is not installed; PAIRSTREAM_TORCH=true has the build do so")

OPTIONS = dict(batch_size=24, seed=7, window=5, side_px=SIDE, epochs=2)


@pytest.fixture
def run(dataset):
    dataset.produce(0, 100)
    source = dataset.source()
    return source, source.cut()


@in_each_source
def test_yields_tensors_that_share_the_loaders_memory(run):
    from pairstream.torch import TorchLoader

    with TorchLoader(*run, **OPTIONS, layout="nchw") as loader:
        batches = list(loader)

    assert len(batches) == 8
    for batch in batches:
        assert batch["images"].dtype == torch.uint8 and batch["images"].shape == (24, 3, SIDE, SIDE)
        assert batch["tokens"].dtype == torch.int32 and batch["mask"].dtype == torch.uint8
        for image, tokens, pair_id in zip(batch["images"], batch["tokens"], batch["pair_ids"]):
            assert (image.permute(1, 2, 0).numpy() == picture(int(pair_id))).all()
            assert tokens.tolist() == [int(pair_id), 0]


class HostMemory:
    """In the place of PyTorch's allocator of pinned memory, with a device that copies late.

    As there, memory whose storage is gone is handed out again, but not before the copies from that storage are done.
    """

    def __init__(self):
        self.made = 0
        self.copied = []
        self._copies = []
        self._free = []
        self._dropped = {}

    def empty(self, size):
        memory = self._free.pop() if self._free else self._new(size)
        storage = (ctypes.c_uint8 * size).from_buffer(memory)
        tensor = torch.from_numpy(np.frombuffer(storage, np.uint8))
        weakref.finalize(storage, self._give_back, memory, tensor.data_ptr())
        return tensor

    def copy(self, *tensors):
        """Begins a copy to the device, like ``to(device, non_blocking=True)``."""
        self._copies.append([(one.untyped_storage().data_ptr(), one.data_ptr(), one.nbytes) for one in tensors])

    def run(self, behind):
        """Does all copies but the last so many."""
        while len(self._copies) > behind:
            self.copied.append([ctypes.string_at(at, size) for _, at, size in self._copies.pop(0)])
        for address in [one for one in self._dropped if not self._is_read(one)]:
            self._free.append(self._dropped.pop(address))

    def _new(self, size):
        self.made += 1
        return bytearray(size)

    def _is_read(self, address):
        return any(address == storage for parts in self._copies for storage, _, _ in parts)

    def _give_back(self, memory, address):
        if self._is_read(address):
            self._dropped[address] = memory
        else:
            self._free.append(memory)


def test_memory_that_a_device_still_reads_is_not_used_again(run, monkeypatch):
    import pairstream.torch

    memory = HostMemory()
    monkeypatch.setattr(pairstream.torch, "_pinned", memory.empty)
    expected = []
    with pairstream.torch.TorchLoader(*run, **{**OPTIONS, "epochs": 5}, slots=2, pin_memory=True) as loader:
        for batch in loader:
            parts = [batch["images"], batch["tokens"], batch["mask"]]
            expected.append([part.numpy().tobytes() for part in parts])
            memory.copy(*parts)
            # The trainer drops the batch, and the device is three steps behind.
            del batch, parts
            memory.run(3)
    memory.run(0)

    assert memory.copied == expected and len(expected) == 20
    # And it is used again, or twenty were made.
    assert memory.made <= 10


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device, on which copies would be compared")
def test_what_arrives_on_a_cuda_device_is_what_was_sent(run):
    from pairstream.torch import TorchLoader

    options = {**OPTIONS, "epochs": 50, "slots": 2}
    with TorchLoader(*run, **options, pin_memory=False) as loader:
        sent = [int(batch["images"].long().sum()) for batch in loader]
    busy = torch.ones(4096, 4096, device="cuda")
    for own in ({"device": "cuda"}, {}):
        arrived = []
        with TorchLoader(*run, **options, **own) as loader:
            for batch in loader:
                # So much work that the device is steps behind.
                busy = (busy @ busy).clamp(-1, 1)
                images = batch["images"].to("cuda", non_blocking=True)
                arrived.append(images.long().sum())
        assert [int(one) for one in arrived] == sent


def test_hands_out_batches_on_a_device(run):
    from pairstream.torch import TorchLoader

    with TorchLoader(*run, **OPTIONS, device="meta") as loader:
        batch = next(iter(loader))

    assert all(batch[name].is_meta for name in ("images", "tokens", "mask", "fold"))
    assert batch["images"].shape == (24, SIDE, SIDE, 3) and len(batch["pair_ids"]) == 24


@in_each_source
def test_stands_in_a_data_loader_and_goes_on_exactly(run):
    from torch.utils.data import DataLoader

    from pairstream.torch import TorchLoader

    with Loader(*run, **OPTIONS) as loader:
        unbroken = [batch.pair_ids for batch in loader]
    with TorchLoader(*run, **OPTIONS) as loader:
        first = [batch["pair_ids"] for _, batch in zip(range(3), DataLoader(loader, batch_size=None))]
        state = json.loads(json.dumps(loader.state_dict()))
    with TorchLoader(*run, **OPTIONS) as loader:
        loader.load_state_dict(state)
        rest = [batch["pair_ids"] for batch in DataLoader(loader, batch_size=None)]

    assert first + rest == unbroken
    with pytest.raises(SettingsError, match="rank and ranks are given together"):
        TorchLoader(*run, **OPTIONS, rank=0)


def test_says_how_many_batches_an_epoch_has_and_each_loop_is_one(run):
    from torch.utils.data import DataLoader

    from pairstream.torch import TorchLoader

    with TorchLoader(*run, **{**OPTIONS, "epochs": 1}) as loader:
        whole = DataLoader(loader, batch_size=None)
        epochs = [[(batch["epoch"], batch["step"]) for batch in whole] for _ in range(2)]

        assert len(loader) == len(whole) == 4
    assert epochs == [[(epoch, step) for step in range(4)] for epoch in range(2)]


def test_a_loop_over_validation_begins_anew_and_one_over_training_goes_on(dataset):
    from pairstream.torch import TorchLoader

    dataset.produce(0, 100)
    training = dataset.source()
    dataset.topic = f"{dataset.name}.validation"
    dataset.create(dataset.topic, 3)
    dataset.produce(0, 100, split="VALIDATION")
    validation = dataset.source(split="validation")
    seen = {}
    for source in (training, validation):
        with TorchLoader(source, source.cut(), **{**OPTIONS, "epochs": 1}) as loader:
            loops = [[batch["step"] for _, batch in zip(range(2), loader)], [batch["step"] for batch in loader]]
            state = {**loader.state_dict(), "epoch": 0, "samples": 48}
            loader.load_state_dict(state)
            seen[source.split] = [*loops, [batch["step"] for batch in loader]]

    assert seen["training"] == [[0, 1], [2, 3], [2, 3]]
    assert seen["validation"] == [[0, 1], [0, 1, 2, 3, 4], [2, 3, 4]]


def test_refuses_a_data_loader_that_makes_batches_of_batches(run):
    from torch.utils.data import DataLoader

    from pairstream.torch import TorchLoader

    with TorchLoader(*run, **OPTIONS) as loader:
        with pytest.raises(SettingsError, match="makes batches itself: give DataLoader batch_size=None, not 4"):
            next(iter(DataLoader(loader, batch_size=4)))


def test_a_batch_is_shown_in_a_line(run):
    from pairstream.torch import TorchLoader

    with TorchLoader(*run, **OPTIONS) as loader:
        shown = repr(next(iter(loader)))

    assert f"images=torch.uint8[24, {SIDE}, {SIDE}, 3] on cpu, " in shown and "epoch=0, step=0" in shown
    assert len(shown) < 250


def test_token_ids_of_tensors_become_texts_again(run):
    from pairstream.torch import TorchLoader

    class Numbers:
        def decode(self, ids):
            return str(ids)

    with TorchLoader(*run, **OPTIONS) as loader:
        batch = next(iter(loader))

    assert batch.decode(Numbers()) == [f"[{pair_id}]" for pair_id in batch["pair_ids"]]


def ids_in_another_process(loader):
    import pairstream.kafka

    pairstream.kafka.cluster._TIMEOUT_S = 120.0
    with loader:
        return [batch["pair_ids"] for batch in loader]


@in_each_source
def test_goes_on_in_a_process_that_was_spawned(run):
    import concurrent.futures
    import multiprocessing

    from pairstream.torch import TorchLoader

    with TorchLoader(*run, **OPTIONS) as loader:
        unbroken = [batch["pair_ids"] for batch in loader]
    with TorchLoader(*run, **OPTIONS) as loader:
        first = [batch["pair_ids"] for _, batch in zip(range(3), loader)]
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as others:
            rest = others.submit(ids_in_another_process, loader).result()

    assert first + rest == unbroken


def in_two_processes(program, run, dataset, folder):
    """What each of two processes of a process group printed."""
    source, view = run
    view.save(folder / "a.view")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    if sys.platform == "linux":
        # Else it looks this host's name up, for a minute where no name server answers.
        environment["GLOO_SOCKET_IFNAME"] = "lo"
    workers = [
        subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name(program)), str(folder), str(rank)]
            + [*dataset.opened_by, json.dumps(OPTIONS)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    try:
        return [json.loads(worker.communicate(timeout=1200)[0]) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()


@in_each_source
@pytest.mark.parametrize("program", ["distributed.py", "accelerated.py"])
def test_two_processes_of_a_process_group_share_the_run(run, dataset, tmp_path, program):
    if program == "accelerated.py":
        pytest.importorskip("accelerate", reason="accelerate is not installed; PAIRSTREAM_TORCH=true has the build do so")
    with Loader(*run, **OPTIONS) as loader:
        unbroken = [batch.pair_ids for batch in loader]

    found = in_two_processes(program, run, dataset, tmp_path)

    assert [[i for both in zip(*step) for i in both] for step in zip(*(one["ids"] for one in found))] == unbroken
    assert found[0]["weight"] == found[1]["weight"] != 0.0
    for one in found if program == "accelerated.py" else []:
        assert "give prepare the loader itself" in one["refusal"]
        assert one["texts"] == one["padded"] == found[0]["texts"] and len(set(one["texts"])) == len(one["texts"]) == 33


def test_augments_by_pair_and_epoch_alone_and_leaves_the_generator_as_it_was(run, monkeypatch):
    from pairstream.torch import TorchLoader

    # As on a machine with several: of pictures that are on none of them, none's numbers are read or put back.
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)

    def noisy(image):
        assert image.shape == (3, SIDE, SIDE)
        return image + torch.rand(3, SIDE, SIDE)

    seen = []
    for options in (dict(layout="nchw"), dict(rank=1, ranks=2, batch_size=8)):
        torch.manual_seed(len(seen))
        before = torch.random.get_rng_state()
        images = {}
        with TorchLoader(*run, **{**OPTIONS, **options}, augment=noisy) as loader:
            for batch in loader:
                nchw = batch["images"] if "layout" in options else batch["images"].permute(0, 3, 1, 2)
                images.update(((batch["epoch"], pair_id), one) for pair_id, one in zip(batch["pair_ids"], nchw))
        assert torch.equal(torch.random.get_rng_state(), before)
        seen.append(images)

    assert all(torch.equal(image, seen[0][key]) for key, image in seen[1].items())
    twice = [pair_id for epoch, pair_id in seen[0] if epoch == 0 and (1, pair_id) in seen[0]]
    assert twice and not any(torch.equal(seen[0][0, pair_id], seen[0][1, pair_id]) for pair_id in twice)


def test_augments_training_alone(dataset):
    from pairstream.torch import TorchLoader

    dataset.produce(0, 100)
    with pytest.raises(SettingsError, match="for training alone"):
        TorchLoader(dataset.source(split="test"), dataset.source().cut(), **OPTIONS, augment=lambda image: image)


@pytest.mark.parametrize("pin_memory", [False, True])
def test_columns_are_tensors_in_the_loaders_memory(run, monkeypatch, pin_memory):
    import pairstream.torch

    monkeypatch.setattr(pairstream.torch, "_pinned", HostMemory().empty)
    columns = ["height", "measure.original_width_px", "crop", "url", "truncated"]
    with pytest.raises(SampleRefused, match="no column 'measure.original_width_px'"):
        next(iter(pairstream.torch.TorchLoader(*run, **OPTIONS, columns=columns)))
    columns.remove("measure.original_width_px")
    with pairstream.torch.TorchLoader(*run, **OPTIONS, columns=columns, pin_memory=pin_memory) as loader:
        for batch in loader:
            assert batch["height"].dtype == torch.int64 and batch["height"].tolist() == [SIDE] * 24
            assert batch["crop"].dtype == torch.int32 and batch["crop"].tolist() == [[-1] * 4] * 24
            assert batch["truncated"].dtype == torch.bool and not batch["dropped"].any()
            assert batch["url"] == [f"https://example.org/{pair_id}" for pair_id in batch["pair_ids"]]
            if pin_memory:
                storages = {batch[name].untyped_storage().data_ptr() for name in ("images", "height", "crop", "truncated")}
                assert len(storages) == 1


def test_a_transform_of_tensors_is_stacked_and_goes_on_exactly(run):
    from pairstream.torch import TorchLoader, seeded

    def transform(sample, random):
        with seeded(random):
            noise = torch.rand(3, SIDE, SIDE)
        image = torch.from_numpy(sample["image"]).permute(2, 0, 1)
        return {"image": image, "noise": noise, "ids": sample["tokens"], "id": sample["pair_id"]}

    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    with TorchLoader(*run, **OPTIONS, transform=transform) as loader:
        unbroken = list(loader)
    with TorchLoader(*run, **OPTIONS, transform=transform, threads=1) as loader:
        first = [batch for _, batch in zip(range(3), loader)]
        state = loader.state_dict()
    with TorchLoader(*run, **OPTIONS, transform=transform) as loader:
        loader.load_state_dict(state)
        found = first + list(loader)

    assert torch.equal(torch.random.get_rng_state(), before)
    assert len(found) == len(unbroken) == 8
    for batch, other in zip(found, unbroken):
        assert batch["id"] == other["id"] and torch.equal(batch["noise"], other["noise"])
        assert batch["ids"].tolist() == [[int(pair_id), 0] for pair_id in batch["id"]]
        assert batch["image"].shape == (24, 3, SIDE, SIDE)
    with TorchLoader(*run, **OPTIONS, transform=transform, device="meta") as loader:
        batch = next(iter(loader))
    assert batch["image"].is_meta and batch["ids"].is_meta and len(batch["id"]) == 24
    with TorchLoader(*run, **OPTIONS, collate=len) as loader:
        assert next(iter(loader)) == 24
    with pytest.raises(SettingsError, match="give one of them"):
        TorchLoader(*run, **OPTIONS, transform=transform, augment=lambda image: image)


DRAWS = [
    lambda: torch.rand(3),
    lambda: torch.randn(3),
    lambda: torch.rand_like(torch.zeros(3), memory_format=torch.preserve_format),
    lambda: torch.randn_like(torch.zeros(3, dtype=torch.float64)),
    lambda: torch.randint_like(torch.zeros(3), 0, 1 << 20),
    lambda: torch.randint(1 << 20, (3,)),
    lambda: torch.randperm(50),
    lambda: torch.empty(3).uniform_(-1, 1),
    lambda: torch.zeros(3).normal_(),
    lambda: torch.bernoulli(torch.full((50,), 0.5)),
    lambda: torch.multinomial(torch.ones(50), 20),
    lambda: torch.normal(torch.zeros(3), 1.0),
    lambda: torch.distributions.Beta(0.5, 0.5).sample(),
    lambda: torch.distributions.Dirichlet(torch.ones(3)).sample(),
]


@pytest.mark.parametrize("draw", range(len(DRAWS)))
def test_seeded_draws_by_the_samples_generator_alone(draw):
    from pairstream.torch import seeded

    def drawn(seed):
        with seeded(np.random.default_rng(seed)):
            return DRAWS[draw]()

    before = torch.random.get_rng_state()
    found = [drawn(seed) for seed in (1, 1, 2)]

    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(found[0], found[1]) and not torch.equal(found[0], found[2])
    assert found[0].dtype == DRAWS[draw]().dtype


@pytest.mark.parametrize("name, options", [
    ("RandomResizedCrop", dict(size=16)), ("RandomHorizontalFlip", {}), ("ColorJitter", dict(brightness=0.5, hue=0.2)),
    ("RandomErasing", dict(p=1.0, value="random")), ("RandomPerspective", dict(p=1.0)), ("ElasticTransform", {}),
    ("RandAugment", {}), ("TrivialAugmentWide", {}), ("AutoAugment", {}), ("AugMix", {}), ("GaussianBlur", dict(kernel_size=3)),
    ("RandomRotation", dict(degrees=90)), ("RandomPhotometricDistort", {}), ("RandomChannelPermutation", {}),
    ("JPEG", dict(quality=(1, 90))),
])  # fmt: skip
def test_torchvisions_changes_are_a_function_of_the_sample(name, options):
    v2 = pytest.importorskip("torchvision.transforms.v2", reason="torchvision is not installed")
    from pairstream.torch import seeded

    change = getattr(v2, name)(**options)
    image = torch.randint(256, (3, 24, 24), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))

    def changed(seed):
        with seeded(np.random.default_rng(seed)):
            return change(image)

    before = torch.random.get_rng_state()
    found = [[changed(seed) for seed in range(12)] for _ in range(2)]

    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(one, other) for one, other in zip(*found))
    assert any(one.shape != found[0][0].shape or not torch.equal(one, found[0][0]) for one in found[0])
