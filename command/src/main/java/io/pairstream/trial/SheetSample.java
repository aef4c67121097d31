package io.pairstream.trial;

import io.pairstream.cleaning.RejectReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Pairs for a contact sheet: kept ones drawn evenly from all, and some refused for each reason.
 *
 * <p>Drawn by pair id, which is a digest: those with the smallest ids are as good as drawn at
 * random, and the same each time. Not thread-safe.
 */
public final class SheetSample {

  private final int mostKept;
  private final int mostRefusedPerReason;
  private final NavigableSet<TriedPair> kept = byId();
  private final Map<RejectReason, NavigableSet<TriedPair>> refused =
      new EnumMap<>(RejectReason.class);

  /**
   * @param mostKept kept pairs on the sheet; each takes the size of its prepared image
   * @param mostRefusedPerReason refused pairs on the sheet
   */
  public SheetSample(int mostKept, int mostRefusedPerReason) {
    this.mostKept = mostKept;
    this.mostRefusedPerReason = mostRefusedPerReason;
  }

  /** Takes a pair, or passes it over. */
  public void add(TriedPair pair) {
    if (pair.verdict() instanceof Verdict.Kept) {
      add(kept, pair, mostKept);
    } else if (pair.verdict() instanceof Verdict.Refused verdict) {
      add(
          refused.computeIfAbsent(verdict.rejection().reason(), reason -> byId()),
          pair,
          mostRefusedPerReason);
    }
  }

  public List<TriedPair> kept() {
    return List.copyOf(kept);
  }

  public List<TriedPair> refused(RejectReason reason) {
    return new ArrayList<>(refused.getOrDefault(reason, byId()));
  }

  private static void add(NavigableSet<TriedPair> set, TriedPair pair, int most) {
    set.add(pair);
    if (set.size() > most) {
      set.pollLast();
    }
  }

  private static NavigableSet<TriedPair> byId() {
    return new TreeSet<>(Comparator.comparing(TriedPair::pairId).thenComparing(TriedPair::where));
  }
}
