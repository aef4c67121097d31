"""FSDP with replicas (HSDP): both dimensions of the mesh divide the data."""

import torch
from stream import OPTIONS, loss_of, note, split, tiny_model
from torch import distributed
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard

from pairstream.torch import TorchLoader

distributed.init_process_group("gloo")
mesh = init_device_mesh("cpu", (2, distributed.get_world_size() // 2), mesh_dim_names=("dp_replicate", "dp_shard"))
model = fully_shard(tiny_model(), mesh=mesh)
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
with TorchLoader(*split(), mesh=mesh, epochs=2, **OPTIONS) as loader:
    for batch in loader:
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        note(batch, loss)
distributed.destroy_process_group()
