"""What the captions of drawn scenes say, and a judge that sees whether a picture shows it.

A drawn picture has one thing in a colour on a backdrop: ``A large red heart in the middle, on a white background.``
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from training import Run, Samples, Stream, pictures, trained

COLOURS = "red orange yellow green blue purple pink brown turquoise black white grey".split()
SHAPES = "circle square triangle star heart house tree sun boat fish flower cup car umbrella leaf".split()
_SCENE = re.compile(rf"\b({'|'.join(COLOURS)}) ({'|'.join(SHAPES)})\b")

JUDGE_SIDE_PX = 32


def labels(captions: list[str]) -> torch.Tensor:
    """int64 [captions, 2]: number of the colour and of the shape that each caption names."""
    found = []
    for caption in captions:
        match = _SCENE.search(caption.lower())
        if not match:
            raise ValueError(f"a caption names no colour and shape of a drawn thing: {caption!r}")
        found.append((COLOURS.index(match[1]), SHAPES.index(match[2])))
    return torch.tensor(found)


class Judge(nn.Module):
    """Says which colour and shape it sees. It is trained on real training pictures, and never sees a made one."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for out, stride in ((32, 1), (64, 2), (64, 1), (96, 2), (128, 2)):
            layers += [nn.Conv2d(channels, out, 3, stride, 1), nn.BatchNorm2d(out), nn.ReLU()]
            channels = out
        self.body = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten())
        self.colour = nn.Linear(channels, len(COLOURS))
        self.shape = nn.Linear(channels, len(SHAPES))

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """float32 [size, 3, 32, 32], from -1 to 1, to float32 [size, 128]."""
        return self.body(images)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The scores of each colour, float32 [size, 12], and of each shape, float32 [size, 15]."""
        features = self.features(images)
        return self.colour(features), self.shape(features)


def train_judge(args: argparse.Namespace, stream: Stream, validation: Samples) -> Judge:
    """Trains the judge, or goes on with it where it was."""
    torch.manual_seed(args.seed)
    judge = Judge()
    optimiser = torch.optim.Adam(judge.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=args.judge_steps)

    def update(batch, step: int) -> dict[str, float]:
        judge.train()
        wanted = labels(batch.captions)
        colour, shape = judge(jittered(pictures(batch, JUDGE_SIDE_PX)))
        loss = F.cross_entropy(colour, wanted[:, 0]) + F.cross_entropy(shape, wanted[:, 1])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        return {"loss": loss.item()}

    def validate() -> dict[str, float]:
        return judged(judge, validation.pictures, validation.captions)

    run = Run("judge", args, stream, {"model": judge, "optimiser": optimiser, "schedule": schedule}, args.judge_steps)
    run.train(update, validate)
    return judge.eval()


def jittered(images: torch.Tensor) -> torch.Tensor:
    """A little noise and blur, so that the judge does not rely on what no decoder can draw."""
    noisy = images + 0.05 * torch.randn_like(images)
    blurred = F.avg_pool2d(F.pad(noisy, (1, 1, 1, 1), mode="replicate"), 3, 1)
    return torch.where(torch.rand(len(images), 1, 1, 1) < 0.5, noisy, (noisy + blurred) / 2)


@torch.no_grad()
def judged(judge: Judge, images: torch.Tensor, captions: list[str]) -> dict[str, float]:
    """How often the judge sees what the captions say: shares of the pictures, and its own loss."""
    judge.eval()
    wanted = labels(captions)
    colour, shape = (torch.cat(scores) for scores in zip(*(judge(some) for some in images.split(128)), strict=True))
    right_colour = colour.argmax(1) == wanted[:, 0]
    right_shape = shape.argmax(1) == wanted[:, 1]
    return {
        "loss": (F.cross_entropy(colour, wanted[:, 0]) + F.cross_entropy(shape, wanted[:, 1])).item(),
        "colour": right_colour.float().mean().item(),
        "shape": right_shape.float().mean().item(),
        "both": (right_colour & right_shape).float().mean().item(),
    }


def load_judge(folder: Path) -> Judge:
    return trained(folder / "judge.pt", Judge())
