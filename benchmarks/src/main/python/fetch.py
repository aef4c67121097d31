"""Our fetcher beside img2dataset's downloader: images per second of processor and on the clock, on the same local
hosts: slow ones, failing ones, and ones that never answer.

fetch.py WORK_FOLDER CLASS_PATH HOSTS IMAGES_PER_HOST CONNECTIONS ROUNDS NAME=COMMAND...
"""

import math
import pathlib
import random
import statistics
import sys

from driver import Contender, memory

WARM_UPS = 5  # a Java machine compiles for some 25,000 images until it is as fast as it will be
NEVER = 60_000  # longer than anybody waits, in milliseconds


def main():
    work, class_path = pathlib.Path(sys.argv[1]), sys.argv[2]
    hosts, per_host, connections, rounds = map(int, sys.argv[3:7])
    complaints = work / "fetch.stderr"
    site = ["java", "-Xmx2g", "-cp", class_path, "io.pairstream.benchmarks.LoopbackImageServer"]
    contenders = [Contender("hosts", site, complaints)]
    try:
        listing = work / "fetch-list.txt"
        listing.write_text("\n".join(urls(hosts, per_host, contenders[0].about["port"])) + "\n")
        for name, command in (each.split("=", 1) for each in sys.argv[7:]):
            contenders.append(Contender(name, command.replace("LIST", str(listing)), complaints))
        passes = {each: [] for each in contenders[1:]}
        for number in range(1 - WARM_UPS, rounds + 1):
            turn = (number + WARM_UPS) % len(passes)
            for each in (contenders[1:] * 2)[turn : turn + len(passes)]:
                done = each.work("images", connections, 0)
                print(f"{'warm-up' if number < 1 else f'round {number}'} {each.name}: {done}")
                if number > 0:
                    passes[each].append(done)
        for each, done in passes.items():
            print(
                f"{each.name:20} {statistics.median(one.images / one.cpu for one in done):8.0f} images per second of "
                f"processor, {statistics.median(one.images / one.wall for one in done):6.0f} per second, at most "
                f"{memory(each.process.pid, 'VmHWM') >> 20} MiB"
            )
    finally:
        for each in contenders:
            each.close()


def urls(hosts, per_host, port):
    """Images as lists of links have them: most hosts answer within a few hundred milliseconds, some take seconds, 2
    in 100 links never answer, 12 in 100 are dead; 8 kB to 800 kB, half of them under 60 kB. An address says how its
    host behaves."""
    draw = random.Random(42)
    images = []
    for host in range(hosts):
        for _ in range(per_host):
            kind = draw.random()
            wait = next(
                draw.randrange(*between)
                for share, between in ((0.6, (20, 100)), (0.85, (100, 500)), (0.95, (500, 2000)), (0.98, (2000, 5000)), (1, (NEVER, NEVER + 1)))
                if kind < share
            )
            status = draw.choices((404, 403, 200), (9, 3, 88))[0]
            size = int(max(8_000, min(800_000, 60_000 * math.exp(0.9 * draw.gauss(0, 1)))))
            redirected = int(draw.random() < 0.05)
            images.append((host, f"w{wait}/s{status}/b{size}/r{redirected}"))
    draw.shuffle(images)
    return [
        f"http://127.1.{host // 250}.{1 + host % 250}:{port}/{how}/{number}.png"
        for number, (host, how) in enumerate(images)
    ]


main()
