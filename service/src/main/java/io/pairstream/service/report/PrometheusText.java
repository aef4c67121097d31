package io.pairstream.service.report;

import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Route;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Metrics as Prometheus reads them, text format 0.0.4.
 *
 * <p>A family is written where it was first named, with all its samples; a sample that is given
 * again stands instead of the first. Not thread-safe: one for each answer.
 *
 * <p>Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
public final class PrometheusText {

  private static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Map<String, Family> families = new LinkedHashMap<>();

  /**
   * A number that goes up and down.
   *
   * @param help what it is, in a sentence; empty where there is nothing to say
   */
  public Family gauge(String name, String help) {
    return family("gauge", name, help);
  }

  /**
   * A number that only grows until the process ends; by custom its name ends with {@code _total}.
   *
   * @param help what it is, in a sentence; empty where there is nothing to say
   */
  public Family counter(String name, String help) {
    return family("counter", name, help);
  }

  /**
   * A distribution; its samples are given with {@link Family#part}.
   *
   * @param help what it is, in a sentence; empty where there is nothing to say
   */
  public Family histogram(String name, String help) {
    return family("histogram", name, help);
  }

  private Family family(String type, String name, String help) {
    Family family = families.computeIfAbsent(name, unknown -> new Family(type, name, help));
    if (!family.type.equals(type)) {
      throw new IllegalArgumentException(name + " is a " + family.type + ", not a " + type);
    }
    return family;
  }

  /**
   * {@code GET /metrics}.
   *
   * @param sources add what they know, in the order of the text; quick, and for any thread
   */
  public static Route route(Access access, List<Consumer<PrometheusText>> sources) {
    return Route.get(
        "/metrics",
        access,
        (request, body) -> {
          PrometheusText text = new PrometheusText();
          sources.forEach(source -> source.accept(text));
          byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
          return CompletableFuture.completedFuture(Answer.of(200, MEDIA_TYPE, bytes));
        });
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    families.values().forEach(family -> family.write(text));
    return text.toString();
  }

  /** All samples of one name. */
  public static final class Family {

    private final String type;
    private final String name;
    private final String help;
    private final Map<String, Double> samples = new LinkedHashMap<>();

    private Family(String type, String name, String help) {
      this.type = type;
      this.name = name;
      this.help = help;
    }

    /**
     * Adds a sample.
     *
     * @param value NaN where it is unknown, which leaves the sample out
     * @param labels names and values by turns; a value may be any text
     */
    public Family sample(double value, String... labels) {
      return sample(value, Series.labelled(labels));
    }

    /** Adds a sample, likewise. */
    public Family sample(double value, SortedMap<String, String> labels) {
      return part("", value, labels);
    }

    /**
     * Adds a sample of a histogram.
     *
     * @param suffix {@code _bucket}, whose label {@code le} is the bucket's upper end, {@code _sum}
     *     or {@code _count}
     */
    public Family part(String suffix, double value, SortedMap<String, String> labels) {
      if (!Double.isNaN(value)) {
        String text =
            new Series(name, labels)
                .labels().entrySet().stream()
                    .map(label -> label.getKey() + "=\"" + quoted(label.getValue()) + '"')
                    .collect(Collectors.joining(","));
        samples.put(suffix + (text.isEmpty() ? "" : "{" + text + "}"), value);
      }
      return this;
    }

    private void write(StringBuilder text) {
      if (samples.isEmpty()) {
        return;
      }
      if (!help.isEmpty()) {
        text.append("# HELP ").append(name).append(' ').append(escaped(help)).append('\n');
      }
      text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
      samples.forEach(
          (labels, value) ->
              text.append(name).append(labels).append(' ').append(number(value)).append('\n'));
    }

    private static String number(double value) {
      if (Double.isInfinite(value)) {
        return value > 0 ? "+Inf" : "-Inf";
      }
      return value == Math.rint(value) && Math.abs(value) < 1e15
          ? Long.toString((long) value)
          : Double.toString(value);
    }

    private static String quoted(String value) {
      return escaped(value).replace("\"", "\\\"");
    }

    /** Replaces control characters: some parsers end a line, or the whole text, at one. */
    private static String escaped(String value) {
      return value
          .replace("\\", "\\\\")
          .replace("\n", "\\n")
          .replaceAll("[\\x00-\\x1f\\x7f-\\x9f]", "\uFFFD");
    }
  }
}
