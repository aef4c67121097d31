"""The whole line by turns with the cleaning alone, or with streaming programs of others on the same broker. Called by
whole-line.sh and streaming-peers.sh.

A contender is stopped while pairs are published for it, and while it is another's turn. What is done is read off
committed offsets, which move in the transactions of the outputs.
"""

import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from driver import Contender, cpu_seconds, descendants, machine, own_seconds, spread

# Shares of a round's pairs between which is measured: the beginning, in which compilers and caches warm up, and the
# end, in which some threads have nothing left, do not count.
FROM, UNTIL = 0.2, 0.95
LOOK = 0.2  # seconds between two looks at what is done, each of which costs the broker two requests
STUCK = 300  # seconds without progress
COMMIT_MS = 1000
OURS = "whole_line"
# For the cleaning alone, as the service has them.
JAVA = ["-Xmx2g", "-Xmn500m", "-XX:+UseSerialGC", "-XX:MaxInlineLevel=9", "-XX:FreqInlineSize=150", "-XX:InlineSmallCode=1200"]
NEEDED = {"broker"}  # with the registry, for publishing, so it is never stopped


class Marks:
    """Figures of a round between its marks, at least half of which must lie between them."""

    def __init__(self, total, processors, clock=time.monotonic):
        self.total, self.processors, self.clock = total, processors, clock
        self.first = self.last = None

    def observe(self, done):
        """Notes that so many are done by now."""
        if self.first is None and done >= self.total * FROM:
            self.first = done, self.clock(), self.processors()
        elif self.first and self.last is None and done >= self.total * UNTIL:
            self.last = done, self.clock(), self.processors()

    def round(self):
        if self.last is None or self.last[0] - self.first[0] < self.total / 2:
            raise ValueError("most of the work was over before it was seen to pass both marks; take more pairs")
        pairs = self.last[0] - self.first[0]
        # A process that has ended takes its time with it.
        used = {name: max(0, seconds - self.first[2].get(name, 0)) for name, seconds in self.last[2].items()}
        return {
            "pairs_per_second": pairs / (self.last[1] - self.first[1]),
            "cpu_ms_per_pair": {name: 1000 * seconds / pairs for name, seconds in used.items()},
        }


class Line:
    """A contender. `processors` gives the seconds of each process that counts, `processes` are the ids of those that
    are stopped while it has no turn, `work` names its raw topic and group."""

    def __init__(self, name, source, processors, processes, work=None):
        self.name, self.source, self.processors, self.processes = name, source, processors, processes
        self.work = work or name

    def run(self, pairs):
        before, _ = self.source.ask(f"committed {self.work} 0")
        self.signal(signal.SIGSTOP)
        self.source.ask(f"publish {self.work} {pairs}")
        self.signal(signal.SIGCONT)
        marks, done, moved = Marks(pairs, self.processors), 0, time.monotonic()
        while done < pairs:
            now = self.source.ask(f"committed {self.work} 0")[0] - before
            moved = time.monotonic() if now > done else moved
            if time.monotonic() - moved > STUCK:
                raise SystemExit(f"{self.name}: {done} of {pairs}, and nothing more for {STUCK} s")
            done = now
            marks.observe(done)
            time.sleep(LOOK)
        return marks

    def signal(self, number):
        for pid in self.processes:
            os.kill(pid, number)  # itself first: what stands still starts nothing
            for child in descendants(pid):
                os.kill(child, number)


def our_line(source):
    pids = source.about["pids"]

    def processors():
        seconds = {name: cpu_seconds(pid) for name, pid in pids.items()}
        own = own_seconds(pids["preprocess"])
        return seconds | {"preprocess": own, "image workers": seconds["preprocess"] - own}

    return Line(OURS, source, processors, [pid for name, pid in pids.items() if name not in NEEDED])


