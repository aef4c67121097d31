"""Which pairs do not belong together? Two small heads on vectors of frozen models, trained from the stream they filter.

The vectors are those of two cards that ``pairstream score`` has asked. It begins with a linear fit (canonical
correlations, strongly regularised), for which few pairs do; then two layers beside it learn by contrast: each picture
has to find its caption in the batch, and the other way round. The result is one ONNX graph from picture and caption to a
number, ``fits``, with a card: score it, look at it, and cut a view by it.
"""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from filter_model import Card, Filter, write_model
from training import Run, Stream, arguments, digest, prepare, write_whole

REGULAR = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""How strongly the linear fit may be regularised: the fewer pairs, the more. Those to judge by decide."""


def judged(model: Filter, pictures: torch.Tensor, captions: torch.Tensor) -> dict[str, float]:
    """How well the scores tell what does not belong together: every fifth pair, with the caption of one half a view away.

    ``auc`` is the probability that another pair has a higher score; ``precision``, of what has a score low enough to
    find four of five of these, their share.
    """
    at = torch.arange(len(pictures))
    mixed = torch.where(at % 5 == 0, (at + len(at) // 10 * 5) % (len(at) - len(at) % 5), at)
    found = model(pictures, captions[mixed])
    own, other = found[mixed == at], found[mixed != at]
    caught = found <= other.sort().values[int(0.8 * len(other))]
    return {"auc": (own[:, None] > other).float().mean().item(), "precision": (mixed != at)[caught].float().mean().item()}


def main(argv: list[str] | None = None) -> dict:
    parser = arguments(__doc__.splitlines()[0], steps=400, batch_size=256)
    parser.add_argument("--pictures", type=Path, default=Path("cards/dino-small.yaml"), help="card of pictures' vectors")
    parser.add_argument("--captions", type=Path, default=Path("cards/minilm.yaml"), help="card of captions' vectors")
    args = parser.parse_args(argv)
    prepare(args)
    torch.manual_seed(args.seed)
    cards = Card.read(args.pictures), Card.read(args.captions)
    columns = [[f"answer.{name}" for name in card.vectors] for card in cards]

    stream = Stream(args)
    # Pairs that one of the models has failed on are left out.
    stream.form.update(columns=[*columns[0], *columns[1], "image_digest"], on_error="skip")

    def vectors(batch) -> tuple[torch.Tensor, torch.Tensor]:
        return tuple(torch.from_numpy(np.concatenate([batch[name] for name in own], 1)) for own in columns)

    batches = [(*vectors(batch), batch["image_digest"]) for batch in stream.once("validation")]
    pictures, captions = (torch.cat([batch[i] for batch in batches]) for i in (0, 1))
    few = islice(stream.batches(), -(-min(1000, stream.view.samples) // args.batch_size))
    some = [vectors(batch) for batch in few]
    model = Filter(*(torch.cat([part[i] for part in some]) for i in (0, 1)))
    count, sums, products = 0, 0.0, 0.0
    for batch in stream.once("training"):
        both = torch.cat(vectors(batch), 1).double()
        count, sums, products = count + len(both), sums + both.sum(0), products + both.T @ both
    mean, covariance = sums / count, products / count - torch.outer(sums / count, sums / count)
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=1.0)

    def update(batch, step: int) -> dict[str, float]:
        model.train()
        loss = model.contrast(*vectors(batch), batch["image_digest"])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return {"loss": loss.item()}

    @torch.no_grad()
    def validate() -> dict[str, float]:
        model.eval()
        loss = sum(model.contrast(*batch) * len(batch[2]) for batch in batches) / len(pictures)
        return {"loss": loss.item(), **judged(model, pictures, captions)}

    fits = {}
    for regular in REGULAR:
        model.fit(mean, covariance, regular)
        fits[regular] = validate()
    regular, linear = max(fits.items(), key=lambda item: item[1]["auc"])
    model.fit(mean, covariance, regular)
    begin = deepcopy(model.state_dict())
    run = Run("filter", args, stream, {"model": model, "optimiser": optimiser}, args.steps)
    run.train(update, validate, patience=5)
    result, step = {"regular": regular, "linear": linear, "trained": validate()}, run.best["step"] or run.step
    if result["trained"]["auc"] < linear["auc"]:
        # Of few pairs the layers have only learned these.
        model.load_state_dict(begin)
        step = 0
    made_by = f"view {stream.view.fingerprint}, run {args.out.name}, checkpoint {run.file.name}, step {step}"
    result |= {"weights": digest(model), "card": str(write_model(args.out, cards, model.eval(), made_by))}
    write_whole(args.out / "filter.json", lambda path: path.write_text(json.dumps(result, indent=2)))
    print(json.dumps(result, indent=2))
    return result


if __name__ == "__main__":
    main()
