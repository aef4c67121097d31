"""Makes tokenizer.json files of many kinds, for tokens_reference.py to compare.

Needs, once:  pip install tokenizers==0.23.3 sentencepiece==0.2.3
Offline afterwards.

    python make_tokenizers.py --captions C --references R [--bert-vocab vocab.txt] --out DIR
    python make_tokenizers.py --small --out DIR

C is a folder of tab-separated captions to train on, R as in tokens_reference.py. The small ones are
trained on sentences in this file and are what the ordinary tests read.
"""

import argparse
import base64
import gzip
import io
import json
import os

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders
from tokenizers import models as M
from tokenizers import normalizers as N
from tokenizers import pre_tokenizers as T
from tokenizers import processors as P
from tokenizers import trainers as R

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+",
])
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
SMALL = [
    "A red bicycle leans against a white wall.", "Two dogs run along the beach at sunset.",
    "A woman holds an umbrella in the rain.", "The children's books are on the wooden table.",
    "A plate with rice, beans and 3 tomatoes.", "An old train crosses the stone bridge.",
    "\u4e00\u53ea\u68d5\u8272\u7684\u72d7\u5728\u8349\u5730\u4e0a\u5954\u8dd1\u3002", "\u4e24\u4e2a\u5b69\u5b50\u5728\u6d77\u8fb9\u73a9\u6c99\u5b50\u3002",
    "Un chat noir dort pr\u00e8s de la fen\u00eatre.", "\u0421\u043e\u0431\u0430\u043a\u0430 \u0431\u0435\u0436\u0438\u0442 \u043f\u043e \u043f\u043b\u044f\u0436\u0443.",
]


