package io.pairstream.cli;

import io.pairstream.operations.profile.ProfileReport;
import io.pairstream.operations.profile.ProfileReport.Count;
import io.pairstream.operations.profile.ProfileReport.Histogram;
import io.pairstream.operations.profile.ProfileReport.NamedProducer;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.Table.Figure;
import io.pairstream.terminal.TerminalText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A data set's profile in lines. */
final class ProfileText {

  private static final int VALUE = 24;
  private static final int BAR = 19;
  private static final int MOST_VALUES = 8;
  private static final int MOST_PRODUCERS = 20;

  private final List<String> lines = new ArrayList<>();

  private ProfileText() {}

  /** The lines; whatever producers wrote stands in them as plain text. */
  static List<String> lines(String dataset, ProfileReport profile) {
    ProfileText text = new ProfileText();
    text.add(dataset, profile);
    return text.lines.stream().map(line -> TerminalText.fit(line, Table.COLUMNS)).toList();
  }

  private void add(String dataset, ProfileReport profile) {
    lines.add(
        "data set %s: %s accepted pairs".formatted(dataset, TerminalText.count(profile.pairs())));
    profile.since().ifPresent(since -> lines.add("the first record counted is of " + since));
    profile.counts().forEach(this::counts);
    profile.histograms().forEach(this::histogram);
    profile
        .truncatedShare()
        .ifPresent(share -> section("captions with more tokens than fit: " + percent(share)));
    if (!profile.words().isEmpty()) {
      section("words, and how many captions they stand in");
      String words =
          profile.words().stream()
              .map(word -> name(word.word()) + " " + TerminalText.count(word.count()))
              .collect(Collectors.joining(", "));
      TerminalText.wrapped(words, Table.COLUMNS - 2).forEach(line -> lines.add("  " + line));
    }
    if (!profile.producers().isEmpty()) {
      section("producers");
      producers(profile.producers());
    }
  }

  private void counts(String name, List<Count> values) {
    if (values.isEmpty()) {
      return;
    }
    section(name);
    long all = values.stream().mapToLong(Count::count).sum();
    int shown = values.size() > MOST_VALUES + 1 ? MOST_VALUES : values.size();
    Table table = new Table();
    values.subList(0, shown).forEach(one -> share(table, one.value(), one.count(), all));
    lines.addAll(table.lines());
    more(values.size() - shown);
  }

  private void histogram(String name, Histogram histogram) {
    List<Long> counts = histogram.counts();
    long all = counts.stream().mapToLong(count -> count).sum();
    if (all == 0) {
      return;
    }
    section(name + " (" + histogram.unit() + ")");
    Table table = new Table();
    for (int i = 0; i < counts.size(); i++) {
      if (counts.get(i) > 0) {
        share(table, range(histogram.edges(), i, counts.size()), counts.get(i), all);
      }
    }
    lines.addAll(table.lines());
  }

  private static String range(List<Double> edges, int bin, int bins) {
    if (bin == 0) {
      return "below " + edge(edges.get(1));
    }
    return edge(edges.get(bin))
        + (bin == bins - 1 ? " and more" : " to below " + edge(edges.get(bin + 1)));
  }

  private static String edge(double edge) {
    return edge == Math.rint(edge) ? TerminalText.count((long) edge) : decimal(edge, 3).text();
  }

  private void producers(List<NamedProducer> producers) {
    List<NamedProducer> shown = producers.subList(0, Math.min(MOST_PRODUCERS, producers.size()));
    Table table = new Table().row("", "", "accepted", "rejected", "copies", "rate", "top reason");
    for (NamedProducer one : shown) {
      double rate = one.acceptanceRate().orElse(Double.NaN);
      table.row(
          "",
          name(one.contributor()),
          one.accepted(),
          one.rejected(),
          one.copies(),
          new Figure(Double.isNaN(rate) ? "-" : percent(rate)),
          one.topReason());
    }
    lines.addAll(table.lines());
    more(producers.size() - shown.size());
  }

  private void section(String text) {
    lines.add("");
    lines.add(text);
  }

  private void more(int left) {
    if (left > 0) {
      lines.add("  and " + left + " more");
    }
  }

  private static void share(Table table, String value, long count, long all) {
    double part = (double) count / all;
    table.row("", name(value), bar(part), count, new Figure(percent(part)));
  }

  private static String name(String text) {
    return TerminalText.fit(text, VALUE);
  }

  private static String bar(double share) {
    return TerminalText.bar(share, BAR);
  }

  private static Figure decimal(double number, int digits) {
    return new Figure(String.format(Locale.ROOT, "%." + digits + "f", number));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
