"""The ids that Chinese-CLIP's own tokenizer makes, as lines for tokens-golden.tsv.

    bert_chinese_reference.py CN_CLIP_PACKAGE < TEXTS_AS_JSON_LINES

Left out of the golden lines are texts in which BERT's Python and Hugging Face's BertNormalizer differ,
and ours follows the latter: a capital sigma at the end of a word, and characters that are private,
unassigned or no characters, which no cleaned caption holds.

CN_CLIP_PACKAGE is the folder cn_clip/clip of the PyPI package cn_clip 1.6.0; needs the package six.
"""
import json
import sys

package = sys.argv[1]
sys.path.insert(0, package)
import bert_tokenizer  # noqa: E402

tokenizer = bert_tokenizer.FullTokenizer(vocab_file=package + "/vocab.txt")
for line in sys.stdin:
    text = json.loads(line)
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(text))
    print("bert-chinese", json.dumps(text), ",".join(map(str, ids)), sep="\t")
