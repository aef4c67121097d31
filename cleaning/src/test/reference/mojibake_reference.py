"""Compares our repair of wrongly decoded text with ftfy's (pip install ftfy==6.3.1).

    python mojibake_reference.py make CAPTIONS... > broken.txt
    (clean each line of broken.txt, to ours.txt)
    python mojibake_reference.py judge CAPTIONS... < ours.txt

CAPTIONS are files of text in UTF-8, a caption to a line, with a first column and a tab before it or
without. Each caption that is not ASCII is encoded in UTF-8 and decoded wrongly in four ways, after
one in five is left whole; each that is ASCII gets typographic quotes and a dash first. `judge`
prints how many captions are restored by us and by ftfy, and how often both say the same.
"""

import random
import sys
import unicodedata

import ftfy
import ftfy.bad_codecs  # registers sloppy-windows-1252

WAYS = ["whole", "cp1252", "latin-1", "cp1252 twice", "cp1252 in one word"]


def wrong(text, codec):
    return text.encode("utf-8").decode(codec)


def broken(text, way):
    if way == "whole":
        return text
    if way == "cp1252":
        return wrong(text, "sloppy-windows-1252")
    if way == "latin-1":
        return wrong(text, "latin-1")
    if way == "cp1252 twice":
        return wrong(wrong(text, "sloppy-windows-1252"), "sloppy-windows-1252")
    words = text.split(" ")
    chosen = max(range(len(words)), key=lambda i: (not words[i].isascii(), -i))
    words[chosen] = wrong(words[chosen], "sloppy-windows-1252")
    return " ".join(words)


def corpus(files):
    source = random.Random(1)
    for file in files:
        for line in open(file, encoding="utf-8"):
            text = " ".join(line.rstrip("\n").split("\t")[-1].split())
            if text.isascii():
                if source.random() > 0.1:
                    continue
                words = text.split(" ")
                at = source.randrange(len(words))
                words[at] = "\u201c" + words[at] + "\u201d"
                text = " ".join(words) + " \u2014 it\u2019s\u2026"
            yield unicodedata.normalize("NFC", text), source.choice(WAYS)


def main():
    files = sys.argv[2:]
    if sys.argv[1] == "make":
        for text, way in corpus(files):
            print(broken(text, way).replace("\x85", "&#x85;"))
        return
    counts = {way: [0, 0, 0, 0] for way in WAYS}
    shown = 0
    for (text, way), ours in zip(corpus(files), sys.stdin):
        ours = ours.rstrip("\n")
        theirs = broken(text, way)
        for _ in range(3):
            theirs = ftfy.fix_encoding(theirs)
        theirs = unicodedata.normalize("NFC", " ".join(theirs.split()))
        count = counts[way]
        count[0] += 1
        count[1] += ours == text
        count[2] += theirs == text
        count[3] += ours == theirs
        if ours != text and shown < 15:
            shown += 1
            print("not restored:", way, "|", text, "|", ours, "| ftfy:", theirs)
    for way in WAYS:
        print("%-20s %6d captions, restored by us %d, by ftfy %d, equal %d" % (way, *counts[way]))


if __name__ == "__main__":
    main()
