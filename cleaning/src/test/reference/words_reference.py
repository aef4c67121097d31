"""Compares our Chinese words with those of jieba (pip install jieba==0.42.1).

    python words_reference.py CAPTIONS OURS

Both files are UTF-8 with a caption to a line; CAPTIONS may have a first column and a tab before it,
and OURS holds the same captions in words with single spaces between. Prints precision, recall and
F1 over words by their place in the caption's letters and digits.
"""

import logging
import sys

import jieba

jieba.setLogLevel(logging.ERROR)


def spans(words):
    at = 0
    found = set()
    for word in words:
        length = sum(c.isalnum() for c in word)
        if length:
            found.add((at, at + length))
        at += length
    return found


def main():
    right = said = wanted = lines = equal = 0
    for caption, ours in zip(open(sys.argv[1], encoding="utf-8"), open(sys.argv[2], encoding="utf-8")):
        theirs = spans(jieba.lcut(caption.rstrip("\n").split("\t")[-1]))
        mine = spans(ours.split())
        right += len(mine & theirs)
        said += len(mine)
        wanted += len(theirs)
        lines += 1
        equal += mine == theirs
    precision, recall = right / said, right / wanted
    print(
        "%d captions, %d equal, precision %.4f, recall %.4f, F1 %.4f"
        % (lines, equal, precision, recall, 2 * precision * recall / (precision + recall))
    )


if __name__ == "__main__":
    main()
