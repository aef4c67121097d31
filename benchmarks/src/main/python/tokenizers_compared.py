"""The driver of compare.sh --tokenizers: our process and the Python peers take turns over the same captions.

CPU seconds, one thread each; of our process all of them, compiler and collector included. The first
two rounds warm up; then the median of the rest. Every peer's ids are summed and must equal ours.
"""

import argparse
import base64
import glob
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import tiktoken  # noqa: E402
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers  # noqa: E402

GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
WARM_UP = 2


def byte_letters():
    printable = [*range(33, 127), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in printable]
    return {b: chr(b) for b in printable} | {b: chr(256 + i) for i, b in enumerate(others)}


def gpt2_ranks(folder):
    with gzip.open(os.path.join(folder, "r50k_base.tiktoken.gz")) as lines:
        return {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, lines)}


def last_merge(ranks, token):
    """The two tokens that the token is merged from."""
    parts = [bytes([b]) for b in token]
    while len(parts) > 2:
        rank, at = min((ranks.get(a + b, 1 << 30), i) for i, (a, b) in enumerate(zip(parts, parts[1:])))
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts


def hugging_face_gpt2(ranks):
    letters = byte_letters()
    written = {token: "".join(letters[b] for b in token) for token in ranks}
    merges = [tuple(written[p] for p in last_merge(ranks, t)) for t in sorted(ranks, key=ranks.get) if len(t) > 1]
    tokenizer = Tokenizer(models.BPE({written[t]: rank for t, rank in ranks.items()}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


def hugging_face_clip(folder):
    letters = list(byte_letters().values())
    with gzip.open(os.path.join(folder, "bpe_simple_vocab_16e6.txt.gz"), "rt", encoding="utf-8") as lines:
        merges = [tuple(merge.split()) for merge in lines.read().split("\n")[1 : 49152 - 256 - 2 + 1]]
    vocabulary = letters + [c + "</w>" for c in letters] + ["".join(merge) for merge in merges]
    tokenizer = Tokenizer(models.BPE({t: i for i, t in enumerate(vocabulary)}, merges, end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(CLIP), "removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return tokenizer


def batches(captions):
    return [captions[i : i + 1000] for i in range(0, len(captions), 1000)]


def contestants(folder):
    ranks = gpt2_ranks(folder)
    gpt2 = tiktoken.Encoding(name="gpt2", pat_str=GPT2, mergeable_ranks=ranks, special_tokens={})
    found = {"gpt2": {"tiktoken": lambda captions: [gpt2.encode_ordinary(c) for c in captions]}}
    for name, tokenizer in (("gpt2", hugging_face_gpt2(ranks)), ("clip", hugging_face_clip(folder))):
        found.setdefault(name, {})["tokenizers"] = lambda captions, t=tokenizer: [t.encode(c).ids for c in captions]
        found[name]["tokenizers, batches"] = lambda captions, t=tokenizer: [
            e.ids for batch in batches(captions) for e in t.encode_batch(batch)]
    return found


def ours(java, name):
    java.stdin.write("tokens: {tokenizer: %s}\n" % name)
    java.stdin.flush()
    seconds, count, total = java.stdout.readline().split()
    return float(seconds), (int(count), int(total))


def theirs(encode, captions):
    start = time.process_time()
    ids = encode(captions)
    seconds = time.process_time() - start
    return seconds, (sum(map(len, ids)), sum(map(sum, ids)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--vocabularies", required=True)
    parser.add_argument("--java", required=True)
    parser.add_argument("--captions", required=True)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    captions = []
    for path in sorted(glob.glob(os.path.join(arguments.folder or arguments.captions, "*.tsv"))):
        with open(path, encoding="utf-8", newline="\n") as lines:
            captions += [" ".join(line.rstrip("\n").split("\t", 1)[1].split()) for line in lines]
    if not captions:
        sys.exit("no captions in " + (arguments.folder or arguments.captions))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        file.write("\n".join(captions) + "\n")
        file.flush()
        with subprocess.Popen(
            ["java", "-Xmx512m", "-XX:+UseSerialGC", "-cp", arguments.java, "io.pairstream.benchmarks.EncodeCaptions", file.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as java:
            seconds = {}
            ids = {}
            for name, peers in contestants(arguments.vocabularies).items():
                for _ in range(WARM_UP + arguments.rounds):
                    spent, ids[name] = ours(java, name)
                    seconds.setdefault((name, "pairstream"), []).append(spent)
                    for peer, encode in peers.items():
                        spent, sums = theirs(encode, captions)
                        seconds.setdefault((name, peer), []).append(spent)
                        if sums != ids[name]:
                            sys.exit(f"{name}: {peer} has {sums}, we have {ids[name]} (ids, their sum)")
            java.stdin.close()
    result = {"captions": len(captions), "rounds": arguments.rounds}
    for (name, who), spent in seconds.items():
        rate = len(captions) / statistics.median(spent[WARM_UP:])
        entry = result.setdefault(name, {"tokens": ids[name][0], "captions_per_second": {}, "first_round": {}})
        entry["captions_per_second"][who] = round(rate)
        entry["first_round"][who] = round(len(captions) / spent[0])
    for name in ids:
        rates = result[name]["captions_per_second"]
        result[name]["vs_tokenizers"] = round(rates["pairstream"] / max(r for w, r in rates.items() if w.startswith("tokenizers")), 2)
        if "tiktoken" in rates:
            result[name]["vs_tiktoken"] = round(rates["pairstream"] / rates["tiktoken"], 2)
    if arguments.json:
        print(json.dumps(result))
        return
    print(f"{len(captions)} captions, one core, captions per CPU second: median of {arguments.rounds} rounds (first round)")
    for name in ids:
        for who, rate in result[name]["captions_per_second"].items():
            print(f"  {name:5} {who:20} {rate:>9,} ({result[name]['first_round'][who]:,})")


main()
