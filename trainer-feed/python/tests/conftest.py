"""Data sets of drawn pairs: on a real broker, whose address is in PAIRSTREAM_BROKER, as `mvn verify` sets it, or in a folder."""

import contextlib
import http.server
import io
import json
import os
import struct
import threading
import time
import uuid
from pathlib import Path

import fastavro
import numpy as np
import pytest

import pairstream
import set_writer
from pairstream.kafka.cluster import TopicTail

AVRO = Path(__file__).parents[3] / "schemas/src/main/avro"
SIDE = 4

TIMEOUT_S = 300
"""How long the broker is waited for: it stands still with the whole machine where that is busy."""


def schema_of(name):
    """A schema of ours, with those that it names, each where it is named first."""
    defined = set()

    def whole(part):
        if isinstance(part, list):
            return [whole(value) for value in part]
        if isinstance(part, dict):
            defined.add(part.get("name") if part["type"] == "record" else None)
            return {key: whole(value) if key in ("type", "fields", "items", "values") else value for key, value in part.items()}
        return part if part in defined or part not in RECORDS else whole(RECORDS[part])

    return whole(name)


def records_in(part):
    """Each record that is defined within a schema, with its name."""
    if isinstance(part, dict) and part.get("type") == "record":
        yield part["name"], part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from records_in(inner)


RECORDS = {name: record for file in AVRO.glob("*.avsc") for name, record in records_in(json.loads(file.read_text()))}


