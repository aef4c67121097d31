"""Pictures from captions by flow matching: noise moves, along straight lines, to pictures.

A picture x and noise e are the ends of a line, z = t x + (1 - t) e, along which t goes from 0 to 1 (Lipman et al. 2022,
https://arxiv.org/abs/2210.02747; Liu et al. 2022, https://arxiv.org/abs/2209.03003). A U-Net is shown a point of the
line, t and the caption, and says where the line ends. From that follows the direction, dz/dt = (x - z) / (1 - t):
from noise, it leads to a picture.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from scenes import JUDGE_SIDE_PX, judged, train_judge
from torch import nn
from train_transformer import take_step, warm_up_then_cosine
from training import Run, Samples, Stream, Vocabulary, arguments, digest, pictures, prepare, read, sheet, trained, write_whole

# Whether the processor multiplies matrices of bfloat16 itself: three times as fast there, and slower elsewhere.
FAST = getattr(torch.cpu, "get_capabilities", dict)().get("amx_bf16", False)

SIDE_PX = 64
PATCH = 4  # pixels per side that the U-Net takes as one place
WIDTH = 128  # of words, and of what they and the time say together
AVERAGE = 0.995  # how much of the averaged weights stays in each step
SILENCE = 0.1  # share of pictures that are learned without their caption
SHIFT = 4  # towards noise, where shapes are decided: of times in training and of steps in sampling
NEARLY = 0.05  # of a line that is left where its direction is not divided by less


class Attention(nn.Module):
    """Adds to each place what it takes from words (https://arxiv.org/abs/1706.03762)."""

    def __init__(self, width: int, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, WIDTH)
        self.key_value = nn.Linear(WIDTH, 2 * WIDTH)
        self.out = nn.Linear(WIDTH, width)

    def forward(self, places: torch.Tensor, words: torch.Tensor, is_word: torch.Tensor) -> torch.Tensor:
        """float32 [size, places, width], [size, length, 128], bool [size, length]; returns the places."""

        def parts(x: torch.Tensor) -> torch.Tensor:
            return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        key, value = self.key_value(words).chunk(2, -1)
        query = self.query(self.norm(places))
        # Written out: torch's fused attention is made for longer sequences, and here several times as slow.
        scores = parts(query) @ parts(key).transpose(2, 3) * (WIDTH // self.heads) ** -0.5
        taken = scores.masked_fill(~is_word[:, None, None, :], -torch.inf).softmax(-1) @ parts(value)
        return places + self.out(taken.transpose(1, 2).flatten(2))


class Listener(nn.Module):
    """A caption, int64 [size, length], as words, float32 [size, 1 + length, 128]; the first is there in silence too."""

    def __init__(self, ids: int, length: int, depth: int = 2):
        super().__init__()
        self.embedding = nn.Embedding(ids, WIDTH)
        self.places = nn.Parameter(0.3 * torch.randn(1 + length, WIDTH))
        self.attentions = nn.ModuleList(Attention(WIDTH) for _ in range(depth))
        self.networks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 2 * WIDTH), nn.SiLU(), nn.Linear(2 * WIDTH, WIDTH))
            for _ in range(depth)
        )
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, texts: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The words, which of them are some, bool [size, 1 + length], and all as one, float32 [size, 128]."""
        is_word = F.pad(texts != Vocabulary.PADDING, (1, 0), value=True)
        words = F.pad(self.embedding(texts), (0, 0, 1, 0)) + self.places
        for attention, network in zip(self.attentions, self.networks, strict=True):
            words = attention(words, words, is_word)
            words = words + network(words)
        words = self.norm(words) * is_word[:, :, None]
        # Not their mean: of ten words one is the shape's, and has to be heard among the others.
        return words, is_word, words.sum(1) / is_word.sum(1, keepdim=True).sqrt()


class Block(nn.Module):
    """Two convolutions. What caption and time say scales and shifts each channel (https://arxiv.org/abs/1709.07871)."""

    def __init__(self, channels: int, attends: bool):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(8, channels), nn.GroupNorm(8, channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.film = nn.Linear(WIDTH, 2 * channels)
        self.attention = Attention(channels) if attends else None
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: torch.Tensor, said: torch.Tensor, words: torch.Tensor, is_word: torch.Tensor) -> torch.Tensor:
        scale, shift = self.film(said)[:, :, None, None].chunk(2, 1)
        h = self.norm2(self.conv1(F.silu(self.norm1(x)))) * (1 + scale) + shift
        x = x + self.conv2(F.silu(h))
        if self.attention:
            places = self.attention(x.flatten(2).transpose(1, 2), words, is_word)
            x = places.transpose(1, 2).unflatten(2, x.shape[2:])
        return x


class Flow(nn.Module):
    """Where the line through a noisy picture ends; a U-Net of 16x16 and 8x8 places."""

    def __init__(self, ids: int, length: int, channels: int = 64):
        super().__init__()
        deep, side = 2 * channels, SIDE_PX // PATCH
        self.listener = Listener(ids, length)
        self.time = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH))
        self.caption = nn.Linear(WIDTH, WIDTH)
        self.begin = nn.Conv2d(3 * PATCH**2, channels, 3, padding=1)
        self.places = nn.Parameter(0.1 * torch.randn(channels, side, side))
        self.down = nn.ModuleList([Block(channels, False), Block(channels, False)])
        self.smaller = nn.Conv2d(channels, deep, 3, 2, 1)
        self.middle = nn.ModuleList([Block(deep, True) for _ in range(3)])
        self.larger = nn.Conv2d(deep, channels, 3, padding=1)
        self.up = nn.ModuleList([Block(channels, False), Block(channels, False)])
        self.end = nn.Sequential(nn.GroupNorm(8, channels), nn.SiLU(), nn.Conv2d(channels, 3 * PATCH**2, 3, padding=1))
        self.to(memory_format=torch.channels_last)  # in which convolutions are fastest

    def forward(self, points: torch.Tensor, times: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
        """Points of lines, float32 [size, 3, 64, 64], at times, [size]; returns their ends, pictures from -1 to 1."""
        with torch.autocast("cpu", torch.bfloat16, enabled=FAST):
            words, is_word, together = self.listener(texts)
            said = F.silu(self.time(waves(times)) + self.caption(together))
            x = F.pixel_unshuffle(points, PATCH).contiguous(memory_format=torch.channels_last)
            x = self.begin(x) + self.places
            for block in self.down:
                x = block(x, said, words, is_word)
            h = self.smaller(x)
            for block in self.middle:
                h = block(h, said, words, is_word)
            x = x + self.larger(F.interpolate(h, scale_factor=2.0, mode="nearest"))
            for block in self.up:
                x = block(x, said, words, is_word)
            return F.pixel_shuffle(self.end(x), PATCH).float()


def waves(times: torch.Tensor) -> torch.Tensor:
    """Times from 0 to 1, [size], as float32 [size, 128]."""
    angles = times[:, None] * 1000 / 10000 ** (torch.arange(0, WIDTH, 2) / WIDTH)
    return torch.cat([angles.sin(), angles.cos()], 1)


def shifted(times: torch.Tensor) -> torch.Tensor:
    """Times nearer to noise (Esser et al. 2024, section 5.3.2, https://arxiv.org/abs/2403.03206).

    A large picture shows through more noise than a small one: at an even half of the line all is decided but edges.
    """
    return times / (times + SHIFT * (1 - times))


def loss_of(model: nn.Module, images: torch.Tensor, noise: torch.Tensor, times: torch.Tensor, texts) -> torch.Tensor:
    """The mean square by which the directions of the model differ from those of the lines, x - e."""
    left = 1 - times[:, None, None, None]
    ends = model(images * (1 - left) + noise * left, times, texts)
    return ((ends - images) / left.clamp(min=NEARLY)).square().mean()


def chances(seeds: list[int], texts: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Noise, a time and sometimes silence for each picture, by its seed alone: a function of run, epoch and pair.

    Returns float32 [size, 3, 64, 64], float32 [size], and the captions, int64 [size, length], some of them empty.
    """
    noise, times, texts = [], [], texts.clone()
    for row, seed in enumerate(seeds):
        generator = torch.Generator().manual_seed(seed)
        noise.append(torch.randn(3, SIDE_PX, SIDE_PX, generator=generator))
        times.append(shifted(torch.randn((), generator=generator).sigmoid()))
        if torch.rand((), generator=generator) < SILENCE:
            texts[row] = Vocabulary.PADDING
    return torch.stack(noise), torch.stack(times), texts


def train(args: argparse.Namespace, stream: Stream, vocabulary: Vocabulary, validation: Samples) -> Flow:
    torch.manual_seed(args.seed)
    flow = Flow(len(vocabulary), vocabulary.length)
    average = averaged(flow)
    optimiser = torch.optim.AdamW(flow.parameters(), lr=2e-3, betas=(0.9, 0.99), weight_decay=0.01)
    schedule = warm_up_then_cosine(optimiser, 100, args.steps)
    few = slice(0, 512)
    noise, times, _ = chances(list(range(len(validation.texts[few]))), validation.texts[few])

    def update(batch, step: int) -> dict[str, float]:
        loss = loss_of(flow, pictures(batch, SIDE_PX), *chances(batch.seeds, vocabulary.encode(batch)))
        take_step(loss, flow, optimiser, schedule)
        average.update_parameters(flow)
        return {"loss": loss.item()}

    @torch.no_grad()
    def validate() -> dict[str, float]:
        parts = (all.split(64) for all in (validation.pictures[few], noise, times, validation.texts[few]))
        losses = [loss_of(average, *part) * len(part[0]) for part in zip(*parts, strict=True)]
        return {"loss": sum(losses).item() / len(times)}

    parts = {"model": average, "flow": flow, "optimiser": optimiser, "schedule": schedule}
    Run("flow", args, stream, parts, args.steps).train(update, validate)
    return average.module.eval()


def averaged(flow: Flow) -> torch.optim.swa_utils.AveragedModel:
    """The mean of the weights of the last steps, later ones counting more: it makes better pictures than the last."""
    return torch.optim.swa_utils.AveragedModel(flow, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGE))


@torch.no_grad()
def make(model: nn.Module, texts: torch.Tensor, seed: int, steps: int = 24, guidance: float = 2.0) -> torch.Tensor:
    """A picture for each caption, int64 [size, length]: float32 [size, 3, 64, 64], from -1 to 1.

    It is where noise arrives in steps along the direction (Euler's method). With a guidance above 1 the direction
    leads further away from where it led without a caption (Ho & Salimans 2022, https://arxiv.org/abs/2207.12598).
    """
    generator = torch.Generator().manual_seed(seed)
    times = shifted(torch.linspace(0, 1, steps + 1))
    made = []
    for some in texts.split(96):
        points = torch.randn(len(some), 3, SIDE_PX, SIDE_PX, generator=generator)
        both = torch.cat([some, torch.full_like(some, Vocabulary.PADDING)])
        for time, later in zip(times[:-1], times[1:], strict=True):
            conditional, plain = model(torch.cat([points, points]), time.expand(len(both)), both).chunk(2)
            end = plain + guidance * (conditional - plain)
            points = points + (later - time) * (end - points) / (1 - time)
        made.append(points.clamp(-1, 1))
    return torch.cat(made)


def load(file: Path, vocabulary: Vocabulary) -> Flow:
    return trained(file, averaged(Flow(len(vocabulary), vocabulary.length))).module


def smaller(images: torch.Tensor) -> torch.Tensor:
    """What the judge looks at: float32 [size, 3, 32, 32]."""
    return F.avg_pool2d(images, SIDE_PX // JUDGE_SIDE_PX)


def main(argv: list[str] | None = None) -> dict:
    parser = arguments(__doc__.splitlines()[0], steps=1800)
    parser.add_argument("--judge-steps", type=int, default=500)
    parser.add_argument("--samples", type=int, default=480, help="pictures to make from validation captions")
    parser.add_argument("--sampling-steps", type=int, default=24, help="from noise to a picture")
    parser.add_argument("--guidance", type=float, default=2.0, help="1 follows captions as learned, more follows them further")
    args = parser.parse_args(argv)
    prepare(args)

    stream = Stream(args)
    vocabulary = Vocabulary.of(stream, args.out)
    validation = read(stream.once("validation"), vocabulary, SIDE_PX)
    flow = train(args, stream, vocabulary, validation)

    real = smaller(validation.pictures)
    judge = train_judge(args, stream, dataclasses.replace(validation, pictures=real))
    count = min(args.samples, len(validation))
    captions = validation.captions[:count]
    made = make(flow, validation.texts[:count], args.seed, args.sampling_steps, args.guidance)
    sheet(list(made[:24]), captions[:24], args.out / "flow-samples.png")
    shuffled = [captions[i] for i in torch.randperm(count, generator=torch.Generator().manual_seed(args.seed))]
    result: dict = {
        "weights": digest(flow),
        "real pictures": judged(judge, real[:count], captions),
        "pictures made from captions": judged(judge, smaller(made), captions),
        "made pictures, captions shuffled": judged(judge, smaller(made), shuffled),
    }
    write_whole(args.out / "flow-samples.json", lambda path: path.write_text(json.dumps(result, indent=2)))
    print(json.dumps(result, indent=2))
    return result


if __name__ == "__main__":
    main()
