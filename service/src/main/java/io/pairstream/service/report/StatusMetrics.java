package io.pairstream.service.report;

import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Metric;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.http.WebServer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Status reports of processes in Prometheus' format: {@code pairstream_} and the name, with the
 * service as a label. Times are in seconds.
 */
public final class StatusMetrics {

  private static final String PREFIX = "pairstream_";
  private static final ResourceBundle HELP =
      ResourceBundle.getBundle(StatusMetrics.class.getPackageName() + ".metrics");

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
    ServerSettings settings = ServerSettings.of(host, port, null);
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
    return with(with(place, "service", status.getService()), "instance", status.getInstance());
  }

  private static void write(InstanceStatus status, Map<String, String> own, PrometheusText text) {
    gauge("up", 1, own, text);
    for (SelfReport.State state : SelfReport.State.values()) {
      boolean isIt = state.name().equals(status.getState());
      gauge("state", isIt ? 1 : 0, with(own, "state", state.name()), text);
    }
    gauge("assigned_partitions", status.getAssigned().size(), own, text);
    gauge("start_time_seconds", status.getStartedAt().toEpochMilli() / 1e3, own, text);
    gauge("info", 1, with(own, "version", status.getVersion()), text);
    // Another version may name a metric as this one names none.
    status.getMetrics().stream()
        .filter(metric -> Series.of(metric).isPresent())
        .forEach(metric -> write(metric, own, text));
  }

  private static void write(Metric metric, Map<String, String> own, PrometheusText text) {
    SortedMap<String, String> labels = new TreeMap<>(metric.getLabels());
    labels.putAll(own);
    String name = PREFIX + metric.getName();
    String help = helpOf(metric.getName());
    switch (metric.getType()) {
      case "COUNTER" -> text.counter(name, help).sample(metric.getValue(), labels);
      case "GAUGE" -> text.gauge(name, help).sample(metric.getValue(), labels);
      case "HISTOGRAM" ->
          text.histogram(name, help).part("_" + metric.getPart(), metric.getValue(), labels);
      default -> {} // another version's
    }
  }

  private static SortedMap<String, String> with(
      Map<String, String> own, String label, String value) {
    SortedMap<String, String> labels = new TreeMap<>(own);
    labels.put(label, value);
    return labels;
  }

  private static void gauge(
      String name, double value, Map<String, String> labels, PrometheusText text) {
    text.gauge(PREFIX + name, helpOf(name)).sample(value, new TreeMap<>(labels));
  }

  /** Help text of a metric; empty for one that this version does not know. */
  private static String helpOf(String name) {
    return HELP.containsKey(name) ? HELP.getString(name) : "";
  }
}