class Registry:
    """A schema registry that only tells schemas by their id."""

    def __init__(self):
        self._schemas = []
        self._latest = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                parts = self.path.split("?")[0].strip("/").split("/")
                if parts[0] not in ("subjects", "schemas"):
                    self.send_error(404)
                    return
                number = outer._latest.get(parts[1], 0) if parts[0] == "subjects" else int(parts[-1])
                is_known = 0 < number <= len(outer._schemas)
                found = (
                    {"schema": json.dumps(outer._schemas[number - 1]), "id": number, "subject": parts[1], "version": 1}
                    if is_known
                    else {"error_code": 40403, "message": "Schema not found"}
                )
                body = json.dumps(found).encode()
                self.send_response(200 if is_known else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def add(self, schema, subject=""):
        self._schemas.append(schema)
        self._latest[subject] = len(self._schemas)
        return len(self._schemas)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Writer:
    """Writes values of one schema in Confluent's wire format."""

    def __init__(self, registry, name, without=()):
        schema = schema_of(name)
        self._nested = set()
        for field in schema["fields"]:
            if field["name"] == "metadata":
                field["type"]["fields"] = [inner for inner in field["type"]["fields"] if inner["name"] not in without]
                self._nested = {inner["name"] for inner in field["type"]["fields"]}
        schema["fields"] = [field for field in schema["fields"] if field["name"] not in without]
        self._prefix = struct.pack(">bI", 0, registry.add(schema))
        self._schema = fastavro.parse_schema(schema)

    def write(self, fields):
        out = io.BytesIO()
        out.write(self._prefix)
        if self._nested:
            fields = {**fields, "metadata": {name: fields[name] for name in self._nested & fields.keys()}}
        known = {field["name"] for field in self._schema["fields"]}
        fastavro.schemaless_writer(out, self._schema, {name: fields[name] for name in known & fields.keys()})
        return out.getvalue()


def picture(number):
    """uint8 [SIDE, SIDE, 3]"""
    return ((np.arange(SIDE * SIDE * 3) * 5 + number) % 256).astype(np.uint8).reshape(SIDE, SIDE, 3)


def pair(number):
    """The fields of a drawn pair."""
    return dict(
        pair_id=str(number),
        image=picture(number).tobytes(),
        image_encoding="raw",
        width=SIDE,
        height=SIDE,
        caption=f"caption {number}",
        token_ids=[number, 0],
        token_count=1,
        split="TRAINING",
        fold=number % 5,
        source_kind="crowd",
        contributor=f"contributor {number % 7}",
        image_digest=f"digest {number}",
        licence="CC0",
        url=f"https://example.org/{number}",
    )


class Dataset:
    """A data set that no other test uses, with a training topic."""

    def __init__(self, broker, registry, partitions=3):
        from confluent_kafka.admin import AdminClient

        self.name = "p" + uuid.uuid4().hex[:8]
        self.topic = f"{self.name}.training"
        self._broker = broker
        self._registry = registry
        self.opened_by = broker, registry.address, self.name
        """Address, registry and data set, as open takes them."""
        self._pairs = Writer(registry, "PreparedPair")
        self._takedowns = Writer(registry, "Takedown")
        self._partitions = partitions
        self.admin = AdminClient({"bootstrap.servers": broker})
        self.create(self.topic, partitions)
        self.create(f"{self.name}.takedowns", 2)
        self._segments = Writer(registry, "ViewSegment")

    def create(self, name, partitions):
        """A topic that the broker knows of when this returns: it hears of it after the controller."""
        from confluent_kafka.admin import NewTopic

        self.admin.create_topics([NewTopic(name, partitions, 1)])[name].result()
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            found = self.admin.list_topics(name, TIMEOUT_S).topics[name].partitions
            if len(found) == partitions and all(partition.leader >= 0 for partition in found.values()):
                return
        raise TimeoutError(f"the broker does not know of {name}")

    def source(self, **options):
        return pairstream.open(self._broker, registry=self._registry.address, dataset=self.name, **options)

    def pair(self, number, **other):
        return self._pairs.write({**pair(number), **other})

    def produce(self, first, count, of=lambda number: {}, **other):
        """In transactions of twelve, so that markers lie between the records."""
        producer = self.producer()
        for begin in range(first, first + count, 12):
            producer.begin_transaction()
            for number in range(begin, min(begin + 12, first + count)):
                self.put(producer, number, self.pair(number, **other, **of(number)))
            producer.commit_transaction()
        self._await_committed()

    def _await_committed(self):
        """Returns once every partition's end is committed: markers come after the commit is answered."""
        from confluent_kafka import IsolationLevel, TopicPartition
        from confluent_kafka.admin import OffsetSpec

        latest = {TopicPartition(self.topic, partition): OffsetSpec.latest() for partition in range(self._partitions)}
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            ends = [
                [future.result().offset for future in self.admin.list_offsets(latest, isolation_level=level).values()]
                for level in (IsolationLevel.READ_UNCOMMITTED, IsolationLevel.READ_COMMITTED)
            ]
            if ends[0] == ends[1]:
                return
        raise TimeoutError(f"transactions on {self.topic} stay open")

    def producer(self):
        from confluent_kafka import Producer

        producer = Producer({"bootstrap.servers": self._broker, "transactional.id": self.name, "linger.ms": 0})
        producer.init_transactions(TIMEOUT_S)
        return producer

    def put(self, producer, number, value):
        producer.produce(self.topic, value, str(number).encode(), number % self._partitions)

    def send(self, topic, key, value):
        """One record, without a transaction."""
        with self.sending() as send:
            send(topic, key, value)

    @contextlib.contextmanager
    def sending(self):
        """Sends records, as :meth:`send` does, by one producer."""
        from confluent_kafka import Producer

        producer = Producer({"bootstrap.servers": self._broker, "linger.ms": 0})
        yield lambda topic, key, value: producer.produce(
            topic, value, key.encode(), 0 if topic != self.topic else int(key) % self._partitions
        )
        assert producer.flush(TIMEOUT_S) == 0

    def withdraw(self, number):
        self.send(self.topic, str(number), None)

    def index(self, count, withdrawn=(), of=lambda number: {}):
        """The index of the first pairs, each of one byte, with what else is said of a pair."""
        self.create(f"{self.name}.index", self._partitions)
        writer = Writer(self._registry, "IndexedPair")
        offsets = {int(pair_id): place for place, pair_id in self.ids_by_offset().items()}
        with self.sending() as send:
            for number in range(count):
                send(f"{self.name}.index", str(number), writer.write({**pair(number), "split": "TRAINING", "bytes": 1,
                     "partition": offsets[number][0], "offset": offsets[number][1], "measures": {}, **of(number)}))
            for number in withdrawn:
                send(f"{self.name}.index", str(number), None)

    def take_down(self, kind, subject):
        self.send(f"{self.name}.takedowns", f"{kind}/{subject}", self._takedowns.write(dict(kind=kind, subject=subject)))

    def lift(self, kind, subject):
        self.send(f"{self.name}.takedowns", f"{kind}/{subject}", None)

    def create_views(self):
        """The topics of views with names, and of what runs cover."""
        self.create(f"{self.name}.views", 1)
        self.create(f"{self.name}.runs", 1)
        self._registry.add(schema_of("RunExtent"), f"{self.name}.runs-value")

    def create_instances(self):
        """The topic on which processes say how they are."""
        self.create(f"{self.name}.instances", 1)
        self._registry.add(schema_of("InstanceStatus"), f"{self.name}.instances-value")

    def seal(self, name, number, view, after=(), last=False, **other):
        """Appends a segment of those blocks of a view that are in none of others."""
        blocks = [
            dict(partition=block.partition, begin=block.begin, bytes=block.bytes, runs=list(block.runs))
            for block in view.blocks
            if block not in [one for before in after for one in before.blocks]
        ]
        fields = dict(name=name, segment=number, topic=view.topic, topic_id=view.topic_id, where=["fold=1"])
        fields.update(sealed_at=1_767_322_800_123, blocks=blocks, read_to={}, last=last, **other)
        self.send(f"{self.name}.views", f"{name}/{number:08d}", self._segments.write(fields))

    def create_answers(self):
        """The topics of what models say."""
        self._answers, self._pair_answers = Writer(self._registry, "Answer"), Writer(self._registry, "PairAnswer")
        for name in ("answers", "pair-answers"):
            self.create(f"{self.name}.{name}", 2)

    def answer(self, number, card="card", model="ab12" * 16, send=None, **said):
        """What a model says of a pair: ``numbers``, ``labels``, ``vectors``, ``texts``."""
        send = send or self.send
        both = dict(shown=f"{number:064x}", model=model, card=card, numbers={}, labels={}, vectors={}, texts={}) | said
        send(f"{self.name}.answers", f"{both['shown']}/{model}", self._answers.write({"status": "ANSWERED", **both}))
        of_pair = self._pair_answers.write({"status": "ANSWERED", **both, "pair_id": str(number)})
        send(f"{self.name}.pair-answers", f"{number}/{card}", of_pair)

    def record_recipe(self, *conditions):
        """What the recipe asks of each view's pairs."""
        self.send(f"{self.name}.recipes", "answers", Writer(self._registry, "RecordedRecipe").write(dict(conditions=conditions)))

    def forget_answer(self, number, card="card", model="ab12" * 16):
        self.send(f"{self.name}.answers", f"{number:064x}/{model}", None)
        self.send(f"{self.name}.pair-answers", f"{number}/{card}", None)

    def records(self, topic):
        """Keys and values of a topic's first partition."""
        tail, found = TopicTail(self.source().cluster, topic), []
        tail.read(lambda message: found.append((message.key().decode(), message.value())))
        tail.close()
        return found

    def ids_by_offset(self):
        """Pair ids by (partition, offset), from the topic itself."""
        from confluent_kafka import Consumer, KafkaError, TopicPartition

        consumer = Consumer(
            {
                "bootstrap.servers": self._broker,
                "group.id": "test",
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
                "enable.auto.commit": False,
            }
        )
        consumer.assign([TopicPartition(self.topic, partition, 0) for partition in range(self._partitions)])
        found, left = {}, self._partitions
        while left:
            message = consumer.poll(1)
            if message is None:
                continue
            if message.error():
                assert message.error().code() == KafkaError._PARTITION_EOF
                left -= 1
            elif message.value() is not None:
                found[message.partition(), message.offset()] = message.key().decode()
        consumer.close()
        return found


class SetDataset:
    """The same pairs in a set in a folder, in three shards as in three partitions; a takedown withdraws their rows."""

    FIELDS = dict(PAIR="pair_id", IMAGE="image_digest", CONTRIBUTOR="contributor", PRODUCER="producer", SOURCE="source_kind")

    def __init__(self, folder):
        self.folder = folder
        self.name = "pairs"
        self.topic = "pairs.training"
        self.opened_by = str(folder), "", ""
        self._new, self._places, self._fields = {}, {}, {}
        self._taken, self._is_open = set(), False

    def produce(self, first, count, of=lambda number: {}, **other):
        self._new.update((number, {**pair(number), **other, **of(number)}) for number in range(first, first + count))
        self._write()

    def add_split(self, split, first, count):
        numbers = range(first, first + count)
        set_writer.write_set(self.folder, [{**pair(number), "split": split.upper()} for number in numbers], split)

    def index(self, count, withdrawn=(), of=lambda number: {}):
        for number in range(count):
            self._new[number].update(of(number))
        self._taken.update(("PAIR", str(number)) for number in withdrawn)

    def withdraw(self, number):
        self.take_down("PAIR", str(number))

    def take_down(self, kind, subject):
        self._taken.add((kind, subject))
        self._write()

    def lift(self, kind, subject):
        self._taken.discard((kind, subject))

    def source(self, client=None, **options):
        self._is_open = True
        self._write()
        return pairstream.open(self.folder, **options)

    def ids_by_offset(self):
        self._is_open = True
        self._write()
        return {place: str(number) for number, place in self._places.items()}

    def _write(self):
        """Commits what is there by now, once it was asked for."""
        if not self._is_open:
            return
        for part in range(3):
            if own := [number for number in self._new if number % 3 == part]:
                manifest = set_writer.write_set(self.folder, [self._new[number] for number in own], shard_samples=10_000)
                shard = len(manifest["splits"]["training"]["shards"]) - 1
                self._places.update((number, (shard, row)) for row, number in enumerate(own))
        self._fields.update(self._new)
        gone = [number for number, fields in self._fields.items()
                if any(fields.get(self.FIELDS[kind]) == subject for kind, subject in self._taken)]  # fmt: skip
        if gone:
            set_writer.withdraw(self.folder, [self._places[number] for number in gone])
        self._new, self._taken = {}, set()


@pytest.fixture(autouse=True)
def timeouts(monkeypatch):
    """The feed waits for the broker as the tests do, and looks sooner whether a set has changed."""
    monkeypatch.setattr("pairstream.kafka.cluster._TIMEOUT_S", 120.0)
    monkeypatch.setattr("pairstream.sets.records._LOOK_EVERY_S", 0.05)


in_each_source = pytest.mark.parametrize("kept_in", ["platform", "set"], indirect=True)
"""Has a test run over a data set on a broker, and over one in a folder."""


@pytest.fixture(scope="session")
def kept_in(request):
    """Where :func:`dataset` and :func:`drawn` keep pairs."""
    return getattr(request, "param", "platform")


@pytest.fixture(scope="session")
def made(kept_in, request, tmp_path_factory):
    """Makes data sets."""
    if kept_in == "set":
        return lambda: SetDataset(tmp_path_factory.mktemp("set"))
    broker, registry = map(request.getfixturevalue, ("broker", "registry"))
    return lambda: Dataset(broker, registry)


@pytest.fixture(scope="session")
def broker():
    address = os.environ.get("PAIRSTREAM_BROKER")
    if not address:
        pytest.skip("PAIRSTREAM_BROKER names no broker; mvn verify starts one")
    return address


@pytest.fixture(scope="session")
def registry():
    registry = Registry()
    yield registry
    registry.close()


@pytest.fixture
def dataset(made):
    return made()


DRAWN = {}


@pytest.fixture(scope="session")
def drawn(made, kept_in):
    """Makes data sets of so many pairs, which tests share: answers one, a source of it and a view, and no test changes them."""

    def of(count):
        if (kept_in, count) not in DRAWN:
            DRAWN[kept_in, count] = one = made()
            one.produce(0, count)
            one.view = one.source().cut()
            one.create = one.producer = one.sending = one.take_down = None
        one = DRAWN[kept_in, count]
        return one, one.source(), one.view

    return of
