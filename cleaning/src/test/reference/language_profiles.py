"""Makes the n-gram weights that IdentifyLanguage works with, and judges them.

The counts are those of com.optimaize.languagedetector:language-detector:0.6 (Apache License 2.0),
made from Wikipedia's abstracts; the jar is on Maven Central. Needs nothing but Python.

    python language_profiles.py --jar language-detector-0.6.jar profiles > .../caption/profiles.txt
    python language_profiles.py --jar language-detector-0.6.jar judge FILE.tsv...

`judge` takes lines of a language tag, a tab and a text, and prints the share of texts whose
language is found, by language, and the worst confusions.
"""

import argparse
import collections
import json
import math
import sys
import unicodedata
import zipfile

# The languages of each script that has several, and what Optimaize calls them.
LATIN = (
    "af ca cs cy da de en es et eu fi fr ga hr hu id is it lt lv nl no pl pt ro sk sl sq sv sw tl tr vi"
).split()
CYRILLIC = "be bg mk ru sr uk".split()
ARABIC = "ar fa ur".split()
DEVANAGARI = "hi mr ne".split()
GROUPS = {"LATIN": LATIN, "CYRILLIC": CYRILLIC, "ARABIC": ARABIC, "DEVANAGARI": DEVANAGARI}
LANGUAGES = [language for group in GROUPS.values() for language in group]

FLOOR = 1e-5  # a rarer n-gram counts as one that does not occur
STEP = 8  # weights are in eighths of a nat above the floor


def weights(jar):
    """{n-gram: {language: weight}}"""
    table = collections.defaultdict(dict)
    for script, language in [(s, l) for s, group in GROUPS.items() for l in group]:
        profile = json.loads(jar.read("languages/" + language))
        totals = profile["n_words"]
        counts = collections.Counter()
        for gram, count in profile["freq"].items():
            lower = gram.lower()
            if len(lower) == len(gram) and all(c == " " or is_of(script, c) for c in lower):
                counts[lower] += count
        for gram, count in counts.items():
            weight = round(STEP * math.log(count / totals[len(gram) - 1] / FLOOR))
            if gram.strip() and weight > 0:
                table[gram][language] = min(weight, 93)
    return table


def is_of(script, c):
    return (c.isalpha() or is_mark(c)) and unicodedata.name(c, "").startswith(script)


def is_mark(c):
    return unicodedata.category(c).startswith("M")


def write(table, out):
    """First line: the languages. Then an n-gram, a tab, and two characters for each language that
    has it: its place in the first line from '!', its weight from '!'."""
    out.write(" ".join(LANGUAGES) + "\n")
    for gram in sorted(table):
        row = table[gram]
        out.write(gram + "\t")
        for language, weight in sorted(row.items(), key=lambda item: LANGUAGES.index(item[0])):
            out.write(chr(33 + LANGUAGES.index(language)) + chr(33 + weight))
        out.write("\n")


def letters(text):
    kept = "".join(c if c.isalpha() or is_mark(c) else " " for c in text.lower())
    return " " + " ".join(kept.split()) + " "


def score(table, text, lengths=(1, 2, 3)):
    scores = collections.Counter()
    prepared = letters(text)
    grams = 0
    for n in lengths:
        for i in range(len(prepared) - n + 1):
            grams += 1
            for language, weight in table.get(prepared[i : i + n], {}).items():
                scores[language] += weight
    return scores, grams


def judge(table, files, temperature):
    right = collections.Counter()
    total = collections.Counter()
    confusions = collections.Counter()
    bins = collections.defaultdict(lambda: [0, 0, 0.0])
    for file in files:
        for line in open(file, encoding="utf-8"):
            language, text = line.rstrip("\n").split("\t", 1)
            scores, _ = score(table, text)
            group = max(GROUPS.values(), key=lambda g: max(scores[l] for l in g))
            best = max(group, key=lambda l: scores[l])
            total[language] += 1
            right[language] += best == language
            if best != language:
                confusions[language, best] += 1
            z = sum(math.exp((scores[l] - scores[best]) / STEP / temperature) for l in group)
            b = bins[int(10 / z)]
            b[0] += 1
            b[1] += best == language
            b[2] += 1 / z
    print(sum(right.values()) / sum(total.values()), "of", sum(total.values()))
    print({l: round(right[l] / total[l], 3) for l in sorted(total)})
    print(confusions.most_common(12))
    for key in sorted(bins):
        n, good, said = bins[key]
        print("confidence %.2f right %.2f of %d" % (said / n, good / n, n))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jar", required=True)
    parser.add_argument("--temperature", type=float, default=4.0)
    parser.add_argument("what", choices=["profiles", "judge"])
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    table = weights(zipfile.ZipFile(arguments.jar))
    if arguments.what == "profiles":
        write(table, sys.stdout)
    else:
        judge(table, arguments.files, arguments.temperature)


if __name__ == "__main__":
    main()
