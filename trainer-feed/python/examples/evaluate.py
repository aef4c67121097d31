"""How good made pictures are: Frechet Inception Distance and Inception Score, against a frozen validation view.

Both look at pictures through a network. Name yours with ``--features`` (TorchScript, or a module saved whole by
torch.save; it takes float32 [size, 3, side, side] from -1 to 1 and returns features [size, any], or features and class
scores). Without one it is the judge of ``train_transformer.py``, which knows drawn scenes and nothing else: its figures
compare models of this folder with each other, not with anybody else's.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
import train_flow
import train_gan
from scenes import load_judge
from torch import nn
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.inception import InceptionScore
from train_transformer import SIDE_PX, DiscreteVae, TextToCodes
from training import Samples, Stream, Vocabulary, arguments, prepare, read, trained, write_whole


class JudgeFeatures(nn.Module):
    """The judge's features, and its scores of each shape in each colour as classes."""

    def __init__(self, judge):
        super().__init__()
        self.judge = judge

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        colour, shape = (scores.log_softmax(1) for scores in self.judge(images))
        return self.judge.features(images), (colour[:, :, None] + shape[:, None, :]).flatten(1)


class Network(nn.Module):
    """One of a feature network's two results, in the form that torchmetrics asks for: uint8 pictures in."""

    def __init__(self, network: nn.Module, side_px: int, result: int):
        super().__init__()
        self.network, self.side_px, self.result = network, side_px, result

    @torch.no_grad()
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        small = F.interpolate(images.float(), (self.side_px, self.side_px), mode="bilinear", antialias=True)
        found = self.network(small / 127.5 - 1)
        if isinstance(found, tuple):
            return found[self.result]
        if self.result:
            sys.exit("--features gives no class scores beside the features: there is no Inception Score without them")
        return found


def feature_network(args) -> nn.Module:
    if not args.features:
        return JudgeFeatures(load_judge(args.out)).eval()
    try:
        return torch.jit.load(args.features).eval()
    except RuntimeError:
        # A module saved whole is code that runs when it is read: only files of the user's own choice come here.
        return torch.load(args.features, weights_only=False).eval()


def made_by(name: str, args, samples: Samples, vocabulary: Vocabulary) -> torch.Tensor:
    """A picture for each caption: float32 [size, 3, 32, 32], from -1 to 1."""
    torch.manual_seed(args.seed)
    if name == "gan":
        return train_gan.make(train_gan.load(args.out / "gan.pt", vocabulary), samples.texts, args.seed)
    if name == "flow":
        return train_flow.smaller(train_flow.make(train_flow.load(args.out / "flow.pt", vocabulary), samples.texts, args.seed))
    dvae = trained(args.out / "dvae.pt", DiscreteVae())
    if name == "codes":
        return dvae.read(dvae.codes(samples.pictures))
    model = trained(args.out / "transformer.pt", TextToCodes(len(vocabulary), vocabulary.length))
    return dvae.read(torch.cat([model.sample(texts, args.temperature) for texts in samples.texts.split(96)]))


def measured(real: torch.Tensor, made: torch.Tensor, network: nn.Module, side_px: int) -> dict[str, float]:
    """The distance of made pictures to real ones, smaller is better, and their score, larger is better."""
    distance = FrechetInceptionDistance(Network(network, side_px, 0))
    score = InceptionScore(Network(network, side_px, 1), splits=4)
    for some in real.split(128):
        distance.update(levels(some), real=True)
    for some in made.split(128):
        distance.update(levels(some), real=False)
        score.update(levels(some))
    mean, deviation = score.compute()
    return {"FID": distance.compute().item(), "IS": mean.item(), "IS deviation": deviation.item()}


def levels(images: torch.Tensor) -> torch.Tensor:
    """uint8 of pictures from -1 to 1."""
    return ((images + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def main(argv: list[str] | None = None) -> dict:
    parser = arguments("FID and Inception Score of made pictures, against the validation view", steps=0)
    parser.add_argument("--features", type=Path, metavar="FILE", help="a feature network of your own")
    parser.add_argument("--features-side-px", type=int, default=SIDE_PX, help="of the pictures that it takes")
    parser.add_argument("--models", nargs="+", default=["codes", "transformer", "gan", "flow"], help="of these")
    parser.add_argument("--samples", type=int, default=960, help="validation captions to make pictures for")
    parser.add_argument("--temperature", type=float, default=0.8)
    args = parser.parse_args(argv)
    prepare(args)
    warnings.filterwarnings("ignore", message="Metric `.*` will save all")

    stream = Stream(args)
    vocabulary = Vocabulary.of(stream, args.out)
    validation = read(stream.once("validation"), vocabulary, SIDE_PX)
    training = read(stream.once("training"), vocabulary, SIDE_PX)
    network = feature_network(args)
    count = min(args.samples, len(validation))
    few = Samples(validation.pictures[:count], validation.captions[:count], validation.texts[:count], [], validation.folds)

    result = {"real training pictures": measured(validation.pictures, training.pictures[:count], network, args.features_side_px)}
    for name in args.models:
        made = made_by(name, args, few, vocabulary)
        result[name] = measured(validation.pictures, made, network, args.features_side_px)
    for name, figures in result.items():
        print(f"{name}: " + ", ".join(f"{key} {value:.2f}" for key, value in figures.items()), flush=True)
    write_whole(args.out / "evaluation.json", lambda path: path.write_text(json.dumps(result, indent=2)))
    return result


if __name__ == "__main__":
    main()
