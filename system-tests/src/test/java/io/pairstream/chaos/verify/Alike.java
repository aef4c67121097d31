package io.pairstream.chaos.verify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What all outputs of one group must hold alike, and nobody but they can say: where some hold
 * otherwise, what most hold is right. Kept are the first few places of each value.
 *
 * @param <G> what outputs are grouped by
 * @param <V> what they hold
 */
final class Alike<G, V> {

  private final Map<G, Map<V, Holders>> groups = new LinkedHashMap<>();

  /** Outputs of a group that hold the same. */
  private static final class Holders {
    long count;
    final List<Site> sites = new ArrayList<>();
  }

  /** Gets an output with what it holds, and the same of one that holds what most do. */
  interface Odd<V> {
    void accept(Site site, V held, Site rightSite, V right);
  }

  void add(G group, V value, Site site) {
    Holders holders =
        groups
            .computeIfAbsent(group, each -> new LinkedHashMap<>())
            .computeIfAbsent(value, each -> new Holders());
    holders.count++;
    if (holders.sites.size() < Breaches.KEPT) {
      holders.sites.add(site);
    }
  }

  /** Tells the first few outputs of each value that is not what most of their group hold. */
  void odd(Odd<V> each) {
    for (Map<V, Holders> values : groups.values()) {
      Map.Entry<V, Holders> right =
          values.entrySet().stream()
              .max(Comparator.comparingLong(entry -> entry.getValue().count))
              .orElseThrow();
      Site rightSite = right.getValue().sites.get(0);
      values.forEach(
          (value, holders) -> {
            if (holders != right.getValue()) {
              holders.sites.forEach(site -> each.accept(site, value, rightSite, right.getKey()));
            }
          });
    }
  }
}
