package io.pairstream.operations.recipe;

import io.pairstream.cleaning.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Counts pairs by name, and keeps some of each as examples. */
public final class Groups {

  static final int MOST_EXAMPLES = 3;

  private final Map<String, Long> counts = new TreeMap<>();
  private final Map<String, List<Example>> examples = new TreeMap<>();

  /** Pairs of which the same is said. */
  public record Group(String name, long count, List<Example> examples) {}

  /**
   * One of them.
   *
   * @param caption as received, or as published; empty where it is not at hand
   * @param measured with its unit; empty where nothing is measured
   * @param limit likewise
   */
  public record Example(
      String pairId, String caption, String detail, String measured, String limit) {

    static Example of(String pairId, String caption, Outcome<?> outcome) {
      return outcome.fold(
          kept -> new Example(pairId, caption, "", "", ""),
          no -> new Example(pairId, caption, no.detail(), no.measured(), no.limit()));
    }
  }

  void add(String name, Optional<Example> example) {
    counts.merge(name, 1L, Long::sum);
    if (wantsExample(name)) {
      example.ifPresent(examples.computeIfAbsent(name, any -> new ArrayList<>())::add);
    }
  }

  private boolean wantsExample(String name) {
    return examples.getOrDefault(name, List.of()).size() < MOST_EXAMPLES;
  }

  /** The largest group first. */
  List<Group> all() {
    return counts.entrySet().stream()
        .map(
            one ->
                new Group(
                    one.getKey(), one.getValue(), examples.getOrDefault(one.getKey(), List.of())))
        .sorted(Comparator.comparingLong(Group::count).reversed())
        .toList();
  }
}
