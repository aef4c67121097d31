package io.pairstream.operate.instances;

import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.canary.CanaryReport;
import io.pairstream.operate.instances.ClusterWatch.BrokerState;
import io.pairstream.operate.instances.ClusterWatch.BrokerState.State;
import io.pairstream.operate.instances.ClusterWatch.RegistryState;
import io.pairstream.operate.lag.Arrivals;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.Headline;
import io.pairstream.operate.lag.LagVerdict;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.Route;
import io.pairstream.service.report.SelfReport;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The platform at one moment: how it is, in a sentence, and the figures behind it. */
public final class Overview {

  /** Troubles that the headline names beside that of a group; the others are counted. */
  private static final int NAMED_MOST = 2;

  private final Sources sources;
  private final Instant now;
  private final List<Instance> instances;
  private final Throughput throughput;
  private final ReportingGroups reporting;
  private final List<GroupLag> groups;
  private final BrokerState brokers;
  private final RegistryState registry;

  /**
   * Where the overview is from.
   *
   * @param groups how far groups are behind
   * @param arrivals what came to topics within the last minute
   * @param statuses accepted pairs by where they are; empty while that is not known
   * @param rejections records on quarantine by reason; empty while that is not known
   */
  public record Sources(
      ClusterAccess cluster,
      Instances instances,
      ClusterWatch watch,
      Supplier<List<GroupLag>> groups,
      Arrivals arrivals,
      Supplier<Map<String, Long>> statuses,
      Supplier<Map<String, Long>> rejections,
      Supplier<CanaryReport> canary,
      Clock clock) {}

  /** {@code GET /v1/overview} and {@code GET /v1/topology}. */
  public static List<Route> routes(Sources sources) {
    return List.of(
        AnswerJson.route("/v1/overview", request -> new Overview(sources).answer()),
        AnswerJson.route("/v1/topology", request -> topology(sources.instances())));
  }

  static Graph.TopologyAnswer topology(Instances instances) {
    Optional<String> described = instances.topology("preprocess");
    return new Graph(described.orElse(""), instances.of("preprocess"))
        .answer(described.isPresent());
  }

  Overview(Sources sources) {
    this.sources = sources;
    now = sources.clock().instant();
    instances = sources.instances().all();
    throughput = new Throughput(instances, sources.arrivals(), now);
    reporting = sources.instances().beside(sources.cluster().dataset());
    groups = sources.groups().get().stream().map(reporting).toList();
    brokers = sources.watch().brokers();
    registry = sources.watch().registry();
  }

  /** As {@code GET /v1/overview} answers. */
  record OverviewAnswer(
      Instant at,
      String dataset,
      LagVerdict verdict,
      Sentence sentence,
      List<GroupLag> groups,
      List<Flow> doors,
      List<Flow> outputs,
      Quarantine quarantine,
      BrokerState brokers,
      RegistryState registry,
      List<Reporting> instances,
      TrainerClock trainer,
      List<TrainerRun> runs,
      CanaryReport canary) {}

  /** Records that come to a topic; NaN where that is not known. */
  record Flow(String topic, double perSecond, double total) {}

  /** Records in quarantine. */
  record Quarantine(long total, Map<String, Long> byReason) {}

  /**
   * A process.
   *
   * @param health where it answers for its health, as {@code http://HOST:PORT}; empty where that is
   *     not reported
   * @param obstacle why it waits, or what is known of its silence; empty where it works
   * @param note what it has put off; empty where that is nothing
   */
  record Reporting(
      String service,
      String instance,
      String version,
      String host,
      long pid,
      String state,
      String health,
      Sentence obstacle,
      Sentence note,
      Instant startedAt,
      Instant reportedAt,
      boolean silent,
      int partitions,
      List<String> assigned) {}

  OverviewAnswer answer() {
    boolean blind = brokers.state() == State.DOWN || brokers.state() == State.UNKNOWN;
    // Brokers that were not asked yet, and groups that were not looked at.
    LagVerdict notYet = reporting.isStarting("operate") ? LagVerdict.STARTING : LagVerdict.UNKNOWN;
    LagVerdict blindly = brokers.state() == State.UNKNOWN ? notYet : LagVerdict.UNKNOWN;
    PairTopics topics = sources.cluster().topics();
    Map<String, Long> statuses = sources.statuses().get();
    Quarantine quarantine = quarantine();
    return new OverviewAnswer(
        now,
        sources.cluster().dataset().name(),
        blind ? blindly : Headline.of(groups).map(Headline::verdict).orElse(notYet),
        sentence(blind),
        groups.stream().sorted(Headline.OWN_FIRST).map(GroupLag::withoutPartitions).toList(),
        List.of(
            flow("crowdsourced", topics.crowdsourced().name(), Double.NaN, Double.NaN),
            flow("scraped", topics.scraped().name(), throughput.scraped(topics), Double.NaN),
            flow("generated", topics.generated().name(), Double.NaN, Double.NaN),
            flow("links", topics.links().name(), Double.NaN, Double.NaN)),
        outputs(statuses, quarantine.total()),
        quarantine,
        brokers,
        registry,
        // Silent and waiting instances come first.
        instances.stream()
            .sorted(
                Comparator.comparing(one -> !one.silent() && one.status().getObstacles().isEmpty()))
            .map(this::process)
            .toList(),
        trainer(),
        TrainerRun.of(instances),
        sources.canary().get());
  }

