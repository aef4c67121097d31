package io.pairstream.service.report;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

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

  static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

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
    int at = brace + 1;
    while (at < text.length() && text.charAt(at) != '}') {
      int equals = text.indexOf('=', at);
      if (equals < 0) {
        throw malformed(text);
      }
      String label = text.substring(at, equals);
      StringBuilder value = new StringBuilder();
      at = equals + 1;
      while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != '}') {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
          value.append(text.charAt(at) == 'n' ? '\n' : text.charAt(at));
        } else {
          value.append(text.charAt(at));
        }
        at++;
      }
      labels.put(label, value.toString());
      if (at < text.length() && text.charAt(at) == ',') {
        at++;
      }
    }
    if (at != text.length() - 1) {
      throw malformed(text);
    }
    return new Series(text.substring(0, brace), labels);
  }

  /** The same of text that others wrote; empty where it is no series. */
  public static Optional<Series> read(String text) {
    try {
      return Optional.of(parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    if (labels.isEmpty()) {
      return name;
    }
    StringBuilder text = new StringBuilder(name).append('{');
    for (Map.Entry<String, String> label : labels.entrySet()) {
      text.append(label.getKey()).append('=');
      String value = label.getValue();
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        switch (c) {
          case '\\', ',', '}' -> text.append('\\').append(c);
          case '\n' -> text.append("\\n");
          default -> text.append(c);
        }
      }
      text.append(',');
    }
    text.setCharAt(text.length() - 1, '}');
    return text.toString();
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

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "a series is written as name{label=value,label=value}, not '" + text + "'");
  }
}
