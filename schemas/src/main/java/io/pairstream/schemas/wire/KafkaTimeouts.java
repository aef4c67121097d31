package io.pairstream.schemas.wire;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * How long Kafka is waited for. Each place has a time of its own, which suits a cluster nearby that
 * answers within milliseconds; settings of Kafka's clients that an operator gives hold instead, so
 * that a cluster far away, or a machine that is slow, is waited for everywhere.
 */
public final class KafkaTimeouts {

  private static final String ANSWER = "default.api.timeout.ms";
  private static final String REQUEST = "request.timeout.ms";
  private static final String DELIVERY = "delivery.timeout.ms";
  private static final String LINGER = "linger.ms";

  /** Linger where the settings have none. */
  private static final Duration USUAL_LINGER = Duration.ofMillis(5);

  private KafkaTimeouts() {}

  /**
   * How long an answer is waited for.
   *
   * @param settings of Kafka's clients
   * @param usual where they have no {@code default.api.timeout.ms}
   * @throws ConfigException where that is no number of milliseconds
   */
  public static Duration ofAnswers(Map<String, ?> settings, Duration usual) {
    return given(settings, ANSWER).orElse(usual);
  }

  /**
   * How long a record is on its way at most, until it counts as lost.
   *
   * @param settings of Kafka's clients
   * @param usual where they have no {@code delivery.timeout.ms}; a {@code default.api.timeout.ms}
   *     makes it longer
   * @throws ConfigException where either is no number of milliseconds
   */
  public static Duration ofSends(Map<String, ?> settings, Duration usual) {
    Duration asked =
        given(settings, DELIVERY).orElseGet(() -> longer(usual, ofAnswers(settings, usual)));
    // Kafka's producer takes no less.
    Duration least =
        given(settings, REQUEST)
            .map(request -> request.plus(given(settings, LINGER).orElse(USUAL_LINGER)))
            .orElse(Duration.ZERO);
    return longer(asked, least);
  }

  /**
   * Makes settings those of a producer that sends for so long: {@code delivery.timeout.ms}, and
   * {@code request.timeout.ms} where it is not there, so that a broker that hangs is asked twice.
   *
   * @param settings of Kafka's clients, which are changed
   * @param usual as {@link #ofSends} takes it
   * @return how long a record is on its way at most
   */
  public static Duration sendWithin(Map<String, Object> settings, Duration usual) {
    Duration delivery = ofSends(settings, usual);
    settings.put(DELIVERY, (int) delivery.toMillis());
    settings.putIfAbsent(REQUEST, (int) delivery.dividedBy(2).toMillis());
    return delivery;
  }

  /**
   * How long a single request is waited for, before another broker is asked: shorter than what an
   * answer may take, so that one that hangs does not hold it up.
   *
   * @param settings of Kafka's clients
   * @param usual where they have no {@code request.timeout.ms}
   * @param most how long the whole answer is waited for
   * @throws ConfigException where that is no number of milliseconds
   */
  public static Duration ofRequests(Map<String, ?> settings, Duration usual, Duration most) {
    Duration asked = given(settings, REQUEST).orElse(usual);
    return asked.compareTo(most) < 0 ? asked : most;
  }

  /**
   * Makes settings those of a producer of transactions: as {@link #sendWithin}, and, where they are
   * not there, {@code transaction.timeout.ms} and {@code max.block.ms}, which are no shorter than a
   * send.
   *
   * @param settings of Kafka's clients, which are changed
   * @param send as {@link #ofSends} takes it
   * @param transaction how long a transaction may usually take
   */
  public static void transactWithin(
      Map<String, Object> settings, Duration send, Duration transaction) {
    Duration longest = longer(transaction, sendWithin(settings, send));
    settings.putIfAbsent("transaction.timeout.ms", (int) longest.toMillis());
    settings.putIfAbsent("max.block.ms", (int) longest.toMillis());
    // A producer knows no such setting, and would say so in the log.
    settings.remove(ANSWER);
  }

  /**
   * Makes the limit of an answer as long as that of a request where it is shorter, as which Kafka
   * refuses both. What is no number is left to Kafka, which names it.
   *
   * @param settings of Kafka's clients, which are changed
   */
  public static void coverRequests(Map<String, Object> settings) {
    try {
      Optional<Duration> answer = given(settings, ANSWER);
      Optional<Duration> request = given(settings, REQUEST);
      if (answer.isPresent() && request.isPresent() && answer.get().compareTo(request.get()) < 0) {
        settings.put(ANSWER, (int) request.get().toMillis());
      }
    } catch (ConfigException e) {
      return;
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  private static Optional<Duration> given(Map<String, ?> settings, String name) {
    return Optional.ofNullable(settings.get(name))
        .map(value -> (Integer) ConfigDef.parseType(name, value, ConfigDef.Type.INT))
        .map(Duration::ofMillis);
  }
}
