"""Accelerate: prepare gets the loader itself, whose share is this process's already."""

import torch
from accelerate import Accelerator
from stream import OPTIONS, loss_of, note, split, tiny_model

from pairstream.torch import TorchLoader

accelerator = Accelerator(cpu=True)
model = tiny_model()
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
with TorchLoader(*split(), epochs=1, device=accelerator.device, **OPTIONS) as loader:
    model, optimiser, batches = accelerator.prepare(model, optimiser, loader)
    for epoch in range(2):
        for batch in batches:
            loss = loss_of(model, batch)
            optimiser.zero_grad()
            accelerator.backward(loss)
            optimiser.step()
            note(batch, loss)
accelerator.end_training()
