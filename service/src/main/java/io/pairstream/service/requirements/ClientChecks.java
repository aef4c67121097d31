package io.pairstream.service.requirements;

import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.requirements.Finding.Area;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Judges the operator's own settings of Kafka's clients, which take precedence over ours: some take
 * away what ours are for.
 */
final class ClientChecks {

  /** Prefixes of Kafka Streams before its clients' settings. */
  private static final Pattern PREFIX =
      Pattern.compile("^((main\\.|restore\\.|global\\.)?consumer|producer)\\.");

  private static final Duration BETWEEN_POLLS = Duration.ofMinutes(1);

  /** Allowed values of a setting, and their description. */
  private record Rule(String right, Predicate<String> fits) {

    static Rule is(String right) {
      return new Rule(right, right::equals);
    }

    static Rule atLeast(long least) {
      return number(least + " or more", value -> value >= least);
    }

    /** Rule for a number. Text that is no number passes: Kafka's clients refuse that themselves. */
    static Rule number(String right, Predicate<Long> fits) {
      return new Rule(
          right, value -> !value.matches("\\d{1,18}") || fits.test(Long.parseLong(value)));
    }
  }

  /**
   * Rules of every client, by setting. Under {@code group.protocol=streams} Kafka Streams makes its
   * consumers itself, without what ours add: records would not wait for a registry that is away,
   * nor be safe after an outage.
   */
  private static final Map<String, Rule> EVERY_CLIENT =
      Map.of(
          "isolation.level", Rule.is("read_committed"),
          "acks", new Rule("all", value -> value.equals("all") || value.equals("-1")),
          "enable.idempotence", Rule.is("true"),
          "enable.auto.commit", Rule.is("false"),
          "auto.offset.reset", Rule.is("earliest"),
          "group.protocol", new Rule("classic", value -> !value.equals("streams")),
          "processing.guarantee", Rule.is("exactly_once_v2"),
          "max.request.size", Rule.atLeast(RecordSizes.MAX_RECORD));

  private ClientChecks() {}

  /**
   * Judges them.
   *
   * @param settings as the operator gives them, without {@code kafka.} before them
   * @param application id of preprocessing, and its group
   * @param transaction the longest that a transaction of preprocessing may take; null where that is
   *     not known
   */
  static Finding judge(Map<String, String> settings, String application, Duration transaction) {
    Map<String, Rule> ofStreams = new HashMap<>();
    ofStreams.put("application.id", Rule.is(application));
    ofStreams.put("num.stream.threads", new Rule("none; say --threads", value -> false));
    int perPoll = ClusterCheck.RECORDS_PER_POLL;
    ofStreams.put(
        "main.consumer.max.poll.records",
        Rule.number(perPoll + " or fewer", value -> value <= perPoll));
    if (transaction != null) {
      ofStreams.put("producer.transaction.timeout.ms", Rule.atLeast(transaction.toMillis()));
      // A member that polls again only after the longest transaction must still be in its group.
      ofStreams.put(
          "main.consumer.max.poll.interval.ms",
          Rule.atLeast(transaction.plus(BETWEEN_POLLS).toMillis()));
    }
    List<String> wrong = new ArrayList<>();
    List<String> right = new ArrayList<>();
    new TreeMap<>(settings)
        .forEach(
            (name, value) -> {
              String plain = PREFIX.matcher(name).replaceFirst("");
              Rule rule = ofStreams.getOrDefault(name, EVERY_CLIENT.get(plain));
              if (rule != null && !rule.fits().test(value.strip().toLowerCase(Locale.ROOT))) {
                wrong.add("kafka." + name + "=" + value);
                right.add(plain + "=" + rule.right());
              }
            });
    String check = ClusterRequirement.CLIENT_SETTINGS.label();
    return wrong.isEmpty()
        ? Finding.ok(Area.CLIENTS, check, "none breaks a guarantee")
        : Finding.wrong(
            Area.CLIENTS,
            check,
            Check.some(wrong),
            Check.some(right),
            "take it out of the file of --config");
  }
}
