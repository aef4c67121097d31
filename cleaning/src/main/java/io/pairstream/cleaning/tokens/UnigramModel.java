package io.pairstream.cleaning.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * SentencePiece's unigram model: of all ways to cut a piece in tokens the one with the highest sum
 * of scores, found from left to right (Viterbi). Immutable.
 *
 * @see <a href="https://arxiv.org/abs/1804.10959">Kudo: Subword Regularization</a>
 */
final class UnigramModel implements Function<String, int[]> {

  /** Score of an unknown character below that of the worst token. */
  private static final double UNKNOWN_PENALTY = 10.0;

  private static final int NOWHERE = -1;

  private final Map<String, Integer> ids = new HashMap<>();
  private final double[] scores;
  private final int unknown;
  private final boolean bytesFallBack;
  private final double unknownScore;
  private final int longest;

  /**
   * {@code tokens} and their {@code scores}, natural logarithms of probabilities, are in the order
   * of the ids; {@code unknown} is the id for characters without a token; {@code bytesFallBack} is
   * as in {@link PairModel}.
   */
  UnigramModel(List<String> tokens, double[] scores, int unknown, boolean bytesFallBack) {
    this.scores = scores.clone();
    this.unknown = unknown;
    this.bytesFallBack = bytesFallBack;
    for (int id = 0; id < tokens.size(); id++) {
      ids.put(tokens.get(id), id);
    }
    unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
    longest = tokens.stream().mapToInt(String::length).reduce(2, Math::max);
  }

  @Override
  public int[] apply(String piece) {
    int length = piece.length();
    double[] best = new double[length + 1];
    int[] from = new int[length + 1];
    int[] token = new int[length + 1];
    Arrays.fill(from, NOWHERE);
    for (int begin = 0; begin < length; ) {
      int next = begin + Character.charCount(piece.codePointAt(begin));
      for (int end = begin + 1; end <= Math.min(length, begin + longest); end++) {
        Integer known = ids.get(piece.substring(begin, end));
        if (known != null || end == next) {
          int id = known == null ? unknown : known;
          double score = (known == null ? unknownScore : scores[id]) + best[begin];
          if (from[end] == NOWHERE || score > best[end]) {
            best[end] = score;
            from[end] = begin;
            token[end] = id;
          }
        }
      }
      begin = next;
    }
    return path(piece, from, token);
  }

  private int[] path(String piece, int[] from, int[] token) {
    List<String> parts = new ArrayList<>();
    for (int end = piece.length(); end > 0; ) {
      int begin = from[end];
      if (token[end] == unknown) { // a run of unknown characters is one part
        while (begin > 0 && token[begin] == unknown) {
          begin = from[begin];
        }
      }
      parts.add(piece.substring(begin, end));
      end = begin;
    }
    Collections.reverse(parts);
    return parts.stream().flatMapToInt(this::idsOf).toArray();
  }

  private IntStream idsOf(String part) {
    Integer id = ids.get(part);
    List<Integer> bytes = id == null && bytesFallBack ? PairModel.byteTokens(part, ids) : List.of();
    return bytes.isEmpty()
        ? IntStream.of(id == null ? unknown : id)
        : bytes.stream().mapToInt(Integer::intValue);
  }
}
