package io.pairstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.terminal.TerminalText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A data set's profile, as its JSON has it, in lines of at most 80 columns. */
final class ProfileText {

  private static final int COLUMNS = 80;
  private static final int VALUE = 24;
  private static final int PRODUCER = 20;
  private static final int BAR = 20;
  private static final int MOST_VALUES = 8;
  private static final int MOST_PRODUCERS = 20;

  private final List<String> lines = new ArrayList<>();

  private ProfileText() {}

  /** The lines; whatever producers wrote stands in them as plain text. */
  static List<String> lines(JsonNode profile) {
    ProfileText text = new ProfileText();
    text.head(profile);
    text.counts(profile);
    text.histograms(profile);
    text.words(profile);
    text.producers(profile);
    text.balance(profile);
    return text.lines.stream()
        .map(line -> TerminalText.fit(line, COLUMNS).stripTrailing())
        .toList();
  }

  private void head(JsonNode profile) {
    lines.add(
        "data set "
            + profile.path("dataset").asText()
            + ": "
            + TerminalText.count(profile.path("pairs").longValue())
            + " accepted pairs");
    if (profile.path("since").isTextual()) {
      lines.add("the first record counted is of " + profile.path("since").asText());
    }
    if (!profile.path("ready").booleanValue()) {
      lines.add("still reading: there are more");
    }
  }

  private void counts(JsonNode profile) {
    for (Map.Entry<String, JsonNode> count : profile.path("counts").properties()) {
      if (!count.getValue().isEmpty()) {
        heading(count.getKey());
        values(count.getValue());
      }
    }
  }

  private void values(JsonNode values) {
    long all = sum(values);
    int shown = 0;
    for (JsonNode value : values) {
      if (shown == MOST_VALUES && values.size() > MOST_VALUES + 1) {
        lines.add("  and " + (values.size() - shown) + " more");
        return;
      }
      bar(value.path("value").asText(), value.path("count").longValue(), all);
      shown++;
    }
  }

  private void histograms(JsonNode profile) {
    for (Map.Entry<String, JsonNode> histogram : profile.path("histograms").properties()) {
      JsonNode counts = histogram.getValue().path("counts");
      long all = 0;
      int first = counts.size();
      int last = -1;
      for (int i = 0; i < counts.size(); i++) {
        if (counts.get(i).longValue() > 0) {
          all += counts.get(i).longValue();
          first = Math.min(first, i);
          last = i;
        }
      }
      if (all == 0) {
        continue;
      }
      heading(histogram.getKey() + " (" + histogram.getValue().path("unit").asText() + ")");
      JsonNode edges = histogram.getValue().path("edges");
      for (int i = first; i <= last; i++) {
        bar(range(edges, i, counts.size()), counts.get(i).longValue(), all);
      }
    }
    if (profile.path("truncated_share").isNumber()) {
      lines.add("");
      lines.add(
          "captions with more tokens than fit: "
              + share(profile.path("truncated_share").doubleValue()));
    }
  }

  private static String range(JsonNode edges, int bin, int bins) {
    if (bin == 0) {
      return "below " + edge(edges.path(1));
    }
    if (bin == bins - 1) {
      return edge(edges.path(bin)) + " and more";
    }
    return edge(edges.path(bin)) + " to below " + edge(edges.path(bin + 1));
  }

  private static String edge(JsonNode edge) {
    return edge.isIntegralNumber()
        ? TerminalText.count(edge.longValue())
        : String.format(Locale.ROOT, "%.3f", edge.doubleValue());
  }

  private void words(JsonNode profile) {
    if (profile.path("words").isEmpty()) {
      return;
    }
    heading("words, and how many captions they stand in");
    StringBuilder line = new StringBuilder(" ");
    for (JsonNode word : profile.path("words")) {
      String next =
          " "
              + TerminalText.fit(word.path("word").asText(), VALUE)
              + " "
              + TerminalText.count(word.path("count").longValue())
              + ",";
      if (TerminalText.columns(line.toString()) + TerminalText.columns(next) > COLUMNS) {
        lines.add(line.toString());
        line = new StringBuilder(" ");
      }
      line.append(next);
    }
    lines.add(line.substring(0, line.length() - 1));
  }

  private void producers(JsonNode profile) {
    JsonNode producers = profile.path("producers");
    if (producers.isEmpty()) {
      return;
    }
    lines.add("");
    lines.add(
        padded("producers", PRODUCER)
            + String.format(
                Locale.ROOT, " %9s %9s %8s %5s", "accepted", "rejected", "copies", "rate")
            + "  top reason");
    int shown = 0;
    for (JsonNode producer : producers) {
      if (shown == MOST_PRODUCERS) {
        lines.add("  and " + (producers.size() - shown) + " more");
        break;
      }
      lines.add(
          padded("  " + producer.path("contributor").asText(), PRODUCER)
              + String.format(
                  Locale.ROOT,
                  " %9s %9s %8s %5s",
                  TerminalText.count(producer.path("accepted").longValue()),
                  TerminalText.count(producer.path("rejected").longValue()),
                  TerminalText.count(producer.path("copies").longValue()),
                  producer.path("acceptance_rate").isNumber()
                      ? String.format(
                          Locale.ROOT,
                          "%.0f %%",
                          100 * producer.path("acceptance_rate").doubleValue())
                      : "-")
              + "  "
              + producer.path("top_reason").asText());
      shown++;
    }
  }

  private void balance(JsonNode profile) {
    if (profile.path("balance").isEmpty()) {
      return;
    }
    heading("evenness (1: every value has as many pairs)");
    for (JsonNode category : profile.path("balance")) {
      double evenness = category.path("evenness").doubleValue();
      lines.add(
          "  "
              + padded(category.path("category").asText(), VALUE)
              + padded(TerminalText.bar(evenness, BAR - 1), BAR)
              + String.format(Locale.ROOT, " %13.2f", evenness));
    }
  }

  private void heading(String text) {
    lines.add("");
    lines.add(text);
  }

  private void bar(String value, long count, long all) {
    double part = all == 0 ? 0 : (double) count / all;
    lines.add(
        "  "
            + padded(value, VALUE)
            + padded(TerminalText.bar(part, BAR - 1), BAR)
            + String.format(Locale.ROOT, " %13s %7s", TerminalText.count(count), share(part)));
  }

  private static long sum(JsonNode values) {
    long sum = 0;
    for (JsonNode value : values) {
      sum += value.path("count").longValue();
    }
    return sum;
  }

  private static String share(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  private static String padded(String text, int columns) {
    String fitting = TerminalText.fit(text, columns - 1);
    return fitting + " ".repeat(Math.max(0, columns - TerminalText.columns(fitting)));
  }
}