  private Sentence sentence(boolean blind) {
    if (blind) {
      return Template.KNOWN_LAST.with(brokers.sentence());
    }
    Optional<Headline> headline = Headline.of(groups);
    Sentence first =
        headline
            .map(Headline::first)
            .filter(sentence -> !sentence.text().isBlank())
            .orElseGet(Template.NOT_WATCHED::with);
    List<Sentence> parts = new ArrayList<>();
    if (registry.state() == State.DOWN) {
      parts.add(registry.sentence());
    }
    if (brokers.state() == State.DEGRADED) {
      parts.add(brokers.sentence());
    }
    // A group that is in trouble names them already.
    instances.stream()
        .filter(each -> !each.silent() && !each.status().getObstacles().isEmpty())
        .map(instance -> Template.SERVICE_WAITS.with(instance.service(), instance.obstacle()))
        .filter(waits -> !first.text().contains(waits.text()))
        .distinct()
        .forEach(parts::add);
    instances.stream()
        .map(Instance::service)
        .distinct()
        .flatMap(reporting::silences)
        .filter(silence -> !first.text().contains(silence.text()))
        .forEach(parts::add);
    long more = headline.map(Headline::more).orElse(0L) + Math.max(0, parts.size() - NAMED_MOST);
    List<Sentence> named = new ArrayList<>(parts.subList(0, Math.min(parts.size(), NAMED_MOST)));
    // Groups may be calm where processes are not; then not all is well. Others' groups come last.
    boolean calm =
        headline.filter(each -> each.verdict().compareTo(LagVerdict.OK) >= 0).isPresent();
    if (!calm || parts.isEmpty()) {
      named.add(headline.filter(each -> !each.own()).map(each -> named.size()).orElse(0), first);
    }
    return Headline.andMore(Sentence.joined(named), more);
  }

  /** The outputs; a pair that is rejected several times has several records in quarantine. */
  private List<Flow> outputs(Map<String, Long> statuses, long rejected) {
    List<Flow> outputs = new ArrayList<>();
    for (PairStatus status :
        List.of(
            PairStatus.TRAINING, PairStatus.VALIDATION, PairStatus.TEST, PairStatus.QUARANTINED)) {
      boolean isRejected = status == PairStatus.QUARANTINED;
      String topic = isRejected ? "quarantine" : status.name().toLowerCase(Locale.ROOT);
      double total = isRejected ? rejected : statuses.getOrDefault(status.name(), 0L);
      outputs.add(
          flow(
              topic,
              sources.cluster().dataset().topic(topic),
              throughput.decided(status),
              statuses.isEmpty() ? Double.NaN : total));
    }
    return outputs;
  }

  /**
   * One topic's line. What processes have counted is preferred to what its readers' lag is known
   * by, which counts the ends of transactions too.
   */
  private Flow flow(String label, String topic, double counted, double total) {
    Map<Integer, Long> ends = new HashMap<>();
    groups.stream()
        .flatMap(group -> group.partitions().stream())
        .filter(partition -> partition.topic().equals(topic))
        .forEach(partition -> ends.put(partition.partition(), partition.end()));
    double end = ends.isEmpty() ? Double.NaN : ends.values().stream().mapToLong(each -> each).sum();
    return new Flow(
        label,
        Double.isNaN(counted) ? throughput.arriving(topic) : counted,
        Double.isNaN(total) ? end : total);
  }

  private Quarantine quarantine() {
    Map<String, Long> byReason = sources.rejections().get();
    return new Quarantine(byReason.values().stream().mapToLong(count -> count).sum(), byReason);
  }

  private Reporting process(Instance instance) {
    InstanceStatus status = instance.status();
    return new Reporting(
        instance.service(),
        status.getInstance(),
        status.getVersion(),
        status.getHost(),
        status.getPid(),
        status.getState(),
        instance.fact(SelfReport.HEALTH),
        instance.silent() ? instance.silence() : instance.obstacle(),
        ReportingGroups.putOff(List.of(instance)).orElse(Sentence.verbatim("")),
        status.getStartedAt(),
        instance.heardAt(),
        instance.silent(),
        status.getAssigned().size(),
        status.getAssigned());
  }

  private TrainerClock trainer() {
    String topic = sources.cluster().topics().training().name();
    Flow training = flow("training", topic, throughput.decided(PairStatus.TRAINING), Double.NaN);
    String feeding = sources.cluster().dataset().feedGroup();
    Optional<Sentence> lastSeen =
        groups.stream()
            .filter(each -> each.group().equals(feeding) && each.now().waits())
            .map(each -> Template.LAST_SEEN.with(feeding, each.now().waiting()))
            .findFirst();
    return TrainerClock.of(instances, training.perSecond(), lastSeen.orElse(null));
  }
}
