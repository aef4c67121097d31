package io.pairstream.chaos.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Breaches as sentences: of each kind the first few, and how many there are in all. */
final class Breaches {

  /** Sentences that are kept of each kind. */
  static final int KEPT = 20;

  private final Map<Breach, Long> counts = new EnumMap<>(Breach.class);
  private final Map<Breach, List<String>> sentences = new EnumMap<>(Breach.class);

  void add(Breach breach, String sentence) {
    if (counts.merge(breach, 1L, Long::sum) <= KEPT) {
      sentences.computeIfAbsent(breach, kind -> new ArrayList<>()).add(sentence);
    }
  }

  boolean any(Breach breach) {
    return counts.containsKey(breach);
  }

  Map<Breach, Long> counts() {
    return Map.copyOf(counts);
  }

  /** All that are kept, by kind; where there are more, a last line says how many. */
  List<String> sentences() {
    List<String> all = new ArrayList<>();
    sentences.forEach(
        (breach, kept) -> {
          kept.forEach(sentence -> all.add(breach + ": " + sentence));
          long more = counts.get(breach) - kept.size();
          if (more > 0) {
            all.add(breach + ": and " + more + " more");
          }
        });
    return all;
  }
}
