"""What all examples share: the stream, small pictures, captions as ids, checkpoints, curves.

A run is a function of its settings. It saves everything that it depends on (weights, optimiser, random numbers and the
loader's position) in one file, so that a run which is killed and resumed ends with the same weights, bit by bit.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import hashlib
import json
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import torch
import torch.nn.functional as F

import pairstream

matplotlib.use("Agg")
import matplotlib.pyplot as plt

# Settings on which the weights depend, with the number of steps: a run is resumed with the same.
SETTINGS = ("batch_size", "seed", "side_px", "torch_threads", "validate_every")


# Settings


def arguments(description: str, steps: int, batch_size: int = 64) -> argparse.ArgumentParser:
    """The options of every example."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--platform", default="pairstream-data", metavar="DIR", help="data directory of ./pairstream up")
    parser.add_argument("--broker", metavar="HOST:PORT", help="a Kafka cluster instead; needs --registry")
    parser.add_argument("--registry", metavar="URL")
    parser.add_argument("--dataset", default="pairs", metavar="NAME")
    parser.add_argument("--view", default="train.view", metavar="FILE", help="what to train on; cut where there is none")
    parser.add_argument("--validation-view", default="validation.view", metavar="FILE", help="what to judge by")
    parser.add_argument("--out", type=Path, default=Path("runs"), metavar="DIR", help="checkpoints, curves, pictures")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoints in --out")
    parser.add_argument("--checkpoint-every", type=int, default=100, metavar="STEPS")
    parser.add_argument("--validate-every", type=int, default=100, metavar="STEPS")
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--batch-size", type=int, default=batch_size)
    parser.add_argument("--side-px", type=int, default=64, help="of the pictures in the stream; a multiple of 64")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--torch-threads", type=int, default=2)
    return parser


def prepare(args: argparse.Namespace) -> None:
    """Makes the run repeatable, and its folder."""
    torch.set_num_threads(args.torch_threads)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # nothing here reads what it has not written
    # Products of matrices in bfloat16, added up in float32: four times as fast where the processor can.
    torch.set_float32_matmul_precision("medium")
    args.out.mkdir(parents=True, exist_ok=True)


# The stream


class Stream:
    """A frozen view of the training split to train on, and one of the validation split to judge by."""

    def __init__(self, args: argparse.Namespace):
        self.seed = args.seed
        self.form = {"batch_size": args.batch_size, "side_px": args.side_px}
        self.training, self.view = self._open(args, "training", args.view)
        self.validation, self.validation_view = self._open(args, "validation", args.validation_view)

    @staticmethod
    def _open(args: argparse.Namespace, split: str, file: str) -> tuple[pairstream.Source, pairstream.View]:
        if args.broker:
            source = pairstream.open(args.broker, registry=args.registry, dataset=args.dataset, split=split)
        else:
            source = pairstream.open(platform=args.platform, dataset=args.dataset, split=split)
        if Path(file).exists():
            return source, source.view(file)
        view = source.cut()
        view.save(file)
        print(f"cut {file}: {view.samples} pairs of {split}", flush=True)
        return source, view

    def batches(self) -> pairstream.Loader:
        """The training view, shuffled, epoch after epoch without end."""
        return pairstream.Loader(self.training, self.view, seed=self.seed, epochs=None, **self.form)

    def once(self, split: str) -> pairstream.Loader:
        """Every pair of a view once, in the view's own order; the last batch is smaller."""
        source, view = (self.training, self.view) if split == "training" else (self.validation, self.validation_view)
        return pairstream.Loader(source, view, window=0, lanes=1, epochs=1, last="keep", **self.form)


def pictures(batch: pairstream.Batch, side_px: int) -> torch.Tensor:
    """The batch's pictures, scaled down by the mean of each area: float32 [size, 3, side, side], RGB, from -1 to 1."""
    pixels = torch.from_numpy(batch.images).permute(0, 3, 1, 2)
    factor = pixels.shape[-1] // side_px
    # A few at a time: as floats, large pictures would not stay in the processor's cache.
    return torch.cat([F.avg_pool2d(few.float(), factor) for few in pixels.split(8)]) / 127.5 - 1


@dataclasses.dataclass
class Samples:
    """Pairs in memory."""

    pictures: torch.Tensor  # float32 [pairs, 3, side, side], RGB, from -1 to 1
    captions: list[str]
    texts: torch.Tensor  # int64 [pairs, length], ids of the vocabulary
    pair_ids: list[str]
    folds: torch.Tensor  # int64 [pairs]

    def __len__(self) -> int:
        return len(self.captions)

    def parts(self, size: int) -> Iterator[slice]:
        """The places of all pairs, at most ``size`` at a time."""
        for begin in range(0, len(self), size):
            yield slice(begin, min(begin + size, len(self)))


