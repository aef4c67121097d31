"""Compares the ids of every tokenizer with those of its Python reference, text by text.

Needs, once:  pip install tiktoken==0.14.0 tokenizers==0.23.3 regex==2024.11.6 ftfy==6.3.1
Offline afterwards. --references names a folder with the references that no package carries alone:

    clip_simple_tokenizer.py, bpe_simple_vocab_16e6.txt.gz    openai/CLIP (also in clip-anytorch)
    glide_bpe.py, encoder.json.gz, vocab.bpe.gz               openai/glide-text2im
    r50k_base.tiktoken                                        tiktoken's GPT-2 ranks
    *.json                                                    any tokenizer.json to compare

--captions names a folder of tab-separated captions, --classes a Java class path with PrintIds.

    python tokens_reference.py --references R --captions C --classes P compare [NAME ...]
    python tokens_reference.py --references R golden  > .../tokens/tokens-golden.tsv
    python tokens_reference.py --references R --captions C corpus > corpus.jsonl

The texts: every caption, every caption made dirty (case, accents taken apart, entities, wide
letters, invisible characters, emoji, special tokens), and texts made of hostile pieces. regex is
pinned because a later one knows letters of Unicode 17, which the tables here do not.
"""

import argparse
import base64
import glob
import importlib.util
import json
import os
import random
import subprocess
import sys
import unicodedata

import regex
import tiktoken
from tokenizers import Tokenizer

SPECIAL = ["<|startoftext|>", "<|endoftext|>", "<|StartOfText|>", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "[UNK]",
           "<s>", "</s>", "<pad>", "<unk>", "<|\u017ftartoftext|>", "<mask>", "<extra_id_0>", "<0x41>", "\u2581"]
SPACES = [" ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2003", "\u2028", "\u0085", "\u001c", "\u200b", "\ufeff"]
EMOJI = ["\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f1e8\U0001f1e6", "1\ufe0f\u20e3", "\u2764\ufe0f\u200d\U0001f525",
         "\U0001f44d\U0001f3fd", "\U0001f3f4\U000e0067\U000e0062\U000e007f", "\U0001f600", "\u00a9\ufe0f"]
WORDS = ["'s", "'\u017f", "'S", "'ll", "'LL", "'re", "'ve", "'d", "'m", "'t", "''", "don't", "\u03a3", "\u039f\u03a3", "\u03a3\u03ba\u03cd\u03bb\u03bf\u03c2", "\u039f\u0394\u039f\u03a3.", "\u03a3'\u03a3",
         "\u0130stanbul", "I", "\u0131", "\u1e9e", "\u00df", "\ufb01", "\ufb06", "\u212a", "\u212b", "e\u0301", "\u00e9", "\u1100\u1161\u11a8", "\uac01", "\uff21\uff22", "\uff76\uff9e",
         "x\u00b2", "\u2168", "\u2460", "\u0663", "\u096a", "1234567", "3.14", "\u4e00\u53ea\u72d7", "\u5168\u89d2\uff0c", "\u304c", "\u304b\u3099", "\u0e01\u0e33", "\u0915\u094d\u200d\u0937",
         "\u0f71\u0f72", "a\u0327\u0301", "a\u0301\u0327", "\u1e9b\u0323", "\u0958", "\u2126", "\u00bd", "\u33a2", "\ufdfa", "--", "...", "\u2026", "\u201c", "&amp;", "<b>", "http://x.y/z?q=1", "a_b", "#tag", "@me",
         "\u32ff", "\ua7cb", "\u1c89", "\U00010d50", "\U00010d70", "\U00031350", "\U0001d400", "\U00011f04", "\u0378", "\U000e0001", "\ufffd", "\u0000", "\u007f", "\u00ad", "\ue000", "\ufffe"]


def hostile(r):
    kind = r.randrange(7)
    if kind == 0:  # any code points
        return "".join(code_point(r, 0x110000) for _ in range(r.randrange(1, 40)))
    if kind == 1:  # of the first plane
        return "".join(code_point(r, 0x10000) for _ in range(r.randrange(1, 40)))
    if kind == 2:  # of one block
        start = r.randrange(0, 0x20000, 0x80)
        return "".join(safe(start + r.randrange(0x80)) for _ in range(r.randrange(1, 40)))
    if kind == 3:  # a long run
        return r.choice(WORDS + EMOJI + SPACES + list("a!9 ")) * r.randrange(1, 120)
    if kind == 4:  # base letters under many marks
        return "".join(
            r.choice("aeiou\u03b1\u05d0\u0915\u0e01") + "".join(chr(r.randrange(0x300, 0x370)) for _ in range(r.randrange(5)))
            for _ in range(r.randrange(1, 15))
        )
    if kind == 5:  # ASCII noise
        return "".join(chr(r.randrange(128)) for _ in range(r.randrange(1, 60)))
    return "".join(r.choice(r.choice([WORDS, WORDS, SPECIAL, SPACES, EMOJI])) + r.choice(["", "", " "]) for _ in range(r.randrange(1, 20)))


