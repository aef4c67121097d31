"""Makes the Unicode tables of the tokenizers, as the Python references see the code points.

Needs, once:  pip install tokenizers==0.23.3 unicodedata2==16.0.0 regex==2024.11.6
Offline afterwards; Python 3.11.

    python unicode_tables.py classes    > .../tokens/code-point-classes.txt
    python unicode_tables.py lower-case > .../tokens/lower-case.txt

Every class but the general categories is asked of the tokenizers package itself, code point by code
point, because its parts carry tables of different Unicode versions.
"""

import sys

import regex
import unicodedata2
from tokenizers import normalizers as N
from tokenizers import pre_tokenizers as T

EVERY = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def ranges(characters):
    found = []
    for code_point in sorted(map(ord, characters)):
        if found and found[-1][1] == code_point - 1:
            found[-1][1] = code_point
        else:
            found.append([code_point, code_point])
    return found


def bert(**on):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return N.BertNormalizer(**{**off, **on}).normalize_str


def inert():
    """Code points that the normal forms of the tokenizers package leave alone and reorder nothing
    around, though Unicode 16 or a later one does: they are not in that package's tables."""
    nfd, nfkd = N.NFD().normalize_str, N.NFKD().normalize_str
    found = set()
    for c in EVERY:
        known = unicodedata2.category(c) != "Cn"
        decomposes = nfkd(c) != c
        ccc = unicodedata2.combining(c)
        moves = ccc != 0 and (
            nfd("a\u0301" + c) != "a\u0301" + c if ccc < 230 else nfd("a" + c + "\u0316") != "a" + c + "\u0316"
        )
        if not known and not decomposes:
            found.add(c)
        if known and (ccc != 0 and not moves):
            found.add(c)
        if known and nfkd(c) != unicodedata2.normalize("NFKD", c):
            if decomposes:
                sys.exit(f"U+{ord(c):04X} decomposes otherwise than in Unicode 16")
            found.add(c)
    return found


def classes():
    punctuation = T.Punctuation("removed").pre_tokenize_str
    word = T.Whitespace().pre_tokenize_str
    digits = T.Digits(False).pre_tokenize_str
    clean = bert(clean_text=True)
    marks = bert(strip_accents=True)
    accents = N.StripAccents().normalize_str
    spaces = set("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {chr(c) for c in range(0x2000, 0x200B)}
    yield "punctuation", [c for c in EVERY if punctuation(c) == []]
    yield "word", [c for c in EVERY if c not in spaces and len(word("a" + c)) == 1]
    yield "numeric", [c for c in EVERY if len(digits("a" + c)) == 2]
    yield "bert-removed", [c for c in EVERY if clean(c) == ""]
    yield "bert-space", [c for c in EVERY if clean(c) == " "]
    yield "bert-mark", [c for c in EVERY if marks(c) == ""]
    yield "accent", [c for c in EVERY if accents(c) == ""]
    yield "inert", inert()
    # How clusters are made, for what is shorter than 6 bytes; the package cannot be asked directly.
    cluster = regex.compile(r"\X")
    yield "extending", [c for c in EVERY if cluster.match("a" + c).end() == 2]
    yield "prepended", [c for c in EVERY if cluster.match(c + "a").end() == 2]
    yield "alone", [c for c in EVERY if cluster.match(c + "\u0301").end() == 1]
    categories = {}
    for c in EVERY:
        categories.setdefault(unicodedata2.category(c), []).append(c)
    for name in sorted(categories):
        if name != "Cn":
            yield name, categories[name]


def lower_case():
    """Per line: a code point and what it becomes; then, as ignorable and cased, what stands around a capital
    sigma: code points that are looked through, and those that are letters with case."""
    lower = N.Lowercase().normalize_str
    for c in EVERY:
        if lower(c) != c:
            yield f"{ord(c):X} " + " ".join(f"{ord(x):X}" for x in lower(c))
    ignorable, cased = [], []
    for c in EVERY:
        last = ("a\u03a3" + c).lower()[1]
        between = ("a\u03a3" + c + "a").lower()[1]
        if last == "\u03c3":
            cased.append(c)
        elif between == "\u03c3":
            ignorable.append(c)
    for name, some in (("ignorable", ignorable), ("cased", cased)):
        for first, last in ranges(some):
            yield f"{name} {first:X} {last:X}"


if sys.argv[1] == "classes":
    print("# Classes of code points as tokenizers 0.23.3 sees them, and the general categories of")
    print("# Unicode 16.0; first and last code point in hex. Made by unicode_tables.py.")
    for name, characters in classes():
        for first, last in ranges(characters):
            print(f"{name} {first:X} {last:X}")
else:
    print("# Lower case as tokenizers 0.23.3 makes it; for the final sigma, as Python 3.11 sees it, what")
    print("# is looked through (ignorable) and what has case (cased). Made by unicode_tables.py.")
    for line in lower_case():
        print(line)
