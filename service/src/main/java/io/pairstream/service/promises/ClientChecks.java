package io.pairstream.service.promises;

import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.service.Promise;
import io.pairstream.service.promises.Finding.Area;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Judges the operator's own settings of Kafka's clients, which stand above ours: some take away
 * what ours are for.
 */
final class ClientChecks {

  private static final List<String> PREFIXES =
      List.of("main.consumer.", "restore.consumer.", "global.consumer.", "consumer.", "producer.");

  private static final String TAKE_IT_OUT = "take it out of the file of --config";

  private ClientChecks() {}

  /**
   * Judges.
   *
   * @param settings as the operator gives them, without {@code kafka.} before them
   */
  static Finding judge(Map<String, String> settings) {
    List<String> wrong = new ArrayList<>();
    List<String> right = new ArrayList<>();
    new TreeMap<>(settings)
        .forEach(
            (name, value) -> {
              String needed = needed(plain(name), value.strip().toLowerCase(Locale.ROOT));
              if (!needed.isEmpty()) {
                wrong.add("kafka." + name + "=" + value);
                right.add(needed);
              }
            });
    if (!wrong.isEmpty()) {
      return Finding.broken(
          Area.CLIENTS, Promise.CLIENT_SETTINGS, Words.some(wrong), Words.some(right), TAKE_IT_OUT);
    }
    // Instances know each other's threads by the names that Kafka Streams gives its members.
    if (settings.containsKey("client.id")) {
      return Finding.warning(
          Area.CLIENTS,
          Promise.CLIENT_SETTINGS.label(),
          "kafka.client.id="
              + settings.get("client.id")
              + ": nobody ends the transactions that a killed instance of preprocessing leaves,"
              + " and its pairs wait for the broker's time-out",
          "no client.id",
          TAKE_IT_OUT);
    }
    return Finding.ok(Area.CLIENTS, Promise.CLIENT_SETTINGS.label(), "none takes a promise away");
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
              !value.matches("\\d{1,18}") || Long.parseLong(value) >= RecordSizes.MAX_RECORD,
              name,
              RecordSizes.MAX_RECORD + " or more");
      default -> "";
    };
  }

  private static String unless(boolean fits, String name, String right) {
    return fits ? "" : name + "=" + right;
  }
}
