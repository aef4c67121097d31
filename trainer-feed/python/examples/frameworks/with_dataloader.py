"""torch.utils.data.DataLoader: batch_size=None and no workers; each loop is an epoch."""

import torch
from stream import OPTIONS, loss_of, note, split, tiny_model
from torch.utils.data import DataLoader

from pairstream.torch import TorchLoader

model = tiny_model()
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
with TorchLoader(*split(), epochs=1, **OPTIONS) as loader:
    batches = DataLoader(loader, batch_size=None)
    for epoch in range(2):
        for batch in batches:
            loss = loss_of(model, batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            note(batch, loss)
