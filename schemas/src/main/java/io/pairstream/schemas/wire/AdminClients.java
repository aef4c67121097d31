package io.pairstream.schemas.wire;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Makes admin clients of Kafka that leave a broker which hangs.
 *
 * <p>A new client asks one of its bootstrap servers, taken by chance. Where the process behind that
 * address is paused, its connection opens and nothing answers; Kafka's own client then keeps to it
 * for five or six of its request time-outs, while others would have answered: it gives the question
 * for the broker's versions an hour, and prefers a server that it is connecting to before all that
 * it has not tried. Here a connection that carries nothing for as long as a request may take is
 * closed, after which the client tries another; no answer is lost by that, because none would be
 * waited for any longer.
 */
public final class AdminClients {

  /** Kafka's default of the request timeout, then of the whole call's. */
  private static final Duration REQUEST = Duration.ofSeconds(30);

  private static final Duration ANSWER = Duration.ofMinutes(1);

  private AdminClients() {}

  /**
   * A new client; the caller closes it.
   *
   * @param settings of Kafka's admin client, with {@code bootstrap.servers}; a {@code
   *     request.timeout.ms} above its {@code default.api.timeout.ms} counts as that, and {@code
   *     connections.max.idle.ms} is as long where they do not say
   * @throws TimeoutException where no name of a broker has an address now
   * @throws KafkaException where the settings cannot be used
   */
  public static Admin create(Map<String, ?> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    Duration answer = KafkaTimeouts.ofAnswers(settings, ANSWER);
    int request = (int) KafkaTimeouts.ofRequests(settings, REQUEST, answer).toMillis();
    all.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, request);
    all.putIfAbsent(AdminClientConfig.CONNECTIONS_MAX_IDLE_MS_CONFIG, request);
    try {
      return Admin.create(all);
    } catch (KafkaException e) {
      throw isWithoutAddress(e) ? new TimeoutException(RootCause.message(e), e) : e;
    }
  }

  /** Whether a client could not be made because no name of a broker has an address, as yet. */
  public static boolean isWithoutAddress(KafkaException e) {
    return RootCause.of(e) instanceof ConfigException cause
        && String.valueOf(cause.getMessage()).startsWith("No resolvable bootstrap urls");
  }
}
