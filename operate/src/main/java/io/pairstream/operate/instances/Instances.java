package io.pairstream.operate.instances;

import io.pairstream.operate.lag.Arrivals;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.Metric;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.report.Obstacle;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.report.Series;
import io.pairstream.service.table.Follower;
import io.pairstream.service.transactions.AbandonedTransaction;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * The processes of a data set, by their last reports. A process that ended in an orderly way is not
 * in it; one that was silent for a day is forgotten.
 *
 * <p>A thread follows the topic; while no report comes at all, because Kafka is away or this
 * machine stands still, what was known last holds, and no process becomes silent but our own
 * service. After a fault of ours everybody becomes so; it is an obstacle until the topic is read
 * once more. Thread-safe.
 */
public final class Instances implements AutoCloseable {

  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

  /** Reports that may be missed before a process counts as silent. */
  private static final int MISSED = 3;

  private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(15);

  /** Time without any report after which the reports, and not a process, stand still. */
  private static final Duration NO_REPORTS = SelfReport.INTERVAL.multipliedBy(2);

  /**
   * Longest time until a process reports again after that: a report under way is given up first.
   */
  private static final Duration RETURN = Duration.ofSeconds(30);

  /** Services that are never missing: people start and end them as they need them. */
  private static final Set<String> COME_AND_GO = Set.of("feed", "score");

  /** Rates of late are taken over the last so many reports. */
  private static final int REPORTS = 4;

  /** However often a process reports. */
  private static final int MOST_REPORTS = 100;

  /** More than there ever are; a flood of names must not fill the memory. */
  private static final int MOST = 2_000;

  private final Map<String, Entry> entries = new HashMap<>();

  /** One process: its last reports, the newest last. */
  private static final class Entry {
    private final Deque<InstanceStatus> reports = new ArrayDeque<>();
    private Instant heardAt = Instant.EPOCH;

    /** Processor time at the last look, and since when it is that; null while it reports. */
    private Duration processor;

    private Instant idleSince;

    private void add(InstanceStatus said) {
      processor = null;
      InstanceStatus before = reports.peekLast();
      if (before != null && !before.getReportedAt().isBefore(said.getReportedAt())) {
        reports.clear(); // its clock was set back, or the topic is read again
      }
      reports.addLast(said);
      while (reports.size() > MOST_REPORTS || (reports.size() > REPORTS && isMinuteOld())) {
        reports.removeFirst();
      }
    }

    /** Looks whether a process that is due computes, where it runs on this machine. */
    private void look(Instant now) {
      Duration found =
          isOlder(heardAt, now, SelfReport.INTERVAL)
              ? Instance.processor(reports.getLast(), heardAt).orElse(null)
              : null;
      if (!Objects.equals(found, processor)) {
        processor = found;
        idleSince = now;
      }
    }

    private boolean isMinuteOld() {
      Instant second = reports.stream().skip(1).findFirst().orElseThrow().getReportedAt();
      return !second.isAfter(reports.getLast().getReportedAt().minus(Arrivals.WINDOW));
    }

    private InstanceStatus ofLate() {
      return reports.stream().skip(Math.max(0, reports.size() - REPORTS)).findFirst().orElseThrow();
    }
  }

  private final Clock clock;

  /** When the last report of anybody came; null where reports are not waited for. */
  private Instant came;

  /** Since when reports come, after a time in which none did. */
  private Instant comeSince = Instant.EPOCH;

  /** Null where reports come by {@link #note} alone. */
  private Follower follower;

  Instances(Clock clock) {
    this.clock = clock;
  }

  /** Begins to follow the topic of instances. */
  public static Instances follow(ClusterAccess cluster, Clock clock) {
    Instances followed = new Instances(clock);
    var topic = cluster.topics().instances();
    followed.follower =
        Follower.start(
            "instances",
            topic.name(),
            (records, positions, atEnd) ->
                records.forEach(record -> followed.note(record, topic, atEnd)),
            cluster.clientSettings());
    return followed;
  }

