package io.pairstream.cleaning.tokens;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * The merges of a byte-pair encoding: which two neighbouring symbols become which one, and which
 * pair goes first.
 *
 * <p>Of all pairs in a word the one of lowest rank is merged, the leftmost of equals, until no pair
 * is left that has a rank. The pairs are kept in a heap, so that the work grows with the length
 * times its logarithm.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich, Haddow, Birch: Neural Machine
 *     Translation of Rare Words with Subword Units</a>
 */
final class PairMerges {

  private static final long NO_PAIR = -1;

  private final long[] pairs;
  private final int[] ranks;
  private final int[] merged;
  private final int mask;

  /** Without any merge yet; {@code most} is at least as many as are added. */
  PairMerges(int most) {
    int capacity = Integer.highestOneBit(Math.max(8, most) * 4 - 1);
    pairs = new long[capacity];
    Arrays.fill(pairs, NO_PAIR);
    ranks = new int[capacity];
    merged = new int[capacity];
    mask = capacity - 1;
  }

  /** Adds a merge before any word is merged; of a pair that is added twice the later one holds. */
  void add(int left, int right, int rank, int result) {
    long pair = pair(left, right);
    int slot = slot(pair);
    pairs[slot] = pair;
    ranks[slot] = rank;
    merged[slot] = result;
  }

  /**
   * Merges a word.
   *
   * @param symbols the word's symbols; overwritten with the result
   * @param count how many there are
   * @return how many are left
   */
  int merge(int[] symbols, int count) {
    if (count < 2) {
      return count;
    }
    int[] next = new int[count];
    int[] previous = new int[count];
    int[] slots = new int[count];
    PriorityQueue<Long> heap = new PriorityQueue<>(count);
    for (int i = 0; i < count; i++) {
      next[i] = i + 1 < count ? i + 1 : -1;
      previous[i] = i - 1;
      find(heap, symbols, next, slots, i);
    }
    while (!heap.isEmpty()) {
      long first = heap.poll();
      int at = (int) first;
      if (slots[at] < 0 || ranks[slots[at]] != (int) (first >>> 32)) {
        continue; // one of its symbols is merged with another since
      }
      int gone = next[at];
      symbols[at] = merged[slots[at]];
      slots[gone] = -1;
      next[at] = next[gone];
      if (next[at] >= 0) {
        previous[next[at]] = at;
      }
      find(heap, symbols, next, slots, at);
      if (previous[at] >= 0) {
        find(heap, symbols, next, slots, previous[at]);
      }
    }
    int left = 0;
    for (int i = 0; i >= 0; i = next[i]) {
      symbols[left++] = symbols[i];
    }
    return left;
  }

  /**
   * Merges a piece of text, from its bytes in UTF-8.
   *
   * @param bytes the symbol of each byte, as an unsigned number
   * @param lastBytes the symbol of each byte at the end of a piece
   */
  int[] ofBytes(String piece, int[] bytes, int[] lastBytes) {
    byte[] utf8 = piece.getBytes(StandardCharsets.UTF_8);
    int[] symbols = new int[utf8.length];
    for (int i = 0; i < utf8.length; i++) {
      symbols[i] = (i + 1 < utf8.length ? bytes : lastBytes)[utf8[i] & 0xFF];
    }
    return Arrays.copyOf(symbols, merge(symbols, symbols.length));
  }

  /**
   * Adds the merge of a symbol with the next one, if there is one, to the heap, whose first entry
   * has the lowest rank.
   */
  private void find(PriorityQueue<Long> heap, int[] symbols, int[] next, int[] slots, int at) {
    slots[at] = -1;
    if (next[at] >= 0) {
      long pair = pair(symbols[at], symbols[next[at]]);
      int slot = slot(pair);
      if (pairs[slot] == pair) {
        slots[at] = slot;
        heap.offer(((long) ranks[slot] << 32) | at);
      }
    }
  }

  private int slot(long pair) {
    int slot = (int) ((pair * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    while (pairs[slot] != pair && pairs[slot] != NO_PAIR) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }
}
