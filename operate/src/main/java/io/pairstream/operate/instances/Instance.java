package io.pairstream.operate.instances;

import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.lag.Durations;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Metric;
import io.pairstream.schemas.ReportedObstacle;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A process as it last spoke of itself.
 *
 * @param status what it said
 * @param heardAt when that was, by our clock
 * @param rates what its counters grew by per second of late, by series; empty where it has spoken
 *     once only, or is silent
 * @param minuteRates growth of its counters per second over the last minute, by series
 * @param silent whether it has missed several reports while others came: it is gone, cut off, or
 *     hangs
 * @param frozen whether it is silent, runs on this machine, and computes nothing
 */
public record Instance(
    InstanceStatus status,
    Instant heardAt,
    Map<Series, Double> rates,
    Map<Series, Double> minuteRates,
    boolean silent,
    boolean frozen) {

  public Instance {
    rates = Map.copyOf(rates);
    minuteRates = Map.copyOf(minuteRates);
  }

  /** Name of the service. */
  public String service() {
    return status.getService();
  }

  /** Whether it began where another one of its service, and of a trainer's run, has ended. */
  boolean replaces(Instance other) {
    return service().equals(other.service())
        && fact("run").equals(other.fact("run"))
        && status.getStartedAt().isAfter(other.heardAt());
  }

  /** A fact that the process says of itself; empty where it does not. */
  String fact(String name) {
    return status.getFacts().getOrDefault(name, "");
  }

  /** A number without labels; NaN where the process does not say it. */
  public double value(String name) {
    return status.getMetrics().stream()
        .filter(metric -> metric.getName().equals(name) && metric.getLabels().isEmpty())
        .mapToDouble(Metric::getValue)
        .findFirst()
        .orElse(Double.NaN);
  }

  /**
   * Processor time of a process that runs on this machine; empty for others. One that began before
   * its last report is the one that reported.
   */
  static Optional<Duration> processor(InstanceStatus status, Instant heardAt) {
    return !status.getHost().equals(SelfReport.host())
        ? Optional.empty()
        : ProcessHandle.of(status.getPid())
            .map(ProcessHandle::info)
            .filter(is -> is.startInstant().filter(start -> start.isBefore(heardAt)).isPresent())
            .flatMap(ProcessHandle.Info::totalCpuDuration);
  }

  /** Since when a silent process has not reported, and how to end it where it is frozen. */
  Sentence silence() {
    String pid = String.valueOf(status.getPid());
    String since = Durations.timeOfDay(heardAt);
    return frozen
        ? Template.INSTANCE_HANGS.with(service(), pid, since, "kill -9 " + pid)
        : Template.INSTANCE_SILENT.with(service(), pid, status.getHost(), since);
  }

  /** Obstacles that it reports; an empty sentence where there are none. */
  Sentence obstacle() {
    return Sentence.joined(status.getObstacles().stream().map(Instance::sentence).toList());
  }

  private static Sentence sentence(ReportedObstacle is) {
    Sentence known = Sentence.of(is.getTemplate(), is.getArguments(), is.getText());
    return known.name().isEmpty() ? Template.REPORTED.with(is.getText()) : known;
  }

  /** Growth of a counter per second; NaN where that is not known. */
  double rate(String name, String... labels) {
    return rates.getOrDefault(Series.of(name, labels), Double.NaN);
  }
}