def read(loader: pairstream.Loader, vocabulary: Vocabulary, side_px: int) -> Samples:
    """All pairs of a loader that comes to an end; small pictures of a validation view fit into memory."""
    tensors, captions, texts, pair_ids, folds = [], [], [], [], []
    with loader:
        for batch in loader:
            tensors.append(pictures(batch, side_px))
            texts.append(vocabulary.encode(batch))
            folds.append(torch.from_numpy(batch["fold"]).long())
            captions.extend(batch.captions)
            pair_ids.extend(batch.pair_ids)
    return Samples(torch.cat(tensors), captions, torch.cat(texts), pair_ids, torch.cat(folds))


class Vocabulary:
    """Small ids for the token ids that occur in the training view.

    GPT-2 has 50,257 ids, of which a small data set uses a few hundred. It is fitted on training pairs alone: what only
    the validation split holds is ``UNKNOWN``, as new words will be.
    """

    PADDING, UNKNOWN, SPECIAL = 0, 1, 2

    def __init__(self, ids: list[int], length: int):
        self.ids = torch.tensor(ids, dtype=torch.int64)  # ascending
        self.length = length  # of the longest caption, in tokens

    def __len__(self) -> int:
        return len(self.ids) + self.SPECIAL

    @classmethod
    def of(cls, stream: Stream, folder: Path) -> Vocabulary:
        """Reads the training view once and keeps the vocabulary in a file of its folder, named by the view."""
        file = folder / f"vocabulary-{stream.view.fingerprint}.json"
        if not file.exists():
            found, length = set(), 0
            with stream.once("training") as loader:
                for batch in loader:
                    found.update(batch.tokens[batch.mask == 1].tolist())
                    length = max(length, int(batch.mask.sum(1).max()))
            write_whole(file, lambda path: path.write_text(json.dumps({"length": length, "ids": sorted(found)})))
        return cls(**json.loads(file.read_text()))

    def encode(self, batch: pairstream.Batch) -> torch.Tensor:
        """int64 [size, length]; longer captions are cut."""
        tokens = torch.from_numpy(batch.tokens[:, : self.length].copy()).long()
        places = torch.searchsorted(self.ids, tokens).clamp(max=len(self.ids) - 1)
        small = torch.where(self.ids[places] == tokens, places + self.SPECIAL, self.UNKNOWN)
        return small * torch.from_numpy(batch.mask[:, : self.length].copy()).long()


# A run


class Run:
    """One training run: steps, checkpoints, curves, early stopping.

    ``parts`` is all that changes while it trains: modules, optimisers, schedules, by name. ``parts["model"]`` is what
    is validated and, at the end, has the weights with the smallest validation loss.
    """

    def __init__(self, name: str, args: argparse.Namespace, stream: Stream, parts: dict[str, Any], steps: int):
        self.name = name
        self.parts = parts
        self.steps = steps
        self.folder = args.out
        self.file = args.out / f"{name}.pt"
        self.checkpoint_every = args.checkpoint_every
        self.validate_every = args.validate_every
        self.settings = {"steps": steps, **{key: getattr(args, key) for key in SETTINGS}}
        self.step = 0
        self.finished = False
        self.best: dict[str, Any] = {"loss": float("inf"), "step": 0, "weights": None}
        self.rows: list[dict[str, float]] = []  # of the curves
        self.sums: dict[str, float] = {}  # of the row to come
        self.seconds = 0.0
        self.loader = stream.batches()
        if args.resume and self.file.exists():
            self._load()

    def train(
        self,
        update: Callable[[pairstream.Batch, int], dict[str, float]],
        validate: Callable[[], dict[str, float]] | None = None,
        patience: int = 0,
    ) -> None:
        """Trains to the last step, or until the ``loss`` of ``validate`` has not fallen ``patience`` times in a row.

        ``update`` takes a batch and a step's number, from 0, and returns figures for the curves.
        """
        if self.finished:
            print(f"{self.name}: is trained already", flush=True)
        else:
            self._steps(update, validate, patience)
        self.loader.close()
        if self.best["weights"]:
            self.parts["model"].load_state_dict(self.best["weights"])
        curves(self.rows, self.folder / f"{self.name}-curves")
        print(
            f"{self.name}: {self.step} steps in {self.seconds:.0f} s, best at step {self.best['step'] or self.step},"
            f" weights {digest(self.parts['model'])}",
            flush=True,
        )

    def _steps(self, update, validate, patience: int) -> None:
        since = time.monotonic() - self.seconds
        for batch in self.loader:
            for key, value in update(batch, self.step).items():
                self.sums[key] = self.sums.get(key, 0.0) + value / self.validate_every
            self.step += 1
            if self.step % self.validate_every == 0:
                self._note(validate() if validate else {})
                self.finished = patience > 0 and self.step - self.best["step"] >= patience * self.validate_every
            self.finished = self.finished or self.step == self.steps
            if self.finished or self.step % self.checkpoint_every == 0:
                self.seconds = time.monotonic() - since
                self._save()
            if self.finished:
                return

    def _note(self, validation: dict[str, float]) -> None:
        row = {"step": self.step, **self.sums, **{f"validation {key}": value for key, value in validation.items()}}
        self.rows.append(row)
        self.sums = {}
        print(f"{self.name}: " + ", ".join(f"{key} {value:.4g}" for key, value in row.items()), flush=True)
        if validation and validation["loss"] < self.best["loss"]:
            weights = {key: value.clone() for key, value in self.parts["model"].state_dict().items()}
            self.best = {"loss": validation["loss"], "step": self.step, "weights": weights}

    def _save(self) -> None:
        state = {
            "settings": self.settings,
            "parts": {key: part.state_dict() for key, part in self.parts.items()},
            "random": torch.get_rng_state(),
            "loader": self.loader.state_dict(),
            "step": self.step,
            "finished": self.finished,
            "best": self.best,
            "rows": self.rows,
            "sums": self.sums,
            "seconds": self.seconds,
        }
        write_whole(self.file, lambda path: torch.save(state, path))
        print(f"{self.name}: checkpoint at step {self.step}", flush=True)

    def _load(self) -> None:
        state = torch.load(self.file, weights_only=True)
        for key, value in self.settings.items():
            before = state["settings"][key]
            if before != value:
                sys.exit(f"{self.file} was made with {key} {before}, not {value}: resume with the same, or without --resume")
        for key, part in self.parts.items():
            part.load_state_dict(state["parts"][key])
        torch.set_rng_state(state["random"])
        self.loader.load_state_dict(state["loader"])
        for key in ("step", "finished", "best", "rows", "sums", "seconds"):
            setattr(self, key, state[key])
        print(f"{self.name}: goes on behind step {self.step}", flush=True)


