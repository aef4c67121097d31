package io.pairstream.service.promises;

import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.service.Promise;
import io.pairstream.service.promises.ClusterFacts.TopicFacts;
import io.pairstream.service.promises.Copies.Kept;
import io.pairstream.service.promises.Finding.Area;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.LongPredicate;

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
  private final Optional<Duration> transaction;

  /**
   * @param transaction the longest that a transaction of this service may take; empty where that is
   *     not known
   */
  BrokerChecks(ClusterFacts facts, Optional<Duration> transaction) {
    this.facts = facts;
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
    if (internal.size() < ClusterFacts.INTERNAL.size()) {
      findings.add(
          Finding.notTold(
              Area.BROKERS,
              Promise.REPLICATION.label(),
              "nothing is known of all of " + String.join(" and ", ClusterFacts.INTERNAL),
              "give us Describe and DescribeConfigs on them"));
    } else {
      findings.addAll(
          new Copies(Area.BROKERS, facts.brokers(), facts.address(), internal, Optional.empty())
              .judge());
    }
    return findings;
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
                      Promise.TRANSACTION_VERSION.label(),
                      found + ", metadata.version " + levels.getOrDefault("metadata.version", 0))
                  : Finding.broken(
                      Area.BROKERS,
                      Promise.TRANSACTION_VERSION,
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
                    Promise.TRANSACTION_VERSION.label(),
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
        topicsOnDemand(settings));
  }

  private Finding transactionTimeout(Settings settings) {
    String name = "transaction.max.timeout.ms";
    long longest = transaction.orElse(LONGEST_TRANSACTION).toMillis();
    Optional<String> low = settings.where(name, found -> found < longest);
    if (low.isEmpty()) {
      return Finding.ok(
          Area.BROKERS, Promise.TRANSACTION_TIMEOUT.label(), name + " is long enough");
    }
    String remedy = name + "=" + LONGEST_TRANSACTION.toMillis() + SERVER_PROPERTIES;
    return transaction.isPresent()
        ? Finding.broken(
            Area.BROKERS,
            Promise.TRANSACTION_TIMEOUT,
            low.get() + ": transactions are refused that last as long as slow pictures may take",
            longest + " or more",
            remedy + "; or fewer --threads for a worker, or a shorter --decode-deadline")
        : Finding.warning(
            Area.BROKERS,
            Promise.TRANSACTION_TIMEOUT.label(),
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
                    Promise.RECORD_SIZE,
                    low + ": a request with a largest record is cut off",
                    2L * RecordSizes.MAX_RECORD + " or more",
                    name + "=104857600" + SERVER_PROPERTIES))
        .orElseGet(
            () ->
                Finding.ok(
                    Area.BROKERS, Promise.RECORD_SIZE.label(), "a largest record fits a request"));
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

  private static Finding offsetsKept(Settings settings) {
    String name = "offsets.retention.minutes";
    return settings
        .where(name, found -> found < RIGHT_OFFSETS.toMinutes())
        .map(
            low ->
                Finding.warning(
                    Area.BROKERS,
                    "offsets-kept",
                    low + ": after so long without a fetcher, links are fetched once more",
                    String.valueOf(RIGHT_OFFSETS.toMinutes()),
                    name + "=" + RIGHT_OFFSETS.toMinutes() + SERVER_PROPERTIES))
        .orElseGet(() -> Finding.ok(Area.BROKERS, "offsets-kept", "as long as links"));
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
      OptionalLong lowest = lowest(name);
      return lowest.isPresent() && wrong.test(lowest.getAsLong())
          ? Optional.of(name + "=" + lowest.getAsLong())
          : Optional.empty();
    }
  }
}
