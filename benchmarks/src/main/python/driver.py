"""Parts of all comparisons: contenders in processes of their own, and figures over rounds. Linux only."""

import json
import os
import pathlib
import platform
import shlex
import statistics
import subprocess
import time
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")
MOST_PASSES = 1000


class Absent(Exception):
    """Why a contender cannot be measured on this machine."""


@dataclass
class Pass:
    """Figures of a contender over a set, once or several times over; seconds of processor and on the clock."""

    images: int = 0
    failures: int = 0
    cpu: float = 0.0
    wall: float = 0.0

    def __add__(self, other):
        return Pass(
            self.images + other.images,
            self.failures + other.failures,
            self.cpu + other.cpu,
            self.wall + other.wall,
        )


class Contender:
    """A program in a process of its own. It says `ready` and what it is, in JSON, or `absent` and why; then it
    answers each line with `done IMAGES FAILURES`. Its time is taken from outside, for it and its children alike."""

    def __init__(self, name, command, complaints):
        self.name = name
        with open(complaints, "a") as errors:
            self.process = subprocess.Popen(
                shlex.split(command) if isinstance(command, str) else command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        first = self.process.stdout.readline()
        if not first.startswith("ready "):
            self.close()
            why = first.removeprefix("absent ").strip()
            raise Absent(why if first.startswith("absent ") else f"it does not start; see {complaints}")
        self.about = json.loads(first.removeprefix("ready "))

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if answer[:1] != ["done"]:
            raise OSError(f"{self.name} answers '{command}' with {answer}")
        return int(answer[1]), int(answer[2])

    def work(self, group, workers, seconds):
        """Has a set prepared, again and again until that took so many seconds of processor time."""
        done = Pass()
        for _ in range(MOST_PASSES):
            cpu, wall = cpu_seconds(self.process.pid), time.monotonic()
            images, failures = self.ask(f"pass {group} {workers}")
            done += Pass(images, failures, cpu_seconds(self.process.pid) - cpu, time.monotonic() - wall)
            if done.cpu >= seconds:
                break
        return done

    def close(self):
        children = descendants(self.process.pid)
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
        for child in children:
            try:
                os.kill(child, 9)
            except ProcessLookupError:
                pass


def descendants(pid):
    """The processes that a process has started, and theirs."""
    parents = {}
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(fields(status)[1]), []).append(int(status.parent.name))
        except OSError:
            pass  # it has ended
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found[1:]


def fields(status):
    return status.read_text().rpartition(")")[2].split()


def cpu_seconds(pid):
    """User and system time of a process and those that it has started, in steps of 10 ms."""
    return sum(map(own_seconds, [pid, *descendants(pid)]))


def own_seconds(pid):
    """Figures of a process alone."""
    try:
        user, system = fields(pathlib.Path(f"/proc/{pid}/stat"))[11:13]
    except OSError:
        return 0  # it has ended
    return (int(user) + int(system)) / TICKS


def memory(pid, name):
    """Bytes by the kernel's word: VmRSS, or VmHWM for the most there ever were."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    return 0


def spread(figures):
    """One figure over all rounds."""
    values = {"median": statistics.median(figures), "min": min(figures), "max": max(figures)}
    return {name: round(value, 3) for name, value in values.items()}


def machine(load_before):
    """The machine of a measurement, and its other load meanwhile."""
    models = [line for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "cores": os.cpu_count(),
        "model": models[0].partition(":")[2].strip() if models else platform.machine(),
        "load_before": load_before,
        "load_after": os.getloadavg()[0],
    }
