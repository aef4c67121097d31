package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.requirements.ClusterFacts.TopicFacts;
import io.pairstream.service.requirements.Copies.Kept;
import io.pairstream.service.requirements.Finding.Area;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.apache.kafka.common.config.TopicConfig;

/** Judges what brokers told of themselves. */
final class BrokerChecks {

  /** Since that level a producer's late record cannot get into its next transaction. */
  private static final int RIGHT_TRANSACTIONS = 2;

  private static final String TRANSACTION_VERSION = "transaction.version";

  /** As long as links are kept. */
  private static final Duration RIGHT_OFFSETS = Duration.ofDays(365);

  /** A broker's own default, which every transaction of ours stays below. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(15);

  private static final String SERVER_PROPERTIES = " in each broker's server.properties";

  private final ClusterFacts facts;
  private final Dataset dataset;
  private final GroupSessions sessions;
  private final Optional<Duration> transaction;

  /**
   * @param sessions of our groups
   * @param transaction the longest that a transaction of this service may take; empty where that is
   *     not known
   */
  BrokerChecks(
      ClusterFacts facts, Dataset dataset, GroupSessions sessions, Optional<Duration> transaction) {
    this.facts = facts;
    this.dataset = dataset;
    this.sessions = sessions;
    this.transaction = transaction;
  }

