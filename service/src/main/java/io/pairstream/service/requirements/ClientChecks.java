package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.requirements.Finding.Area;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Judges the operator's own settings of Kafka's clients, which stand above ours: some take away
 * what ours are for.
 */
final class ClientChecks {

  private static final List<String> PREFIXES =
      List.of("main.consumer.", "restore.consumer.", "global.consumer.", "consumer.", "producer.");

  private static final String TAKE_IT_OUT = "take it out of the file of --config";

  /** How long preprocessing's transactions may last; how Kafka Streams wants it named. */
  static final String TRANSACTION_TIMEOUT = "producer.transaction.timeout.ms";

  private static final String POLL_INTERVAL = "main.consumer.max.poll.interval.ms";

  /** A broker's own longest, which every transaction of ours stays below. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(15);

  private static final Duration BETWEEN_POLLS = Duration.ofMinutes(1);

  private final Map<String, String> settings;
  private final String application;
  private final Optional<Duration> transaction;

  /**
   * @param settings as the operator gives them, without {@code kafka.} before them
   * @param application id of preprocessing, and its group
   * @param transaction the longest that a transaction of preprocessing may take; empty where that
   *     is not known
   */
  ClientChecks(Map<String, String> settings, String application, Optional<Duration> transaction) {
    this.settings = new TreeMap<>(settings);
    this.application = application;
    this.transaction = transaction;
  }

  List<Finding> judge() {
    List<Finding> findings = new ArrayList<>();
    findings.add(promised());
    findings.addAll(unknown());
    return findings;
  }

  private Finding promised() {
    List<String> wrong = new ArrayList<>();
    List<String> right = new ArrayList<>();
    settings.forEach(
        (name, value) -> {
          String needed = streams(name, value.strip());
          if (needed.isEmpty()) {
            needed = needed(plain(name), value.strip().toLowerCase(Locale.ROOT));
          }
          if (!needed.isEmpty()) {
            wrong.add("kafka." + name + "=" + value);
            right.add(needed);
          }
        });
    if (!wrong.isEmpty()) {
      return Finding.broken(
          Area.CLIENTS,
          ClusterRequirement.CLIENT_SETTINGS,
          Words.some(wrong),
          Words.some(right),
          TAKE_IT_OUT);
    }
    return Finding.ok(
        Area.CLIENTS, ClusterRequirement.CLIENT_SETTINGS.label(), "none takes a promise away");
  }

  /** Times that only preprocessing can judge, because it knows its threads and workers. */
  private List<Finding> unknown() {
    if (transaction.isPresent()) {
      return List.of();
    }
    return Stream.of(TRANSACTION_TIMEOUT, POLL_INTERVAL)
        .filter(settings::containsKey)
        .filter(name -> !isAtLeast(settings.get(name).strip(), longest(name, LONGEST_TRANSACTION)))
        .map(
            name ->
                Finding.warning(
                    Area.CLIENTS,
                    "slow-pictures",
                    "kafka."
                        + name
                        + "="
                        + settings.get(name)
                        + ": preprocessing does not start where slow pictures may take longer with"
                        + " its threads and workers",
                    "no " + name,
                    TAKE_IT_OUT))
        .toList();
  }

  /**
   * What a setting has to be that stands above one of preprocessing's own; empty where it may be as
   * it is. Those of all consumers do not: ours are the main consumer's.
   */
  private String streams(String name, String value) {
    return switch (name) {
      case "application.id" -> unless(value.equals(application), name, application);
      case "num.stream.threads" -> "no num.stream.threads, but --threads";
      case "main.consumer.max.poll.records" ->
          unless(
              !isNumber(value) || Long.parseLong(value) <= ClusterCheck.RECORDS_PER_POLL,
              plain(name),
              ClusterCheck.RECORDS_PER_POLL + " or fewer");
      case TRANSACTION_TIMEOUT, POLL_INTERVAL ->
          transaction
              .map(longest -> longest(name, longest))
              .map(least -> unless(isAtLeast(value, least), plain(name), least + " or more"))
              .orElse("");
      default -> "";
    };
  }

  /** Whoever polls again only after the longest transaction is still in its group. */
  private static long longest(String name, Duration transaction) {
    return (name.equals(POLL_INTERVAL) ? transaction.plus(BETWEEN_POLLS) : transaction).toMillis();
  }

  private static boolean isAtLeast(String value, long least) {
    return !isNumber(value) || Long.parseLong(value) >= least;
  }

  /** What is no number Kafka's clients refuse themselves. */
  private static boolean isNumber(String value) {
    return value.matches("\\d{1,18}");
  }

  private static String plain(String name) {
    return PREFIXES.stream()
        .filter(name::startsWith)
        .findFirst()
        .map(prefix -> name.substring(prefix.length()))
        .orElse(name);
  }

  /** What the setting has to be; empty where it may be as it is. */
  private static String needed(String name, String value) {
    return switch (name) {
      case "isolation.level" -> unless(value.equals("read_committed"), name, "read_committed");
      case "acks" -> unless(value.equals("all") || value.equals("-1"), name, "all");
      case "enable.idempotence" -> unless(value.equals("true"), name, "true");
      case "enable.auto.commit" -> unless(value.equals("false"), name, "false");
      case "auto.offset.reset" -> unless(value.equals("earliest"), name, "earliest");
      // Under the other one Kafka Streams makes its consumers itself, without what ours add:
      // records would not wait for a registry that is away, nor be safe after an outage.
      case "group.protocol" -> unless(!value.equals("streams"), name, "classic");
      case "processing.guarantee" ->
          unless(value.equals("exactly_once_v2"), name, "exactly_once_v2");
      case "max.request.size" ->
          unless(
              isAtLeast(value, RecordSizes.MAX_RECORD), name, RecordSizes.MAX_RECORD + " or more");
      default -> "";
    };
  }

  private static String unless(boolean fits, String name, String right) {
    return fits ? "" : name + "=" + right;
  }
}