def charsmap():
    """The character map of SentencePiece's default rules, nmt_nfkc."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SMALL), model_writer=model, vocab_size=200, hard_vocab_limit=False, minloglevel=2)
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    return proto.normalizer_spec.precompiled_charsmap


def clip(folder):
    sys_letters = list(range(33, 127)) + list(range(0xA1, 0xAD)) + list(range(0xAE, 0x100))
    others = [b for b in range(256) if b not in sys_letters]
    letters = [chr(b) for b in sys_letters] + [chr(256 + i) for i in range(len(others))]
    with gzip.open(os.path.join(folder, "bpe_simple_vocab_16e6.txt.gz"), "rt", encoding="utf-8") as lines:
        merges = [tuple(m.split()) for m in lines.read().split("\n")[1 : 49152 - 256 - 2 + 1]]
    vocab = letters + [c + "</w>" for c in letters] + ["".join(m) for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
    t = Tokenizer(M.BPE({v: i for i, v in enumerate(vocab)}, merges, unk_token="<|endoftext|>", end_of_word_suffix="</w>", fuse_unk=False, continuing_subword_prefix=""))
    t.normalizer = N.Sequence([N.NFC(), N.Replace(Regex(r"\s+"), " "), N.Lowercase()])
    t.pre_tokenizer = T.Sequence([T.Split(Regex(CLIP), "removed", invert=True), T.ByteLevel(add_prefix_space=False)])
    t.post_processor = P.RobertaProcessing(("<|endoftext|>", 49407), ("<|startoftext|>", 49406), add_prefix_space=False, trim_offsets=False)
    t.add_special_tokens([AddedToken("<|startoftext|>", normalized=True, special=True), AddedToken("<|endoftext|>", normalized=False, special=True)])
    return t


def bert(t, **options):
    t.normalizer = N.BertNormalizer(**options)
    t.pre_tokenizer = T.BertPreTokenizer()
    return t


def bert_processing(t):
    t.post_processor = P.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", [(x, t.token_to_id(x)) for x in ("[CLS]", "[SEP]")])
    t.enable_padding(pad_id=t.token_to_id("[PAD]"), pad_token="[PAD]")
    return t


def trained(t, trainer, sentences):
    t.train_from_iterator(sentences, trainer)
    return t


def tokenizers(sentences, size):
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    quiet = dict(show_progress=False)

    t = Tokenizer(M.BPE())
    t.pre_tokenizer = T.ByteLevel(add_prefix_space=True)
    trained(t, R.BpeTrainer(vocab_size=size, initial_alphabet=T.ByteLevel.alphabet(), special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"], **quiet), sentences)
    t.post_processor = P.RobertaProcessing(("</s>", 2), ("<s>", 0))
    t.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    yield "bpe-roberta", t

    for name, pattern in (("bpe-llama3", LLAMA3), ("bpe-o200k", O200K)):
        t = Tokenizer(M.BPE(ignore_merges=name == "bpe-llama3"))
        t.pre_tokenizer = T.Sequence([T.Split(Regex(pattern), "isolated"), T.ByteLevel(add_prefix_space=False, use_regex=False)])
        trained(t, R.BpeTrainer(vocab_size=size, initial_alphabet=T.ByteLevel.alphabet(), special_tokens=["<|endoftext|>"], **quiet), sentences)
        if name == "bpe-llama3":
            t.post_processor = P.Sequence([P.ByteLevel(trim_offsets=False), P.TemplateProcessing("<|endoftext|> $A", "<|endoftext|> $A $B", [("<|endoftext|>", 0)])])
        yield name, t

    byte_tokens = [f"<0x{b:02X}>" for b in range(256)]
    t = Tokenizer(M.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = N.Sequence([N.Prepend("\u2581"), N.Replace(" ", "\u2581")])
    trained(t, R.BpeTrainer(vocab_size=size + 256, special_tokens=["<unk>", "<s>", "</s>"] + byte_tokens, limit_alphabet=200, **quiet), sentences)
    t.post_processor = P.TemplateProcessing("<s> $A", "<s> $A <s> $B", [("<s>", 1)])
    yield "bpe-llama", t

    t = Tokenizer(M.BPE(unk_token="[UNK]", continuing_subword_prefix="##", end_of_word_suffix="</w>"))
    t.normalizer = N.Sequence([N.NFKD(), N.StripAccents(), N.Lowercase(), N.Strip()])
    t.pre_tokenizer = T.Whitespace()
    trained(t, R.BpeTrainer(vocab_size=size, special_tokens=special, continuing_subword_prefix="##", end_of_word_suffix="</w>", limit_alphabet=150, **quiet), sentences)
    yield "bpe-marks", t

    t = Tokenizer(M.BPE(unk_token="[UNK]", fuse_unk=True))
    t.normalizer = N.NFKC()
    t.pre_tokenizer = T.Sequence([T.Metaspace(prepend_scheme="first"), T.Digits(individual_digits=True), T.Punctuation("merged_with_previous")])
    trained(t, R.BpeTrainer(vocab_size=size, special_tokens=special, limit_alphabet=150, **quiet), sentences)
    t.add_tokens([AddedToken("\u72d7", single_word=True, normalized=False), AddedToken("DOG", rstrip=True, lstrip=True, normalized=True), AddedToken("dogs", normalized=False)])
    yield "bpe-metaspace", t

    t = bert(Tokenizer(M.WordPiece(unk_token="[UNK]")), lowercase=True)
    yield "wordpiece-uncased", bert_processing(trained(t, R.WordPieceTrainer(vocab_size=size, special_tokens=special, **quiet), sentences))
    t = bert(Tokenizer(M.WordPiece(unk_token="[UNK]", max_input_chars_per_word=12)), lowercase=False, handle_chinese_chars=False)
    yield "wordpiece-cased", bert_processing(trained(t, R.WordPieceTrainer(vocab_size=size, special_tokens=special, limit_alphabet=300, **quiet), sentences))

    t = Tokenizer(M.Unigram())
    t.normalizer = N.Sequence([N.Precompiled(charsmap()), N.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = T.Sequence([T.WhitespaceSplit(), T.Metaspace()])
    trained(t, R.UnigramTrainer(vocab_size=size, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", **quiet), sentences)
    t.post_processor = P.TemplateProcessing("$A </s>", "$A </s> $B </s>", [("</s>", 1)])
    yield "unigram-t5", t

    t = Tokenizer(M.Unigram())
    t.normalizer = N.Sequence([N.Nmt(), N.NFKC(), N.Lowercase()])
    t.pre_tokenizer = T.Metaspace(prepend_scheme="never", split=False)
    trained(t, R.UnigramTrainer(vocab_size=size, special_tokens=["<unk>"] + byte_tokens, unk_token="<unk>", **quiet), sentences)
    stored = json.loads(t.to_str())
    stored["model"]["byte_fallback"] = True
    yield "unigram-bytes", Tokenizer.from_str(json.dumps(stored))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--captions")
    parser.add_argument("--references")
    parser.add_argument("--bert-vocab")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    sentences = SMALL * 3
    if not arguments.small:
        sentences = []
        for name in ("en.tsv", "zh.tsv"):
            with open(os.path.join(arguments.captions, name), encoding="utf-8") as lines:
                sentences += [line.rstrip("\n").split("\t", 1)[1] for line in lines]
    for name, t in tokenizers(sentences, 420 if arguments.small else 6000):
        t.save(os.path.join(arguments.out, name + ".json"), pretty=False)
    if arguments.references:
        clip(arguments.references).save(os.path.join(arguments.out, "clip-hf.json"), pretty=False)
    if arguments.bert_vocab:
        with open(arguments.bert_vocab, encoding="utf-8") as lines:
            vocab = {line.rstrip("\n"): i for i, line in enumerate(lines)}
        t = bert(Tokenizer(M.WordPiece(vocab, unk_token="[UNK]")), lowercase=True)
        t.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        bert_processing(t).save(os.path.join(arguments.out, "bert-chinese.json"), pretty=False)


main()
