"""Accelerate: prepare gets the loader itself, whose share is this process's already; save_state holds its position."""

import torch
from accelerate import Accelerator
from stream import OPTIONS, asked, finish, loss_of, newest, note, split, tiny_model

from pairstream.torch import TorchLoader

accelerator = Accelerator(cpu=True)
model = tiny_model()
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
with TorchLoader(*split(), epochs=2, device=accelerator.device, **OPTIONS) as loader:
    model, optimiser, batches = accelerator.prepare(model, optimiser, loader)
    accelerator.register_for_checkpointing(batches)  # else save_state and load_state leave the position out
    if saved := newest():
        accelerator.load_state(saved)
    for batch in batches:
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        accelerator.backward(loss)
        optimiser.step()
        note(batch, loss)
        if asked.checkpoint:
            accelerator.save_state(asked.checkpoint / "unfinished")
            accelerator.wait_for_everyone()
            finish(batch, accelerator.is_main_process)
accelerator.end_training()
