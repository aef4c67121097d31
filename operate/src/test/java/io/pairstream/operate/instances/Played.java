package io.pairstream.operate.instances;

import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Metric;
import io.pairstream.schemas.wire.AvroSafety;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reports of processes that are not there. */
public final class Played {

  static {
    AvroSafety.install();
  }

  static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private Played() {}

  public static InstanceStatus.Builder status(String service, String instance, Instant reportedAt) {
    return InstanceStatus.newBuilder()
        .setService(service)
        .setInstance(instance)
        .setHost("host")
        .setPid(7)
        .setVersion("1")
        .setState("RUNNING")
        .setIntervalMs(5000)
        .setStartedAt(NOON.minusSeconds(60))
        .setReportedAt(reportedAt);
  }

  /** Metrics by what names them, like {@code node_records_total{node=read}}. */
  static List<Metric> metrics(Map<String, ? extends Number> counters, Map<String, Double> gauges) {
    List<Metric> metrics = new ArrayList<>();
    counters.forEach((name, value) -> metrics.add(metric(name, "COUNTER", value.doubleValue())));
    gauges.forEach((name, value) -> metrics.add(metric(name, "GAUGE", value)));
    return metrics;
  }

  private static Metric metric(String text, String type, double value) {
    String[] nameAndLabels = text.split("[{,}]");
    Map<String, String> labels = new TreeMap<>();
    for (String label : List.of(nameAndLabels).subList(1, nameAndLabels.length)) {
      labels.put(label.substring(0, label.indexOf('=')), label.substring(label.indexOf('=') + 1));
    }
    return new Metric(nameAndLabels[0], type, "", labels, value);
  }

  /** A process that counted from nothing to {@code counters} within ten seconds until noon. */
  static Instance afterTenSeconds(
      String service, Map<String, ? extends Number> counters, Map<String, Double> gauges) {
    Instances book = new Instances(Clock.systemUTC());
    Instant before = NOON.minus(Duration.ofSeconds(10));
    book.note("k", status(service, "a", before).build(), before);
    book.note("k", status(service, "a", NOON).setMetrics(metrics(counters, gauges)).build(), NOON);
    List<Instance> all = book.at(NOON);
    return all.get(0);
  }
}
