package io.pairstream.service.report;

import io.pairstream.schemas.Metric;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Name and labels of one number that changes over time.
 *
 * @param name letters, digits and underscores, no digit first; one that only grows ends with {@code
 *     _total}
 * @param labels values by label, whose names are made like {@code name}; a value may be any text
 */
public record Series(String name, SortedMap<String, String> labels) {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  /**
   * @throws IllegalArgumentException for a name or a label that is none
   */
  public Series {
    requireName(name);
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    labels.keySet().forEach(Series::requireName);
  }

  /**
   * A series.
   *
   * @param labels names and values by turns
   */
  public static Series of(String name, String... labels) {
    return new Series(name, labelled(labels));
  }

  /** The series of a metric in another process's report; empty where its names are none. */
  public static Optional<Series> of(Metric metric) {
    try {
      String part = metric.getPart().isEmpty() ? "" : "_" + metric.getPart();
      return Optional.of(new Series(metric.getName() + part, new TreeMap<>(metric.getLabels())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static SortedMap<String, String> labelled(String... labels) {
    if (labels.length % 2 != 0) {
      throw new IllegalArgumentException("each label has a name and a value");
    }
    SortedMap<String, String> map = new TreeMap<>();
    for (int i = 0; i < labels.length; i += 2) {
      map.put(labels[i], labels[i + 1]);
    }
    return map;
  }

  private static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a name has letters, digits and '_', no digit first, not '" + name + "'");
    }
  }
}
