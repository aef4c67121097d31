package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.requirements.ClusterFacts.Kept;
import io.pairstream.service.requirements.ClusterFacts.TopicFacts;
import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.requirements.Finding.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Judges what brokers tell of themselves.
 *
 * @param transaction the longest that a transaction of this service may take; empty where that is
 *     not known
 */
record BrokerChecks(ClusterFacts facts, Optional<Duration> transaction) {

  /**
   * Transaction version from which a producer's late record cannot get into its next transaction.
   */
  private static final int RIGHT_TRANSACTIONS = 2;

  private static final String TRANSACTION_VERSION = "transaction.version";

  /** Least retention of committed offsets: as long as links are kept. */
  private static final long RIGHT_OFFSETS_MINUTES = Duration.ofDays(365).toMinutes();

  /** Broker's default of the longest transaction, which every transaction of ours stays below. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(15);

  private static final String CLEANUP = TopicConfig.CLEANUP_POLICY_CONFIG;

  List<Finding> judge() {
    List<Finding> findings = new ArrayList<>();
    int alive = facts.alive().size();
    findings.add(
        Finding.ok(
            Area.BROKERS,
            "reachable",
            alive + (alive == 1 ? " broker at " : " brokers at ") + facts.address()));
    if (!facts.refused().containsKey(ClusterFacts.FEATURES)) {
      findings.add(transactions());
    }
    long longest = transaction.orElse(LONGEST_TRANSACTION).toMillis();
    findings.add(
        atLeast(
            "transaction.max.timeout.ms",
            longest,
            LONGEST_TRANSACTION.toMillis(),
            ClusterRequirement.TRANSACTION_TIMEOUT.label(),
            transaction.isPresent() ? Level.WRONG : Level.WARNING,
            "transactions are refused that last as long as slow pictures may take"));
    findings.add(
        atLeast(
            "socket.request.max.bytes",
            2L * RecordSizes.MAX_RECORD,
            100L * 1024 * 1024,
            ClusterRequirement.RECORD_SIZE.label(),
            Level.WRONG,
            "a request with a largest record is cut off"));
    findings.add(
        atLeast(
            "offsets.retention.minutes",
            offsetsMinutes(),
            offsetsMinutes(),
            "offsets-kept",
            Level.WARNING,
            "a group without a reader for so long begins anew: links are fetched once more, and"
                + " raw records that are still there go to quarantine as DUPLICATE_PAIR"));
    Map<String, String> schemas = facts.settingsOf(TopicCatalogue.SCHEMAS);
    if (!schemas.isEmpty()) {
      findings.add(schemasKept(schemas.getOrDefault(CLEANUP, TopicConfig.CLEANUP_POLICY_DELETE)));
    }
    findings.addAll(
        new CopyChecks(Area.BROKERS, facts.size(), facts.address(), internal(), "").judge());
    return findings;
  }

  /** Retention of offsets: as long as links and raw records are kept. The setting is an int. */
  private long offsetsMinutes() {
    return facts.topics().entrySet().stream()
        .filter(
            topic ->
                topic.getKey().endsWith("." + TopicCatalogue.CROWDSOURCED)
                    || topic.getKey().endsWith("." + TopicCatalogue.SCRAPED))
        .map(topic -> topic.getValue().settings().get(TopicConfig.RETENTION_MS_CONFIG))
        .filter(Objects::nonNull)
        .mapToLong(Long::parseLong)
        .map(millis -> millis < 0 ? Integer.MAX_VALUE : Duration.ofMillis(millis).toMinutes())
        .map(minutes -> Math.min(minutes, Integer.MAX_VALUE))
        .reduce(RIGHT_OFFSETS_MINUTES, Math::max);
  }

  private Finding transactions() {
    int level = facts.features().getOrDefault(TRANSACTION_VERSION, 0);
    String found = TRANSACTION_VERSION + " " + level;
    return new Check(Area.BROKERS, ClusterRequirement.TRANSACTION_VERSION.label(), Level.WRONG)
        .judge(
            level >= RIGHT_TRANSACTIONS ? List.of() : List.of(found),
            found,
            "an instance that was killed may leave a record in a transaction of its successor's",
            String.valueOf(RIGHT_TRANSACTIONS),
            "kafka-features.sh --bootstrap-server %s upgrade --feature %s=%d"
                .formatted(facts.address(), TRANSACTION_VERSION, RIGHT_TRANSACTIONS));
  }

  private Finding atLeast(
      String setting, long least, long remedy, String name, Level level, String consequence) {
    List<String> values =
        facts.brokers().stream()
            .map(all -> all.get(setting))
            .filter(Objects::nonNull)
            .distinct()
            .sorted()
            .toList();
    return new Check(Area.BROKERS, name, level)
        .judge(
            values.stream()
                .filter(value -> Long.parseLong(value) < least)
                .map(value -> setting + "=" + value)
                .toList(),
            setting + (values.isEmpty() ? " cannot be read" : "=" + String.join(",", values)),
            consequence,
            least + " or more",
            setting + "=" + remedy + " in each broker's server.properties");
  }

  private Finding schemasKept(String policy) {
    boolean isKept = policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT);
    return new Check(Area.REGISTRY, ClusterRequirement.CLEANUP.label(), Level.WRONG)
        .judge(
            isKept ? List.of() : List.of(TopicCatalogue.SCHEMAS + " has " + policy),
            TopicCatalogue.SCHEMAS + " keeps every schema",
            "schemas are deleted, and then no record of theirs can be read",
            CLEANUP + "=compact",
            CopyChecks.set(facts.address(), TopicCatalogue.SCHEMAS, CLEANUP + "=compact"));
  }

  /** Settings of Kafka's internal topics and of the schemas' topic. */
  private List<Kept> internal() {
    return Stream.of(ClusterFacts.TRANSACTIONS, ClusterFacts.OFFSETS, TopicCatalogue.SCHEMAS)
        .flatMap(
            topic -> {
              TopicFacts there = facts.topics().get(topic);
              return there == null ? toBeMade(topic).stream() : there.kept().stream();
            })
        .toList();
  }

  /** Settings with which the brokers would create an internal topic that is not there yet. */
  private Optional<Kept> toBeMade(String topic) {
    boolean isTransactions = topic.equals(ClusterFacts.TRANSACTIONS);
    if (facts.brokers().isEmpty() || !(isTransactions || topic.equals(ClusterFacts.OFFSETS))) {
      return Optional.empty();
    }
    String log = isTransactions ? "transaction.state.log" : "offsets.topic";
    String inSync = isTransactions ? "transaction.state.log.min.isr" : "min.insync.replicas";
    return Optional.of(
        new Kept(
            topic + " (to be made)",
            lowest(log + ".replication.factor"),
            lowest(inSync),
            facts.brokers().stream()
                .anyMatch(all -> "true".equals(all.get("unclean.leader.election.enable")))));
  }

  private int lowest(String setting) {
    return facts.brokers().stream()
        .mapToInt(all -> Integer.parseInt(all.getOrDefault(setting, "1")))
        .min()
        .orElse(1);
  }
}
