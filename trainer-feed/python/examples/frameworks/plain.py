"""Plain PyTorch. With --checkpoint it goes on behind the very step after which it ended."""

import torch
from stream import OPTIONS, asked, loss_of, note, save, saved, split, tiny_model

from pairstream.torch import TorchLoader

model = tiny_model()
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
with TorchLoader(*split(), epochs=2, **OPTIONS) as loader:
    if before := saved():
        model.load_state_dict(before["model"])
        loader.load_state_dict(before["feed"])
    for _, batch in zip(range(asked.steps or 10**9), loader):
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        note(batch, loss)
        if asked.checkpoint:
            save({"model": model.state_dict(), "feed": loader.state_dict()})
