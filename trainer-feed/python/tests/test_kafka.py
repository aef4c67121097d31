"""What is asked of brokers that are just electing leaders, and what is logged of those that are gone."""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from confluent_kafka import OFFSET_INVALID, KafkaError, KafkaException, TopicPartition, Uuid
from confluent_kafka.admin import AdminClient

from conftest import SIDE, TIMEOUT_S
from pairstream import Loader, Unavailable
from pairstream.kafka.cluster import Cluster, CommittedConsumer, _Log


def test_an_idle_client_is_kept(broker, monkeypatch):
    made = []

    class Counted(AdminClient):
        def __init__(self, settings):
            super().__init__(settings)
            made.append(self)

    monkeypatch.setattr("pairstream.kafka.cluster.AdminClient", Counted)
    one = Cluster({"bootstrap.servers": broker}, "pairs-feed")
    for _ in range(5):
        one.describe_topic_if_any("none")

    assert not made[0], "an idle client is true now, and this test shows nothing"
    assert len(made) == 1


def test_what_opens_a_run_waits_for_no_more_than_is_there(dataset, monkeypatch):
    """Each look at a topic that asked for more than it has once took its whole time: a cut 1.5 s."""
    dataset.produce(0, 40)
    dataset.index(30)
    dataset.create_views()
    dataset.take_down("PAIR", "3")
    source, waits = dataset.source(), []
    consume = CommittedConsumer.consume

    def noted(consumer, most, timeout_s):
        found = consume(consumer, most, timeout_s)
        # A window's consumer asks for as many as there surely are.
        if timeout_s and 0 < len(found) < most and not threading.current_thread().name.startswith("pairstream-load"):
            waits.append((most, len(found)))
        return found

    monkeypatch.setattr(CommittedConsumer, "consume", noted)
    view = source.cut()
    dataset.seal("some", 0, view, last=True)
    with Loader(source, source.view("some"), batch_size=8, side_px=SIDE) as loader:
        next(loader)

    assert view.samples == 39 and waits == []


ENDS = """
import os, sys
from pairstream.kafka.cluster import Cluster
cluster = Cluster({"bootstrap.servers": sys.argv[1]}, "pairs-feed")
clients = [getattr(cluster, kind)() for kind in sys.argv[2].split()]
cluster.describe_topic_if_any("none")
if os.fork() == 0:
    cluster.describe_topic_if_any("none")
    sys.exit(0)
os._exit(os.wait()[1])
"""


@pytest.mark.parametrize("inherited", ["", "producer", pytest.param("consumer", marks=pytest.mark.full)])
def test_a_forked_process_that_has_asked_ends(broker, inherited):
    asked = [sys.executable, "-c", ENDS, broker, inherited]
    process = subprocess.Popen(asked, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, start_new_session=True)
    try:
        assert process.wait(TIMEOUT_S) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


SILENCE = object()
"""In the place of an error: the partition's leader does not answer, that of another does."""


class Electing:
    """In the place of Confluent's admin client: partition 1 answers with errors first."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.looked = 0

    def list_offsets(self, asked, **_):
        answers = {partition: Future() for partition in asked}
        error = self.errors.pop(0) if self.errors else None
        for partition, answer in answers.items():
            if partition.partition == 1 and error == SILENCE:
                answer.set_result(SimpleNamespace(offset=OFFSET_INVALID))
            elif partition.partition == 1 and error is not None:
                answer.set_exception(KafkaException(KafkaError(error)))
            else:
                answer.set_result(SimpleNamespace(offset=10 + partition.partition))
        return answers

    def list_topics(self, *_):
        self.looked += 1
        raise KafkaException(KafkaError(KafkaError._TRANSPORT))


def cluster(monkeypatch, admin):
    monkeypatch.setattr("pairstream.kafka.cluster.AdminClient", lambda settings: admin)
    return Cluster({"bootstrap.servers": "broker:9092"}, "pairs-feed")


def test_asks_again_while_a_leader_is_elected(monkeypatch):
    admin = Electing(
        KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.UNKNOWN_TOPIC_OR_PART
    )

    assert cluster(monkeypatch, admin).ends("training", [0, 1]) == {0: 10, 1: 11}
    assert admin.looked == 3


def test_asks_again_where_one_of_several_leaders_is_silent(monkeypatch):
    admin = Electing(SILENCE)

    assert cluster(monkeypatch, admin).begins("training", [0, 1]) == {0: 10, 1: 11}


def test_gives_up_at_once_where_asking_does_not_help(monkeypatch):
    admin = Electing(KafkaError.TOPIC_AUTHORIZATION_FAILED)

    with pytest.raises(Unavailable, match="broker:9092 does not answer: .*authorization"):
        cluster(monkeypatch, admin).begins("training", [0, 1])
    assert admin.looked == 0


def test_gives_up_where_nothing_is_elected(monkeypatch):
    monkeypatch.setattr("pairstream.kafka.cluster._TIMEOUT_S", 0.0)
    admin = Electing(*[KafkaError.UNKNOWN_TOPIC_OR_PART] * 100)
    with pytest.raises(Unavailable, match="there is no topic training at broker:9092"):
        cluster(monkeypatch, admin).ends("training", [1])

    admin = Electing(*[SILENCE] * 100)
    with pytest.raises(Unavailable, match="a leader of training does not answer"):
        cluster(monkeypatch, admin).ends("training", [1])


class Late:
    """In the place of Confluent's admin client: topics are described after some errors, or never."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.asked = 0

    def describe_topics(self, topics, **_):
        self.asked += 1
        answer = Future()
        error = self.errors.pop(0) if self.errors else None
        if error is None:
            partitions = [SimpleNamespace(id=1), SimpleNamespace(id=0)]
            answer.set_result(SimpleNamespace(topic_id=Uuid(0, 1), partitions=partitions))
        elif error is not SILENCE:
            answer.set_exception(KafkaException(KafkaError(error)))
        return {"training": answer}