def trained(file: Path, model: torch.nn.Module) -> torch.nn.Module:
    """The model with the best weights of a run's checkpoint."""
    if not file.exists():
        sys.exit(f"there is no {file}; train it first")
    state = torch.load(file, weights_only=True)
    model.load_state_dict(state["best"]["weights"] or state["parts"]["model"])
    return model.eval()


def write_whole(file: Path, write: Callable[[Path], Any]) -> None:
    """Writes a file beside its place and renames it, so that it is there whole or not at all."""
    beside = file.with_name(file.name + ".part")
    write(beside)
    os.replace(beside, file)


def digest(model: torch.nn.Module) -> str:
    """The first 16 hexadecimal digits of SHA-256 over all weights: equal for equal weights, bit by bit."""
    sha = hashlib.sha256()
    for key, value in model.state_dict().items():
        sha.update(key.encode())
        sha.update(value.contiguous().numpy().tobytes())
    return sha.hexdigest()[:16]


# What a run shows


def curves(rows: list[dict[str, float]], name: Path) -> None:
    """The rows as a table (``name.csv``) and as curves (``name.png``), training and validation of a figure together."""
    if not rows:
        return
    with open(f"{name}.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows({key: f"{value:.5g}" for key, value in row.items()} for row in rows)
    plots = list(dict.fromkeys(key.removeprefix("validation ") for key in rows[0] if key != "step"))
    figure, axes = plt.subplots(1, len(plots), figsize=(4.2 * len(plots), 3), squeeze=False, layout="constrained")
    for axis, key in zip(axes[0], plots, strict=True):
        for label, column in (("training", key), ("validation", f"validation {key}")):
            if column in rows[0]:
                axis.plot([row["step"] for row in rows], [row[column] for row in rows], label=label)
        axis.set(xlabel="step", title=key)
        axis.legend()
    figure.savefig(f"{name}.png", dpi=80)
    plt.close(figure)


def sheet(tensors: list[torch.Tensor], captions: list[str], file: Path, columns: int = 6) -> None:
    """Pictures, float32 [3, side, side] from -1 to 1, with their captions below, as a PNG file."""
    rows = -(-len(tensors) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(1.5 * columns, 2.05 * rows), squeeze=False, layout="constrained")
    for axis in axes.flat:
        axis.axis("off")
    for axis, tensor, caption in zip(axes.flat, tensors, captions, strict=False):
        axis.imshow((tensor.permute(1, 2, 0) + 1).clamp(0, 2) / 2)
        axis.text(0.5, -0.05, textwrap.fill(caption, 26), size=6, ha="center", va="top", transform=axis.transAxes)
    figure.savefig(file, dpi=90)
    plt.close(figure)
