package io.pairstream.cleaning.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * SentencePiece's unigram model: of all ways to cut a piece in tokens the one with the highest sum
 * of scores, found from left to right (Viterbi). Immutable.
 *
 * @see <a href="https://arxiv.org/abs/1804.10959">Kudo: Subword Regularization</a>
 */
final class UnigramModel implements SubwordModel {

  /** How much worse than the worst token an unknown character is. */
  private static final double UNKNOWN_PENALTY = 10.0;

  private static final int ROOT = 0;
  private static final int NOWHERE = -1;

  private final Map<String, Integer> ids = new HashMap<>();
  private final double[] scores;
  private final int unknown;
  private final boolean bytesFallBack;
  private final double unknownScore;
  private final Trie trie;

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
    trie = new Trie(tokens.stream().mapToInt(String::length).sum() + 1);
    ids.forEach(trie::add);
  }

  @Override
  public void encode(String piece, TokenBuffer out) {
    int length = piece.length();
    double[] best = new double[length + 1];
    int[] from = new int[length + 1];
    int[] token = new int[length + 1];
    Arrays.fill(from, NOWHERE);
    for (int begin = 0; begin < length; ) {
      int next = begin + Character.charCount(piece.codePointAt(begin));
      boolean single = false;
      int node = ROOT;
      for (int end = begin; end < length; ) {
        node = trie.child(node, piece.charAt(end++));
        if (node == NOWHERE) {
          break;
        }
        int id = trie.token(node);
        if (id >= 0) {
          double score = scores[id] + best[begin];
          if (from[end] == NOWHERE || score > best[end]) {
            best[end] = score;
            from[end] = begin;
            token[end] = id;
          }
          single |= end == next;
        }
      }
      if (!single) {
        double score = unknownScore + best[begin];
        if (from[next] == NOWHERE || score > best[next]) {
          best[next] = score;
          from[next] = begin;
          token[next] = unknown;
        }
      }
      begin = next;
    }
    addPath(piece, from, token, out);
  }

  private void addPath(String piece, int[] from, int[] token, TokenBuffer out) {
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
    for (String part : parts) {
      Integer id = ids.get(part);
      if (id != null) {
        out.add(id);
      } else if (!(bytesFallBack && PairModel.ByteTokens.add(part, ids, out))) {
        out.add(unknown);
      }
    }
  }

  /** All tokens, character by character (UTF-16), in one open-addressing table. */
  private static final class Trie {

    private static final long EMPTY = -1;

    private final long[] edges;
    private final int[] targets;
    private final int[] tokens;
    private final int mask;
    private int nodes = 1;

    Trie(int mostNodes) {
      int capacity = Integer.highestOneBit(Math.max(8, mostNodes)) * 4;
      edges = new long[capacity];
      Arrays.fill(edges, EMPTY);
      targets = new int[capacity];
      tokens = new int[mostNodes + 1];
      Arrays.fill(tokens, -1);
      mask = capacity - 1;
    }

    void add(String token, int id) {
      int node = ROOT;
      for (int i = 0; i < token.length(); i++) {
        long edge = edge(node, token.charAt(i));
        int slot = slot(edge);
        if (edges[slot] == EMPTY) {
          edges[slot] = edge;
          targets[slot] = nodes++;
        }
        node = targets[slot];
      }
      tokens[node] = id;
    }

    int child(int node, char c) {
      long edge = edge(node, c);
      int slot = slot(edge);
      return edges[slot] == edge ? targets[slot] : NOWHERE;
    }

    /** The id of the token that ends at the node; -1 if none does. */
    int token(int node) {
      return tokens[node];
    }

    private int slot(long edge) {
      int slot = (int) ((edge * 0x9E3779B97F4A7C15L) >>> 32) & mask;
      while (edges[slot] != edge && edges[slot] != EMPTY) {
        slot = (slot + 1) & mask;
      }
      return slot;
    }

    private static long edge(int node, char c) {
      return ((long) node << 16) | c;
    }
  }
}
