"""Pictures from captions, in the manner of DALL-E (https://arxiv.org/abs/2102.12092), small enough for a CPU.

1. A discrete VAE learns to write a picture of 32x32 pixels as 8x8 codes out of 256, and to read it again.
2. A Transformer learns sequences of a caption's ids and its picture's codes, each from those before it.
3. Given a caption alone it goes on with codes, which the VAE turns into a picture. A judge that was trained on real
   pictures says how often colour and shape are those of the caption.
"""

from __future__ import annotations

import argparse
import json
import math

import torch
import torch.nn.functional as F
from scenes import COLOURS, SHAPES, judged, train_judge
from torch import nn
from training import Run, Samples, Stream, Vocabulary, arguments, digest, pictures, prepare, read, sheet, write_whole

SIDE_PX = 32
GRID = 8  # codes per side
CODES = 256
TEXT_WEIGHT = 1 / 8  # of the loss over captions, DALL-E's


class ResidualBlock(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU(), nn.Conv2d(channels, channels, 1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x)


class DiscreteVae(nn.Module):
    """Pictures as codes: float32 [size, 3, 32, 32], RGB, from -1 to 1, as int64 [size, 8, 8], from 0 to 255.

    The encoder's vector at each place is replaced by the nearest of the codebook (https://arxiv.org/abs/1711.00937). Codes
    follow the mean of the vectors that they replace; one that replaces none is moved to a vector of the batch, as else
    most of the codebook would stay unused.
    """

    DECAY = 0.98  # of a code's means, per step
    LEAST_USE = 0.2  # vectors per step, below which a code is moved

    def __init__(self, channels: int = 64, depth: int = 16):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(3, channels // 2, 4, 2, 1),
            nn.ReLU(),
            nn.Conv2d(channels // 2, channels, 4, 2, 1),
            ResidualBlock(channels),
            ResidualBlock(channels),
            nn.Conv2d(channels, depth, 1),
        )
        self.register_buffer("codebook", torch.randn(CODES, depth))
        self.register_buffer("use", torch.zeros(CODES))
        self.register_buffer("total", torch.zeros(CODES, depth))
        self.decoder = nn.Sequential(
            nn.Conv2d(depth, channels, 3, padding=1),
            ResidualBlock(channels),
            ResidualBlock(channels),
            nn.ConvTranspose2d(channels, channels // 2, 4, 2, 1),
            nn.ReLU(),
            nn.ConvTranspose2d(channels // 2, 3, 4, 2, 1),
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """The loss of writing pictures and reading them again; moves the codebook."""
        vectors = self.encoder(images).permute(0, 2, 3, 1)
        numbers = self._nearest(vectors)
        chosen = self.codebook[numbers]
        self._follow(vectors.detach().flatten(0, 2), numbers.flatten())
        # The decoder reads the chosen codes; gradients go past the choice to the encoder.
        passed = vectors + (chosen - vectors).detach()
        read = self.decoder(passed.permute(0, 3, 1, 2))
        return F.mse_loss(read, images) + 0.25 * F.mse_loss(vectors, chosen.detach())

    def _nearest(self, vectors: torch.Tensor) -> torch.Tensor:
        return (self.codebook.square().sum(1) - 2 * vectors @ self.codebook.T).argmin(-1)

    @torch.no_grad()
    def _follow(self, vectors: torch.Tensor, numbers: torch.Tensor) -> None:
        self.use.mul_(self.DECAY).index_add_(0, numbers, torch.full((len(numbers),), 1 - self.DECAY))
        self.total.mul_(self.DECAY).index_add_(0, numbers, vectors * (1 - self.DECAY))
        unused = self.use < self.LEAST_USE
        self.total[unused] = vectors[torch.randint(len(vectors), (int(unused.sum()),))]
        self.use[unused] = 1.0
        self.codebook.copy_(self.total / self.use[:, None])

    @torch.no_grad()
    def codes(self, images: torch.Tensor) -> torch.Tensor:
        return self._nearest(self.encoder(images).permute(0, 2, 3, 1))

    @torch.no_grad()
    def read(self, codes: torch.Tensor) -> torch.Tensor:
        return self.decoder(self.codebook[codes].permute(0, 3, 1, 2)).clamp(-1, 1)


class Block(nn.Module):
    """Attention to what came before, then a small network at each place."""

    def __init__(self, width: int, heads: int, dropout: float):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.network = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size, length, width = x.shape
        parts = self.query_key_value(self.norm1(x)).view(size, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        # Written out: torch's fused attention is made for longer sequences, and here several times as slow.
        later = torch.full((length, length), -torch.inf).triu(1)
        weights = (query @ key.transpose(2, 3) * query.shape[-1] ** -0.5 + later).softmax(-1)
        x = x + self.out((weights @ value).transpose(1, 2).reshape(size, length, width))
        return x + self.dropout(self.network(self.norm2(x)))


class TextToCodes(nn.Module):
    """A causal Transformer over one sequence: a start, the caption's ids, the picture's codes row by row."""

    def __init__(self, words: int, text_length: int, width: int = 128, depth: int = 4, heads: int = 4, dropout=0.1):
        super().__init__()
        self.words = words  # ids from here on are codes; the last of all is the start
        self.text_length = text_length
        self.embedding = nn.Embedding(words + CODES + 1, width)
        nn.init.normal_(self.embedding.weight, std=0.5)
        self.register_buffer("positions", sinusoids(text_length, width), persistent=False)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.Sequential(*(Block(width, heads, dropout) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, words + CODES)

    def forward(self, texts: torch.Tensor, codes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores of what comes next.

        ``texts`` is int64 [size, text length], ``codes`` int64 [size, any up to 64]. Returns float32
        [size, text length, words], the scores of each of the caption's ids, and float32 [size, codes + 1, 256], those
        of each code and of the one behind.
        """
        size = len(texts)
        start = torch.full((size, 1), self.words + CODES)
        sequence = torch.cat([start, texts, codes.flatten(1) + self.words], 1)
        x = self.dropout(self.embedding(sequence) + self.positions[: sequence.shape[1]])
        scores = self.head(self.norm(self.blocks(x)))
        return scores[:, : self.text_length, : self.words], scores[:, self.text_length :, self.words :]

    @torch.no_grad()
    def sample(self, texts: torch.Tensor, temperature: float) -> torch.Tensor:
        """Codes for captions: int64 [size, 8, 8], one after the other at random by their scores."""
        self.eval()
        codes = torch.zeros(len(texts), 0, dtype=torch.int64)
        for _ in range(GRID * GRID):
            _, scores = self(texts, codes)
            chances = (scores[:, -1] / temperature).softmax(-1)
            codes = torch.cat([codes, torch.multinomial(chances, 1)], 1)
        return codes.view(-1, GRID, GRID)


def sinusoids(text_length: int, width: int) -> torch.Tensor:
    """Sinusoidal positions, float32 [1 + text length + 64, width]: a caption's ids by place, codes by row and column."""

    def waves(places: torch.Tensor, size: int) -> torch.Tensor:
        angles = places[:, None] / 10000 ** (torch.arange(0, size, 2) / size)
        return torch.cat([angles.sin(), angles.cos()], 1)

    text = waves(torch.arange(1 + text_length), width)
    places = torch.arange(GRID * GRID)
    grid = torch.cat([waves(places // GRID, width // 2), waves(places % GRID, width // 2)], 1)
    return torch.cat([text, grid])


def train_dvae(args: argparse.Namespace, stream: Stream, validation: Samples) -> DiscreteVae:
    torch.manual_seed(args.seed)
    dvae = DiscreteVae()
    optimiser = torch.optim.Adam(dvae.parameters(), lr=2e-3)
    schedule = warm_up_then_cosine(optimiser, 50, args.dvae_steps)

    def update(batch, step: int) -> dict[str, float]:
        loss = dvae(pictures(batch, SIDE_PX))
        take_step(loss, dvae, optimiser, schedule)
        return {"loss": loss.item()}

    def validate() -> dict[str, float]:
        codes = torch.cat([dvae.codes(some) for some in validation.pictures.split(128)])
        read = torch.cat([dvae.read(some) for some in codes.split(128)])
        loss = F.mse_loss(read, validation.pictures)
        return {"loss": loss.item(), "codes in use": len(codes.unique())}

    run = Run("dvae", args, stream, {"model": dvae, "optimiser": optimiser, "schedule": schedule}, args.dvae_steps)
    run.train(update, validate)
    return dvae.eval()


def train_transformer(
    args: argparse.Namespace, stream: Stream, validation: Samples, vocabulary: Vocabulary, dvae: DiscreteVae
) -> TextToCodes:
    torch.manual_seed(args.seed)
    model = TextToCodes(len(vocabulary), vocabulary.length)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, betas=(0.9, 0.95), weight_decay=0.05)
    schedule = warm_up_then_cosine(optimiser, 100, args.steps)
    validation_codes = torch.cat([dvae.codes(some) for some in validation.pictures.split(128)])

    def losses(texts: torch.Tensor, codes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        text_scores, code_scores = model(texts, codes)
        text_loss = F.cross_entropy(text_scores.transpose(1, 2), texts, ignore_index=Vocabulary.PADDING)
        code_loss = F.cross_entropy(code_scores[:, :-1].transpose(1, 2), codes.flatten(1))
        return text_loss, code_loss

    def update(batch, step: int) -> dict[str, float]:
        model.train()
        text_loss, code_loss = losses(vocabulary.encode(batch), dvae.codes(pictures(batch, SIDE_PX)))
        take_step(TEXT_WEIGHT * text_loss + code_loss, model, optimiser, schedule)
        return {"loss": code_loss.item(), "loss of captions": text_loss.item()}

    @torch.no_grad()
    def validate() -> dict[str, float]:
        model.eval()
        sums = torch.zeros(2)
        for part in validation.parts(128):
            text_loss, code_loss = losses(validation.texts[part], validation_codes[part])
            sums += torch.stack([code_loss, text_loss]) * (part.stop - part.start)
        code_loss, text_loss = (sums / len(validation)).tolist()
        return {"loss": code_loss, "loss of captions": text_loss}

    run = Run("transformer", args, stream, {"model": model, "optimiser": optimiser, "schedule": schedule}, args.steps)
    run.train(update, validate, patience=args.patience)
    return model.eval()


def take_step(loss: torch.Tensor, model: nn.Module, optimiser, schedule) -> None:
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    schedule.step()


def warm_up_then_cosine(optimiser, warm_up: int, steps: int):
    """The learning rate rises for some steps, then falls to zero along half a cosine."""

    def factor(step: int) -> float:
        if step < warm_up:
            return (step + 1) / warm_up
        return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))

    return torch.optim.lr_scheduler.LambdaLR(optimiser, factor)


def sample_and_judge(args, validation: Samples, dvae: DiscreteVae, model: TextToCodes, judge) -> dict:
    """Draws a picture for each of some validation captions, and counts how often it shows what the caption says."""
    torch.manual_seed(args.seed)
    count = min(args.samples, len(validation))
    codes = [model.sample(validation.texts[begin : min(begin + 96, count)], args.temperature) for begin in range(0, count, 96)]
    made = dvae.read(torch.cat(codes))
    captions, real = validation.captions[:count], validation.pictures[:count]
    again = dvae.read(dvae.codes(real))
    shown = torch.randperm(count)
    result = {
        "real pictures": judged(judge, real, captions),
        "real pictures through the codes": judged(judge, again, captions),
        "pictures made from captions": judged(judge, made, captions),
        "made pictures, captions shuffled": judged(judge, made, [captions[i] for i in shown]),
        "chance": {"colour": 1 / len(COLOURS), "shape": 1 / len(SHAPES), "both": 1 / len(COLOURS) / len(SHAPES)},
    }
    sheet(list(made[:24]), captions[:24], args.out / "transformer-samples.png")
    pairs = [picture for two in zip(real[:12], again[:12], strict=True) for picture in two]
    names = [name for caption in captions[:12] for name in ("real", "through the codes")]
    sheet(pairs, names, args.out / "dvae-reconstructions.png")
    return {"pictures": count, **result}


def main(argv: list[str] | None = None) -> dict:
    parser = arguments(__doc__.splitlines()[0], steps=1500)
    parser.add_argument("--dvae-steps", type=int, default=800)
    parser.add_argument("--judge-steps", type=int, default=500)
    parser.add_argument("--patience", type=int, default=5, help="validations in a row without a smaller loss, then it ends")
    parser.add_argument("--samples", type=int, default=480, help="pictures to make from validation captions")
    parser.add_argument("--temperature", type=float, default=0.8)
    args = parser.parse_args(argv)
    prepare(args)

    stream = Stream(args)
    vocabulary = Vocabulary.of(stream, args.out)
    validation = read(stream.once("validation"), vocabulary, SIDE_PX)
    print(f"{stream.view.samples} pairs to train on, {len(validation)} to judge by, {len(vocabulary)} ids", flush=True)

    judge = train_judge(args, stream, validation)
    dvae = train_dvae(args, stream, validation)
    model = train_transformer(args, stream, validation, vocabulary, dvae)

    result = {"weights": digest(model), **sample_and_judge(args, validation, dvae, model, judge)}
    write_whole(args.out / "transformer-samples.json", lambda path: path.write_text(json.dumps(result, indent=2)))
    for key, value in result.items():
        if isinstance(value, dict):
            print(f"{key}: " + ", ".join(f"{name} {100 * share:.1f} %" for name, share in value.items() if name != "loss"))
    return result


if __name__ == "__main__":
    main()
