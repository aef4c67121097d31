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
public final class KafkaPatience {

  private static final String ANSWER = "default.api.timeout.ms";
  private static final String REQUEST = "request.timeout.ms";
  private static final String DELIVERY = "delivery.timeout.ms";
  private static final String LINGER = "linger.ms";

  /** Where the settings do not say: Kafka's own, and ours. */
  private static final Duration USUAL_LINGER = Duration.ofMillis(5);

  private KafkaPatience() {}

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
   * {@code request.timeout.ms} where it is not there, so that a broker that stands still is asked
   * twice.
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

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  private static Optional<Duration> given(Map<String, ?> settings, String name) {
    return Optional.ofNullable(settings.get(name))
        .map(value -> (Integer) ConfigDef.parseType(name, value, ConfigDef.Type.INT))
        .map(Duration::ofMillis);
  }
}
