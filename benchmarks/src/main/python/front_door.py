"""Sends pairs to a real platform over HTTP and looks for each acknowledged one in Kafka.

Client and check share no code with the platform: wrk or http.client send, librdkafka and fastavro read.
"""

import argparse
import hashlib
import http.client
import io
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import zlib

import fastavro
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE_S = 300


def main():
    options = arguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="front-door-"))
    platform = Platform(options.root, folder / "data")
    try:
        platform.start()
        if not options.with_preprocessing:
            platform.pause("preprocess")
        picture = folder / "picture.png"
        picture.write_bytes(noise(options.image_bytes))
        warm_up(platform, picture, options, folder / "warm")
        before = platform.cpu_seconds()
        stop = threading.Event()
        killer = threading.Thread(target=kill, args=(platform, stop), daemon=True)
        if options.kill:
            killer.start()
        client, said = send(platform, picture, options.pairs, options, folder / "said")
        stop.set()
        if options.kill:
            killer.join()
        after = platform.cpu_seconds()
        figures = report(options, platform, client, said, before, after)
        print(json.dumps(figures) if options.json else in_words(figures))
        sys.exit(0 if figures["missing"] == 0 and figures["uploads_missing"] == 0 and figures["elsewhere"] == 0 else 1)
    finally:
        platform.stop()
        shutil.rmtree(folder, ignore_errors=True)


