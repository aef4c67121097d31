"""One of two processes that train together: prints the ids that it saw, and a weight that both must have."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist

import pairstream
import pairstream.kafka.cluster
from pairstream.torch import TorchLoader

# The broker is waited for: it stands still with the whole machine where that is busy.
pairstream.kafka.cluster._TIMEOUT_S = 120.0

folder, rank, broker, registry, dataset, options = sys.argv[1:]
dist.init_process_group(
    "gloo",
    init_method=Path(folder, "meeting").as_uri(),
    rank=int(rank),
    world_size=2,
    timeout=timedelta(minutes=10),  # where the other one has failed, this one says so
)
source = pairstream.open(broker, registry=registry, dataset=dataset)
torch.manual_seed(1)
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(48, 1))
optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
ids = []
with TorchLoader(source, source.view(Path(folder, "a.view")), pixels="float32", normalise="zero-to-one",
                 **json.loads(options)) as loader:  # fmt: skip
    for batch in loader:
        optimiser.zero_grad()
        model(batch["images"].flatten(1)).square().mean().backward()
        optimiser.step()
        ids.append(batch["pair_ids"])
print(json.dumps({"ids": ids, "weight": model.module.weight.sum().item()}))
dist.destroy_process_group()