def beside_models(line, score):
    """The line while `score` asks models about what it publishes. The time of `score` does not count."""
    return Line("beside_models", line.source, line.processors, [*line.processes, score.pid], line.work)


def score(asked, folder, platform):
    command = pinned(asked, models=True) + ["java", "-Xmx1g", "-cp", asked.class_path, "io.pairstream.cli.Main", "score"]
    command += ["--models", asked.score, "--data-dir", platform["data_dir"], "--state-dir", str(folder / "score")]
    return subprocess.Popen(command, stdout=sys.stderr)


def pinned(asked, models):
    """Models have the last processor for themselves, the line has the others."""
    if not asked.score:
        return []
    last = os.cpu_count() - 1
    return ["taskset", "-c", str(last) if models else f"0-{last - 1}"]


def cleaning_alone(class_path, asked, folder):
    command = ["java", *JAVA, "-cp", class_path, "io.pairstream.benchmarks.CleaningAlone"]
    command += [asked.pairs_from, str(asked.captions), asked.recipe, str(asked.threads), str(asked.workers)]
    source = Contender("cleaning_alone", command, folder / "cleaning_alone.log")
    pid = source.process.pid

    def processors():
        own = own_seconds(pid)
        return {"cleaning": own, "image workers": cpu_seconds(pid) - own}

    return Line("cleaning_alone", source, processors, [])


def peer(name, command, source, workers, folder):
    about = source.about
    words = [command, about["servers"], f"{name}-raw", f"{name}-out", name, workers, COMMIT_MS]
    environment = os.environ | {"STATE_FOLDER": str(folder / name)}
    process = subprocess.Popen(["bash", "-c", "exec " + " ".join(map(str, words))], stdout=sys.stderr, env=environment)
    broker = about["pids"]["broker"]

    def processors():
        if process.poll() is not None:
            raise SystemExit(f"{name} has ended with status {process.returncode}")
        return {name: cpu_seconds(process.pid), "broker": own_seconds(broker)}

    return Line(name, source, processors, [process.pid])


def turns(lines, asked):
    """Each round begins with another one. In rounds of warm-up no line waits for the others: they may have to start."""
    rounds = {line.name: [] for line in lines}
    for number in range(asked.warm_up + asked.rounds):
        for i in range(len(lines)):
            line = lines[(number + i) % len(lines)]
            if number < asked.warm_up:
                line.run(asked.pairs)
                print(f"warm-up {number + 1}: {line.name}", file=sys.stderr)
                continue
            others = [other for other in lines if other is not line]
            for other in others:
                other.signal(signal.SIGSTOP)
            try:
                done = line.run(asked.pairs).round()
            finally:
                for other in others:
                    other.signal(signal.SIGCONT)
            done["load"] = os.getloadavg()[0]
            rounds[line.name].append(done)
            print(f"round {number + 1 - asked.warm_up}: {line.name} {json.dumps(done)}", file=sys.stderr)
    return rounds


def compared(one):
    """The part of a round that is compared with others'."""
    time = one["cpu_ms_per_pair"]
    found = {"pairs_per_second": one["pairs_per_second"], "cpu_ms_per_pair": sum(time.values())}
    found["cpu_ms_per_pair_without_operate"] = found["cpu_ms_per_pair"] - time.get("operate", 0)
    return found


def figures(rounds):
    """Medians, least and most; of ratios too, each taken within a round."""
    result = {"load": spread([one["load"] for own in rounds.values() for one in own])}
    ours = [compared(one) for one in rounds[OURS]]
    for name, own in rounds.items():
        theirs = [compared(one) for one in own]
        result[name] = {key: spread([one[key] for one in theirs]) for key in ours[0]}
        result[name]["cpu_ms_per_pair_by_process"] = {
            process: round(statistics.median(one["cpu_ms_per_pair"][process] for one in own), 3)
            for process in sorted(own[0]["cpu_ms_per_pair"])
        }
        if name != OURS:
            result[f"{OURS}_over_{name}"] = {
                key: spread([a[key] / b[key] for a, b in zip(ours, theirs, strict=True)]) for key in ours[0]
            }
    return result


