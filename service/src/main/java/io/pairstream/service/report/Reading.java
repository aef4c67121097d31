package io.pairstream.service.report;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The numbers and facts of a process at one moment, being gathered. Not thread-safe. */
public final class Reading {

  private final SortedMap<String, Long> counters = new TreeMap<>();
  private final SortedMap<String, Double> gauges = new TreeMap<>();
  private final SortedMap<String, String> facts = new TreeMap<>();

  /**
   * A total since the process started.
   *
   * @param name ends with {@code _total}; a time ends with {@code _nanoseconds_total}
   * @param labels names and values by turns
   */
  public Reading counter(String name, long value, String... labels) {
    counters.put(Series.of(name, labels).toString(), value);
    return this;
  }

  /**
   * A present value.
   *
   * @param name ends with its unit, if it has one
   * @param value NaN where nobody knows it, which leaves it out
   * @param labels names and values by turns
   */
  public Reading gauge(String name, double value, String... labels) {
    if (!Double.isNaN(value)) {
      gauges.put(Series.of(name, labels).toString(), value);
    }
    return this;
  }

  /** A present value that is a whole number. */
  public Reading gauge(String name, long value, String... labels) {
    return gauge(name, (double) value, labels);
  }

  /** Something that does not change while the process runs. Never a secret. */
  public Reading fact(String name, String value) {
    facts.put(name, value);
    return this;
  }

  /** All counters, by the text of their {@link Series}. */
  public Map<String, Long> counters() {
    return counters;
  }

  /** All gauges, likewise. */
  public Map<String, Double> gauges() {
    return gauges;
  }

  /** All facts, by name. */
  public Map<String, String> facts() {
    return facts;
  }
}