def safe(code_point):
    return " " if 0xD800 <= code_point <= 0xDFFF else chr(code_point)


def code_point(r, below):
    return safe(r.randrange(below))


def dirtied(r, text):
    kind = r.randrange(9)
    at = r.randrange(len(text) + 1)
    if kind == 0:
        return text.upper()
    if kind == 1:
        return unicodedata.normalize("NFD", text) + " caf\u00e9".upper()
    if kind == 2:
        return text.replace(" ", r.choice(SPACES))
    if kind == 3:
        return text[:at] + r.choice(SPECIAL) + text[at:]
    if kind == 4:
        return text[:at] + r.choice(EMOJI) + text[at:]
    if kind == 5:
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    if kind == 6:
        return text.encode().decode("latin-1")
    if kind == 7:
        return text[:at] + hostile(r)[:30] + text[at:]
    return "".join(c.upper() if r.random() < 0.3 else c for c in text) + r.choice(["!!!", "  ", "'s", "\u03a3"])


def corpus(captions, hostile_count):
    r = random.Random(20261120)
    plain = []
    for name in ("en.tsv", "zh.tsv"):
        with open(os.path.join(captions, name), encoding="utf-8", newline="\n") as lines:
            plain += [line.rstrip("\n").split("\t", 1)[1] for line in lines]
    return plain + [dirtied(r, text) for text in plain] + [hostile(r) for _ in range(hostile_count)]


def module(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


# Capital letters younger than Python 3.11, which leaves them as they are.
NEWER_CAPITALS = set("\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc") | set(
    map(chr, [*range(0x10D50, 0x10D66), *range(0x16EA0, 0x16EB9)])
)


class Gpt2:
    recipe = "tokens: {tokenizer: gpt2}"
    length, pad, before, after = 128, 50256, [], []

    def __init__(self, folder):
        with open(os.path.join(folder, "r50k_base.tiktoken"), "rb") as lines:
            ranks = {base64.b64decode(t): int(i) for t, i in map(bytes.split, lines)}
        pattern = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
        self.encoding = tiktoken.Encoding(name="gpt2", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})

    def ids(self, texts):
        return self.encoding.encode_ordinary_batch(texts)

    def takes(self, text):
        return True


class Glide:
    recipe = "tokens: {tokenizer: glide}"
    length, pad, before, after = 128, 50256, [], []

    def __init__(self, folder):
        glide = module(os.path.join(folder, "glide_bpe.py"), "glide_bpe")
        glide.__file__ = os.path.join(folder, "glide_bpe.py")
        self.encoder = glide.get_encoder()

    def ids(self, texts):
        return map(self.encoder.encode, texts)

    def takes(self, text):
        return NEWER_CAPITALS.isdisjoint(text)


class Clip:
    """OpenAI's tokenizer without its cleaning of the text: the text's own ids."""

    recipe = "tokens: {tokenizer: clip, special-in-text: true}"
    length, pad, before, after = 77, 0, [49406], [49407]

    def __init__(self, folder):
        clip = module(os.path.join(folder, "clip_simple_tokenizer.py"), "clip_simple_tokenizer")
        clip.basic_clean = lambda text: text
        self.tokenizer = clip.SimpleTokenizer(os.path.join(folder, "bpe_simple_vocab_16e6.txt.gz"))

    def ids(self, texts):
        return map(self.tokenizer.encode, texts)

    def takes(self, text):
        # The reference's strip() takes U+001C to U+001F for white space, its pattern does not.
        return NEWER_CAPITALS.isdisjoint(text) and text.strip() == regex.sub(r"^\s+|\s+$", "", text)


class ClipOrdinary(Clip):
    """CLIP's tokenizer, with special tokens in the text taken for ordinary text."""

    recipe = "tokens: {tokenizer: clip}"

    def __init__(self, folder):
        super().__init__(folder)
        self.tokenizer.cache = {}
        pattern = self.tokenizer.pat.pattern
        assert pattern.startswith(r"<\|startoftext\|>|<\|endoftext\|>|")
        self.tokenizer.pat = regex.compile(pattern[len(r"<\|startoftext\|>|<\|endoftext\|>|") :], regex.IGNORECASE)


