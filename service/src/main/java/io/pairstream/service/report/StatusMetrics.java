package io.pairstream.service.report;

import io.pairstream.schemas.InstanceStatus;
import io.pairstream.service.report.PrometheusText.Family;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What processes say of themselves, as Prometheus reads it: {@code pairstream_} and the name, with
 * the service as a label. Times are in seconds.
 */
public final class StatusMetrics {

  private static final String PREFIX = "pairstream_";
  private static final String NANOSECONDS = "_nanoseconds_total";
  private static final String SECONDS = "_seconds_total";
  private static final String BUCKET = "_bucket";

  /** The time of a distribution, which its buckets count. */
  private static final String DECISION_DELAY = "decision_delay_nanoseconds_total";

  private static final Map<String, String> HELP = help();

  private StatusMetrics() {}

  /** One process's own metrics. */
  public static void write(InstanceStatus status, PrometheusText text) {
    write(status, Map.of("service", status.getService()), text);
  }

  /** The metrics of many processes, which the label {@code instance} tells apart. */
  public static void write(Collection<InstanceStatus> statuses, PrometheusText text) {
    for (InstanceStatus status : statuses) {
      write(status, Map.of("service", status.getService(), "instance", status.getInstance()), text);
    }
  }

  /** Processes that ought to report and do not: {@code pairstream_up} is 0. */
  public static void writeMissing(Collection<InstanceStatus> statuses, PrometheusText text) {
    for (InstanceStatus status : statuses) {
      text.gauge(PREFIX + "up", helpOf("up"))
          .sample(0, "service", status.getService(), "instance", status.getInstance());
    }
  }

  /** What a name means, in a sentence; empty for one that this version does not know. */
  public static String helpOf(String name) {
    return HELP.getOrDefault(name, "");
  }

  private static void write(InstanceStatus status, Map<String, String> own, PrometheusText text) {
    SortedMap<String, String> labels = new TreeMap<>(own);
    text.gauge(PREFIX + "up", helpOf("up")).sample(1, labels);
    for (SelfReport.State state : SelfReport.State.values()) {
      labels.put("state", state.name());
      text.gauge(PREFIX + "state", helpOf("state"))
          .sample(state.name().equals(status.getState()) ? 1 : 0, labels);
    }
    labels.remove("state");
    text.gauge(PREFIX + "assigned_partitions", helpOf("assigned_partitions"))
        .sample(status.getAssigned().size(), labels);
    text.gauge(PREFIX + "start_time_seconds", helpOf("start_time_seconds"))
        .sample(status.getStartedAt().toEpochMilli() / 1e3, labels);
    labels.put("version", status.getVersion());
    text.gauge(PREFIX + "info", helpOf("info")).sample(1, labels);

    status.getCounters().forEach((name, value) -> counter(name, value, own, text));
    status.getGauges().forEach((name, value) -> gauge(name, value, own, text));
  }

  private static void counter(
      String name, long value, Map<String, String> own, PrometheusText text) {
    Optional<Series> read = series(name, own);
    if (read.isEmpty()) {
      return;
    }
    Series series = read.get();
    if (series.name().endsWith(BUCKET)) {
      String whole = series.name().substring(0, series.name().length() - BUCKET.length());
      Family histogram = text.histogram(PREFIX + whole, helpOf(series.name()));
      histogram.part(BUCKET, (double) value, series.labels());
      if ("+Inf".equals(series.labels().get("le"))) {
        SortedMap<String, String> labels = new TreeMap<>(series.labels());
        labels.remove("le");
        histogram.part("_count", (double) value, labels);
      }
      return;
    }
    if (series.name().equals(DECISION_DELAY)) {
      text.histogram(PREFIX + "decision_delay_seconds", helpOf("decision_delay_seconds_bucket"))
          .part("_sum", value / 1e9, series.labels());
      return;
    }
    boolean isTime = series.name().endsWith(NANOSECONDS);
    String inSeconds =
        isTime
            ? series.name().substring(0, series.name().length() - NANOSECONDS.length()) + SECONDS
            : series.name();
    text.counter(PREFIX + inSeconds, helpOf(series.name()))
        .sample(isTime ? value / 1e9 : value, series.labels());
  }

  private static void gauge(
      String name, double value, Map<String, String> own, PrometheusText text) {
    series(name, own)
        .ifPresent(
            series ->
                text.gauge(PREFIX + series.name(), helpOf(series.name()))
                    .sample(value, series.labels()));
  }

  /** The series with our own labels; empty where another version writes it in its own way. */
  private static Optional<Series> series(String name, Map<String, String> own) {
    return Series.read(name)
        .map(
            series -> {
              SortedMap<String, String> labels = new TreeMap<>(series.labels());
              labels.putAll(own);
              return new Series(series.name(), labels);
            });
  }

  private static Map<String, String> help() {
    Properties properties = new Properties();
    try (InputStream in = StatusMetrics.class.getResourceAsStream("metrics.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SortedMap<String, String> help = new TreeMap<>();
    properties.stringPropertyNames().forEach(name -> help.put(name, properties.getProperty(name)));
    return help;
  }
}
