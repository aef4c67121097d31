"""One of two processes that train with Accelerate: prints the ids that it saw, and a weight that both must have."""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

folder, rank, broker, registry, dataset, options = sys.argv[1:]
# What `accelerate launch` sets; the process group is made here, so that no other process takes its port.
os.environ.update(RANK=rank, LOCAL_RANK=rank, WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT="0")

import torch
import torch.distributed as dist
from accelerate import Accelerator
from torch.utils.data import DataLoader

import pairstream
import pairstream.kafka.cluster
from pairstream.torch import TorchLoader

pairstream.kafka.cluster._TIMEOUT_S = 120.0
dist.init_process_group(
    "gloo",
    init_method=Path(folder, "meeting").as_uri(),
    rank=int(rank),
    world_size=2,
    timeout=timedelta(minutes=10),  # where the other one has failed, this one says so
)
accelerator = Accelerator(cpu=True)
source = pairstream.open(broker, registry=registry, dataset=dataset)
loader = TorchLoader(source, source.view(Path(folder, "a.view")), pixels="float32", normalise="zero-to-one",
                     device=accelerator.device, **json.loads(options))  # fmt: skip
torch.manual_seed(1)
model = torch.nn.Linear(48, 1)
model, optimiser, loader = accelerator.prepare(model, torch.optim.SGD(model.parameters(), lr=0.01), loader)
ids = []
for batch in loader:
    optimiser.zero_grad()
    accelerator.backward(model(batch["images"].flatten(1)).square().mean())
    optimiser.step()
    ids.append(batch["pair_ids"])
try:
    next(iter(accelerator.prepare(DataLoader(loader, batch_size=None))))
    refusal = ""
except pairstream.SettingsError as e:
    refusal = str(e)
# Of last batches that differ by rank, texts are gathered as they are, and tensors padded.
view = source.view(Path(folder, "a.view"))
odd = pairstream.View(view.topic, view.topic_id, "", tuple(block for block in view.blocks if block.size % 2)[:1])
options = {**json.loads(options), "epochs": 1, "last": "keep"}
uneven = accelerator.prepare(TorchLoader(source, odd, **options))
gathered = {"texts": [], "padded": []}
for batch in uneven:
    gathered["texts"] += accelerator.gather_for_metrics(batch["pair_ids"])
    numbers = torch.tensor([int(pair_id) for pair_id in batch["pair_ids"]])
    numbers = accelerator.gather_for_metrics(accelerator.pad_across_processes(numbers, pad_index=-1))
    gathered["padded"] += [str(number) for number in numbers.tolist() if number >= 0]
uneven.close()
loader.close()
weight = accelerator.unwrap_model(model).weight.sum().item()
print(json.dumps({"ids": ids, "weight": weight, "refusal": refusal, **gathered}))
dist.destroy_process_group()
