"""A process that writes a column, says what it encodes, and kills itself at a sync: as if it were killed there."""

import json
import os
import signal
import sys

import pairstream
import pairstream.kafka.cluster
from conftest import SIDE
from test_stored import MODEL, encode

pairstream.kafka.cluster._TIMEOUT_S = 120.0  # the broker stands still with the whole machine where that is busy
broker, registry, dataset, view, folder, kill_at = sys.argv[1:]
syncs, sync = 0, os.fsync


def counted(number):
    global syncs
    syncs += 1
    if syncs == int(kill_at):
        os.kill(os.getpid(), signal.SIGKILL)
    sync(number)


def printed(batch):
    print(json.dumps([int(pair_id) for pair_id in batch.pair_ids]), flush=True)
    return encode(batch)


os.fsync = counted
source = pairstream.open(broker, registry=registry, dataset=dataset)
pairstream.write_column(
    source, source.view(view), "latents", printed, folder=folder, model=MODEL, batch_size=8, side_px=SIDE
)
