package io.pairstream.tools.recipe;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Rejection;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.service.rejection.Measurements;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts pairs by name, and keeps some of each as examples.
 *
 * @param <E> an example
 */
public final class Groups<E> {

  static final int MOST_EXAMPLES = 3;

  private final Map<String, Long> counts = new TreeMap<>();
  private final Map<String, List<E>> examples = new HashMap<>();

  /** Pairs of which the same is said. */
  public record Group<E>(String name, long count, List<E> examples) {}

  /**
   * A pair.
   *
   * @param caption as received, or as published; empty where it is not at hand
   * @param measured what a rejection rests on
   */
  public record Example(String pairId, String caption, String detail, Measured measured) {

    static Example of(String pairId, String caption, Rejection no) {
      return new Example(pairId, caption, no.detail(), no.measured());
    }

    static Example of(QuarantinedPair of, String caption) {
      return new Example(
          of.getPairId(), caption, of.getDetail(), Measurements.read(of.getMeasured()));
    }
  }

  /**
   * Adds a pair.
   *
   * @param example null where the pair is only counted
   */
  public void add(String name, E example) {
    counts.merge(name, 1L, Long::sum);
    List<E> some = examples.computeIfAbsent(name, any -> new ArrayList<>());
    if (example != null && some.size() < MOST_EXAMPLES) {
      some.add(example);
    }
  }

  /** The largest group first. */
  public List<Group<E>> all() {
    return counts.entrySet().stream()
        .map(one -> new Group<>(one.getKey(), one.getValue(), examples.get(one.getKey())))
        .sorted(Comparator.comparingLong(Group<E>::count).reversed())
        .toList();
  }
}
