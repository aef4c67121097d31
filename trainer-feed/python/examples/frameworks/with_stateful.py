"""torchdata's StatefulDataLoader: its state_dict has the loader's position."""

import torch
from stream import OPTIONS, asked, loss_of, note, save, saved, split, tiny_model
from torchdata.stateful_dataloader import StatefulDataLoader

from pairstream.torch import TorchLoader

model = tiny_model()
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
with TorchLoader(*split(), epochs=2, **OPTIONS) as loader:
    batches = StatefulDataLoader(loader, batch_size=None)
    if before := saved():
        model.load_state_dict(before["model"])
        batches.load_state_dict(before["batches"])
    for _, batch in zip(range(asked.steps or 10**9), batches):
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        note(batch, loss)
        if asked.checkpoint:
            save({"model": model.state_dict(), "batches": batches.state_dict()})
