"""Captions of drawn pictures: an encoder that sees and a decoder that writes, as a card that ``score`` asks.

Both become ONNX graphs, beside the words as a tokenizer.json and the card. With ``as-pairs`` each caption that the model
writes becomes a pair of its picture. Judged by pictures of the validation view: does the caption name what was drawn?
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import torch
from torch import nn
from training import Run, Stream, arguments, digest, pictures, prepare, write_whole

SIDE_PX, WIDTH = 64, 96
PADDING, START, END, UNKNOWN = range(4)
SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
PARTS = ("colour", "shape", "background", "all")
WORD = re.compile(r"\w+|[^\w\s]")
DRAWN = re.compile(r"an? (\w+) (\w+)\b.* on an? (\w+) background", re.IGNORECASE)


class Words:
    """The words of the training view's captions as ids, and the longest caption's length."""

    def __init__(self, stream: Stream):
        captions = [WORD.findall(caption) for batch in stream.once("training") for caption in batch.captions]
        self.words = SPECIAL + sorted({word for caption in captions for word in caption})
        self.ids = {word: i for i, word in enumerate(self.words)}
        self.length = max(map(len, captions)) + 2

    def encode(self, captions: list[str]) -> torch.Tensor:
        """int64 [captions, length]: start, words, end, padding; longer captions are cut."""
        texts = torch.full((len(captions), self.length), PADDING)
        for text, caption in zip(texts, captions, strict=True):
            ids = [START, *(self.ids.get(word, UNKNOWN) for word in WORD.findall(caption)), END]
            text[: len(ids)] = torch.tensor(ids[: self.length])
        return texts


class Encoder(nn.Module):
    """Pictures, float32 [size, 3, 64, 64], RGB, from -1 to 1, to float32 [size, 64, width]: a vector for each 8x8 pixels."""

    def __init__(self):
        super().__init__()
        layers = [[nn.Conv2d(a, b, 3, 2, 1), nn.BatchNorm2d(b), nn.ReLU()] for a, b in ((3, 32), (32, 64), (64, WIDTH))]
        self.body = nn.Sequential(*sum(layers, []), nn.Conv2d(WIDTH, WIDTH, 3, 1, 1))
        self.places = nn.Parameter(0.02 * torch.randn(64, WIDTH))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.body(images).flatten(2).transpose(1, 2) + self.places


class Decoder(nn.Module):
    """Ids so far, int64 [size, length], and the encoder's vectors, to logits of each next id, float32 [size, length, ids]."""

    def __init__(self, ids: int, length: int):
        super().__init__()
        self.word, self.place = nn.Embedding(ids, WIDTH), nn.Parameter(0.02 * torch.randn(length, WIDTH))
        layer = nn.TransformerDecoderLayer(WIDTH, 4, 2 * WIDTH, dropout=0, batch_first=True, norm_first=True)
        self.layers, self.head = nn.TransformerDecoder(layer, 2, nn.LayerNorm(WIDTH)), nn.Linear(WIDTH, ids)

    def forward(self, ids: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
        later = torch.ones(ids.shape[1], ids.shape[1]).triu(1).bool()
        x = self.word(ids) + self.place[: ids.shape[1]]
        return self.head(self.layers(x, states, tgt_mask=later, tgt_is_causal=False))


class Captioner(nn.Module):
    def __init__(self, words: Words):
        super().__init__()
        self.words, self.encoder, self.decoder = words, Encoder(), Decoder(len(words.words), words.length)

    def loss(self, images: torch.Tensor, captions: list[str]) -> torch.Tensor:
        texts = self.words.encode(captions)
        logits = self.decoder(texts[:, :-1], self.encoder(images))
        return nn.functional.cross_entropy(logits.flatten(0, 1), texts[:, 1:].flatten(), ignore_index=PADDING)

    def write(self, images: torch.Tensor) -> list[str]:
        states, texts = self.encoder(images), torch.full((len(images), 1), START)
        for _ in range(self.words.length - 1):
            texts = torch.cat([texts, self.decoder(texts, states)[:, -1].argmax(1, keepdim=True)], 1)
        return [" ".join(self.words.words[i] for i in text).split(" [SEP]")[0] for text in texts[:, 1:].tolist()]


def truth(pairs: list[tuple[str, str]]) -> dict[str, float]:
    """Shares of the captions, each with the drawn one, that name what was drawn: each part, and all three."""
    both = [(DRAWN.match(written), DRAWN.match(drawn)) for written, drawn in pairs]
    right = torch.tensor([[bool(a and b) and a[part] == b[part] for part in (1, 2, 3)] for a, b in both]).float()
    return dict(zip(PARTS, torch.cat([right, right.prod(1, keepdim=True)], 1).mean(0).tolist(), strict=True))


def write_model(folder: Path, model: Captioner, made_by: str) -> None:
    """The graphs, the words and the card."""
    folder.mkdir(exist_ok=True)
    batch, longest = torch.export.Dim("batch"), model.words.length - 1
    shown, said = torch.zeros(2, 3, SIDE_PX, SIDE_PX), (torch.full((2, 3), START), torch.zeros(2, 64, WIDTH))
    changing = ({0: batch, 1: torch.export.Dim("length", max=longest)}, {0: batch})
    for part, given, inputs, output, shapes in (
        (model.encoder, (shown,), ["pixel_values"], "last_hidden_state", ({0: batch},)),
        (model.decoder, said, ["input_ids", "encoder_hidden_states"], "logits", changing),
    ):
        form = {"input_names": inputs, "output_names": [output], "dynamic_shapes": shapes, "external_data": False}
        torch.onnx.export(part, given, folder / f"{type(part).__name__.lower()}.onnx", **form)
    tokenizer = {
        "added_tokens": [{"id": i, "content": word, "special": True} for i, word in enumerate(SPECIAL)],
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": model.words.ids},
    }
    (folder / "words.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
    card = {
        "name": "drawn-captioner", "kind": "captioner", "file": "encoder.onnx", "licence": "yours", "source": made_by,
        "as-pairs": True, "picture": {"tensor": "pixel_values", "side-px": SIDE_PX, "scale": 1 / 127.5, "mean": "1, 1, 1"},
        "decoder": {"file": "decoder.onnx", "start": START, "end": END, "most-tokens": longest, "beams": 4},
        "vocabulary": {"file": "words.json"}, "outputs": {"caption": {"tensor": "words"}},
    }  # fmt: skip
    write_whole(folder / "captioner.yaml", lambda path: path.write_text(json.dumps(card, indent=2)))  # JSON is YAML


def main(argv: list[str] | None = None) -> dict[str, float | str]:
    args = arguments(__doc__, steps=600).parse_args(argv)
    prepare(args)
    torch.manual_seed(args.seed)
    model = Captioner(Words(stream := Stream(args)))
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3)

    def update(batch, step: int) -> dict[str, float]:
        optimiser.zero_grad()
        loss = model.train().loss(pictures(batch, SIDE_PX), batch.captions)
        loss.backward()
        optimiser.step()
        return {"loss": loss.item()}

    @torch.no_grad()
    def validate() -> dict[str, float]:
        model.eval()
        batches = [(pictures(batch, SIDE_PX), batch.captions) for batch in stream.once("validation")]
        pairs = [pair for images, captions in batches for pair in zip(model.write(images), captions, strict=True)]
        return {"loss": sum(model.loss(*batch).item() for batch in batches) / len(batches), **truth(pairs)}

    Run("captioner", args, stream, {"model": model, "optimiser": optimiser}, args.steps).train(update, validate)
    print(result := {**validate(), "weights": digest(model)})
    write_model(args.out / "captioner", model, f"view {stream.view.fingerprint}, weights {digest(model)}")
    return result


if __name__ == "__main__":
    main()
