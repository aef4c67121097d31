"""Trains an epoch over a view of what is published: a batch for each line of standard input.

Keeps what it has seen in one file with the position behind it, as a trainer does with its weights.
"""

import json
import os
import sys
from pathlib import Path

import pairstream

bootstrap, registry, dataset, folder = sys.argv[1:]
view, kept = Path(folder, "epoch.view"), Path(folder, "kept.json")
source = pairstream.open(bootstrap, registry=registry, dataset=dataset)
if not view.exists():
    source.cut().save(view)
run = json.loads(kept.read_text()) if kept.exists() else {"seen": [], "position": None, "over": False}
print(f"{pairstream.__file__} begins behind {len(run['seen'])} pairs", flush=True)


def keep():
    Path(folder, "next.json").write_text(json.dumps(run))
    os.replace(Path(folder, "next.json"), kept)


run["samples"] = source.as_view(view).samples
keep()
with pairstream.Loader(source, view, batch_size=8, seed=7, last="keep", side_px=64) as loader:
    if run["position"]:
        loader.load_state_dict(run["position"])
    batches = iter(loader)
    for _ in sys.stdin:
        batch = next(batches, None)
        if batch is None:
            run["over"] = True
        else:
            run["seen"] += batch.pair_ids
            run["position"] = loader.state_dict()
        keep()
