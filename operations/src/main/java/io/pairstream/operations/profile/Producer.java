package io.pairstream.operations.profile;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of one contributor's pairs.
 *
 * @param accepted pairs that stand in a split
 * @param rejected pairs that stand in quarantine, without copies
 * @param copies records that were turned away because the pair was accepted before
 * @param reasons rejected pairs by reason; at most as many as the closed list has
 */
record Producer(long accepted, long rejected, long copies, Map<String, Long> reasons) {

  static final Producer NEW = new Producer(0, 0, 0, Map.of());

  Producer {
    reasons = Map.copyOf(reasons);
  }

  long records() {
    return accepted + rejected + copies;
  }

  /**
   * The most frequent reason; of equal ones the first in the alphabet; empty where there is none.
   */
  String topReason() {
    return reasons.entrySet().stream()
        .min(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElse("");
  }

  /** The same with that many more; below 0 nothing goes. */
  Producer with(long moreAccepted, long moreRejected, long moreCopies, String reason) {
    Map<String, Long> changed = new TreeMap<>(reasons);
    if (moreRejected != 0) {
      changed.merge(reason, moreRejected, Long::sum);
      changed.values().removeIf(count -> count <= 0);
    }
    return new Producer(
        Math.max(0, accepted + moreAccepted),
        Math.max(0, rejected + moreRejected),
        copies + moreCopies,
        changed);
  }

  Producer plus(Producer other) {
    Map<String, Long> sum = new TreeMap<>(reasons);
    other.reasons.forEach((reason, count) -> sum.merge(reason, count, Long::sum));
    return new Producer(
        accepted + other.accepted, rejected + other.rejected, copies + other.copies, sum);
  }
}
