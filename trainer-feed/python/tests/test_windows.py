"""What is read of a topic for windows, and when."""

import json

import pytest
from confluent_kafka import Producer

from conftest import TIMEOUT_S
from pairstream import View
from pairstream.order.epoch_order import EpochOrder, OrderPlan
from pairstream.order.schedule import ViewEpoch, WindowKey, WindowPlace
from pairstream.read.windows import WindowLoader
from pairstream.views.blocks import Block

BATCH = 32
"""Records that a producer has sent at once; a block has the same ones."""


@pytest.fixture
def view(dataset):
    """Eight blocks of 3 kB a record."""
    producer = Producer({**dataset.source().cluster._settings, "linger.ms": 1000, "batch.num.messages": BATCH})
    value = dataset.pair(1, image=bytes(3000))
    for number in range(8 * BATCH):
        producer.produce(dataset.topic, value, str(number), 0)
    assert producer.flush(TIMEOUT_S) == 0
    topic = dataset.source().cluster.describe_topic(dataset.topic)
    blocks = [Block(0, first, BATCH * len(value), (BATCH,)) for first in range(0, 8 * BATCH, BATCH)]
    return View(topic.name, topic.id, "2026-11-25T12:00:00Z", blocks)


def windows(view, epochs):
    """Of two lanes; they begin and end inside the blocks' parts, and have two parts of some blocks."""
    for epoch in range(epochs):
        order = EpochOrder(view.blocks, OrderPlan(7, lanes=2, window=48), epoch)
        for lane in range(order.lanes):
            of = ViewEpoch(0, view, order)
            keys = (WindowKey(0, epoch, lane, window) for window in range(order.windows(lane)))
            yield from (of.request(key, WindowPlace(0, 0), 1) for key in keys)


def test_a_batch_is_fetched_once_for_a_window_and_nothing_behind_it(dataset, view):
    received = []
    client = {"statistics.interval.ms": 20, "stats_cb": lambda text: received.append(json.loads(text)["rx_bytes"])}
    records, takedowns = dataset.source(client=client).records(1), dataset.source().withdrawn()
    loader = WindowLoader(records, takedowns, lambda record: ())
    (consumer,) = records._all
    asked = list(windows(view, 1))
    for one in asked:
        loader.load(one).result()
    known = len(received)
    while len(received) < known + 2:
        consumer.poll(0.1)
    records.stop()
    loader.close()
    records.close()
    takedowns.close()

    pieces = [one.of.order.pieces(one.key.lane, one.key.window) for one in asked]
    needed = sum(len({piece.block for piece in own}) for own in pieces)
    # A busy machine has some fetches repeated. One for each piece would be 43 blocks, for 32.
    assert needed < received[-1] / view.blocks[0].bytes < sum(map(len, pieces))


def test_windows_are_loaded_in_the_order_in_which_they_are_asked_for(dataset, view):
    records, takedowns = dataset.source().records(1), dataset.source().withdrawn()
    loader = WindowLoader(records, takedowns, lambda record: ())
    loaded = []
    loading = [loader.load(one) for one in windows(view, 5)]
    for number, one in enumerate(loading):
        one.add_done_callback(lambda _, number=number: loaded.append(number))
    for one in loading:
        one.result()
    records.stop()
    loader.close()
    records.close()
    takedowns.close()

    assert loaded == list(range(len(loading)))
