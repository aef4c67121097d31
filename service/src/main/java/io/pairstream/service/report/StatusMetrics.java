package io.pairstream.service.report;

import io.pairstream.schemas.InstanceStatus;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.http.WebServer;
import io.pairstream.service.report.PrometheusText.Family;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Status reports of processes in Prometheus' format: {@code pairstream_} and the name, with the
 * service as a label. Times are in seconds.
 */
public final class StatusMetrics {

  private static final String PREFIX = "pairstream_";
  private static final String NANOSECONDS = "_nanoseconds_total";
  private static final String SECONDS = "_seconds_total";
  private static final String BUCKET = "_bucket";

  /** Counter of a distribution's total time; its buckets have another name. */
  private static final String DECISION_DELAY = "decision_delay_nanoseconds_total";

  private static final Properties HELP = help();

  private StatusMetrics() {}

  /** {@code GET /metrics} of a process. */
  public static Route route(SelfReport report, Access access) {
    return PrometheusText.route(access, List.of(text -> write(report.now(), text)));
  }

  /**
   * Health and metrics of a service that has no other HTTP, open to all.
   *
   * @param host address to listen on
   * @param port port to listen on; 0 for any
   */
  public static WebServer server(SelfReport report, String host, int port) {
    List<Route> routes =
        new ArrayList<>(Route.health(List.of(report::notReady), report::standstill));
    routes.add(route(report, Access.OPEN));
    ServerSettings settings = ServerSettings.of(host, port);
    return new WebServer(
        settings, new Router(routes), Authenticator.NONE, Quota.UNLIMITED, settings.isLocal());
  }

  /** One process's own metrics. */
  public static void write(InstanceStatus status, PrometheusText text) {
    write(status, Map.of("service", status.getService()), text);
  }

  /**
   * The metrics of many processes, which the label {@code instance} distinguishes.
   *
   * @param place labels of the cluster and the data set that they work on
   */
  public static void write(
      Collection<InstanceStatus> statuses, Map<String, String> place, PrometheusText text) {
    for (InstanceStatus status : statuses) {
      write(status, labels(status, place), text);
    }
  }

  /** Processes that ought to report and do not: {@code pairstream_up} is 0. */
  public static void writeMissing(
      Collection<InstanceStatus> statuses, Map<String, String> place, PrometheusText text) {
    statuses.forEach(status -> gauge("up", 0, labels(status, place), text));
  }

  private static Map<String, String> labels(InstanceStatus status, Map<String, String> place) {
    Map<String, String> labels = new TreeMap<>(place);
    labels.put("service", status.getService());
    labels.put("instance", status.getInstance());
    return labels;
  }

  private static void write(InstanceStatus status, Map<String, String> own, PrometheusText text) {
    gauge("up", 1, own, text);
    for (SelfReport.State state : SelfReport.State.values()) {
      gauge(
          "state{state=" + state + "}", state.name().equals(status.getState()) ? 1 : 0, own, text);
    }
    gauge("assigned_partitions", status.getAssigned().size(), own, text);
    gauge("start_time_seconds", status.getStartedAt().toEpochMilli() / 1e3, own, text);
    gauge(Series.of("info", "version", status.getVersion()).toString(), 1, own, text);
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

  /** The series with our own labels; empty where another version writes it differently. */
  private static Optional<Series> series(String name, Map<String, String> own) {
    return Series.read(name)
        .map(
            series -> {
              SortedMap<String, String> labels = new TreeMap<>(series.labels());
              labels.putAll(own);
              return new Series(series.name(), labels);
            });
  }

  /** Help text of a metric; empty for one that this version does not know. */
  private static String helpOf(String name) {
    return HELP.getProperty(name, "");
  }

  private static Properties help() {
    Properties help = new Properties();
    try (InputStream in = StatusMetrics.class.getResourceAsStream("metrics.properties")) {
      help.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return help;
  }
}
