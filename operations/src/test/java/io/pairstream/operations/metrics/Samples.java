package io.pairstream.operations.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads the text format as Prometheus does: one sample a line, in a label's value a backslash
 * before a backslash, a quotation mark, or an n for a line feed.
 */
record Samples(List<Sample> all) {

  record Sample(String name, Map<String, String> labels, double value) {}

  static Samples of(String text) {
    List<Sample> samples = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (!line.isEmpty() && !line.startsWith("#")) {
        samples.add(sample(line));
      }
    }
    return new Samples(samples);
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
    int at = 0;
    while (at < line.length() && line.charAt(at) != '{' && line.charAt(at) != ' ') {
      at++;
    }
    String name = line.substring(0, at);
    Map<String, String> labels = new TreeMap<>();
    if (line.charAt(at) == '{') {
      at++;
      while (line.charAt(at) != '}') {
        int equals = line.indexOf('=', at);
        String label = line.substring(at, equals);
        StringBuilder value = new StringBuilder();
        at = equals + 2;
        while (line.charAt(at) != '"') {
          if (line.charAt(at) == '\\') {
            at++;
            value.append(line.charAt(at) == 'n' ? '\n' : line.charAt(at));
          } else {
            value.append(line.charAt(at));
          }
          at++;
        }
        labels.put(label, value.toString());
        at++;
        if (line.charAt(at) == ',') {
          at++;
        }
      }
      at++;
    }
    String number = line.substring(at).strip();
    return new Sample(
        name,
        labels,
        number.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(number));
  }
}
