"""DistributedDataParallel: each process opens the loader alike, and has its own share of every batch."""

import torch
from stream import OPTIONS, loss_of, note, split, tiny_model
from torch import distributed

from pairstream.torch import TorchLoader

distributed.init_process_group("gloo")
model = torch.nn.parallel.DistributedDataParallel(tiny_model())
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
with TorchLoader(*split(), epochs=2, **OPTIONS) as loader:
    for batch in loader:
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        note(batch, loss)
distributed.destroy_process_group()