def main():
    cores = os.cpu_count()
    parser = argparse.ArgumentParser(prog="benchmarks/whole-line.sh", allow_abbrev=False)
    parser.add_argument("--class-path", help=argparse.SUPPRESS)
    parser.add_argument("--from", dest="pairs_from", required=True, metavar="PATH", help="a folder or list, as import reads it")
    parser.add_argument("--pairs", type=int, default=10_000, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--warm-up", type=int, default=1, help="rounds before those that count")
    parser.add_argument("--captions", type=int, default=1, help="that each picture comes under")
    parser.add_argument("--recipe", default="dalle")
    parser.add_argument("--partitions", type=int, default=4, help="of each topic")
    parser.add_argument("--workers", type=int, help="image workers; one per processor")
    parser.add_argument("--threads", type=int, help="stream threads; as many as workers")
    parser.add_argument("--operate", action="store_true", help="run, and count, all that `up` runs")
    parser.add_argument("--score", metavar="FOLDER", help="by turns beside `score` with the model cards of FOLDER, on a processor of its own")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND", help="see streaming-peers.sh")
    parser.add_argument("--json", action="store_true", help="on one line")
    asked = parser.parse_args()
    if asked.operate and (asked.workers or asked.threads):
        parser.error("--operate runs what `up` runs, one thread and worker per processor: leave out --workers and --threads")
    if asked.score and (asked.peer or cores < 2):
        parser.error("--score needs two processors, and no --peer")
    asked.workers = asked.workers or (cores - 1 if asked.score else cores)
    asked.threads = asked.threads or asked.workers
    peers = dict(each.split("=", 1) for each in asked.peer)
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        command = pinned(asked, models=False) + ["java", "-cp", asked.class_path, "io.pairstream.benchmarks.WholeLine", asked.pairs_from]
        command += [str(asked.captions), asked.recipe, str(asked.partitions), ",".join(peers)]
        if not asked.operate:
            command += ["--workers", str(asked.workers), "--threads", str(asked.threads)]
        source = Contender(OURS, command, folder / "whole_line.log")
        lines = [our_line(source)]
        models = score(asked, folder, source.about) if asked.score else None
        try:
            if models:
                lines.append(beside_models(lines[0], models))
            elif peers:
                lines += [peer(*each, source, asked.workers, folder) for each in peers.items()]
            else:
                lines.append(cleaning_alone(asked.class_path, asked, folder))
            rounds = turns(lines, asked)
            outputs = {each: source.ask(f"outputs {each} 0") for each in peers}
        finally:
            end(lines, source, models)
    result = {"corpus": pathlib.Path(asked.pairs_from).resolve().name}
    result |= {key: source.about[key] for key in ("corpus_pairs", "mean_image_kb")}
    keys = ("recipe", "captions", "pairs", "warm_up", "rounds", "partitions", "threads", "workers", "operate")
    result |= {key: getattr(asked, key) for key in keys}
    result |= figures(rounds)
    for each, (committed, empty) in outputs.items():
        result[f"{each}_outputs"] = {"committed": committed, "without_picture": empty}
    result["machine"] = machine(load_before)
    print(json.dumps(result, indent=None if asked.json else 2))


def end(lines, platform, models):
    """Nothing stands still afterwards, and nothing runs."""
    for line in lines:
        line.signal(signal.SIGCONT)
    if models:
        models.terminate()
        models.wait()
    for line in lines:
        for pid in line.processes if line.source is platform and line.work != OURS else []:
            for each in [*descendants(pid), pid]:
                os.kill(each, signal.SIGKILL)
        if line.source is not platform:
            line.source.close()
    platform.process.stdin.close()
    platform.process.wait()


if __name__ == "__main__":
    main()
