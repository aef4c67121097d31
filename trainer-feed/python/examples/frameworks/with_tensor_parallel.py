"""Tensor parallel within FSDP: ranks that share the model's columns get the same batches."""

import torch
from stream import OPTIONS, loss_of, note, split, tiny_model
from torch import distributed
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module

from pairstream.torch import TorchLoader

distributed.init_process_group("gloo")
mesh = init_device_mesh("cpu", (distributed.get_world_size() // 2, 2), mesh_dim_names=("dp", "tp"))
model = parallelize_module(tiny_model(), mesh["tp"], {"0": ColwiseParallel(), "2": RowwiseParallel()})
model = fully_shard(model, mesh=mesh["dp"])
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
with TorchLoader(*split(), mesh=mesh["dp"], epochs=2, **OPTIONS) as loader:
    for batch in loader:
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        note(batch, loss)
distributed.destroy_process_group()
