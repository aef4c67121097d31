package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.requirements.ClusterFacts.TopicFacts;
import io.pairstream.service.requirements.Copies.Kept;
import io.pairstream.service.requirements.Finding.Area;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.common.config.TopicConfig;

/** Judges what brokers tell of themselves. */
final class BrokerChecks {

  /** Since that level a producer's late record cannot get into its next transaction. */
  private static final int RIGHT_TRANSACTIONS = 2;

  private static final String TRANSACTION_VERSION = "transaction.version";

  /** As long as links are kept. */
  private static final long RIGHT_OFFSETS_MINUTES = Duration.ofDays(365).toMinutes();

  /** A broker's own default, which every transaction of ours stays below. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(15);

  private static final String CLEANUP = TopicConfig.CLEANUP_POLICY_CONFIG;

  private final ClusterFacts facts;
  private final Dataset dataset;
  private final Optional<Duration> transaction;

  /**
   * @param transaction the longest that a transaction of this service may take; empty where that is
   *     not known
   */
  BrokerChecks(ClusterFacts facts, Dataset dataset, Optional<Duration> transaction) {
    this.facts = facts;
    this.dataset = dataset;
    this.transaction = transaction;
  }

  List<Finding> judge() {
    List<Finding> findings = new ArrayList<>();
    int alive = facts.alive().size();
    findings.add(
        Finding.ok(
            Area.BROKERS,
            "reachable",
            alive + (alive == 1 ? " broker at " : " brokers at ") + facts.address()));
    findings.add(transactions());
    findings.addAll(
        facts
            .settings()
            .fold(
                this::settings,
                refusal ->
                    List.of(
                        Finding.notTold(
                            Area.BROKERS,
                            "settings",
                            "brokers do not tell us their settings: " + refusal,
                            "give us DescribeConfigs on the cluster"))));
    facts.settingsOf(TopicCatalogue.SCHEMAS).map(this::schemasKept).ifPresent(findings::add);
    findings.addAll(copies());
    return findings;
  }

  private Finding transactions() {
    Check check = Check.of(Area.BROKERS, ClusterRequirement.TRANSACTION_VERSION);
    return facts
        .features()
        .fold(
            levels -> {
              int level = levels.getOrDefault(TRANSACTION_VERSION, 0);
              String found = TRANSACTION_VERSION + " " + level;
              return level >= RIGHT_TRANSACTIONS
                  ? check.ok(found)
                  : check.fault(
                      found
                          + ": an instance that was killed may leave a record in a transaction of"
                          + " its successor's",
                      String.valueOf(RIGHT_TRANSACTIONS),
                      "kafka-features.sh --bootstrap-server %s upgrade --feature %s=%d"
                          .formatted(facts.address(), TRANSACTION_VERSION, RIGHT_TRANSACTIONS));
            },
            refusal ->
                check.notTold(
                    "brokers do not tell their features: " + refusal,
                    "take Kafka 4.3 or newer, and give us Describe on the cluster"));
  }

  /** A broker's setting, which of its values is wrong, and what follows. */
  private record Setting(
      Check check,
      String name,
      Predicate<String> wrong,
      String consequence,
      String right,
      String remedy) {

    Finding judge(List<Map<String, String>> brokers) {
      List<String> values =
          brokers.stream().map(all -> all.get(name)).filter(Objects::nonNull).distinct().toList();
      List<String> found =
          values.stream().filter(wrong).sorted().map(value -> name + "=" + value).toList();
      return found.isEmpty()
          ? check.ok(name + (values.isEmpty() ? " is not told" : "=" + String.join(",", values)))
          : check.fault(
              String.join(", ", found) + ": " + consequence,
              right,
              name + "=" + remedy + " in each broker's server.properties");
    }
  }

