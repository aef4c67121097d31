"""Trains tiny_cnn.py on what `pairstream draw photos` made, a minute on a processor: train_tiny_cnn.py photos"""

import random
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tiny_cnn import SHAPES, SIDE, net, tensor


def shown(file):
    """A picture as the card has it shown: stretched to SIDE x SIDE."""
    return np.asarray(Image.open(file).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def read(folder):
    """Pictures of a folder with the shape that the text beside each names."""
    pairs = []
    for text in sorted(Path(folder).glob("*.txt")):
        shapes = [i for i, shape in enumerate(SHAPES) if f" {shape} " in text.read_text()]
        pictures = [file for file in text.parent.glob(f"{text.stem}.*") if file != text]
        if len(shapes) == len(pictures) == 1:
            pairs.append((shown(pictures[0]), shapes[0]))
    return pairs


def train(pairs, epochs=20):
    """The net, trained on four fifths of the pairs, and the share of the others that it names rightly."""
    torch.manual_seed(7)
    random.Random(7).shuffle(pairs)
    pictures, shapes = tensor([picture for picture, _ in pairs]), torch.tensor([shape for _, shape in pairs])
    kept = len(pairs) * 4 // 5
    model = net()
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    for _ in range(epochs):
        for batch in torch.randperm(kept).split(32):
            loss = torch.nn.functional.cross_entropy(model(pictures[batch]), shapes[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    model.eval()
    with torch.inference_mode():
        right = (model(pictures[kept:]).argmax(dim=1) == shapes[kept:]).float().mean()
    return model, float(right)


if __name__ == "__main__":
    model, right = train(read(sys.argv[1]))
    torch.save(model.state_dict(), "tiny_cnn.pt")
    print(f"tiny_cnn.pt names {right:.0%} of the shapes that it was not trained on")