  /**
   * Reads the topic of instances once, to its end.
   *
   * @throws KafkaException where the cluster does not answer
   */
  static Instances read(ClusterAccess cluster, Clock clock) {
    Instances found = new Instances(clock);
    try (CommittedLog log = CommittedLog.openForSmallRecords(cluster)) {
      log.readAll(
          cluster.topics().instances(),
          (key, said) ->
              said.ifPresentOrElse(
                  status -> found.note(key, status, status.getReportedAt()),
                  () -> found.forget(key)));
    }
    return found;
  }

  /** Why this is not what processes report, by a fault of ours; empty where there is none. */
  public Optional<Obstacle> obstacle() {
    Optional<String> why = follower == null ? Optional.empty() : follower.progress().fault();
    return why.map(Obstacle::notRead);
  }

  /**
   * All processes, by service and then by the time of their starts; silent ones too, until their
   * service has started another.
   */
  public List<Instance> all() {
    return at(clock.instant());
  }

  /**
   * Reports of processes, for metrics.
   *
   * @param silent of those that fell silent without a word, or of the others
   */
  public List<InstanceStatus> reports(boolean silent) {
    return all().stream().filter(one -> one.silent() == silent).map(Instance::status).toList();
  }

  /** The instance that reported a transactional id as its own; the id where none has. */
  public String named(String transactionalId) {
    return all().stream()
        .filter(
            one ->
                List.of(one.fact(AbandonedTransaction.IDS_FACT).split(" "))
                    .contains(transactionalId))
        .map(one -> one.status().getInstance())
        .findFirst()
        .orElse(transactionalId);
  }

  /** A recipe's limits of measures; none where no process reports the recipe. */
  public List<Limit> limits(String recipeVersion) {
    return all().stream()
        .filter(one -> one.fact("recipe_version").equals(recipeVersion))
        .limit(1)
        .flatMap(one -> one.status().getMetrics().stream())
        .filter(metric -> metric.getName().equals("recipe_limit"))
        .map(
            metric ->
                new Limit(
                    metric.getLabels().getOrDefault("measure", ""),
                    metric.getLabels().getOrDefault("bound", ""),
                    metric.getValue()))
        .toList();
  }

  /**
   * A limit of a recipe.
   *
   * @param bound AT_LEAST or AT_MOST
   */
  public record Limit(String measure, String bound, double limit) {}

  /** Operator that puts groups of the platform's own beside the reports of their processes. */
  public ReportingGroups beside(Dataset dataset) {
    Instant now = clock.instant();
    return new ReportingGroups(at(now), dataset, now);
  }

  /** The processes of a service. */
  List<Instance> of(String service) {
    return all().stream().filter(instance -> instance.service().equals(service)).toList();
  }

  /** The graph of a service, as its newest process describes it that is not silent. */
  public Optional<String> topology(String service) {
    return of(service).stream()
        .sorted(
            Comparator.comparing(Instance::silent)
                .thenComparing(
                    instance -> instance.status().getStartedAt(), Comparator.reverseOrder()))
        .map(instance -> instance.status().getTopology())
        .filter(topology -> !topology.isEmpty())
        .findFirst();
  }

  /** Stops following; what is known stays known. */
  @Override
  public void close() {
    if (follower != null) {
      follower.close();
    }
  }

