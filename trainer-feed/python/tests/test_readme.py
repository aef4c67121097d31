"""The snippets of README.md, one after the other, as a person pastes them, and the script of the first tutorial."""

import io
import json
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

if os.environ.get("PAIRSTREAM_TORCH") == "true":
    import torch
else:
    torch = pytest.importorskip("torch", reason="torch is not installed; PAIRSTREAM_TORCH=true has the build do so")

README = Path(__file__).parents[1] / "README.md"
TUTORIAL = Path(__file__).parents[3] / "docs/tutorials/first-batches.md"


def snippets(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)

GIVEN = """
import os
import torch
from torch import nn
from accelerate import Accelerator
from transformers import TrainingArguments


class Bar(list):
    def set_postfix(self, **shown):
        assert shown["ready"] >= 0


class Writer:
    def add_scalar(self, name, value, step):
        assert value > 0 and step > 0


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, images, **others):
        return {"loss": self.weight * images.float().mean()}


def step(images, tokens, mask):
    assert images.shape == (96, 3, 256, 256) and tokens.shape == mask.shape == (96, 2)


model, tqdm, writer = Model(), Bar, Writer()
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
"""
"""What its reader has besides."""


@pytest.fixture
def checkout(dataset, broker, registry, tmp_path, monkeypatch):
    """The current folder is one in which a platform was started, with 200 pairs."""
    jpeg = io.BytesIO()
    Image.new("RGB", (256, 256), (90, 120, 30)).save(jpeg, "jpeg")
    dataset.produce(0, 200, image=jpeg.getvalue(), image_encoding="jpeg", width=256, height=256)
    monkeypatch.chdir(tmp_path)
    Path("pairstream-data").mkdir()
    addresses = {"bootstrap_servers": broker, "schema_registry": registry.address}
    Path("pairstream-data/platform.json").write_text(json.dumps(addresses))


def test_the_tutorials_script_trains_an_epoch_and_then_the_next(dataset, checkout, capsys):
    (script,) = snippets(TUTORIAL)
    script = script.replace('platform="pairstream-data"', f'platform="pairstream-data", dataset="{dataset.name}"')

    for epoch in range(2):
        names = {}
        exec(compile(script, TUTORIAL.name, "exec"), names)
        names["loader"].close()

        lines = capsys.readouterr().out.splitlines()
        assert [line.split("  ")[0] for line in lines] == [f"epoch {epoch} step {step}" for step in range(6)]


def test_the_tutorials_script_ends_quietly_and_goes_on(dataset, checkout):
    (script,) = snippets(TUTORIAL)
    script = script.replace('platform="pairstream-data"', f'platform="pairstream-data", dataset="{dataset.name}"')
    printed = []

    def interrupted(text):
        printed.append(text)
        if text.startswith("epoch 0 step 2"):
            raise KeyboardInterrupt

    for _ in range(2):
        names = {"print": interrupted if not printed else printed.append}
        exec(compile(script, TUTORIAL.name, "exec"), names)
        names["loader"].close()

    steps = [line.split("  ")[0].removeprefix("epoch 0 step ") for line in printed]
    assert steps == ["0", "1", "2", "stopped; run it again to go on", "2", "3", "4", "5"]


def test_the_snippets_run_as_they_stand(dataset, checkout, monkeypatch):
    for package in ("accelerate", "transformers"):
        pytest.importorskip(package, reason=f"{package} is not installed; PAIRSTREAM_TORCH=true has the build do so")
    monkeypatch.setenv("ACCELERATE_USE_CPU", "true")
    names = {}
    exec(GIVEN, names)

    ran = 0
    for snippet in snippets(README):
        # Sixteen processes, which with_tensor_parallel.py has four of.
        if "init_device_mesh" in snippet:
            continue
        on_cpu = snippet.replace('"cuda"', '"cpu"').replace('dataset="pairs"', f'dataset="{dataset.name}"')
        exec(compile(on_cpu.replace('TrainingArguments(', 'TrainingArguments(use_cpu=True, report_to="none", output_dir='),
                     snippet[:40], "exec"), names)  # fmt: skip
        ran += 1
    names["loader"].close()

    assert ran == 6 and names["trainer"].state.global_step == 6


SAVES = """
import os, pathlib, sys
import torch
from dying import die_at

model = loader = torch.nn.Linear(40, 40)
batch = {"epoch": 0}
for weight in range(2):
    torch.nn.init.constant_(model.weight, weight)
    if weight:
        die_at(int(sys.argv[2]))
    exec(sys.argv[1])
"""


@pytest.mark.parametrize("page", [README, pytest.param(TUTORIAL, marks=pytest.mark.full)], ids=["readme", "tutorial"])
def test_a_snippet_that_is_killed_as_it_saves_leaves_the_checkpoint_before(page, tmp_path):
    (saves,) = re.findall(r"^torch\.save.*\n.*\n|^def save\(\):\n(?:    .*\n)+", "\n".join(snippets(page)), re.MULTILINE)
    saves += "save()" if page == TUTORIAL else ""
    for byte in random.Random(7).sample(range(6000), 3):
        killed = subprocess.run(
            [sys.executable, "-c", SAVES, saves, str(byte)], cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, stderr=subprocess.PIPE, text=True, timeout=600,
        )  # fmt: skip
        assert killed.returncode == -signal.SIGXFSZ, killed.stderr
        assert not torch.load(tmp_path / "checkpoint.pt", weights_only=True)["model"]["weight"].any()
