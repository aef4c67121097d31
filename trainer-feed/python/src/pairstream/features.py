"""Text features of captions, fitted on training pairs alone and kept with what they were fitted on.

``fit`` reads the captions of a training view and counts their words. What it comes to, :class:`TextFeatures`, turns any
captions, of any split, into ids of words, bags of words, TF-IDF or averaged word vectors. ``python -m
pairstream.features`` does both from a shell.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pairstream.errors import PairstreamError, SettingsError
from pairstream.opening import open as open_source
from pairstream.source import AnyView, Source
from pairstream.word2vec import Word2Vec

_FORMAT = 1

# Han characters, which stand without spaces: each is a word of its own.
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORDS = re.compile(rf"[{_HAN}]|[^\W{_HAN}]+")


def words(caption: str) -> list[str]:
    """The words of a caption: in lower case, runs of letters, digits and underscores; each Han character is one."""
    return _WORDS.findall(caption.lower())


def _jieba(caption: str) -> list[str]:
    import jieba

    return [one.strip() for one in jieba.cut(caption.lower()) if _WORDS.search(one)]


_SPLITTERS: dict[str, Callable[[str], list[str]]] = {"words": words, "jieba": _jieba}


@dataclass(frozen=True)
class Sparse:
    """Rows with few values in them, as SciPy's ``csr_matrix((values, indices, starts), shape)`` takes them.

    Args:
        starts: int64 [n + 1], where each row's values begin
        indices: int32 [values], columns, ascending within a row
        values: float64 [values]
    """

    starts: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float64]
    columns: int

    def dense(self) -> NDArray[np.float64]:
        """float64 [n, columns]."""
        rows = len(self.starts) - 1
        full = np.zeros((rows, self.columns))
        full[np.repeat(np.arange(rows), np.diff(self.starts)), self.indices] = self.values
        return full


@dataclass(frozen=True)
class TextFeatures:
    """Text features learnt from the captions of a training view. Immutable.

    Args:
        view: fingerprint of the view
        splitter: what makes words of a caption: ``words`` or ``jieba``
        captions: how many there were
        vocabulary: words in the order of their code points; a word's place is its id
        frequencies: of each word, the captions that have it
        vectors: float32 [words, size], all zero where the file had none; None where none were asked for
    """

    view: str
    splitter: str
    captions: int
    vocabulary: tuple[str, ...]
    frequencies: tuple[int, ...]
    vectors: NDArray[np.float32] | None = None

    @property
    def unknown(self) -> int:
        """The id of every word that is not in the vocabulary."""
        return len(self.vocabulary)

    @property
    def padding(self) -> int:
        """The id behind a caption's last word."""
        return len(self.vocabulary) + 1

    def ids(self, captions: Iterable[str], length: int) -> NDArray[np.int32]:
        """int32 [n, length], each caption's words by their ids; words behind the length are cut off."""
        rows = [self._ids(caption)[:length] for caption in captions]
        found = np.full((len(rows), length), self.padding, np.int32)
        for row, ids in zip(found, rows):
            row[: len(ids)] = ids
        return found

    def one_hot(self, ids: NDArray[np.int32]) -> NDArray[np.uint8]:
        """uint8 [n, length, words + 2], 1 at each id; the last two are of unknown words and of padding."""
        found: NDArray[np.uint8] = np.eye(len(self.vocabulary) + 2, dtype=np.uint8)[ids]
        return found

    def counts(self, captions: Iterable[str]) -> Sparse:
        """How often each word comes in each caption: [n, words]. Unknown words count nothing."""
        starts, indices, values = [0], [], []
        for caption in captions:
            row = sorted(Counter(one for one in self._ids(caption) if one != self.unknown).items())
            indices += [word for word, _ in row]
            values += [count for _, count in row]
            starts.append(len(indices))
        return Sparse(np.array(starts, np.int64), np.array(indices, np.int32), np.array(values, np.float64), len(self.vocabulary))

    def tfidf(self, captions: Iterable[str]) -> Sparse:
        """Counts times ``ln((1 + captions) / (1 + frequency)) + 1``, each row scaled to length 1: [n, words].

        As scikit-learn's TfidfVectorizer computes it by default.
        """
        counts = self.counts(captions)
        values = counts.values * self._idf[counts.indices]
        rows = np.repeat(np.arange(len(counts.starts) - 1), np.diff(counts.starts))
        norms = np.sqrt(np.bincount(rows, values * values, len(counts.starts) - 1))
        return Sparse(counts.starts, counts.indices, values / norms[rows], counts.columns)

    def mean_vectors(self, captions: Iterable[str]) -> NDArray[np.float32]:
        """float32 [n, size], the mean of the vectors of each caption's known words; 0 where it has none.

        Raises:
            SettingsError: where the features were fitted without vectors
        """
        if self.vectors is None:
            raise SettingsError("these features have no word vectors; fit them with vectors")
        known = np.asarray(self.vectors != 0).max(axis=1)
        rows = []
        for caption in captions:
            ids = [one for one in self._ids(caption) if one != self.unknown and known[one]]
            rows.append(self.vectors[ids].mean(axis=0, dtype=np.float64) if ids else np.zeros(self.vectors.shape[1]))
        return np.array(rows, np.float32).reshape(-1, self.vectors.shape[1])

    def to_json(self) -> str:
        """The features in one line; the same features give the same text."""
        root: dict[str, Any] = {
            "format": _FORMAT,
            "view": self.view,
            "splitter": self.splitter,
            "captions": self.captions,
            "vocabulary": list(self.vocabulary),
            "frequencies": list(self.frequencies),
        }
        if self.vectors is not None:
            root["vector_size"] = self.vectors.shape[1]
            root["vectors"] = base64.b64encode(self.vectors.astype("<f4").tobytes()).decode("ascii")
        return json.dumps(root, ensure_ascii=False, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """SHA-256 of :meth:`to_json` in UTF-8, lower-case hexadecimal."""
        return hashlib.sha256(self.to_json().encode("utf-8")).hexdigest()

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Writes ``features-DIGEST.json`` into a folder, wholly or not at all; returns its path."""
        target = Path(folder) / f"features-{self.digest}.json"
        beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(self.to_json(), encoding="utf-8")
        os.replace(beside, target)
        return target

    @staticmethod
    def load(path: str | os.PathLike[str]) -> TextFeatures:
        """Reads what :meth:`save` wrote.

        Raises:
            SettingsError: where the file is something else, or was changed since it got its name
        """
        name = os.fspath(path)
        try:
            root = json.loads(Path(path).read_text(encoding="utf-8"))
            if root["format"] != _FORMAT:
                raise SettingsError(f"{name}: features of format {root['format']}; this version reads {_FORMAT}")
            vectors = None
            if "vectors" in root:
                flat = np.frombuffer(base64.b64decode(root["vectors"]), "<f4").astype(np.float32)
                vectors = flat.reshape(len(root["vocabulary"]), root["vector_size"])
            found = TextFeatures(
                root["view"],
                _known_splitter(root["splitter"]),
                root["captions"],
                tuple(root["vocabulary"]),
                tuple(root["frequencies"]),
                vectors,
            )
        except (OSError, ValueError, KeyError, TypeError) as e:
            if isinstance(e, SettingsError):
                raise
            raise SettingsError(f"{name} holds no text features: {e}") from e
        if Path(path).name != f"features-{found.digest}.json":
            raise SettingsError(f"{name} is not what its name says: its digest is {found.digest}")
        return found

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.vocabulary)}

    @cached_property
    def _idf(self) -> NDArray[np.float64]:
        return np.log((1 + self.captions) / (1 + np.array(self.frequencies, np.float64))) + 1

    def _ids(self, caption: str) -> list[int]:
        return [self._places.get(word, self.unknown) for word in _SPLITTERS[self.splitter](caption)]


def fit(
    source: Source,
    view: AnyView,
    *,
    splitter: str = "words",
    min_captions: int = 1,
    max_words: int | None = None,
    vectors: str | os.PathLike[str] | Word2Vec | None = None,
) -> TextFeatures:
    """Learns from the captions of a training view. Reads each once, and decodes no image.

    Args:
        source: of the training split
        splitter: ``words``, or ``jieba`` for words of Chinese, which needs the package jieba
        min_captions: words that fewer captions have are left out
        max_words: the most frequent ones alone; of equally frequent ones those with smaller code points
        vectors: a file in the text format of word2vec or GloVe, of which the vocabulary's words are kept; or
            ``"word2vec"`` or :class:`Word2Vec`, to learn them from the captions

    Raises:
        SettingsError: where the view is not one of training pairs, or an argument cannot be
        PositionRefused: where records of the view have left the log
        Unavailable: where the broker or the registry does not answer
    """
    view = source.as_view(view)
    if source.split != "training" or view.topic != source.topic:
        raise SettingsError(
            f"features are fitted on training pairs alone, those of {source.dataset}.training; the view is one of "
            f"{view.topic}, the source one of {source.topic}"
        )
    return fit_captions(
        (caption for _, caption in source.captions(view)),
        view.fingerprint,
        splitter=splitter,
        min_captions=min_captions,
        max_words=max_words,
        vectors=vectors,
    )


def fit_captions(
    captions: Iterable[str],
    view: str,
    *,
    splitter: str = "words",
    min_captions: int = 1,
    max_words: int | None = None,
    vectors: str | os.PathLike[str] | Word2Vec | None = None,
) -> TextFeatures:
    """Features of captions that were read already, as :func:`fit` makes them; named by the view's fingerprint."""
    split = _SPLITTERS[_known_splitter(splitter)]
    if min_captions < 1 or (max_words is not None and max_words < 1):
        raise SettingsError(f"min_captions and max_words are at least 1, not {min_captions} and {max_words}")
    number = 0
    frequencies: Counter[str] = Counter()
    totals: Counter[str] = Counter()
    learnt = Word2Vec() if vectors == "word2vec" else vectors
    first_seen: dict[str, int] = {}
    text, lengths = array("i"), array("i")
    for caption in captions:
        found = split(caption)
        totals.update(found)
        frequencies.update(set(found))
        number += 1
        if isinstance(learnt, Word2Vec):
            text.extend(first_seen.setdefault(word, len(first_seen)) for word in found)
            lengths.append(len(found))
    kept = [word for word, frequency in frequencies.items() if frequency >= min_captions]
    if max_words is not None:
        kept = sorted(kept, key=lambda word: (-totals[word], word))[:max_words]
    kept.sort()
    of_words: NDArray[np.float32] | None = None
    if isinstance(learnt, Word2Vec):
        places = {word: place for place, word in enumerate(kept)}
        tokens = np.array([places.get(word, -1) for word in first_seen], np.int32)[np.array(text, np.int32)]
        numbers = np.repeat(np.arange(number, dtype=np.int32), lengths)
        of_words = learnt.train(tokens[tokens >= 0], numbers[tokens >= 0], len(kept))
    elif learnt is not None:
        of_words = read_vectors(learnt, kept)
    return TextFeatures(view, splitter, number, tuple(kept), tuple(frequencies[word] for word in kept), of_words)


def read_vectors(path: str | os.PathLike[str], vocabulary: Sequence[str]) -> NDArray[np.float32]:
    """The vectors of some words out of a file: a word and its numbers a line, with spaces between.

    word2vec's first line, of two numbers, is passed over; where a word comes twice, the first line counts.

    Args:
        vocabulary: all zero in the result where the file does not have the word

    Returns:
        float32 [words, size]

    Raises:
        SettingsError: where a line is none, or has another number of numbers
    """
    name = os.fspath(path)
    places = {word: place for place, word in enumerate(vocabulary)}
    found: dict[int, NDArray[np.float32]] = {}
    size = 0
    try:
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                parts = line.rstrip().split(" ")
                if number == 1 and len(parts) == 2 and parts[0].isdigit() and parts[1].isdigit():
                    size = int(parts[1])
                    continue
                size = size or len(parts) - 1
                # A few words of the large files have spaces in them.
                word = " ".join(parts[: len(parts) - size])
                if size < 1 or not word:
                    raise SettingsError(f"{name}, line {number}: expected a word and {size or 'some'} numbers")
                place = places.get(word)
                if place is not None and place not in found:
                    try:
                        found[place] = np.array(parts[len(parts) - size :], np.float32)
                    except ValueError as e:
                        raise SettingsError(f"{name}, line {number}: expected a word and {size} numbers: {e}") from e
    except (OSError, UnicodeDecodeError) as e:
        raise SettingsError(f"cannot read the word vectors {name}: {e}") from e
    if size < 1:
        raise SettingsError(f"{name} holds no word vectors")
    vectors = np.zeros((len(vocabulary), size), np.float32)
    for place, vector in found.items():
        vectors[place] = vector
    return vectors


class HiddenStates:
    """Captions as one vector each, out of the last hidden layer of a GPT-2-style model. Needs torch and transformers.

    Args:
        path: of a folder with the model's weights and settings, as ``save_pretrained`` writes it; nothing is fetched
        device: of torch: ``cpu``, ``cuda``
    """

    def __init__(self, path: str | os.PathLike[str], device: str = "cpu") -> None:
        from transformers import AutoModel

        if not (Path(path) / "config.json").is_file():
            raise SettingsError(f"{os.fspath(path)} is no folder of a model: it holds no config.json")
        self._model = AutoModel.from_pretrained(os.fspath(path), local_files_only=True).to(device).eval()
        self._device = device

    def __call__(self, tokens: NDArray[np.int32], mask: NDArray[np.uint8]) -> NDArray[np.float32]:
        """float32 [n, hidden]: the hidden state at each caption's last token, 0 where it has none.

        Args:
            tokens: int32 [n, length], of the model's own tokenizer, as a batch has them
            mask: uint8 [n, length], 1 for the caption's tokens, which come first

        Raises:
            SettingsError: where an id is not one of the model's
        """
        import torch

        vocabulary = self._model.config.vocab_size
        used = np.where(mask, tokens, 0)
        if used.size and (used.min() < 0 or used.max() >= vocabulary):
            raise SettingsError(
                f"the model has {vocabulary} tokens, the captions have {used.max()} among theirs: they were made by "
                "another tokenizer"
            )
        lengths = mask.astype(np.int64).sum(axis=1)
        with torch.inference_mode():
            states = self._model(
                input_ids=torch.from_numpy(used.astype(np.int64)).to(self._device),
                attention_mask=torch.from_numpy(np.maximum(mask, np.arange(mask.shape[1]) == 0).astype(np.int64)).to(
                    self._device
                ),
            ).last_hidden_state
            last = states[torch.arange(len(lengths)), torch.from_numpy(np.maximum(lengths - 1, 0))]
        found: NDArray[np.float32] = last.float().cpu().numpy()
        found[lengths == 0] = 0
        return found


def _known_splitter(splitter: str) -> str:
    if splitter not in _SPLITTERS:
        raise SettingsError(f"a splitter is {' or '.join(_SPLITTERS)}, not {splitter}")
    if splitter == "jieba":
        try:
            import jieba  # noqa: F401 - asked for here, so that a long reading does not end for want of it
        except ImportError as e:
            raise SettingsError("words of Chinese need the package jieba: pip install jieba") from e
    return splitter


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pairstream.features", description="Fit text features on the captions of a training view."
    )
    parser.add_argument("view", metavar="VIEW", help="a view of training pairs, as view cut wrote it")
    parser.add_argument("--to", required=True, metavar="DIR", help="folder for features-DIGEST.json")
    parser.add_argument("--platform", metavar="DIR", help="data directory of a platform on this machine")
    parser.add_argument("--bootstrap-servers", default="", metavar="HOST:PORT")
    parser.add_argument("--schema-registry", default="", metavar="URL")
    parser.add_argument("--dataset", default="pairs", metavar="NAME")
    parser.add_argument("--splitter", default="words", metavar="words|jieba")
    parser.add_argument("--min-captions", type=int, default=1, metavar="N")
    parser.add_argument("--max-words", type=int, metavar="N")
    parser.add_argument(
        "--vectors",
        metavar="FILE|word2vec",
        help="word vectors, in the text format of word2vec or GloVe; word2vec learns them from the captions",
    )
    for option in fields(Word2Vec):
        parser.add_argument(f"--{option.name}", type=int, metavar="N", help=f"of word2vec; by default {option.default}")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    given = _arguments().parse_args(arguments)
    options = {option.name: value for option in fields(Word2Vec) if (value := getattr(given, option.name)) is not None}
    try:
        if options and given.vectors != "word2vec":
            raise SettingsError(f"--{next(iter(options))} needs --vectors word2vec")
        source = open_source(
            given.bootstrap_servers, registry=given.schema_registry, platform=given.platform, dataset=given.dataset
        )
        fitted = fit(
            source,
            source.view(given.view),
            splitter=given.splitter,
            min_captions=given.min_captions,
            max_words=given.max_words,
            vectors=Word2Vec(**options) if options else given.vectors,
        )
        path = fitted.save(given.to)
    except PairstreamError as e:
        print(f"pairstream: {e}", file=sys.stderr)
        return 3
    print(f"{path}: words: {len(fitted.vocabulary)}, captions: {fitted.captions}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