  List<Finding> judge() {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.ok(
            Area.BROKERS,
            "reachable",
            facts.alive().size()
                + (facts.alive().size() == 1 ? " broker at " : " brokers at ")
                + facts.address()));
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
    List<Kept> internal = new ArrayList<>();
    for (String topic : ClusterFacts.INTERNAL) {
      kept(topic).ifPresent(internal::add);
    }
    Optional<TopicFacts> schemas = Optional.ofNullable(facts.topics().get(TopicCatalogue.SCHEMAS));
    schemas.flatMap(this::schemasKept).ifPresent(findings::add);
    if (internal.size() < ClusterFacts.INTERNAL.size()) {
      findings.add(
          Finding.notTold(
              Area.BROKERS,
              ClusterRequirement.REPLICATION.label(),
              "nothing is known of all of " + String.join(" and ", ClusterFacts.INTERNAL),
              "give us Describe and DescribeConfigs on them"));
    } else {
      schemas
          .flatMap(topic -> TopicChecks.kept(TopicCatalogue.SCHEMAS, topic))
          .ifPresent(internal::add);
      findings.addAll(
          new Copies(Area.BROKERS, facts.brokers(), facts.address(), internal, Optional.empty())
              .judge());
    }
    return findings;
  }

  /** Nothing where we may not know the topic's settings, which are its registry's business. */
  private Optional<Finding> schemasKept(TopicFacts topic) {
    return topic
        .settings()
        .answer()
        .map(
            settings ->
                settings.getOrDefault(
                    TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE))
        .map(
            policy ->
                policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)
                    ? Finding.ok(
                        Area.REGISTRY,
                        ClusterRequirement.CLEANUP.label(),
                        TopicCatalogue.SCHEMAS + " keeps every schema")
                    : Finding.broken(
                        Area.REGISTRY,
                        ClusterRequirement.CLEANUP,
                        TopicCatalogue.SCHEMAS
                            + " has "
                            + policy
                            + ": schemas are deleted, and then no record of theirs can be read",
                        TopicConfig.CLEANUP_POLICY_CONFIG + "=compact",
                        "kafka-configs.sh --bootstrap-server "
                            + facts.address()
                            + " --alter --entity-type topics --entity-name "
                            + TopicCatalogue.SCHEMAS
                            + " --add-config "
                            + TopicConfig.CLEANUP_POLICY_CONFIG
                            + "=compact"));
  }

  private Finding transactions() {
    return facts
        .features()
        .fold(
            levels -> {
              int level = levels.getOrDefault(TRANSACTION_VERSION, 0);
              String found = TRANSACTION_VERSION + " " + level;
              return level >= RIGHT_TRANSACTIONS
                  ? Finding.ok(
                      Area.BROKERS,
                      ClusterRequirement.TRANSACTION_VERSION.label(),
                      found + ", metadata.version " + levels.getOrDefault("metadata.version", 0))
                  : Finding.broken(
                      Area.BROKERS,
                      ClusterRequirement.TRANSACTION_VERSION,
                      found
                          + ": an instance that was killed may leave a record in a transaction of"
                          + " its successor's",
                      String.valueOf(RIGHT_TRANSACTIONS),
                      "kafka-features.sh --bootstrap-server "
                          + facts.address()
                          + " upgrade --feature "
                          + TRANSACTION_VERSION
                          + "="
                          + RIGHT_TRANSACTIONS);
            },
            refusal ->
                Finding.notTold(
                    Area.BROKERS,
                    ClusterRequirement.TRANSACTION_VERSION.label(),
                    "brokers do not tell their features: " + refusal,
                    "take Kafka 4.3 or newer, and give us Describe on the cluster"));
  }

  private List<Finding> settings(Map<Integer, Map<String, String>> brokers) {
    Settings settings = new Settings(brokers.values());
    return List.of(
        transactionTimeout(settings),
        requestSize(settings),
        batchSize(settings),
        offsetsKept(settings),
        sessions(settings),
        topicsOnDemand(settings));
  }

  private Finding transactionTimeout(Settings settings) {
    String name = "transaction.max.timeout.ms";
    long longest = transaction.orElse(LONGEST_TRANSACTION).toMillis();
    Optional<String> low = settings.where(name, found -> found < longest);
    if (low.isEmpty()) {
      return Finding.ok(
          Area.BROKERS, ClusterRequirement.TRANSACTION_TIMEOUT.label(), name + " is long enough");
    }
    String remedy = name + "=" + LONGEST_TRANSACTION.toMillis() + SERVER_PROPERTIES;
    return transaction.isPresent()
        ? Finding.broken(
            Area.BROKERS,
            ClusterRequirement.TRANSACTION_TIMEOUT,
            low.get() + ": transactions are refused that last as long as slow pictures may take",
            longest + " or more",
            remedy + "; or fewer --threads for a worker, or a shorter --decode-deadline")
        : Finding.warning(
            Area.BROKERS,
            ClusterRequirement.TRANSACTION_TIMEOUT.label(),
            low.get() + ": an instance whose pictures may take longer does not start",
            String.valueOf(longest),
            remedy);
  }

  private static Finding requestSize(Settings settings) {
    String name = "socket.request.max.bytes";
    return settings
        .where(name, found -> found < 2L * RecordSizes.MAX_RECORD)
        .map(
            low ->
                Finding.broken(
                    Area.BROKERS,
                    ClusterRequirement.RECORD_SIZE,
                    low + ": a request with a largest record is cut off",
                    2L * RecordSizes.MAX_RECORD + " or more",
                    name + "=104857600" + SERVER_PROPERTIES))
        .orElseGet(
            () ->
                Finding.ok(
                    Area.BROKERS,
                    ClusterRequirement.RECORD_SIZE.label(),
                    "a largest record fits a request"));
  }

  private static Finding batchSize(Settings settings) {
    String name = "message.max.bytes";
    return settings
        .where(name, found -> found < RecordSizes.MAX_RECORD)
        .map(
            low ->
                Finding.warning(
                    Area.BROKERS,
                    "message-size",
                    low + ": a topic that has no limit of its own takes no largest record",
                    String.valueOf(RecordSizes.MAX_RECORD),
                    name + "=" + RecordSizes.MAX_RECORD + SERVER_PROPERTIES))
        .orElseGet(() -> Finding.ok(Area.BROKERS, "message-size", name + " is large enough"));
  }

  /** A group that has nobody for so long begins anew, with all that is still there. */
  private Finding offsetsKept(Settings settings) {
    String name = "offsets.retention.minutes";
    long raw = rawMinutes();
    long right = Math.max(RIGHT_OFFSETS.toMinutes(), raw);
    List<String> consequences = new ArrayList<>();
    if (settings.where(name, found -> found < raw).isPresent()) {
      consequences.add(
          "after so long without preprocessing, it reads all that is still on the raw topics again,"
              + " and what was published goes to quarantine too, as DUPLICATE_PAIR, so that audit"
              + " finds it twice");
    }
    if (settings.where(name, found -> found < RIGHT_OFFSETS.toMinutes()).isPresent()) {
      consequences.add("after so long without a fetcher, links are fetched once more");
    }
    return settings
        .where(name, found -> found < right)
        .map(
            low ->
                Finding.warning(
                    Area.BROKERS,
                    "offsets-kept",
                    low + ": " + String.join("; ", consequences),
                    String.valueOf(right),
                    name + "=" + right + SERVER_PROPERTIES))
        .orElseGet(
            () -> Finding.ok(Area.BROKERS, "offsets-kept", "as long as links and raw records"));
  }

  /** How long raw topics keep their records: as they do, or as the catalogue has it. */
  private long rawMinutes() {
    long longest = 0;
    for (TopicSpec spec : new TopicCatalogue(dataset, 1).topics()) {
      if (spec.name().equals(dataset.topic(TopicCatalogue.CROWDSOURCED))
          || spec.name().equals(dataset.topic(TopicCatalogue.SCRAPED))) {
        long millis =
            Optional.ofNullable(facts.topics().get(spec.name()))
                .flatMap(topic -> topic.settings().answer())
                .map(found -> found.get(TopicConfig.RETENTION_MS_CONFIG))
                .map(Long::valueOf)
                .orElseGet(() -> Long.valueOf(spec.config().get(TopicConfig.RETENTION_MS_CONFIG)));
        // The setting is an int.
        long minutes = millis < 0 ? Integer.MAX_VALUE : Duration.ofMillis(millis).toMinutes();
        longest = Math.max(longest, Math.min(minutes, Integer.MAX_VALUE));
      }
    }
    return longest;
  }

  /** A group that asks for another session than its coordinator allows cannot be joined. */
  private Finding sessions(Settings settings) {
    String least = "group.min.session.timeout.ms";
    String most = "group.max.session.timeout.ms";
    long shortest = sessions.shortest().toMillis();
    long longest = sessions.longest().toMillis();
    Optional<String> high = settings.whereHighest(least, found -> found > shortest);
    Optional<String> low = settings.where(most, found -> found < longest);
    if (high.isPresent()) {
      return noSession(high.get(), shortest, "less", least + "=6000");
    }
    return low.map(found -> noSession(found, longest, "more", most + "=1800000"))
        .orElseGet(() -> Finding.ok(Area.BROKERS, "sessions", "those of our groups are taken"));
  }

  private static Finding noSession(String found, long session, String direction, String remedy) {
    return Finding.wrong(
        Area.BROKERS,
        "sessions",
        found + ": a group of ours cannot be joined, whose session is " + session + " ms",
        session + " or " + direction,
        remedy + SERVER_PROPERTIES);
  }

  private static Finding topicsOnDemand(Settings settings) {
    String name = "auto.create.topics.enable";
    return settings.values(name).contains("true")
        ? Finding.warning(
            Area.BROKERS,
            "topics-on-demand",
            name + "=true: whoever misspells a topic makes one, with the brokers' settings",
            "false",
            name + "=false" + SERVER_PROPERTIES)
        : Finding.ok(Area.BROKERS, "topics-on-demand", "not made");
  }

  /** How a topic of Kafka's is kept; as the brokers would make it, while it is not there yet. */
  private Optional<Kept> kept(String topic) {
    TopicFacts there = facts.topics().get(topic);
    if (there != null) {
      return TopicChecks.kept(topic, there);
    }
    if (facts.untold().containsKey(topic)) {
      return Optional.empty();
    }
    boolean isTransactions = topic.equals(ClusterFacts.TRANSACTIONS);
    return facts
        .settings()
        .answer()
        .map(brokers -> new Settings(brokers.values()))
        .map(
            settings ->
                new Kept(
                    topic + " (to be made)",
                    (int)
                        settings
                            .lowest(
                                isTransactions
                                    ? "transaction.state.log.replication.factor"
                                    : "offsets.topic.replication.factor")
                            .orElse(1),
                    (int)
                        settings
                            .lowest(
                                isTransactions
                                    ? "transaction.state.log.min.isr"
                                    : "min.insync.replicas")
                            .orElse(1),
                    settings.values("unclean.leader.election.enable").contains("true")));
  }

  /** The brokers' settings, one after the other. */
  private record Settings(Collection<Map<String, String>> brokers) {

    TreeSet<String> values(String name) {
      TreeSet<String> values = new TreeSet<>();
      for (Map<String, String> broker : brokers) {
        Optional.ofNullable(broker.get(name)).ifPresent(values::add);
      }
      return values;
    }

    OptionalLong lowest(String name) {
      return values(name).stream().mapToLong(Long::parseLong).min();
    }

    /** The setting with its lowest value, where that is wrong. */
    Optional<String> where(String name, LongPredicate wrong) {
      return where(name, lowest(name), wrong);
    }

    /** The setting with its highest value, where that is wrong. */
    Optional<String> whereHighest(String name, LongPredicate wrong) {
      return where(name, values(name).stream().mapToLong(Long::parseLong).max(), wrong);
    }

    private static Optional<String> where(String name, OptionalLong value, LongPredicate wrong) {
      return value.isPresent() && wrong.test(value.getAsLong())
          ? Optional.of(name + "=" + value.getAsLong())
          : Optional.empty();
    }
  }
}
