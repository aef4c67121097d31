"""What the scripts of this folder share: where the stream is, a tiny model, and a line for each step."""

import argparse
import json
import os
from pathlib import Path

import torch

import pairstream

parser = argparse.ArgumentParser(formatter_class=argparse.ArgumentDefaultsHelpFormatter)
parser.add_argument("--platform", help="data directory of a platform on this machine, for the addresses")
parser.add_argument("--broker", default="", help="or the brokers' addresses")
parser.add_argument("--registry", default="", help="and the schema registry's")
parser.add_argument("--dataset", default="pairs")
parser.add_argument("--view", default="train.view", help="file of the view, or its name; all ranks need the same one")
parser.add_argument("--validation", default="validation.view", help="the same of the validation split; Lightning alone")
parser.add_argument("--options", type=json.loads, default={}, help="JSON: further arguments of the loader")
parser.add_argument("--steps", type=int, default=None, help="stop after so many steps of this start")
parser.add_argument("--checkpoint", type=Path, help="save it here after each step, and go on from it")
parser.add_argument("--ids", action="store_true", help="print the ids of each step's pairs")
asked = parser.parse_args()

#: Arguments of every loader here; side_px is that of the recipe.
OPTIONS = {"batch_size": 96, "layout": "nchw", "pixels": "float32", "normalise": "zero-to-one", **asked.options}


def split(name="training"):
    """The source and the view, by which each script opens its loader."""
    source = pairstream.open(
        asked.broker, registry=asked.registry, platform=asked.platform, dataset=asked.dataset, split=name
    )
    return source, source.view(asked.view if name == "training" else asked.validation)


def tiny_model():
    """Narrows pictures of 4 x 4 pixels to 32 numbers and draws them again; the same weights in every process."""
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(48, 32), torch.nn.ReLU(), torch.nn.Linear(32, 48))


def loss_of(model, batch):
    """How far from the batch's pictures, made small, those that the model draws are."""
    pictures = torch.nn.functional.adaptive_avg_pool2d(batch["images"], 4).flatten(1)
    return (model(pictures) - pictures).square().mean()


def saved():
    """What is in the file of the checkpoint, or None; tensors and numbers alone, nothing that is code."""
    is_there = asked.checkpoint and asked.checkpoint.exists()
    return torch.load(asked.checkpoint, weights_only=True) if is_there else None


def save(state):
    """Writes the checkpoint beside its place and renames it: a kill leaves the one before or this one."""
    beside = asked.checkpoint.with_name(asked.checkpoint.name + ".part")
    torch.save(state, beside)
    os.replace(beside, asked.checkpoint)


def newest():
    """The folder of the last finished checkpoint, or None."""
    return max(asked.checkpoint.glob("step-*"), default=None) if asked.checkpoint else None


def finish(batch, is_first):
    """Renames the folder of a checkpoint, which a killed process leaves unfinished, when all have written theirs."""
    if is_first:
        name = f"step-{batch['epoch']:03}-{batch['step']:06}"
        (asked.checkpoint / "unfinished").rename(asked.checkpoint / name)


def note(batch, loss, phase="training"):
    """Prints a line of JSON, in one go: several processes write to one terminal."""
    line = {"rank": int(os.environ.get("RANK", 0)), "phase": phase, "epoch": batch["epoch"], "step": batch["step"]}
    line.update(loss=loss.item(), **({"ids": batch["pair_ids"]} if asked.ids else {}))
    print(json.dumps(line) + "\n", end="", flush=True)
