package io.pairstream.cleaning.tokens;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * The merges of a byte-pair encoding: which two neighbouring symbols become which one, and which
 * pair goes first.
 *
 * <p>Of all pairs in a word the one of lowest rank is merged, the leftmost of equals, until no pair
 * is left that has a rank. A short word is searched for it again and again; a long one keeps its
 * pairs in a heap, so that the work grows with the length times its logarithm. Both give the same.
 * Immutable once built.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich, Haddow, Birch: Neural Machine
 *     Translation of Rare Words with Subword Units</a>
 */
final class PairMerges {

  /** In symbols. Above it the heap is faster. */
  private static final int SHORT_WORD = 48;

  private static final long NO_PAIR = -1;
  private static final int NO_RANK = Integer.MAX_VALUE;

  private final long[] pairs;
  private final int[] ranks;
  private final int[] merged;
  private final int mask;

  private PairMerges(int expected) {
    int capacity = Integer.highestOneBit(Math.max(8, expected) * 4 - 1);
    pairs = new long[capacity];
    Arrays.fill(pairs, NO_PAIR);
    ranks = new int[capacity];
    merged = new int[capacity];
    mask = capacity - 1;
  }

  /** Collects merges; of a pair that is added twice the later one holds. */
  static final class Builder {

    private final PairMerges merges;

    /** {@code most} is at least as many as are added. */
    Builder(int most) {
      merges = new PairMerges(most);
    }

    void add(int left, int right, int rank, int result) {
      long pair = pair(left, right);
      int slot = merges.slot(pair);
      merges.pairs[slot] = pair;
      merges.ranks[slot] = rank;
      merges.merged[slot] = result;
    }

    PairMerges build() {
      return merges;
    }
  }

  /**
   * Merges a word.
   *
   * @param symbols the word's symbols; overwritten with the result
   * @param count how many there are
   * @return how many are left
   */
  int merge(int[] symbols, int count) {
    return count <= SHORT_WORD ? mergeShort(symbols, count) : mergeLong(symbols, count);
  }

  private int mergeShort(int[] symbols, int length) {
    int count = length;
    int[] slots = new int[count];
    for (int i = 0; i + 1 < count; i++) {
      slots[i] = known(symbols[i], symbols[i + 1]);
    }
    while (true) {
      int best = NO_RANK;
      int at = -1;
      for (int i = 0; i + 1 < count; i++) {
        if (slots[i] >= 0 && ranks[slots[i]] < best) {
          best = ranks[slots[i]];
          at = i;
        }
      }
      if (at < 0) {
        return count;
      }
      symbols[at] = merged[slots[at]];
      count--;
      System.arraycopy(symbols, at + 2, symbols, at + 1, count - at - 1);
      System.arraycopy(slots, at + 2, slots, at + 1, Math.max(0, count - at - 1));
      if (at > 0) {
        slots[at - 1] = known(symbols[at - 1], symbols[at]);
      }
      if (at + 1 < count) {
        slots[at] = known(symbols[at], symbols[at + 1]);
      }
    }
  }

  private int mergeLong(int[] symbols, int count) {
    int[] next = new int[count];
    int[] previous = new int[count];
    int[] slots = new int[count];
    PriorityQueue<Long> heap = new PriorityQueue<>(count);
    for (int i = 0; i < count; i++) {
      next[i] = i + 1 < count ? i + 1 : -1;
      previous[i] = i - 1;
      slots[i] = i + 1 < count ? known(symbols[i], symbols[i + 1]) : -1;
      offer(heap, slots, i);
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
        slots[at] = known(symbols[at], symbols[next[at]]);
        offer(heap, slots, at);
      } else {
        slots[at] = -1;
      }
      int before = previous[at];
      if (before >= 0) {
        slots[before] = known(symbols[before], symbols[at]);
        offer(heap, slots, before);
      }
    }
    int left = 0;
    for (int i = 0; i >= 0; i = next[i]) {
      symbols[left++] = symbols[i];
    }
    return left;
  }

  private void offer(PriorityQueue<Long> heap, int[] slots, int at) {
    if (slots[at] >= 0) {
      heap.offer(((long) ranks[slots[at]] << 32) | at);
    }
  }

  /** Where the pair stands in the table; -1 if it is not merged. */
  private int known(int left, int right) {
    long pair = pair(left, right);
    int slot = slot(pair);
    return pairs[slot] == pair ? slot : -1;
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
