"""One peer in a process of its own, driven line by line.

contender.py PEER LIST

LIST holds one "set<TAB>path" a line. All files are read before `ready` and a line of JSON is said. Then:

pass SET WORKERS   prepares every file of the set once; answers `done IMAGES FAILURES`
write SET DIR      writes DIR/INDEX.raw (uint8 RGB, 256x256) or, where the peer gives no pixels,
                   DIR/INDEX.jpg; answers the same
"""

import importlib
import json
import multiprocessing
import os
import pathlib
import sys
import warnings


def main():
    name, listing = sys.argv[1:]
    # Libraries print, and one of them swaps the standard streams; the driver reads its own.
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    warnings.filterwarnings("ignore")

    files = {}
    for line in pathlib.Path(listing).read_text().splitlines():
        group, path = line.split("\t")
        files.setdefault(group, []).append(pathlib.Path(path).read_bytes())

    # Forked before any library has threads; they share the files' memory.
    pool = Workers(name, files, 2)
    try:
        peer = load(name)
        about = {"version": peer.version, "calls": peer.calls}
    except Exception as e:  # a peer that cannot be had is a result too
        print("absent " + " ".join(f"{type(e).__name__}: {e}".split())[:300], file=out)
        return

    print("ready " + json.dumps(about), file=out)
    for line in sys.stdin:
        command = line.split()
        group = files.get(command[1], [])
        if command[0] == "write":
            answer = write(peer, group, pathlib.Path(command[2]))
        elif int(command[2]) == 1 or peer.has_threads:
            answer = peer.prepare_all(group, int(command[2]))
        else:
            answer = pool.prepare_all(command[1])
        print(f"done {answer[0]} {answer[1]}", file=out)
    os._exit(0)  # some libraries hang when they are torn down


def load(name):
    return getattr(importlib.import_module("peers"), name)()


def write(peer, group, directory):
    failures = 0
    for index, file in enumerate(group):
        try:
            kind, content = peer.result(file)
            (directory / f"{index}.{kind}").write_bytes(content)
        except Exception:
            failures += 1
    return len(group) - failures, failures


class Workers:
    """Processes that take files of a set, each the next one that is not taken yet."""

    def __init__(self, name, files, count):
        fork = multiprocessing.get_context("fork")
        self.next = fork.Value("l", 0)
        self.pipes = []
        for _ in range(count):
            ours, theirs = fork.Pipe()
            worker = fork.Process(target=self.work, args=(name, files, theirs), daemon=True)
            worker.start()
            self.pipes.append(ours)

    def work(self, name, files, pipe):
        peer = None
        while True:
            group = files[pipe.recv()]
            peer = peer or load(name)
            done = failures = 0
            while True:
                with self.next.get_lock():
                    index = self.next.value
                    self.next.value = index + 8
                if index >= len(group):
                    break
                images, failed = peer.prepare_all(group[index : index + 8], 1)
                done += images
                failures += failed
            pipe.send((done, failures))

    def prepare_all(self, group):
        self.next.value = 0
        for pipe in self.pipes:
            pipe.send(group)
        answers = [pipe.recv() for pipe in self.pipes]
        return sum(images for images, _ in answers), sum(failed for _, failed in answers)


main()