  /**
   * @param justSaid whether the record came while the topic was followed; of an earlier one only
   *     the process's own clock tells how old it is
   */
  private void note(
      ConsumerRecord<byte[], byte[]> record, Topic<InstanceStatus> topic, boolean justSaid) {
    if (record.key() == null) {
      return;
    }
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null) {
      forget(key);
      return;
    }
    // What cannot be read is no report, and no end either.
    topic
        .decode(record.value())
        .ifPresent(
            said -> {
              Instant now = clock.instant();
              hear(now);
              Instant reported = said.getReportedAt();
              note(key, said, justSaid || reported.isAfter(now) ? now : reported);
            });
  }

  /** Takes the end of a process, by the key of its reports. */
  synchronized void forget(String key) {
    entries.remove(key);
  }

  /** Takes the time at which a report of anybody comes, by which others are missed. */
  synchronized void hear(Instant now) {
    if (came != null && isOlder(came, now, NO_REPORTS)) {
      comeSince = now;
      entries.values().forEach(entry -> entry.processor = null);
    }
    came = now;
    entries.values().forEach(entry -> entry.look(now));
  }

  /**
   * Takes a report of a process.
   *
   * @param heardAt when the process said it, by our clock
   */
  synchronized void note(String key, InstanceStatus said, Instant heardAt) {
    if (entries.containsKey(key) || entries.size() < MOST) {
      Entry entry = entries.computeIfAbsent(key, unknown -> new Entry());
      entry.heardAt = heardAt;
      entry.add(said);
    }
  }

  /**
   * All processes, by service and then by the time of their starts. One that fell silent and whose
   * service has started another since, of the same run for a trainer's feed, is replaced, and not
   * among them.
   */
  synchronized List<Instance> at(Instant now) {
    entries.values().removeIf(entry -> isOlder(entry.heardAt, now, FORGOTTEN_AFTER));
    List<Instance> all = entries.values().stream().map(entry -> instance(entry, now)).toList();
    return all.stream()
        // One that comes and goes may have ended in an orderly way while the topic was not read.
        .filter(
            one ->
                !one.silent()
                    || !(COME_AND_GO.contains(one.service()) && one.heardAt().isBefore(comeSince)))
        .filter(one -> !one.silent() || all.stream().noneMatch(each -> each.replaces(one)))
        .sorted(
            Comparator.comparing(Instance::service)
                .thenComparing(instance -> instance.status().getStartedAt())
                .thenComparing(instance -> instance.status().getInstance()))
        .toList();
  }

  private boolean isSilent(Entry entry, Instant now) {
    InstanceStatus last = entry.reports.getLast();
    Duration timeout = Duration.ofMillis(MISSED * last.getIntervalMs());
    // Our own reports that do not arrive are no other service's fault.
    boolean isOurs = came == null || last.getService().equals("operate");
    Instant back = comeSince.plus(RETURN);
    return isOlder(
        isOurs || entry.heardAt.isAfter(back) ? entry.heardAt : back,
        isOurs ? now : came,
        timeout.compareTo(SHORTEST_SILENCE) < 0 ? SHORTEST_SILENCE : timeout);
  }

  private Instance instance(Entry entry, Instant now) {
    InstanceStatus last = entry.reports.getLast();
    boolean silent = isSilent(entry, now);
    return new Instance(
        last,
        entry.heardAt,
        silent ? Map.of() : rates(entry.ofLate(), last),
        silent ? Map.of() : rates(entry.reports.getFirst(), last),
        silent,
        silent && entry.processor != null && isOlder(entry.idleSince, came, SHORTEST_SILENCE));
  }

  private static Map<Series, Double> rates(InstanceStatus first, InstanceStatus last) {
    // A report may hold any time, and two may be further apart than a long can tell.
    double seconds =
        ((double) last.getReportedAt().toEpochMilli() - first.getReportedAt().toEpochMilli()) / 1e3;
    Map<Series, Double> rates = new HashMap<>();
    if (seconds > 0) {
      Map<Series, Double> before = totals(first);
      totals(last)
          .forEach(
              (series, now) -> {
                // A counter that was not there has not counted before.
                double grown = now - before.getOrDefault(series, 0.0);
                if (grown >= 0) {
                  rates.put(series, grown / seconds);
                }
              });
    }
    return rates;
  }

  private static Map<Series, Double> totals(InstanceStatus status) {
    Map<Series, Double> totals = new HashMap<>();
    for (Metric metric : status.getMetrics()) {
      if (metric.getType().equals("COUNTER")) {
        Series.of(metric).ifPresent(series -> totals.put(series, metric.getValue()));
      }
    }
    return totals;
  }

  private static boolean isOlder(Instant heardAt, Instant now, Duration age) {
    return Duration.between(heardAt, now).compareTo(age) > 0;
  }
}
