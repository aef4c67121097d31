import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pairstream import Loader
from pairstream.options import ColumnOptions, LoaderOptions

FOLDER = Path(__file__).parents[1]

USED = """
import pairstream
from pairstream import Loader, Source, View, write_column
from pairstream.torch import TorchLoader


def use(source: Source, view: View) -> None:
    TorchLoader(source, view, batch_size=96, seed=7, columns=["crop"], epochs=None)
    TorchLoader(source, "train.view", batch_size=96, device="cpu")
    TorchLoader(source, [(view, 7), ("art.view", 3)], batch_size=96)
    write_column(source, view, "a", len, folder="f", model="m", batch_size=8, side_px=(192, 320))
    TorchLoader(source, view, batch_size=96, sede=7)
    TorchLoader(source, view, batch_size="96")
    TorchLoader(source, view)
    TorchLoader(source, 7, batch_size=96)
    TorchLoader(source, view, batch_size=96, pixels=32)
    write_column(source, view, "a", len, folder="f", model="m", batch_size=8, sidepx=256)
    write_column(source, view, "a", len, folder="f", model="m", batch_size=8, lanes=2)
    Loader(source, view, batch_size=96, layout="nwhc")
    Loader(source, view, batch_size=96, pixels="float16")
    Loader(source, view, batch_size=96, normalise="imagnet")
    Loader(source, view, batch_size=96, on_error="ignore")
    Loader(source, view, batch_size=96, last="all")
    Loader(source, view, batch_size=96, columns="crop")
    next(Loader(source, view, batch_size=96))["crop"].nowhere
    source.follow("live", run="r", extent="newest")
    pairstream.open("HOST:9092", split="train")
"""


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What mypy says, strictly, of the package and of what uses it."""
    pytest.importorskip("mypy")
    folder = tmp_path_factory.mktemp("types")
    (folder / "used.py").write_text(USED)
    # As what Python has compiled, by the place of the sources.
    cache = os.environ["PYTHONPYCACHEPREFIX"] + str(FOLDER / "mypy") if "PYTHONPYCACHEPREFIX" in os.environ else str(folder)
    found = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", cache, "src", str(folder / "used.py")],
        cwd=FOLDER, capture_output=True, text=True,
    )  # fmt: skip
    return found.stdout + found.stderr


def test_the_package_is_typed_strictly(checked):
    assert "src/pairstream" not in checked and "used.py" in checked


def test_arguments_that_cannot_be_are_found_before_anything_runs(checked):
    wrong = {int(line) for line in re.findall(r"used\.py:(\d+): error", checked)}
    right = [number for number, line in enumerate(USED.splitlines(), 1) if line.startswith("    ")]

    assert sorted(wrong) == right[4:], checked


@pytest.mark.parametrize("options, others", [
    (LoaderOptions, {"where", "batch_size", "rank", "ranks", "augment"}),
    (ColumnOptions, {"where", "batch_size", "rank", "ranks", "lanes", "epochs", "last", "buckets", "captions", "caption_dropout"}),
])  # fmt: skip
def test_what_is_passed_on_is_what_a_loader_takes(options, others):
    taken = inspect.signature(Loader).parameters
    annotated = {name: one.__forward_arg__ for name, one in options.__annotations__.items()}

    assert annotated == {name: one.annotation for name, one in taken.items() if name not in {"source", "view", *others}}


def test_help_shows_the_arguments_that_are_passed_on():
    pytest.importorskip("torch", reason="torch is not installed; PAIRSTREAM_TORCH=true has the build do so")
    from pairstream.torch import TorchLoader

    assert inspect.signature(TorchLoader).parameters.keys() >= inspect.signature(Loader).parameters.keys()
    assert inspect.signature(TorchLoader).parameters["window"].default == 256
