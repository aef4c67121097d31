"""What operators learn of a loader."""

import gc
import io
import json
import logging
import time

import fastavro
import pytest

from conftest import SIDE, TIMEOUT_S, schema_of
from pairstream import Loader

OPTIONS = dict(batch_size=24, seed=7, window=5, side_px=SIDE, epochs=1)


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr("pairstream.platform.reporting._INTERVAL_S", 0.05)
    monkeypatch.setattr("pairstream.platform.reporting._CLOSE_WITHIN_S", TIMEOUT_S / 2)


class Reports:
    """What was said so far, by the order in which it was said; None is an orderly end."""

    def __init__(self, dataset):
        from confluent_kafka import TopicPartition

        self._consumer = dataset.source().cluster.consumer({"auto.offset.reset": "earliest"})
        self._consumer.assign([TopicPartition(f"{dataset.name}.instances", 0, 0)])
        self._schema = fastavro.parse_schema(schema_of("InstanceStatus"))
        self.said = []

    def await_one(self, wanted):
        deadline = time.monotonic() + TIMEOUT_S
        while not any(wanted(one) for one in self.said):
            assert time.monotonic() < deadline, self.said[-3:]
            for message in self._consumer.consume(100, 0.1):
                if message.error() is None:
                    value = message.value()
                    status = value and fastavro.schemaless_reader(io.BytesIO(value[5:]), self._schema, None)
                    assert message.key().decode().startswith("feed/")
                    self.said.append(status)
        return next(one for one in self.said if wanted(one))


def test_says_how_a_loader_is_and_that_it_ends(dataset):
    dataset.create_instances()
    dataset.produce(0, 75)
    source = dataset.source()
    reports = Reports(dataset)
    view = source.cut()
    with Loader(source, view, **OPTIONS, rank=1, ranks=3) as loader:
        next(loader)
        next(loader)
        loader.checkpoint("step-2")
        found = reports.await_one(lambda one: one["facts"]["checkpoint"])
        figures = loader.stats
    reports.await_one(lambda one: one is None)

    assert (found["service"], found["state"]) == ("feed", "RUNNING")
    assert found["facts"].pop("run") == json.dumps({"lanes": 32, "seed": 7, "view": view.fingerprint, "window": 5})
    assert found["facts"].pop("name").startswith("run-") and found["facts"].pop("view") == view.fingerprint
    assert found["facts"] == {"split": "TRAINING", "rank": "1", "ranks": "3", "checkpoint": "step-2"}
    counters, gauges = (
        {metric["name"]: metric["value"] for metric in found["metrics"] if metric["type"] == kind}
        for kind in ("COUNTER", "GAUGE")
    )
    assert counters["feed_samples_total"] == 16
    # What is read ahead goes on being counted after a report.
    assert 0 < counters["feed_bytes_total"] <= figures.bytes
    assert 0 < counters["feed_data_wait_seconds_total"] <= figures.data_wait_ms / 1e3
    assert gauges["feed_step"] == 1 and gauges["feed_left_out_samples"] == 3
    assert gauges["feed_epoch"] == 0 and gauges["feed_epoch_share"] == pytest.approx(2 / 3)
    assert gauges["feed_slots"] == 4 and gauges["feed_batch_samples"] == 8 and gauges["feed_takedowns"] == 0
    assert "feed_samples_waiting" not in gauges
    assert reports.said[-1] is None and reports.said.count(None) == 1


def test_a_loader_that_is_gone_says_nothing_more(dataset):
    dataset.create_instances()
    dataset.produce(0, 75)
    source = dataset.source()
    reports = Reports(dataset)
    loader = Loader(source, source.cut(), **OPTIONS)
    assert len(list(loader)) == 3
    reporter = loader._reporter
    reports.await_one(lambda one: one is not None)
    del loader
    gc.collect()
    reports.await_one(lambda one: one is None)
    reporter.close()


def test_a_report_that_cannot_be_made_is_no_reason_to_stop(dataset, caplog):
    dataset.produce(0, 75)
    source = dataset.source()
    with caplog.at_level(logging.INFO, "pairstream"), Loader(source, source.cut(), **OPTIONS) as loader:
        assert len(list(loader)) == 3
        reporter = loader._reporter
    assert not reporter._thread.is_alive()
    assert [record.getMessage()[:12] for record in caplog.records] == ["no report on"]


def test_says_nothing_on_request(dataset):
    dataset.produce(0, 75)
    source = dataset.source()
    with Loader(source, source.cut(), **OPTIONS, report=False) as loader:
        assert len(list(loader)) == 3 and loader._reporter is None
