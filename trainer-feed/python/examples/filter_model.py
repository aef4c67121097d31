"""A filter of pairs: two heads on vectors of frozen models; and one ONNX graph of all of them, which a card describes."""

from __future__ import annotations

import dataclasses
import hashlib
import sys
from pathlib import Path
from typing import Any

import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, compose, helper, numpy_helper, shape_inference, utils, version_converter
from torch import nn

OPSET, IR_VERSION = 17, 8
"""What ONNX Runtime reads since 1.12; quantised models of 2020 become it without a change of their numbers."""

_TENSORS = ("tensor", "ids", "mask", "types")
"""Keys that name a graph's inputs."""


class Head(nn.Module):
    """A vector to one of length 1 in the space that pictures and captions share: a matrix, and two layers beside it."""

    def __init__(self, size: int, width: int, hidden: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.linear = nn.Linear(size, width, bias=False)
        self.hidden, self.out = nn.Linear(size, hidden), nn.Linear(hidden, width, bias=False)
        self.dropout = nn.Dropout(0.5)
        nn.init.zeros_(self.out.weight)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        centred = self.dropout(vectors - self.mean)
        return F.normalize(self.linear(centred) + self.out(F.relu(self.hidden(centred))), dim=1)


class Filter(nn.Module):
    """How well a caption fits a picture, about -0.5 to 0.6, by what frozen models make of them.

    It is their cosine, less half of what the picture has with the training captions nearest to it, and the caption with
    the training pictures nearest to it: what fits everything fits nothing (Conneau et al. 2018 call it CSLS).

    ``pictures`` and ``captions`` are those of up to 1,000 training pairs, float32 [pairs, size].
    """

    def __init__(self, pictures: torch.Tensor, captions: torch.Tensor, width: int = 256, hidden: int = 512):
        super().__init__()
        self.picture, self.caption = Head(pictures.shape[1], width, hidden), Head(captions.shape[1], width, hidden)
        self.scale = nn.Parameter(torch.tensor(20.0).log())
        self.register_buffer("pictures", pictures)
        self.register_buffer("captions", captions)
        self.near = max(1, len(pictures) // 50)

    def known(self) -> tuple[torch.Tensor, torch.Tensor]:
        return self.picture(self.pictures), self.caption(self.captions)

    def forward(self, pictures: torch.Tensor, captions: torch.Tensor) -> torch.Tensor:
        seen, heard = self.picture(pictures), self.caption(captions)
        near = [own @ other.T for own, other in zip((seen, heard), reversed(self.known()), strict=True)]
        return (seen * heard).sum(1) - sum(one.topk(self.near).values.mean(1) for one in near) / 2

    @torch.no_grad()
    def fit(self, mean: torch.Tensor, covariance: torch.Tensor, regular: float) -> None:
        """Begins with the canonical correlations of pictures and captions.

        Args:
            mean: float64 [sizes], of the vectors of pairs, the picture's and then the caption's
            covariance: float64 [sizes, sizes]
            regular: what is added to variances, in multiples of their mean; with few pictures all is noise without it
        """
        at = self.picture.mean.numel()
        own = [covariance[:at, :at], covariance[at:, at:]]
        roots = [torch.linalg.cholesky(one + regular * one.trace() / len(one) * torch.eye(len(one))) for one in own]
        whitened = torch.linalg.solve(roots[0], torch.linalg.solve(roots[1], covariance[at:, :at]).T)
        left, strengths, right = torch.linalg.svd(whitened, full_matrices=False)
        sides = zip((self.picture, self.caption), (mean[:at], mean[at:]), roots, (left, right.T), strict=True)
        for head, part, root, side in sides:
            head.mean.copy_(part)
            found = torch.linalg.solve(root.T, side * (strengths / strengths[0]).sqrt())[:, : len(head.linear.weight)]
            head.linear.weight.zero_()[: found.shape[1]] = found.T

    def contrast(self, pictures: torch.Tensor, captions: torch.Tensor, names: list[str]) -> torch.Tensor:
        """The loss of a batch, in both directions; other captions of the same picture are not among the wrong ones."""
        found = self.scale.exp().clamp(max=100) * self.picture(pictures) @ self.caption(captions).T
        same = torch.tensor([[one == other for other in names] for one in names]) & ~torch.eye(len(names), dtype=torch.bool)
        found, right = found.masked_fill(same, -1e9), torch.arange(len(names))
        return (F.cross_entropy(found, right) + F.cross_entropy(found.T, right)) / 2


@dataclasses.dataclass
class Card:
    """A model card: its keys, sections as dictionaries. Of YAML it knows what cards need: ``key: value`` in sections."""

    path: Path
    keys: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Card:
        keys: dict[str, Any] = {}
        sections = [(-1, keys)]
        for line in path.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(" #")[0].partition(":")
            if not key.strip() or key.startswith("#"):
                continue
            indent, value = len(key) - len(key.lstrip()), value.strip().strip("'\"")
            while sections[-1][0] >= indent:
                sections.pop()
            sections[-1][1][key.strip()] = value or {}
            if not value:
                sections.append((indent, sections[-1][1][key.strip()]))
        return cls(path, keys)

    def write(self) -> None:
        def lines(keys: dict[str, Any], indent: str = "") -> list[str]:
            own = []
            for key, value in keys.items():
                is_section = isinstance(value, dict)
                own += [f"{indent}{key}:", *lines(value, indent + "  ")] if is_section else [f"{indent}{key}: {value}"]
            return own

        self.path.write_text("\n".join(lines(self.keys)) + "\n", encoding="utf-8")

    @property
    def vectors(self) -> dict[str, dict[str, str]]:
        """The vectors that it answers, by name."""
        return {name: output for name, output in self.keys["outputs"].items() if output.get("as") == "vector"}

    @property
    def side(self) -> str:
        """What the model sees: picture or caption."""
        return "picture" if "picture" in self.keys else "caption"

    def graph(self) -> onnx.GraphProto:
        """The model's nodes up to its vectors, all names with the side in front."""
        section = self.keys[self.side]
        inputs = [section[key] for key in _TENSORS if key in section]
        tensors = list(dict.fromkeys(output["tensor"] for output in self.vectors.values()))
        whole = shape_inference.infer_shapes(onnx.load(self.path.parent / self.keys["file"]))
        model = utils.Extractor(whole).extract_model(inputs, tensors)
        if any(output.get("pool") == "mean" for output in self.vectors.values()) and section.get("fill", "none") != "none":
            sys.exit(f"{self.path}: a mean over the tokens of a caption needs fill: none")
        return compose.add_prefix(version_converter.convert_version(model, OPSET), f"{self.side}/").graph


class _Nodes:
    """Nodes of a graph that is being made, and its constants."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str | torch.Tensor, outputs: int = 1, **attributes: Any) -> str:
        """Adds a node; answers the name of its first result."""
        names = []
        for one in inputs:
            if isinstance(one, torch.Tensor):
                self.constants.append(numpy_helper.from_array(one.detach().numpy(), f"filter/constant-{len(self.constants)}"))
                one = self.constants[-1].name
            names.append(one)
        results = [f"filter/{len(self.nodes)}-{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, names, results, **attributes))
        return results[0]

    def head(self, card: Card, head: Head) -> str:
        """The vector [1, width] that a head makes of a card's vectors."""
        parts = []
        for output in card.vectors.values():
            part = f"{card.side}/{output['tensor']}"
            if output.get("pool") == "first":
                part = self.add("Gather", part, torch.tensor(0), axis=1)
            elif output.get("pool") == "mean":
                part = self.add("ReduceMean", part, axes=[1], keepdims=0)
            parts.append(self.add("LpNormalization", part, axis=1) if output.get("length") == "one" else part)
        centred = self.add("Sub", self.add("Concat", *parts, axis=1), head.mean)
        hidden = self.add("Relu", self.add("Gemm", centred, head.hidden.weight, head.hidden.bias, transB=1))
        whole = self.add("Gemm", hidden, head.out.weight, self.add("MatMul", centred, head.linear.weight.T), transB=1)
        return self.add("LpNormalization", whole, axis=1)


def write_model(folder: Path, cards: tuple[Card, Card], model: Filter, made_by: str) -> Path:
    """Writes ``filter.onnx`` and ``filter.yaml``, and beside them the captions' tokenizer; answers the card's path.

    Args:
        cards: of pictures and of captions
        made_by: what the card says of its source
    """
    graphs, nodes = [card.graph() for card in cards], _Nodes()
    heads = [nodes.head(card, head) for card, head in zip(cards, (model.picture, model.caption), strict=True)]
    near = []
    for own, known in zip(heads, reversed(model.known()), strict=True):
        nearest = nodes.add("TopK", nodes.add("MatMul", own, known.T), torch.tensor([model.near]), outputs=2)
        near.append(nodes.add("ReduceMean", nearest, axes=[1]))
    cosine = nodes.add("MatMul", heads[0], nodes.add("Transpose", heads[1]))
    nearness = nodes.add("Mul", nodes.add("Add", *near), torch.tensor(0.5))
    nodes.nodes.append(helper.make_node("Sub", [cosine, nearness], ["fits"]))
    whole = helper.make_graph(
        [node for graph in graphs for node in graph.node] + nodes.nodes,
        "filter",
        [tensor for graph in graphs for tensor in graph.input],
        [helper.make_tensor_value_info("fits", TensorProto.FLOAT, [1, 1])],
        [tensor for graph in graphs for tensor in graph.initializer] + nodes.constants,
    )
    made = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(made)
    (folder / "filter.onnx").write_bytes(made.SerializeToString())

    keys = {"name": "filter", "kind": "onnx", "file": "filter.onnx"}
    keys["sha256"] = hashlib.sha256((folder / "filter.onnx").read_bytes()).hexdigest()
    keys["licence"] = " and ".join(dict.fromkeys(card.keys["licence"] for card in cards))
    # The graph compares each picture of a batch with each caption.
    keys |= {"source": f"train_filter.py, {made_by}", "batch": "1"}
    for card in cards:
        section = keys[card.side] = dict(card.keys[card.side])
        section.update({key: f"{card.side}/{section[key]}" for key in _TENSORS if key in section})
        if "file" in section:
            tokenizer = (card.path.parent / section["file"]).read_bytes()
            section["file"] = Path(section["file"]).name
            (folder / section["file"]).write_bytes(tokenizer)
    keys["outputs"] = {"fits": {"tensor": "fits", "as": "number"}}
    Card(folder / "filter.yaml", keys).write()
    return folder / "filter.yaml"