def arguments():
    parser = argparse.ArgumentParser(prog="benchmarks/front-door.sh")
    parser.add_argument("root", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--pairs", type=int, default=3000, help="pairs to be acknowledged (%(default)s)")
    parser.add_argument("--connections", type=int, default=16, help="connections at once (%(default)s)")
    parser.add_argument("--image-bytes", type=int, default=160_000, help="size of a picture (%(default)s)")
    parser.add_argument("--kill", action="store_true", help="kill -9 the ingest service and the broker meanwhile, again and again")
    parser.add_argument("--with-preprocessing", action="store_true", help="let the topology work on the same cores meanwhile")
    parser.add_argument("--client", choices=["wrk", "python"], default="wrk" if shutil.which("wrk") else "python")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    return parser.parse_args()


def report(options, platform, client, said, before, after):
    acknowledged = {}
    statuses = {}
    for line in said:
        words = line.split()
        statuses[words[0]] = statuses.get(words[0], 0) + 1
        if len(words) == 4:
            acknowledged[words[1]] = (int(words[2]), int(words[3]))
    found, broken = raw_pairs(platform)
    uploads = upload_ids(platform)
    here = {pair for pair in acknowledged if pair in found}
    requests = max(1, len(acknowledged))
    return {
        "client": options.client,
        "connections": options.connections,
        "image_bytes": options.image_bytes,
        "killed": platform.kills,
        "preprocessing": options.with_preprocessing,
        **client,
        "requests_per_second": round(statuses.get("201", 0) / client["seconds"], 1),
        "statuses": statuses,
        "acknowledged": len(acknowledged),
        "found": len(here),
        "missing": len(acknowledged) - len(here),
        "elsewhere": sum(1 for pair in here if acknowledged[pair] not in found[pair]),
        "uploads_missing": sum(1 for pair in acknowledged if pair not in uploads),
        "more_than_once": sum(1 for pair in here if len(found[pair]) > 1),
        "not_acknowledged_but_there": sum(1 for pair in found if pair not in acknowledged) - platform.warmed,
        "unreadable": broken,
        # A process that was killed takes the count of its time along.
        "cpu_ms_per_request": None
        if options.kill
        else {name: round(1000 * (after[name] - before[name]) / requests, 3) for name in after},
    }


def in_words(figures):
    return "\n".join(f"{name:28} {value}" for name, value in figures.items())


def warm_up(platform, picture, options, folder):
    pairs = 300
    _, said = send(platform, picture, pairs, options, folder, mark=500)
    platform.warmed = sum(1 for line in said if line.startswith("201"))


def send(platform, picture, pairs, options, folder, mark=0):
    folder.mkdir()
    if options.client == "wrk":
        client = with_wrk(platform, picture, pairs, options, folder, mark)
    else:
        client = with_python(platform, picture, pairs, options, folder, mark)
    return client, [line for file in folder.iterdir() for line in file.read_text().splitlines()]


def with_wrk(platform, picture, pairs, options, folder, mark):
    script = options.root / "benchmarks/src/main/lua/front_door.lua"
    threads = min(2, options.connections)
    wrk = subprocess.Popen(
        ["wrk", "--latency", f"-t{threads}", f"-c{options.connections}", "-d3600s", "--timeout", "30s", "-s", script, platform.door, "--", picture, folder, str(mark)],
        stdout=subprocess.PIPE,
        text=True,
    )
    # wrk knows seconds and no numbers; it sums up when it is interrupted.
    while wrk.poll() is None and acknowledged(folder) < pairs:
        time.sleep(0.02)
    wrk.send_signal(signal.SIGINT)
    out, _ = wrk.communicate(timeout=PATIENCE_S)
    return json.loads(next(line for line in out.splitlines() if line.startswith("JSON "))[5:])


def acknowledged(folder):
    return sum(line.startswith("201") for file in folder.iterdir() for line in file.read_text().splitlines())


def with_python(platform, picture, pairs, options, folder, mark):
    image = picture.read_bytes()
    latencies, errors, lock = [], [0], threading.Lock()
    quota = -(-pairs // options.connections)
    host = platform.door.removeprefix("http://")

    def one(number):
        taken = sent = 0
        connection = None
        with open(folder / f"said-{number}", "w", buffering=1) as said:
            while taken < quota:
                sent += 1
                begun = time.perf_counter()
                try:
                    connection = connection or http.client.HTTPConnection(host, timeout=30)
                    connection.request("POST", "/v1/pairs", form(image, f"{number + mark:03d}-{sent:09d}"), {"Content-Type": "multipart/form-data; boundary=pairstream-benchmark"})
                    answer = connection.getresponse()
                    body = answer.read()
                except (OSError, http.client.HTTPException):
                    connection = None
                    with lock:
                        errors[0] += 1
                    time.sleep(0.05)
                    continue
                with lock:
                    latencies.append(time.perf_counter() - begun)
                if answer.status == 201:
                    pair = json.loads(body)
                    said.write(f"201 {pair['id']} {pair['partition']} {pair['offset']}\n")
                    taken += 1
                else:
                    said.write(f"{answer.status}\n")
                    time.sleep(float(answer.headers.get("Retry-After", 0)))

    begun = time.perf_counter()
    threads = [threading.Thread(target=one, args=(number,)) for number in range(options.connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    latencies.sort()
    return {
        "seconds": round(seconds, 3),
        "requests": len(latencies),
        "p50_ms": round(1000 * latencies[len(latencies) // 2], 2),
        "p99_ms": round(1000 * latencies[int(len(latencies) * 0.99)], 2),
        "connection_errors": errors[0],
    }


def form(image, mark):
    def part(name, more, content):
        return f'--pairstream-benchmark\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"

    return (
        part("caption", "", f"A picture of noise, number {mark}.".encode())
        + part("image", '; filename="noise.png"\r\nContent-Type: image/png', image + mark.encode())
        + b"--pairstream-benchmark--\r\n"
    )


def noise(size):
    """A PNG of about this size that no encoder can make smaller."""
    width = 256
    height = max(64, size // (width * 3))
    random.seed(7)
    rows = b"".join(b"\0" + random.randbytes(width * 3) for _ in range(height))

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


def kill(platform, stop):
    """In turns, a while after the door is open again, until the sending ends."""
    for name in itertools.cycle(["broker", "ingest"]):
        if stop.wait(2):
            return
        platform.kill(name)


def raw_pairs(platform):
    """Where each pair lies, by its id; and how many records are none."""
    schemas = {}
    registry = SchemaRegistryClient({"url": platform.registry})
    found, broken = {}, 0
    for record in records(platform, "pairs.crowdsourced"):
        magic, schema_id = struct.unpack(">bI", record.value()[:5])
        if schema_id not in schemas:
            schemas[schema_id] = fastavro.parse_schema(json.loads(registry.get_schema(schema_id).schema_str))
        pair = fastavro.schemaless_reader(io.BytesIO(record.value()[5:]), schemas[schema_id], None)
        digest = hashlib.sha256(pair["image"]).hexdigest()
        if magic != 0 or record.key().decode() != digest:
            broken += 1
            continue
        pair_id = hashlib.sha256(digest.encode() + b"\0" + pair["caption"].encode()).hexdigest()[:32]
        found.setdefault(pair_id, []).append((record.partition(), record.offset()))
    return found, broken


def upload_ids(platform):
    return {record.key().decode() for record in records(platform, "pairs.uploads")}


def records(platform, topic):
    consumer = Consumer({"bootstrap.servers": platform.brokers, "group.id": "front-door-check", "enable.auto.commit": False, "fetch.message.max.bytes": 10_485_760})
    try:
        for partition in consumer.list_topics(topic, timeout=PATIENCE_S).topics[topic].partitions:
            here = TopicPartition(topic, partition, 0)
            first, end = consumer.get_watermark_offsets(here, timeout=PATIENCE_S)
            if first == end:
                continue
            here.offset = first
            consumer.assign([here])
            position, deadline = first, time.monotonic() + PATIENCE_S
            while position < end:
                record = consumer.poll(1)
                if record is None:
                    if time.monotonic() > deadline:
                        raise SystemExit(f"{topic}-{partition} cannot be read beyond {position} of {end}")
                    continue
                if record.error():
                    raise SystemExit(str(record.error()))
                deadline = time.monotonic() + PATIENCE_S
                position = record.offset() + 1
                yield record
    finally:
        consumer.close()


class Platform:
    """`pairstream up` in a folder of its own."""

    def __init__(self, root, data):
        self.root = root
        self.data = data
        self.up = None
        self.door = ""
        self.kills = {"ingest": 0, "broker": 0}
        self.warmed = 0

    def start(self):
        self.data.mkdir(parents=True)
        # Ports that nobody else takes by habit.
        (self.data / "ports.properties").write_text("".join(f"{use}={free_port()}\n" for use in ("broker", "controller", "registry", "ingest")))
        log = open(self.data / "up.log", "w")
        self.up = subprocess.Popen(self.command("up", "--recipe", "demo"), stdout=log, stderr=log)
        self.wait("the platform is up", lambda: {"broker", "ingest", "preprocess"} <= set(self.processes()) and "ingest_url" in self.state())
        state = self.state()
        self.brokers = state["bootstrap_servers"]
        self.registry = state["schema_registry"]
        self.door = state["ingest_url"]
        self.wait("the door is open", self.is_ready)

    def kill(self, name):
        before = self.processes()[name]
        os.kill(before, signal.SIGKILL)
        self.wait(f"{name} is back", lambda: self.processes().get(name, before) != before)
        self.kills[name] += 1
        self.wait("the door is open again", self.is_ready)

    def pause(self, name):
        os.kill(self.processes()[name], signal.SIGSTOP)

    def cpu_seconds(self):
        """Processor time, user and system, by process."""
        pids = self.processes()
        return {name: cpu_seconds(pids[name]) for name in ("ingest", "broker")}

    def stop(self):
        for name, pid in self.processes().items():
            if name == "preprocess":
                try_signal(pid, signal.SIGCONT)
        if self.up:
            self.up.terminate()
            try:
                self.up.wait(60)
            except subprocess.TimeoutExpired:
                self.up.kill()

    def command(self, *arguments):
        java = os.path.join(os.environ["JAVA_HOME"], "bin/java") if "JAVA_HOME" in os.environ else "java"
        jars = str(self.root / "command/target/app/lib") + "/*"
        # The options of the launcher script.
        return [java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", jars, "io.pairstream.cli.Main", *arguments, "--data-dir", str(self.data)]

    def state(self):
        try:
            return json.loads((self.data / "platform.json").read_text())
        except (OSError, ValueError):
            return {}

    def processes(self):
        return {process["name"]: process["pid"] for process in self.state().get("processes", [])}

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.door + "/health/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def wait(self, what, is_so):
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            if time.monotonic() > deadline:
                raise SystemExit(f"not within {PATIENCE_S} s: {what}; see {self.data}")
            time.sleep(0.1)


def free_port():
    """Free now, and below those that outgoing connections take."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def try_signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


if __name__ == "__main__":
    main()
