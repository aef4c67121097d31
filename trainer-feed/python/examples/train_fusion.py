"""Do a caption and a picture belong together? A CNN on pixels and an LSTM on token ids, concatenated.

Half of what it sees are pairs of the stream, half pictures with a caption of another pair in the batch: any one, or the
one that says most of the same, since any one mostly differs by the backdrop alone. It is judged by
the validation view (with the recipe ``drawn.yaml``, 20 of 100 pairs), and by cross-validation over the stream's folds:
then each training pair gets a score from a model that has never seen it. The scores are a file: pair_id,score.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn
from training import Run, Samples, Stream, Vocabulary, arguments, digest, pictures, prepare, read, write_whole

SIDE_PX = 32


class Fusion(nn.Module):
    """A score for each picture with a caption: above 0 where they belong together."""

    def __init__(self, words: int, features: int = 128):
        super().__init__()
        layers, channels = [], 3
        for out, stride in ((32, 1), (64, 2), (96, 2), (128, 2)):
            layers += [nn.Conv2d(channels, out, 3, stride, 1), nn.BatchNorm2d(out), nn.ReLU()]
            channels = out
        self.cnn = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * 16, features))
        self.embedding = nn.Embedding(words, 64, padding_idx=Vocabulary.PADDING)
        self.lstm = nn.LSTM(64, features, batch_first=True)
        self.head = nn.Sequential(nn.Linear(3 * features, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 1))

    def see(self, images: torch.Tensor) -> torch.Tensor:
        """float32 [size, 3, 32, 32], from -1 to 1, to float32 [size, features]."""
        return self.cnn(images)

    def hear(self, texts: torch.Tensor) -> torch.Tensor:
        """int64 [size, length] to float32 [size, features]: the LSTM's state behind the last id."""
        states, _ = self.lstm(self.embedding(texts))
        last = (texts != Vocabulary.PADDING).sum(1).clamp(min=1) - 1
        return states[torch.arange(len(texts)), last]

    def match(self, seen: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
        """float32 [size]."""
        # The product is large where both are: without it, few layers hardly learn to compare.
        return self.head(torch.cat([seen, said, seen * said], 1))[:, 0]

    def forward(self, images: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
        return self.match(self.see(images), self.hear(texts))


def others(captions: list[str], shift: int) -> torch.Tensor:
    """For each caption the place of another one that differs, int64 [captions]; searched from ``shift`` places on."""
    size = len(captions)
    found = []
    for place in range(size):
        steps = (shift + i for i in range(size))
        found.append(next(((place + s) % size for s in steps if captions[(place + s) % size] != captions[place]), place))
    return torch.tensor(found)


def likest(texts: torch.Tensor, words: int) -> torch.Tensor:
    """For each caption the place of the one that differs and has most ids in common with it, int64 [captions]."""
    holds = F.one_hot(texts, words).amax(1).float()
    shared = holds @ holds.T
    is_same = (texts[:, None] == texts[None]).all(2)
    return shared.masked_fill(is_same, -1).argmax(1)


@torch.no_grad()
def judge(model: Fusion, samples: Samples) -> dict[str, float]:
    """The counts of the confusion matrix, over each pair and over its picture with another pair's caption.

    ``recognised`` is the share of pictures whose own caption has a higher score than the likest of 63 others.
    """
    model.eval()
    own = scores(model, samples.pictures, samples.texts)
    swapped = scores(model, samples.pictures, samples.texts[others(samples.captions, 1)])
    loss = (F.softplus(-own).mean() + F.softplus(swapped).mean()) / 2
    alike = torch.cat([likest(some, int(samples.texts.max()) + 1) + 64 * i for i, some in enumerate(samples.texts.split(64))])
    rival = scores(model, samples.pictures, samples.texts[alike])
    kept, caught = int((own > 0).sum()), int((swapped <= 0).sum())
    return {
        "loss": loss.item(),
        "accuracy": (kept + caught) / (2 * len(samples)),
        "recall": kept / len(samples),
        "precision": kept / max(1, kept + len(samples) - caught),
        "recognised": (own > rival).float().mean().item(),
        "true positives": kept,
        "false negatives": len(samples) - kept,
        "false positives": len(samples) - caught,
        "true negatives": caught,
    }


@torch.no_grad()
def scores(model: Fusion, images: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
    """float32 [size]."""
    model.eval()
    parts = zip(images.split(256), texts.split(256), strict=True)
    return torch.cat([model(some, with_texts) for some, with_texts in parts])


def train(
    name: str, args: argparse.Namespace, stream: Stream, vocabulary: Vocabulary, validation: Samples, without_fold: int = -1
) -> Fusion:
    """Trains on all folds but one."""
    torch.manual_seed(args.seed)
    model = Fusion(len(vocabulary))
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=args.steps)

    def update(batch, step: int) -> dict[str, float]:
        model.train()
        mine = torch.from_numpy(batch["fold"] != without_fold)
        images, texts = pictures(batch, SIDE_PX)[mine], vocabulary.encode(batch)[mine]
        captions = [caption for caption, is_mine in zip(batch.captions, mine, strict=True) if is_mine]
        any_other = others(captions, int(torch.randint(1, max(2, len(captions)), ())))
        is_any = torch.rand(len(texts)) < 0.5
        swapped = texts[torch.where(is_any, any_other, likest(texts, len(vocabulary)))]
        seen = model.see(images)
        found = model.match(torch.cat([seen, seen]), model.hear(torch.cat([texts, swapped])))
        wanted = torch.cat([torch.ones(len(images)), torch.zeros(len(images))])
        loss = F.binary_cross_entropy_with_logits(found, wanted)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        return {"loss": loss.item(), "accuracy": ((found > 0) == (wanted > 0)).float().mean().item()}

    def validate() -> dict[str, float]:
        result = judge(model, validation)
        return {key: result[key] for key in ("loss", "accuracy", "recognised")}

    run = Run(name, args, stream, {"model": model, "optimiser": optimiser, "schedule": schedule}, args.steps)
    run.train(update, validate, patience=args.patience)
    return model.eval()


def write_scores(file: Path, pair_ids: list[str], values: torch.Tensor) -> None:
    """Lines of pair_id,score, the score from 0 to 1, the least fitting pairs first."""

    def write(path: Path) -> None:
        with open(path, "w", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(["pair_id", "score"])
            for value, pair_id in sorted(zip(values.sigmoid().tolist(), pair_ids, strict=True)):
                writer.writerow([pair_id, f"{value:.6f}"])

    write_whole(file, write)


def some(samples: Samples, wanted: torch.Tensor) -> Samples:
    """Those of the samples where ``wanted``, bool [pairs], holds."""
    places = wanted.nonzero()[:, 0].tolist()
    return Samples(
        samples.pictures[wanted],
        [samples.captions[i] for i in places],
        samples.texts[wanted],
        [samples.pair_ids[i] for i in places],
        samples.folds[wanted],
    )


def main(argv: list[str] | None = None) -> dict:
    parser = arguments(__doc__.splitlines()[0], steps=800)
    parser.add_argument("--patience", type=int, default=5, help="validations in a row without a smaller loss, then it ends")
    parser.add_argument("--folds", type=int, default=0, help="folds of the stream, for cross-validation; the recipe's: 5")
    args = parser.parse_args(argv)
    prepare(args)

    stream = Stream(args)
    vocabulary = Vocabulary.of(stream, args.out)
    validation = read(stream.once("validation"), vocabulary, SIDE_PX)
    model = train("fusion", args, stream, vocabulary, validation)
    result = {"weights": digest(model), "hold-out": judge(model, validation)}
    validated = scores(model, validation.pictures, validation.texts)
    write_scores(args.out / "fusion-scores-validation.csv", validation.pair_ids, validated)

    if args.folds:
        training = read(stream.once("training"), vocabulary, SIDE_PX)
        unseen = torch.zeros(len(training))
        for fold in range(args.folds):
            is_held_out = training.folds == fold
            held_out = some(training, is_held_out)
            model = train(f"fusion-fold-{fold}", args, stream, vocabulary, held_out, without_fold=fold)
            result[f"fold {fold}"] = judge(model, held_out)
            unseen[is_held_out] = scores(model, held_out.pictures, held_out.texts)
        write_scores(args.out / "fusion-scores-training.csv", training.pair_ids, unseen)

    write_whole(args.out / "fusion.json", lambda path: path.write_text(json.dumps(result, indent=2)))
    print(json.dumps(result, indent=2))
    return result


if __name__ == "__main__":
    main()
