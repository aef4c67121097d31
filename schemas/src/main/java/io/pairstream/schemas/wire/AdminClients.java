package io.pairstream.schemas.wire;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * Makes admin clients of Kafka that turn away from a broker which stands still.
 *
 * <p>A new client asks one of its bootstrap servers, taken by chance. Where the process behind that
 * address is paused, its connection opens and nothing answers; Kafka's own client (4.3.1) then
 * keeps to it for five or six of its request time-outs, while others would have answered: it gives
 * the question for the broker's versions an hour, and prefers a server that it is connecting to
 * before all that it has not tried. Here a connection that carries nothing for as long as a request
 * may take is closed, after which the client tries another; no answer is lost by that, because none
 * would be waited for any longer.
 */
public final class AdminClients {

  /** Kafka's default, in milliseconds. */
  private static final int REQUEST_TIMEOUT = 30_000;

  private AdminClients() {}

  /**
   * A new client; the caller closes it.
   *
   * @param settings of Kafka's admin client, with {@code bootstrap.servers}; {@code
   *     connections.max.idle.ms} is its {@code request.timeout.ms} where they do not say
   * @throws org.apache.kafka.common.KafkaException where the settings cannot be used
   */
  public static Admin create(Map<String, ?> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putIfAbsent(
        AdminClientConfig.CONNECTIONS_MAX_IDLE_MS_CONFIG,
        all.getOrDefault(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT));
    return Admin.create(all);
  }
}
