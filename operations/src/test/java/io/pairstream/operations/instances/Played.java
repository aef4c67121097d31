package io.pairstream.operations.instances;

import io.pairstream.schemas.InstanceStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reports of processes that are not there. */
final class Played {

  static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private Played() {}

  static InstanceStatus.Builder status(String service, String instance, Instant reportedAt) {
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

  /** A process that counted from nothing to {@code counters} within ten seconds until noon. */
  static Instance afterTenSeconds(
      String service, Map<String, Long> counters, Map<String, Double> gauges) {
    Instances book = new Instances(Optional.empty(), Clock.systemUTC());
    Instant before = NOON.minus(Duration.ofSeconds(10));
    book.note("k", Optional.of(status(service, "a", before).build()), before);
    book.note(
        "k",
        Optional.of(status(service, "a", NOON).setCounters(counters).setGauges(gauges).build()),
        NOON);
    List<Instance> all = book.at(NOON);
    return all.get(0);
  }
}
