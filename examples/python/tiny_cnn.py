"""A small convolutional net in torch that names the shape in a drawn picture; train_tiny_cnn.py makes its weights."""

import numpy as np
import torch
from torch import nn

SHAPES = ("boat", "circle", "fish", "house", "square", "tree", "triangle")
SIDE = 32


def net():
    layers = []
    for before, after in ((3, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.AdaptiveMaxPool2d(4), nn.Flatten(), nn.Linear(1024, len(SHAPES)))


def tensor(pictures):
    """float32 [pictures, 3, SIDE, SIDE] of pictures of uint8 [SIDE, SIDE, 3]."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


class TinyCnn:
    def __init__(self, weights, device="cpu"):
        self.device = device
        self.net = net().to(device)
        self.net.load_state_dict(torch.load(weights, map_location=device, weights_only=True))
        self.net.eval()

    @torch.inference_mode()
    def __call__(self, pictures):
        shares = self.net(tensor(pictures).to(self.device)).softmax(dim=1)
        sure, best = shares.max(dim=1)
        return {"shape": [SHAPES[i] for i in best.tolist()], "sure": sure}