  private List<Finding> settings(List<Map<String, String>> brokers) {
    long longest = transaction.orElse(LONGEST_TRANSACTION).toMillis();
    String rightOffsets = String.valueOf(Math.max(RIGHT_OFFSETS_MINUTES, rawMinutes()));
    return Stream.of(
            new Setting(
                transaction.isPresent()
                    ? Check.of(Area.BROKERS, ClusterRequirement.TRANSACTION_TIMEOUT)
                    : Check.warning(Area.BROKERS, ClusterRequirement.TRANSACTION_TIMEOUT.label()),
                "transaction.max.timeout.ms",
                below(longest),
                "transactions are refused that last as long as slow pictures may take",
                longest + " or more",
                String.valueOf(LONGEST_TRANSACTION.toMillis())),
            new Setting(
                Check.of(Area.BROKERS, ClusterRequirement.RECORD_SIZE),
                "socket.request.max.bytes",
                below(2L * RecordSizes.MAX_RECORD),
                "a request with a largest record is cut off",
                2L * RecordSizes.MAX_RECORD + " or more",
                "104857600"),
            new Setting(
                Check.warning(Area.BROKERS, "offsets-kept"),
                "offsets.retention.minutes",
                below(Long.parseLong(rightOffsets)),
                "a group without a reader for so long begins anew: links are fetched once more, and"
                    + " raw records that are still there go to quarantine as DUPLICATE_PAIR",
                rightOffsets,
                rightOffsets))
        .map(setting -> setting.judge(brokers))
        .toList();
  }

  private static Predicate<String> below(long least) {
    return value -> Long.parseLong(value) < least;
  }

  /** How long raw topics keep their records: as they do, or as the catalogue has it. */
  private long rawMinutes() {
    return new TopicCatalogue(dataset, 1)
        .topics().stream()
            .filter(
                spec ->
                    spec.name().equals(dataset.topic(TopicCatalogue.CROWDSOURCED))
                        || spec.name().equals(dataset.topic(TopicCatalogue.SCRAPED)))
            .map(spec -> facts.settingsOf(spec.name()).orElseGet(spec::config))
            .mapToLong(found -> Long.parseLong(found.get(TopicConfig.RETENTION_MS_CONFIG)))
            // The setting is an int.
            .map(millis -> millis < 0 ? Integer.MAX_VALUE : Duration.ofMillis(millis).toMinutes())
            .map(minutes -> Math.min(minutes, Integer.MAX_VALUE))
            .max()
            .orElse(0);
  }

  private Finding schemasKept(Map<String, String> settings) {
    Check check = Check.of(Area.REGISTRY, ClusterRequirement.CLEANUP);
    String policy = settings.getOrDefault(CLEANUP, TopicConfig.CLEANUP_POLICY_DELETE);
    return policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)
        ? check.ok(TopicCatalogue.SCHEMAS + " keeps every schema")
        : check.fault(
            TopicCatalogue.SCHEMAS
                + " has "
                + policy
                + ": schemas are deleted, and then no record of theirs can be read",
            CLEANUP + "=compact",
            Copies.set(facts.address(), TopicCatalogue.SCHEMAS, CLEANUP + "=compact"));
  }

  /** How Kafka's own topics are kept, and that of schemas. */
  private List<Finding> copies() {
    List<Kept> kept =
        new ArrayList<>(
            ClusterFacts.INTERNAL.stream().map(this::kept).flatMap(Optional::stream).toList());
    if (kept.size() < ClusterFacts.INTERNAL.size()) {
      return List.of(
          Finding.notTold(
              Area.BROKERS,
              ClusterRequirement.REPLICATION.label(),
              "nothing is known of all of " + String.join(" and ", ClusterFacts.INTERNAL),
              "give us Describe and DescribeConfigs on them"));
    }
    Optional.ofNullable(facts.topics().get(TopicCatalogue.SCHEMAS))
        .flatMap(Kept::of)
        .ifPresent(kept::add);
    return new Copies(Area.BROKERS, facts.brokers(), facts.address(), kept, "").judge();
  }

  /** How a topic of Kafka's is kept; as the brokers would make it, while it is not there yet. */
  private Optional<Kept> kept(String topic) {
    TopicFacts there = facts.topics().get(topic);
    if (there != null) {
      return Kept.of(there);
    }
    if (facts.untold().containsKey(topic)) {
      return Optional.empty();
    }
    boolean isTransactions = topic.equals(ClusterFacts.TRANSACTIONS);
    String copies =
        isTransactions
            ? "transaction.state.log.replication.factor"
            : "offsets.topic.replication.factor";
    String inSync = isTransactions ? "transaction.state.log.min.isr" : "min.insync.replicas";
    return facts
        .settings()
        .value()
        .map(
            brokers ->
                new Kept(
                    topic + " (to be made)",
                    lowest(brokers, copies),
                    lowest(brokers, inSync),
                    brokers.stream()
                        .anyMatch(
                            all -> "true".equals(all.get("unclean.leader.election.enable")))));
  }

  private static int lowest(List<Map<String, String>> brokers, String name) {
    return brokers.stream()
        .mapToInt(all -> Integer.parseInt(all.getOrDefault(name, "1")))
        .min()
        .orElse(1);
  }
}
