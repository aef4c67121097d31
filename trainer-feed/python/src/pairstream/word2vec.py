"""Word vectors learnt from captions: skip-gram with negative sampling (https://arxiv.org/abs/1310.4546).

In NumPy, not by gensim: that is two more compiled packages, and results are repeatable only with one worker and a fixed
``PYTHONHASHSEED``. Here :class:`RandomNumbers` draws every number and ``einsum`` adds without BLAS and its threads: the
same captions, options and seed give the same bits on one kind of processor with one version of NumPy.

Three differences from the paper. The pairs of a batch share their negative words, for speed
(https://arxiv.org/abs/1604.04661). Steps are Adagrad's: a batch has each word of a small vocabulary many times, which
plain steps would add up. Frequent words are not subsampled: captions are short, and of 2,000 drawn ones gensim with its
usual 1e-3 learns nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from pairstream.errors import SettingsError
from pairstream.random_numbers import RandomNumbers

# Pairs of a step, and the negative words that they share.
_BATCH = 512
_SHARED = 32
# Words whose pairs are shuffled together: about 20 MB of pairs.
_PART = 1 << 17
_RATE = np.float32(0.1)


@dataclass(frozen=True)
class Word2Vec:
    """How word vectors are learnt.

    Args:
        dims: numbers of a vector
        window: words to each side at most; each place draws how many, from 1
        negative: words drawn at random for each pair, by their frequency to the power of 0.75
        epochs: passes over the captions
        seed: another gives other vectors
    """

    dims: int = 100
    window: int = 5
    negative: int = 5
    epochs: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if name != "seed" and value < 1:
                raise SettingsError(f"{name} of word2vec is at least 1, not {value}")

    def train(self, tokens: NDArray[np.int32], captions: NDArray[np.int32], words: int) -> NDArray[np.float32]:
        """float32 [words, dims].

        Args:
            tokens: int32 [n], ids of words as they follow each other, below ``words``
            captions: int32 [n], the number of the caption that each is of
        """
        random = RandomNumbers("word2vec", self.seed)
        noise = np.cumsum(np.bincount(tokens, minlength=words) ** 0.75)
        vectors = ((_uniform(random, words * self.dims) - 0.5) / self.dims).astype(np.float32).reshape(words, self.dims)
        contexts = np.zeros_like(vectors)
        vector_squares, context_squares = np.zeros_like(vectors), np.zeros_like(vectors)
        for start in [*range(0, len(tokens), _PART)] * self.epochs:
            part = slice(start, start + _PART)
            pairs = self._pairs(tokens[part], captions[part], random)
            for first in range(0, len(pairs), _BATCH):
                centres, around = pairs[first : first + _BATCH].T
                drawn = np.searchsorted(noise, _uniform(random, _SHARED) * noise[-1], side="right")
                centre, context, other = vectors[centres], contexts[around], contexts[drawn]
                near = _sigmoid(-np.einsum("nd,nd->n", centre, context))[:, None]
                far = _sigmoid(np.einsum("nd,kd->nk", centre, other)) * np.float32(-self.negative / _SHARED)
                _step(vectors, vector_squares, centres, near * context + np.einsum("nk,kd->nd", far, other))
                _step(
                    contexts,
                    context_squares,
                    np.concatenate((around, drawn)),
                    np.concatenate((near * centre, np.einsum("nk,nd->kd", far, centre))),
                )
        return vectors

    def _pairs(self, tokens: NDArray[np.int32], captions: NDArray[np.int32], random: RandomNumbers) -> NDArray[np.int32]:
        """int32 [n, 2], words and words near them, in random order."""
        reach = 1 + (_uniform(random, len(tokens)) * self.window).astype(np.int32)
        found = []
        for distance in range(1, self.window + 1):
            both = np.stack((tokens[:-distance], tokens[distance:]), axis=1)
            together = captions[:-distance] == captions[distance:]
            found.append(both[together & (reach[:-distance] >= distance)])
            found.append(both[together & (reach[distance:] >= distance)][:, ::-1])
        pairs = np.concatenate(found)
        return pairs[np.argsort(random.many_bits(len(pairs)), kind="stable")]


def _uniform(random: RandomNumbers, count: int) -> NDArray[np.float64]:
    """float64 [count], from 0 to below 1."""
    return (random.many_bits(count) >> np.uint64(11)) * 2.0**-53


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.float32(0.5) * (1 + np.tanh(np.float32(0.5) * x))


def _step(
    rows: NDArray[np.float32], squares: NDArray[np.float32], ids: NDArray[np.int32], gradients: NDArray[np.float32]
) -> None:
    """Adds to each row of an id what Adagrad makes of the sum of its gradients."""
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    starts = np.flatnonzero(np.diff(ids, prepend=-1))
    ids = ids[starts]
    sums = np.add.reduceat(gradients[order], starts, axis=0)
    squares[ids] += sums * sums
    rows[ids] += _RATE * sums / np.sqrt(squares[ids] + np.float32(1e-8))
