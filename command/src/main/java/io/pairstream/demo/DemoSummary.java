package io.pairstream.demo;

import io.pairstream.terminal.TerminalText;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a demo came to.
 *
 * @param published pairs and records that went in
 * @param quarantine turned away, by reason
 * @param batches batches that were handed to the trainer
 * @param pairsPerSecond from the first raw append to the last committed output
 */
public record DemoSummary(
    long published,
    long training,
    long validation,
    long test,
    SortedMap<String, Long> quarantine,
    long batches,
    double pairsPerSecond,
    Audit audit) {

  /**
   * What the audit found.
   *
   * @param inputs raw coordinates that were looked at
   * @param differences coordinates that did not leave by exactly one output
   */
  public record Audit(long inputs, long differences) {}

  public DemoSummary {
    quarantine = new TreeMap<>(quarantine);
  }

  /** For a person, in lines. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    row(text, "published", published);
    row(text, "training", training);
    row(text, "validation", validation);
    row(text, "test", test);
    row(text, "quarantine", quarantine.values().stream().mapToLong(count -> count).sum());
    quarantine.forEach((reason, count) -> row(text, "  " + reason, count));
    row(text, "batches", batches);
    text.append(String.format(Locale.ROOT, "%-36s %,10.0f%n", "pairs per second", pairsPerSecond));
    text.append(
        String.format(
            Locale.ROOT,
            "audit: %,d differences (%,d inputs, each in exactly one output%s)%n",
            audit.differences(),
            audit.inputs(),
            audit.differences() == 0 ? "" : " but for these"));
    return text.toString();
  }

  private static void row(StringBuilder text, String name, long count) {
    text.append(String.format(Locale.ROOT, "%-36s %10s%n", name, TerminalText.count(count)));
  }
}
