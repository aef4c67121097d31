import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SIDE, picture

from pairstream import Loader, SettingsError

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


def test_two_processes_of_a_process_group_share_the_run(run, dataset, broker, registry, tmp_path):
    source, view = run
    view.save(tmp_path / "view.json")
    with Loader(source, view, **OPTIONS) as loader:
        unbroken = [batch.pair_ids for batch in loader]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OMP_NUM_THREADS": "1"}
    if sys.platform == "linux":
        # Else it looks this host's name up, for a minute where no name server answers.
        environment["GLOO_SOCKET_IFNAME"] = "lo"
    workers = [
        subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("distributed.py")), str(tmp_path), str(rank)]
            + [broker, registry.address, dataset.name, json.dumps(OPTIONS)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    try:
        found = [json.loads(worker.communicate(timeout=1200)[0]) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()

    assert [sum(step, []) for step in zip(*(one["ids"] for one in found))] == unbroken
    assert found[0]["weight"] == found[1]["weight"] != 0.0