def test_asks_again_for_a_topic_where_a_broker_is_late(monkeypatch):
    monkeypatch.setattr("pairstream.kafka.cluster._ONCE_S", 0.01)
    admin = Late(SILENCE, KafkaError._TIMED_OUT, KafkaError._TRANSPORT)

    assert cluster(monkeypatch, admin).describe_topic("training").partitions == [0, 1]
    assert admin.asked == 4


def test_gives_a_topic_up_where_asking_does_not_help(monkeypatch):
    with pytest.raises(Unavailable, match="there is no topic training at broker:9092"):
        cluster(monkeypatch, Late(KafkaError.UNKNOWN_TOPIC_OR_PART)).describe_topic("training")

    monkeypatch.setattr("pairstream.kafka.cluster._ONCE_S", 0.01)
    monkeypatch.setattr("pairstream.kafka.cluster._TIMEOUT_S", 0.0)
    with pytest.raises(Unavailable, match="broker:9092 does not answer"):
        cluster(monkeypatch, Late(*[SILENCE] * 100)).describe_topic("training")


def pass_on(server, broker):
    """Leads connections to a broker until the server is closed: the cluster's own client may come first, and again."""
    host, port = broker.rsplit(":", 1)

    def pump(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    with contextlib.suppress(OSError):
        while True:
            inner, outer = server.accept()[0], socket.create_connection((host, int(port)))
            for ends in ((inner, outer), (outer, inner)):
                threading.Thread(target=pump, args=ends, daemon=True).start()


def test_a_broker_that_stands_still_is_logged_as_one_that_is_gone(caplog):
    log = _Log()
    log.log(logging.WARNING, "%s [%s] %s", "REQTMOUT", "client", "Timed out 1 in-flight requests")
    log.log(logging.WARNING, "%s [%s] %s", "FAIL", "client", "Connection refused")

    assert [record.getMessage() for record in caplog.records] == [
        "a broker does not answer, and is tried again: Timed out 1 in-flight requests"
    ]


def test_a_broker_that_is_gone_is_logged_once_and_once_when_it_is_back(dataset, broker, monkeypatch, caplog):
    monkeypatch.setattr("pairstream.kafka.cluster._OVER_S", 0.0)
    dataset.produce(0, 3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    consumer = Cluster(
        {"bootstrap.servers": f"127.0.0.1:{port}", "reconnect.backoff.ms": 1, "reconnect.backoff.max.ms": 5},
        "pairs-feed",
    ).consumer({"auto.offset.reset": "earliest"})
    consumer.assign([TopicPartition(dataset.topic, 0, 0)])
    said = lambda: [record.getMessage() for record in caplog.records if record.name == "pairstream"]
    with caplog.at_level(logging.INFO):
        # As many tries as there are answers; nothing is logged but while one asks.
        for _ in range(20):
            consumer.consume(10, 0.1)
        assert len(said()) == 1 and "does not answer, and is tried again: " in said()[0]

        with socket.create_server(("127.0.0.1", port)) as server:
            threading.Thread(target=pass_on, args=(server, broker), daemon=True).start()
            deadline = time.monotonic() + TIMEOUT_S
            while len(said()) < 2 and time.monotonic() < deadline:
                consumer.consume(10, 0.1)
    consumer.close()

    assert said()[1:] == ["the brokers answer again"]