class Dalle(Clip):
    recipe = "tokens: {tokenizer: dalle, special-in-text: true}"
    length, before, after = 256, [], []


class HuggingFace:
    def __init__(self, path, special_in_text):
        self.tokenizer = Tokenizer.from_file(path)
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.tokenizer.encode_special_tokens = not special_in_text
        self.recipe = "tokens: {tokenizer: hf, length: 64, pad-id: 1, file: '%s', special-in-text: %s}" % (
            path, str(special_in_text).lower())
        self.length, self.pad = 64, 1
        empty = self.tokenizer.encode("", add_special_tokens=True).ids
        probe = self.tokenizer.encode("a", add_special_tokens=True).ids
        bare = self.tokenizer.encode("a", add_special_tokens=False).ids
        at = next(i for i in range(len(probe) + 1) if probe[i : i + len(bare)] == bare)
        self.before, self.after = probe[:at], probe[at + len(bare) :]
        assert self.before + self.after == empty

    def ids(self, texts):
        return [e.ids for e in self.tokenizer.encode_batch(texts, add_special_tokens=False)]

    def takes(self, text):
        return True


def references(folder):
    found = {"gpt2": lambda: Gpt2(folder), "glide": lambda: Glide(folder), "clip": lambda: Clip(folder),
             "clip-ordinary": lambda: ClipOrdinary(folder), "dalle": lambda: Dalle(folder)}
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        name = os.path.basename(path)[: -len(".json")]
        found[name] = lambda path=path: HuggingFace(path, False)
        found[name + "+special"] = lambda path=path: HuggingFace(path, True)
    return found


def fixed(reference, ids):
    kept = ids[: reference.length - len(reference.before) - len(reference.after)]
    padded = reference.before + list(kept) + reference.after
    return padded + [reference.pad] * (reference.length - len(padded))


def compare(name, reference, texts, classes):
    texts = [text for text in texts if reference.takes(text)]
    java = subprocess.run(
        ["java", "-Xss512k", "-cp", classes, "io.pairstream.cleaning.tokens.PrintIds", reference.recipe],
        input="\n".join(map(json.dumps, texts)).encode(), stdout=subprocess.PIPE, check=True,
    )
    ours = java.stdout.decode().splitlines()
    assert len(ours) == len(texts), (len(ours), len(texts))
    different = 0
    for text, line, ids in zip(texts, ours, reference.ids(texts)):
        ids = list(ids)
        theirs = ",".join(map(str, ids)) + ";" + ",".join(map(str, fixed(reference, ids)))
        if line != theirs:
            different += 1
            if different <= 5:
                print(f"{name}: {text!a:.300}\n  ours   {line.split(';')[0]:.300}\n  theirs {theirs.split(';')[0]:.300}")
    print(f"{name}: {len(texts)} texts, {different} different", flush=True)
    return different


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--references", required=True)
    parser.add_argument("--captions")
    parser.add_argument("--classes")
    parser.add_argument("--hostile", type=int, default=50_000)
    parser.add_argument("what", choices=["compare", "corpus", "golden"])
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    if arguments.what == "golden":
        r = random.Random(7)
        texts = ["", " ", "A red bicycle leans against a wall.", "\u4e00\u53ea\u68d5\u8272\u7684\u72d7\u5728\u8349\u5730\u4e0a\u3002", "a" * 600, "ab" * 100]
        known = [word for word in WORDS if NEWER_CAPITALS.isdisjoint(word)]
        texts += [" ".join(known), "".join(known), "a\u0345b \u03b1\u0345 \u0399\u0345", "x\u00b2\u00bd- \u00b9"]
        texts += [" ".join(WORDS), "".join(WORDS), " ".join(SPECIAL), "".join(EMOJI), "a".join(SPACES)]
        texts += [hostile(r)[:200] for _ in range(30)]
        print("# Tokenizer, text as a JSON string, ids; tabs between. Made by tokens_reference.py.")
        for name, make in references(arguments.references).items():
            if arguments.names and name not in arguments.names:
                continue
            reference = make()
            some = [text for text in texts if reference.takes(text)]
            for text, ids in zip(some, reference.ids(some)):
                print(name + "\t" + json.dumps(text) + "\t" + ",".join(map(str, ids)))
        return
    texts = corpus(arguments.captions, arguments.hostile)
    if arguments.what == "corpus":
        for text in texts:
            print(json.dumps(text))
        return
    different = 0
    for name, make in references(arguments.references).items():
        if not arguments.names or name in arguments.names:
            different += compare(name, make(), texts, arguments.classes)
    sys.exit(1 if different else 0)


main()
