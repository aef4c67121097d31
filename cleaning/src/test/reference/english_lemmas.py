"""Makes what EnglishLemmas works with from WordNet 3.0 (Debian's package wordnet-base has it).

    python english_lemmas.py --wordnet /usr/share/wordnet > .../words/english-lemmas.txt

A line of two words is an irregular form and its lemma. A line of one word is a verb, or, with a
comma before it, a noun that ends like one in the plural without its s.
"""

import argparse
import re

# Forms of verbs that are nouns or adjectives more often in captions.
NO_FORMS = "ground stove dove rose saw left bore wound fell lay bit shed stole bound".split()

WORD = re.compile("[a-z]+")


def lemmas(path):
    for line in open(path, encoding="ascii"):
        word = line.split(" ", 1)[0]
        if not line.startswith(" ") and WORD.fullmatch(word):
            yield word


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wordnet", required=True)
    folder = parser.parse_args().wordnet + "/"
    irregular = {}
    for part in ("verb", "noun", "adj"):
        for line in open(folder + part + ".exc", encoding="ascii"):
            form, lemma = line.split()[:2]
            known = WORD.fullmatch(form) and WORD.fullmatch(lemma)
            if known and form != lemma and form not in NO_FORMS:
                irregular.setdefault(form, lemma)
    for form in sorted(irregular):
        print(form, irregular[form])
    for noun in sorted(set(lemmas(folder + "index.noun"))):
        if re.fullmatch("[a-z]{2,}(s|x|z|ch|sh)e", noun):
            print("," + noun)
    for verb in sorted(set(lemmas(folder + "index.verb"))):
        if len(verb) > 1:
            print(verb)


if __name__ == "__main__":
    main()
