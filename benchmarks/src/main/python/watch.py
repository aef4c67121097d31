"""What it costs to watch the lag of many groups, and when who notices that one stands still. Called by watch.sh.

Many groups read many partitions of a real broker. Watchers in processes of their own look at them side by side, so that
each sees the same broker in the same seconds: ours as the operators' service runs it, and Burrow where it is there.
"""

import argparse
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

from driver import Contender, cpu_seconds, machine, memory, spread

STANDING = STOPPING = 10  # so many groups stand still from the beginning, and so many stop when all is measured
LOOK = 10  # seconds between two questions to Burrow: as often as ours looks by itself
STOP_EVERY = 3.3  # not in step with looks and commits, so that groups stop at any time between two of them
TIMEOUT = 300  # a watcher that has not said so by then does not say so
JAVA = ["-Xms32m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]  # as the platform runs its dashboard


class Ours:
    name = "pairstream"

    def __init__(self, class_path, servers, folder):
        main = "io.pairstream.benchmarks.WatcherProcess"
        self.process = subprocess.Popen(
            ["java", *JAVA, "-cp", class_path, main, servers, str(folder / "history")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.alarms = {}
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            group, _, alarm = line.rstrip("\n").partition("\t")
            self.alarms[group] = alarm

    def alarm(self, group):
        return self.alarms.get(group, "")

    def look(self):
        pass  # by itself


class Burrow:
    """A program of its own with its own defaults, which judges only when it is asked."""

    name = "burrow"

    def __init__(self, program, servers, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        brokers = json.dumps(servers.split(","))
        folder.joinpath("burrow.toml").write_text(
            f'[general]\npidfile="{folder}/burrow.pid"\n'
            f'[logging]\nfilename="{folder}/burrow.log"\nlevel="warn"\n'
            f'[cluster.watched]\nclass-name="kafka"\nservers={brokers}\n'
            f'[consumer.watched]\nclass-name="kafka"\ncluster="watched"\nservers={brokers}\n'
            f'[httpserver.default]\naddress="{self.address}"\n'
        )
        with folder.joinpath("burrow.output").open("w") as output:
            self.process = subprocess.Popen([program, "--config-dir", folder], cwd=folder, stdout=output, stderr=output)
        for _ in range(300):
            if self.get("/burrow/admin/ready") is not None:
                return
            time.sleep(0.2)
        raise SystemExit(f"{program} does not answer: {folder.joinpath('burrow.output').read_text()}")

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.address}{path}", timeout=60) as answer:
                return answer.read()
        except urllib.error.URLError:
            return None

    def alarm(self, group):
        answer = self.get(f"/v3/kafka/watched/consumer/{group}/status")
        status = json.loads(answer)["status"] if answer else {"status": "none"}
        return f"ERR, total lag {status['totallag']}" if status["status"] == "ERR" else ""

    def look(self):
        self.get("/metrics")  # as a scraper would ask it: the page judges every group


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/watch.sh")
    parser.add_argument("--class-path", help=argparse.SUPPRESS)
    parser.add_argument("--groups", type=int, default=100)
    parser.add_argument("--partitions", type=int, default=100)
    parser.add_argument("--warm-up", type=int, default=120, help="seconds before the first round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=30, help="of each round")
    parser.add_argument("--burrow", default=os.environ.get("BURROW"), help="Burrow's executable; or the variable BURROW")
    asked = parser.parse_args()
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        reading = ["java", "-cp", asked.class_path, "io.pairstream.benchmarks.ReadingGroups"]
        reading += [name, str(asked.groups), str(asked.partitions), str(STANDING)]
        broker = Contender("groups", reading, folder / "groups.stderr")
        servers = broker.about["servers"]
        watchers = [Ours(asked.class_path, servers, folder)]
        try:
            if asked.burrow:
                watchers.append(Burrow(asked.burrow, servers, folder))
            result = {"groups": asked.groups, "partitions": asked.partitions}
            result |= measured(watchers, asked)
            for watcher, found in detected(watchers, broker, asked.groups).items():
                result[watcher] |= found
            result["refused_by_the_broker"] = broker.ask("committed 0")[1]
        finally:
            for each in watchers:
                each.process.kill()
            broker.close()
    result["machine"] = machine(load_before)
    print(json.dumps(result, indent=2))


def measured(watchers, asked):
    """Round after round, the same seconds for all."""
    watch(watchers, asked.warm_up)
    shares = {each.name: [] for each in watchers}
    before = {each.name: cpu_seconds(each.process.pid) for each in watchers}
    for _ in range(asked.rounds):
        begin = time.monotonic()
        watch(watchers, asked.seconds)
        for each in watchers:
            now = cpu_seconds(each.process.pid)
            shares[each.name].append(100 * (now - before[each.name]) / (time.monotonic() - begin))
            before[each.name] = now
    result = {}
    for each in watchers:
        result[each.name] = {
            "percent_of_a_core": spread(shares[each.name]),
            "resident_megabytes": memory(each.process.pid, "VmRSS") // 1_000_000,
            "most_resident_megabytes": memory(each.process.pid, "VmHWM") // 1_000_000,
            "percent_of_a_core_over_pairstream": spread(
                [theirs / max(ours, 1e-3) for theirs, ours in zip(shares[each.name], shares["pairstream"], strict=True)]
            ),
        }
    return result


def watch(watchers, seconds):
    """Lets time pass, in which those that must be asked are asked."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for each in watchers:
            each.look()
        time.sleep(max(0, min(LOOK, end - time.monotonic())))


def detected(watchers, broker, groups):
    """Some groups stop, one after another; how long after its last commit who says so."""
    delays = {each.name: {} for each in watchers}
    words = {}
    stopped = []
    begin = time.monotonic()
    while sum(map(len, delays.values())) < STOPPING * len(watchers) and time.monotonic() - begin < TIMEOUT:
        if len(stopped) < STOPPING and time.monotonic() - begin >= STOP_EVERY * len(stopped):
            stopped.append(STANDING + len(stopped) * (groups - STANDING) // STOPPING)
            broker.ask(f"stop {stopped[-1]}")
        for each in watchers:
            for group in stopped:
                alarm = "" if group in delays[each.name] else each.alarm(f"group-{group}")
                if alarm:
                    words.setdefault(each.name, alarm)
                    delays[each.name][group] = broker.ask(f"committed {group}")[0] / 1e3
        time.sleep(0.5)
    result = {}
    for name, found in delays.items():
        result[name] = {"stopped_groups_noticed": f"{len(found)} of {len(stopped)}"}
        if found:
            result[name]["seconds_from_the_last_commit"] = spread(list(found.values()))
            result[name]["in_its_words"] = words[name]
    return result


main()
