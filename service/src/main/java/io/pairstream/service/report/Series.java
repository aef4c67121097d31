package io.pairstream.service.report;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The name of one number that changes over time: {@code rejected_total{reason=IMAGE_TOO_SMALL}}.
 *
 * <p>In that text a backslash stands before a comma, a closing brace or a backslash of a label's
 * value, and {@code \n} is a line feed.
 *
 * @param name letters, digits and underscores, no digit first; one that only grows ends with {@code
 *     _total}
 * @param labels values by label, whose names are made like {@code name}; a value may be any text
 */
public record Series(String name, SortedMap<String, String> labels) {

  private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
  private static final Pattern LABEL = Pattern.compile("([^=]*)=((?:[^\\\\,}]|\\\\.)*)(?:,|}$)");

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

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException for other text
   */
  public static Series parse(String text) {
    int brace = text.indexOf('{');
    if (brace < 0) {
      return of(text);
    }
    SortedMap<String, String> labels = new TreeMap<>();
    Matcher label = LABEL.matcher(text).region(brace + 1, text.length());
    int end = brace + 1;
    while (label.lookingAt()) {
      labels.put(label.group(1), unescaped(label.group(2)));
      end = label.end();
      label.region(end, text.length());
    }
    if (end < text.length() || !text.endsWith("}")) {
      throw new IllegalArgumentException(
          "a series is written as name{label=value,label=value}, not '" + text + "'");
    }
    return new Series(text.substring(0, brace), labels);
  }

  private static String unescaped(String value) {
    return Pattern.compile("\\\\(.)")
        .matcher(value)
        .replaceAll(
            escaped ->
                escaped.group(1).equals("n") ? "\n" : Matcher.quoteReplacement(escaped.group(1)));
  }

  /** Parses text of another process; empty where the text is no series. */
  public static Optional<Series> read(String text) {
    try {
      return Optional.of(parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return labels.isEmpty()
        ? name
        : labels.entrySet().stream()
            .map(label -> label.getKey() + "=" + escaped(label.getValue()))
            .collect(Collectors.joining(",", name + "{", "}"));
  }

  private static String escaped(String value) {
    return value.replaceAll("[\\\\,}]", "\\\\$0").replace("\n", "\\n");
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
