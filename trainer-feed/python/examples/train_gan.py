"""Pictures from captions by a generator and a discriminator that learn from each other.

The discriminator sees real pictures with their captions, real ones with another pair's caption, and made ones
(https://arxiv.org/abs/1605.05396): so it has to look at both, and the generator has to listen.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from scenes import judged, load_judge
from torch import nn
from train_fusion import others
from training import Run, Stream, Vocabulary, arguments, digest, pictures, prepare, read, sheet, trained, write_whole

SIDE_PX = 32
NOISE = 64
AVERAGE = 0.995  # how much of the averaged generator stays in each step


class Listener(nn.Module):
    """A caption as float32 [size, 96]: a GRU over its token ids, its states averaged."""

    def __init__(self, words: int):
        super().__init__()
        self.embedding = nn.Embedding(words, 64, padding_idx=Vocabulary.PADDING)
        self.gru = nn.GRU(64, 96, batch_first=True)

    def forward(self, texts: torch.Tensor) -> torch.Tensor:
        states, _ = self.gru(self.embedding(texts))
        is_text = (texts != Vocabulary.PADDING).float()[:, :, None]
        return (states * is_text).sum(1) / is_text.sum(1).clamp(min=1)


class Generator(nn.Module):
    """Noise, float32 [size, 64], and captions, int64 [size, length], as pictures, float32 [size, 3, 32, 32], -1 to 1."""

    def __init__(self, words: int, channels: int = 96):
        super().__init__()
        self.listener = Listener(words)
        self.begin = nn.Linear(NOISE + 96, channels * 16)
        self.layers = nn.Sequential(
            *self._twice(channels, channels), *self._twice(channels, channels // 2), *self._twice(channels // 2, 32)
        )
        self.end = nn.Conv2d(32, 3, 3, padding=1)

    @staticmethod
    def _twice(inside: int, outside: int) -> list[nn.Module]:
        upsample = nn.Upsample(scale_factor=2, mode="nearest")
        return [nn.BatchNorm2d(inside), nn.ReLU(), upsample, nn.Conv2d(inside, outside, 3, padding=1)]

    def forward(self, noise: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
        begin = self.begin(torch.cat([noise, self.listener(texts)], 1))
        return torch.tanh(self.end(F.relu(self.layers(begin.view(len(noise), -1, 4, 4)))))


class Discriminator(nn.Module):
    """A score, float32 [size]: above 0 for real pictures with the right captions."""

    def __init__(self, words: int):
        super().__init__()
        self.listener = Listener(words)
        layers, channels = [], 3
        for out, stride in ((48, 2), (96, 2), (192, 2)):
            layers += [nn.utils.parametrizations.spectral_norm(nn.Conv2d(channels, out, 4, stride, 1)), nn.LeakyReLU(0.2)]
            channels = out
        self.layers = nn.Sequential(*layers, nn.Flatten())
        self.real = nn.Linear(192 * 16, 1)
        self.seen = nn.Linear(192 * 16, 96)
        self.said = nn.Linear(96, 96)

    def forward(self, images: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
        features = self.layers(images)
        # How real the picture is, and how near it is to the caption (https://arxiv.org/abs/1802.05637).
        nearness = (self.seen(features) * self.said(self.listener(texts))).sum(1) / 96**0.5
        return self.real(features)[:, 0] + nearness


def train(args: argparse.Namespace, stream: Stream, vocabulary: Vocabulary) -> Generator:
    torch.manual_seed(args.seed)
    generator, discriminator = Generator(len(vocabulary)), Discriminator(len(vocabulary))
    # Steps of the two pull pictures to and fro; the average of the generator's weights keeps still.
    average = torch.optim.swa_utils.AveragedModel(
        generator, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGE), use_buffers=True
    )
    generating = torch.optim.Adam(generator.parameters(), lr=4e-4, betas=(0.0, 0.99))
    discriminating = torch.optim.Adam(discriminator.parameters(), lr=8e-4, betas=(0.0, 0.99))

    def update(batch, step: int) -> dict[str, float]:
        images, texts = pictures(batch, SIDE_PX), vocabulary.encode(batch)
        swapped = texts[others(batch.captions, int(torch.randint(1, len(images), ())))]
        made = generator(torch.randn(len(images), NOISE), texts)

        right, wrong, fake = discriminator(
            torch.cat([images, images, made.detach()]), torch.cat([texts, swapped, texts])
        ).chunk(3)
        discriminator_loss = F.relu(1 - right).mean() + (F.relu(1 + wrong).mean() + F.relu(1 + fake).mean()) / 2
        discriminating.zero_grad()
        discriminator_loss.backward()
        discriminating.step()

        generator_loss = -discriminator(made, texts).mean()
        generating.zero_grad()
        generator_loss.backward()
        generating.step()
        average.update_parameters(generator)
        return {"generator loss": generator_loss.item(), "discriminator loss": discriminator_loss.item()}

    parts = {
        "model": average,
        "generator": generator,
        "discriminator": discriminator,
        "generating": generating,
        "discriminating": discriminating,
    }
    Run("gan", args, stream, parts, args.steps).train(update)
    return average.module.eval()


@torch.no_grad()
def make(generator: Generator, texts: torch.Tensor, seed: int) -> torch.Tensor:
    """A picture for each caption: float32 [size, 3, 32, 32], from -1 to 1."""
    noise = torch.randn(len(texts), NOISE, generator=torch.Generator().manual_seed(seed))
    return torch.cat([generator(some, with_texts) for some, with_texts in zip(noise.split(96), texts.split(96), strict=True)])


def load(file: Path, vocabulary: Vocabulary) -> Generator:
    return trained(file, torch.optim.swa_utils.AveragedModel(Generator(len(vocabulary)))).module


def main(argv: list[str] | None = None) -> dict:
    parser = arguments(__doc__.splitlines()[0], steps=1500)
    args = parser.parse_args(argv)
    prepare(args)

    stream = Stream(args)
    vocabulary = Vocabulary.of(stream, args.out)
    generator = train(args, stream, vocabulary)

    validation = read(stream.once("validation"), vocabulary, SIDE_PX)
    made = make(generator, validation.texts, args.seed)
    sheet(list(made[:24]), validation.captions[:24], args.out / "gan-samples.png")
    result: dict = {"weights": digest(generator)}
    if (args.out / "judge.pt").exists():
        result["pictures made from captions"] = judged(load_judge(args.out), made, validation.captions)
    write_whole(args.out / "gan-samples.json", lambda path: path.write_text(json.dumps(result, indent=2)))
    print(json.dumps(result, indent=2))
    return result


if __name__ == "__main__":
    main()
