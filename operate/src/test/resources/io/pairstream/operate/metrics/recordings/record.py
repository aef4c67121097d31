#!/usr/bin/env python3
"""Records /metrics every ten seconds, and makes of that a recording for RecordedRulesTest.

    record.py scrape URL RAW.jsonl.gz SECONDS
    record.py convert RULES.yml RAW.jsonl.gz RECORDING.txt.gz TITLE TROUBLE_AT [--from S] [--to S] [--without REGEX]

TROUBLE_AT, --from and --to are seconds after the first scrape. A recording has the series of those metrics that the
rules ask for, without those that match REGEX; "stale" is where a series ends, as Prometheus sees it.
"""
import argparse
import gzip
import itertools
import json
import re
import time
import urllib.request

EVERY = 10
SAMPLE = re.compile(r'([a-z_]+)\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\} (\S+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def scrape(url, raw, seconds):
    """Each line: at which second after the first, and what was answered, which is null if nothing was."""
    begin = time.time()
    with gzip.open(raw, "wt") as out:
        for i in range(seconds // EVERY + 1):
            time.sleep(max(0.0, begin + i * EVERY - time.time()))
            at = time.time() - begin
            try:
                with urllib.request.urlopen(url, timeout=EVERY) as answer:
                    text = answer.read().decode()
            except OSError as e:
                text = None
                print(f"{at:.1f}: {e}", flush=True)
            out.write(json.dumps({"at": round(at, 1), "text": text}) + "\n")
            out.flush()


def convert(rules, raw, recording, title, trouble_at, begin, end, without):
    with open(rules) as lines:
        asked = set(re.findall(r"\bpairstream_[a-z_]+", lines.read()))
    with gzip.open(raw, "rt") as lines:
        scrapes = [each for each in map(json.loads, lines) if begin <= each["at"] <= end]
    first = scrapes[0]["at"]
    series = {}
    for i, each in enumerate(scrapes):
        for name, labels, now in SAMPLE.findall(each["text"] or ""):
            kept = {label: "logs" if label == "path" else value for label, value in LABEL.findall(labels)}
            key = name + "{" + ",".join(f'{label}="{kept[label]}"' for label in sorted(kept)) + "}"
            if name in asked and not (without and re.search(without, key)):
                series.setdefault(key, [None] * len(scrapes))[i] = number(now)
    with gzip.GzipFile(recording, "wb", mtime=0) as out:
        out.write(f"# {title}\n# trouble at: {trouble_at - first:.1f}\n".encode())
        out.write(("# seconds: " + " ".join(f"{each['at'] - first:.1f}" for each in scrapes) + "\n").encode())
        for key in sorted(series):
            out.write(f"{key}\t{values(series[key])}\n".encode())
    print(f"{recording}: {len(scrapes)} scrapes, {len(series)} series")


def number(value):
    if value in ("+Inf", "Inf"):
        return "Inf"
    return f"{float(value):.12g}"


def values(samples):
    """Series in promtool's notation: 3x2 is 3 3 3, Inf+0x2 the same of it; _x3 is nothing, three times."""
    written = [
        "stale" if one is None and i > 0 and samples[i - 1] is not None else one or "_" for i, one in enumerate(samples)
    ]
    words = []
    for one, run in itertools.groupby(written):
        count = len(list(run))
        if count == 1:
            words.append(one)
        elif one == "_":
            words.append(f"_x{count}")
        else:
            words.append(f"{one}{'+0' if one == 'Inf' else ''}x{count - 1}")
    return " ".join(words)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, dest="command")
    scraping = commands.add_parser("scrape")
    scraping.add_argument("url")
    scraping.add_argument("raw")
    scraping.add_argument("seconds", type=int)
    converting = commands.add_parser("convert")
    for name in ("rules", "raw", "recording", "title"):
        converting.add_argument(name)
    converting.add_argument("trouble_at", type=float)
    converting.add_argument("--from", dest="begin", type=float, default=0)
    converting.add_argument("--to", dest="end", type=float, default=float("inf"))
    converting.add_argument("--without", default="")
    given = vars(parser.parse_args())
    {"scrape": scrape, "convert": convert}[given.pop("command")](**given)


if __name__ == "__main__":
    main()
