package io.pairstream.operate.metrics;

import io.pairstream.operate.lag.judge.Sample;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads the text format as Prometheus does: one sample a line, in a label's value a backslash
 * before a backslash, a quotation mark, or an n for a line feed.
 */
record Samples(List<Sample> all) {

  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? (\\S+)");
  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

  record Sample(String name, Map<String, String> labels, double value) {}

  static Samples of(String text) {
    return new Samples(
        Arrays.stream(text.split("\n", -1))
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .map(Samples::sample)
            .toList());
  }

  List<Sample> named(String name) {
    return all.stream().filter(sample -> sample.name().equals(name)).toList();
  }

  /** The one sample of that name with these labels among others. */
  Sample one(String name, Map<String, String> labels) {
    List<Sample> found =
        named(name).stream()
            .filter(sample -> sample.labels().entrySet().containsAll(labels.entrySet()))
            .toList();
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " samples " + name + labels + " in " + named(name));
    }
    return found.get(0);
  }

  Set<String> names() {
    return all.stream().map(Sample::name).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Sample sample(String line) {
    Matcher sample = SAMPLE.matcher(line);
    if (!sample.matches()) {
      throw new AssertionError("no sample: " + line);
    }
    Map<String, String> labels = new TreeMap<>();
    Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
    while (label.find()) {
      labels.put(
          label.group(1),
          ESCAPED
              .matcher(label.group(2))
              .replaceAll(
                  sign ->
                      sign.group(1).equals("n") ? "\n" : Matcher.quoteReplacement(sign.group(1))));
    }
    String number = sample.group(3).replace("Inf", "Infinity");
    return new Sample(sample.group(1), labels, Double.parseDouble(number));
  }
}
