"""Texts that Hugging Face's tokenizers make of ids: tokenizer, ids, text.

    python decoded_reference.py JSON > decoded-golden.tsv

JSON is the folder with make_tokenizers.py's small files, which get a decoder here. Needs, once: pip install tokenizers==0.23.3
"""

import pathlib
import sys

from tokenizers import Tokenizer, decoders

TEXTS = [
    "A red bicycle leans against a white wall.",
    "Two dogs, aren't they? It's the children's!",
    "A café, 3 tomatoes — 一只棕色的狗在草地上奔跑。 🚲",
    "we've seen 'it', they're i'm",
]


def tidied(text, name):
    """As transformers' clean_up_tokenization, which follows where the tokenizer is one of words' pieces."""
    tight = [".", "?", "!", ",", "' ", "n't", "'m", "'s", "'ve", "'re"] if name.startswith("word") else []
    for part in tight:
        text = text.replace(" " + part, part.strip())
    return text.strip()


def main():
    for name in ("bpe-roberta.json", "bpe-llama3.json", "bpe-o200k.json", "wordpiece-cased.json", "wordpiece-uncased.json"):
        tokenizer = Tokenizer.from_file(str(pathlib.Path(sys.argv[1]) / name))
        tokenizer.decoder = decoders.ByteLevel() if name.startswith("bpe") else decoders.WordPiece("##", True)
        for text in TEXTS:
            ids = tokenizer.encode(text).ids
            print(name, " ".join(map(str, ids)), tidied(tokenizer.decode(ids, skip_special_tokens=True), name), sep="\t")


if __name__ == "__main__":
    main()
