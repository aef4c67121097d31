"""Evaluates every query of Grafana boards against a Prometheus, with the boards' own variables.

Standard library only. Ends with 1 where a query fails, or stays empty though it may not.
"""

import argparse
import base64
import itertools
import json
import os
import random
import re
import struct
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib


def ask(prometheus, query):
    """The series that a query finds now, as (name and labels, value)."""
    url = prometheus + "/api/v1/query?" + urllib.parse.urlencode({"query": query})
    try:
        with urllib.request.urlopen(url) as answer:
            data = json.load(answer)["data"]
    except urllib.error.HTTPError as error:
        raise ValueError(json.load(error)["error"]) from error
    if data["resultType"] == "scalar":
        return [({}, data["result"][1])]
    return [(series["metric"], series["value"][1]) for series in data["result"]]


def text_of(metric, value):
    """A series as Grafana's query_result() hands it to a variable's regular expression."""
    labels = ",".join(f'{name}="{metric[name]}"' for name in sorted(metric) if name != "__name__")
    return f'{metric.get("__name__", "")}{{{labels}}} {value} {int(time.time() * 1000)}'


def options(prometheus, variable, chosen):
    """What a variable of a board can be."""
    if variable["type"] == "datasource":
        return []
    query = variable["query"]
    query = filled(query["query"] if isinstance(query, dict) else query, chosen)
    of_label = re.fullmatch(r"label_values\((.+),\s*(\w+)\)", query)
    if of_label:
        found = {metric.get(of_label[2], "") for metric, _ in ask(prometheus, of_label[1])}
    else:
        expression = re.fullmatch(r"query_result\((.+)\)", query)[1]
        pattern = re.compile(variable["regex"].strip("/"))
        texts = [text_of(metric, value) for metric, value in ask(prometheus, expression)]
        found = {match[1] for match in map(pattern.search, texts) if match}
    return sorted(found - {""})


def filled(query, chosen):
    for name, value in chosen.items():
        query = re.sub(r"\$\{?" + name + r"\b\}?", lambda _: value, query)
    return query


def everything(variable, found):
    """What "All" stands for."""
    return variable.get("allValue") or "(" + "|".join(map(re.escape, found)) + ")"


def queries(prometheus, board):
    """Each query of a board as a person sees it first: (panel, query)."""
    chosen = {"__rate_interval": "20s"}
    all_options = {}
    for variable in board["templating"]["list"]:
        found = options(prometheus, variable, chosen)
        all_options[variable["name"]] = found
        if variable.get("includeAll"):
            chosen[variable["name"]] = everything(variable, found)
        elif found:
            chosen[variable["name"]] = found[0]
    for panel in board["panels"]:
        name = panel.get("repeat")
        for value in all_options[name] if name else [None]:
            here = {**chosen, name: value} if name else chosen
            for target in panel.get("targets", []):
                yield filled(panel["title"], here), filled(target["expr"], here)


def check(prometheus, files, may_be_empty):
    rows = []
    for file in files:
        with open(file, encoding="utf-8") as text:
            board = json.load(text)
        try:
            for panel, query in queries(prometheus, board):
                rows.append(row(prometheus, file, panel, query, may_be_empty))
        except ValueError as error:
            rows.append((os.path.basename(file), "variables", "", str(error), True))
    return rows


def row(prometheus, file, panel, query, may_be_empty):
    name = os.path.basename(file)
    try:
        found = [value for _, value in ask(prometheus, query) if value != "NaN"]
    except ValueError as error:
        return name, panel, query, str(error), True
    said = f"{len(found)} series" if found else "empty"
    return name, panel, query, said, not found and panel not in may_be_empty


def png(numbers):
    """A picture of coloured squares, 256 by 256."""
    squares = [bytes(numbers.randrange(256) for _ in range(3)) for _ in range(64)]
    rows = (
        b"\0" + b"".join(squares[y // 32 * 8 + x] * 32 for x in range(8)) for y in range(256)
    )
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 256, 256, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + chunk(b"IEND", b"")
    )


def send_pairs(ingest):
    """Sends a pair, and now and then something else, until the program ends."""
    numbers = random.Random(1)
    for number in itertools.count():
        image = png(numbers) if number % 5 else b"no picture"
        pair = {
            "caption": f"a board of coloured squares, number {number}",
            "image": base64.b64encode(image).decode(),
        }
        request = urllib.request.Request(
            ingest + "/v1/pairs", json.dumps(pair).encode(), {"Content-Type": "application/json"}
        )
        try:
            urllib.request.urlopen(request).close()
        except urllib.error.HTTPError:
            pass
        time.sleep(0.2)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--prometheus", required=True)
    arguments.add_argument("--ingest", required=True)
    arguments.add_argument("--seconds", type=int, default=240, help="how long to wait for all")
    arguments.add_argument("--may-be-empty", action="append", default=[], metavar="PANEL")
    arguments.add_argument("boards", nargs="+")
    given = arguments.parse_args()
    threading.Thread(target=send_pairs, args=(given.ingest,), daemon=True).start()
    deadline = time.monotonic() + given.seconds
    while True:
        rows = check(given.prometheus, given.boards, given.may_be_empty)
        if not any(wrong for *_, wrong in rows) or time.monotonic() > deadline:
            break
        time.sleep(5)
    for board, panel, query, said, wrong in rows:
        print("NO " if wrong else "ok ", board, "|", panel, "|", said)
        if wrong:
            print("    ", " ".join(query.split()))
    sys.exit(1 if any(wrong for *_, wrong in rows) else 0)


if __name__ == "__main__":
    main()
