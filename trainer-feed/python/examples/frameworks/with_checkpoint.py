"""torch.distributed.checkpoint (DCP): the loader in the state beside model and optimiser."""

import torch
import torch.distributed.checkpoint as dcp
from stream import OPTIONS, asked, finish, loss_of, newest, note, split, tiny_model
from torch import distributed
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.distributed.fsdp import fully_shard

from pairstream.torch import TorchLoader

distributed.init_process_group("gloo")
model = fully_shard(tiny_model())
optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
with TorchLoader(*split(), epochs=2, **OPTIONS) as loader:

    def state():
        weights, moments = get_state_dict(model, optimiser)
        return {"model": weights, "optimiser": moments, "feed": loader}

    if saved := newest():
        found = state()
        dcp.load(found, checkpoint_id=saved)
        set_state_dict(model, optimiser, model_state_dict=found["model"], optim_state_dict=found["optimiser"])
    for batch in loader:
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        note(batch, loss)
        if asked.checkpoint:
            dcp.save(state(), checkpoint_id=asked.checkpoint / "unfinished")
            finish(batch, distributed.get_rank() == 0)
distributed.destroy_process_group()
