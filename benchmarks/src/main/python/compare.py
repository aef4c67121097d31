"""Our cleaning beside its peers and the floor: the same files, in one run, turn by turn. Called by compare.sh."""

import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

from driver import Absent, Contender, Pass, machine, spread

JPEG, MIXED, LARGE = ["jpeg"], ["jpeg", "other"], ["large"]
WARM_UP_FACTOR = 3  # a Java machine compiles as it goes
MOST_WITH_TWO = 3
# The floor makes no picture; those of the others are the same by the same code.
NOT_COMPARED = ("floor", "pairstream-workers", "pairstream-default")


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/compare.sh")
    parser.add_argument("corpus", type=pathlib.Path, help="a folder of pictures")
    parser.add_argument("--json", action="store_true", help="print the figures on one line")
    parser.add_argument("--seconds", type=float, default=2, help="processor time of a contender per set and round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count")
    parser.add_argument("--captions", help="measure the caption's work too: a file of id, tab, caption")
    parser.add_argument("--only", help="only these contenders")
    parser.add_argument("--no-quality", action="store_true", help="leave the pictures themselves uncompared")
    parser.add_argument("--work", type=pathlib.Path, help=argparse.SUPPRESS)
    for each in ("peer", "absent"):
        parser.add_argument("--" + each, action="append", default=[], help=argparse.SUPPRESS)
    for each in ("quality-command", "captions-command"):
        parser.add_argument("--" + each, default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()

    load_before = os.getloadavg()[0]
    corpus = sets(asked.corpus)
    if not corpus["jpeg"]:
        sys.exit(f"no JPEGs in {asked.corpus}")
    listing = asked.work / "files.txt"
    listing.write_text("".join(f"{name}\t{file}\n" for name, files in corpus.items() for file in files))
    absent = dict(each.split("=", 1) for each in asked.absent)
    contenders = []
    try:
        for name, command in (each.split("=", 1) for each in asked.peer):
            if not asked.only or name in asked.only.split(","):
                start(name, f"{command} {shlex.quote(str(listing))}", asked.work, contenders, absent)
        names = [name for name, files in corpus.items() if files]
        rounds(contenders, absent, "warm-up", 1, 1, names, WARM_UP_FACTOR * asked.seconds)
        alone = rounds(contenders, absent, "round", asked.rounds, 1, names, asked.seconds)
        rounds(contenders, absent, "warm-up with two workers", 1, 2, JPEG, WARM_UP_FACTOR * asked.seconds)
        two = rounds(
            contenders, absent, "round with two workers", min(asked.rounds, MOST_WITH_TWO), 2, JPEG, asked.seconds
        )
        report = {**decided(alone, JPEG, ""), **decided(alone, MIXED, "_mixed"), "large": decided(alone, LARGE, "")}
        report["contenders"] = {each.name: described(each, alone[each.name], two[each.name]) for each in contenders}
        if asked.quality_command and not asked.no_quality:
            report["quality"] = quality(contenders, names, listing, asked)
    finally:
        for each in contenders:
            each.close()
    if asked.captions:
        report["captions"] = captions(asked, absent)
    report["machine"] = machine(load_before)
    report["rounds"], report["seconds"] = asked.rounds, asked.seconds
    report["corpus"] = {
        name: {"files": len(files), "bytes": sum(file.stat().st_size for file in files)}
        for name, files in corpus.items()
    }
    report["absent"] = absent
    print(json.dumps(report, indent=None if asked.json else 2))


def sets(folder):
    """The pictures of a folder: JPEGs of one or three colours, all others, and those in the folder `large`."""
    found = {"jpeg": [], "other": [], "large": []}
    for file in sorted(path.resolve() for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        if content[:4] == b"RIFF" or content[:8] == b"\x89PNG\r\n\x1a\n" or content[:4] == b"GIF8":
            kind = "other"
        elif content[:2] == b"\xff\xd8":
            kind = "jpeg" if colours(content) in (1, 3) else "other"
        else:
            continue
        found["large" if file.is_relative_to(folder.resolve() / "large") else kind].append(file)
    return found


def colours(jpeg):
    """How many colours a JPEG has, by its frame header; 0 where it has none."""
    at = 2
    while at + 10 < len(jpeg) and jpeg[at] == 0xFF:
        if 0xC0 <= jpeg[at + 1] <= 0xCF and jpeg[at + 1] not in (0xC4, 0xC8, 0xCC):
            return jpeg[at + 9]
        at += 1 if jpeg[at + 1] == 0xFF else 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return 0


def start(name, command, work, contenders, absent):
    say(f"starting {name}")
    try:
        contenders.append(Contender(name, command, work / f"{name}.stderr"))
    except Absent as e:
        absent[name] = str(e)


def rounds(contenders, absent, what, count, workers, names, seconds):
    """Every round asks each contender once, and each begins with another one, so that whatever else the machine
    does falls on all alike. By contender, what it did in each round, by set."""
    done = {each.name: [] for each in contenders}
    for number in range(count):
        say(f"{what} {number + 1} of {count}")
        for each in contenders[number % len(contenders) :] + contenders[: number % len(contenders)]:
            try:
                done[each.name].append({name: each.work(name, workers, seconds) for name in names})
            except OSError as e:
                absent[each.name] = str(e)
                contenders.remove(each)
                each.close()
    return done


def per_cpu_second(done, names, figure="cpu"):
    """Pictures per second of processor, or on the clock, of each round in which something came of each set."""
    sums = [
        sum((one[name] for name in names), Pass()) for one in done if all(name in one and one[name].images for name in names)
    ]
    return [each.images / getattr(each, figure) for each in sums if each.cpu > 0]


def decided(done, names, suffix):
    """The figures that decide, each a median over the rounds, and null where a side of it is absent."""
    speeds = {name: per_cpu_second(each, names) for name, each in done.items()}
    ours = speeds.get("pairstream", [])
    torchvision = max((speeds.get("torchvision", []), speeds.get("torchvision_whole", [])), key=lambda one: sum(one))
    figures, spreads = {}, {}
    for key, theirs, less in (
        ("vs_img2dataset", speeds.get("img2dataset", []), 0),
        ("vs_torchvision", torchvision, 0),
        ("share_of_floor", speeds.get("floor", []), 0),
        ("worker_cost", speeds.get("pairstream-workers", []), 1),
    ):
        figures[key + suffix] = None
        if ours and len(ours) == len(theirs):
            # Within a round: what slows the machine down for a while slows both.
            spreads[key + suffix] = spread([one / other - less for one, other in zip(ours, theirs, strict=True)])
            figures[key + suffix] = spreads[key + suffix]["median"]
    return {**figures, "spread_over_rounds" + suffix: spreads}


def described(contender, alone, two):
    def figures(done, names, figure="cpu"):
        rates = per_cpu_second(done, names, figure)
        return spread(rates) if rates else None

    return {
        **contender.about,
        "images_per_cpu_second": {
            "jpeg": figures(alone, JPEG),
            "mixed": figures(alone, MIXED),
            "large": figures(alone, LARGE),
        },
        "two_workers": {
            "images_per_cpu_second": figures(two, JPEG),
            "images_per_second": figures(two, JPEG, "wall"),
        },
        "failures": {
            name: round(done.failures / max(1, done.images + done.failures), 4) for name, done in alone[-1].items()
        },
    }


def quality(contenders, names, listing, asked):
    with tempfile.TemporaryDirectory(dir=asked.work) as pictures:
        for each in contenders:
            if each.name in NOT_COMPARED:
                continue
            say(f"pictures of {each.name}")
            for name in names:
                ways = {"write": each.name, "encode": each.name + "-jpeg"}
                for command, folder in ways.items() if each.name == "pairstream" else [("write", each.name)]:
                    to = pathlib.Path(pictures, folder, name)
                    to.mkdir(parents=True)
                    each.ask(f"{command} {name} {to}")
        say("comparing pictures")
        return answer(f"{asked.quality_command} {shlex.quote(str(listing))} {shlex.quote(pictures)}")


def captions(asked, absent):
    listing = asked.work / "captions.txt"
    listing.write_text(f"captions\t{asked.captions}\n")
    contenders = []
    start("captions", f"{asked.captions_command} {shlex.quote(str(listing))}", asked.work, contenders, absent)
    rounds(contenders, absent, "captions: warm-up", 1, 1, ["captions"], asked.seconds)
    done = rounds(contenders, absent, "captions: round", asked.rounds, 1, ["captions"], asked.seconds)
    if not contenders:
        return None
    contenders[0].close()
    passes = [each["captions"] for each in done["captions"]]
    return {
        "cpu_us_per_pair": spread([each.cpu * 1e6 / (each.images + each.failures) for each in passes]),
        "kept": passes[-1].images / (passes[-1].images + passes[-1].failures),
    }


def answer(command):
    return json.loads(subprocess.run(shlex.split(command), stdout=subprocess.PIPE, check=True).stdout)


def say(what):
    print(what, file=sys.stderr)


main()
