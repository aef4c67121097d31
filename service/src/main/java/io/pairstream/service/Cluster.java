package io.pairstream.service;

import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.wire.KafkaTimeouts;
import io.pairstream.schemas.wire.Registry;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * A Kafka cluster with its schema registry, and the data set to work on.
 *
 * @param bootstrapServers {@code host:port}, several with commas between
 * @param registryAddresses as {@link Registry} takes them
 * @param dataset the data set
 * @param kafkaSettings settings of every Kafka client, passed through untouched: security,
 *     time-outs
 * @param registrySettings settings of the registry client, passed through untouched
 * @param doneWithout requirements that the operator does without here
 */
public record Cluster(
    String bootstrapServers,
    String registryAddresses,
    Dataset dataset,
    Map<String, String> kafkaSettings,
    Map<String, String> registrySettings,
    Set<ClusterRequirement> doneWithout) {

  /** A cluster that does not answer must not hold a question up for a client's own minutes. */
  public static final Map<String, Object> TIMEOUT =
      Map.of("request.timeout.ms", 5_000, "default.api.timeout.ms", 12_000);

  /**
   * A client's metrics go neither to JMX nor to the brokers: to name some hundred of each takes a
   * part of a start, and services say themselves what operators need.
   */
  private static final Map<String, Object> NO_REPORTERS =
      Map.of(
          CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG,
          "",
          CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG,
          false);

  public Cluster {
    kafkaSettings = Map.copyOf(kafkaSettings);
    registrySettings = Map.copyOf(registrySettings);
    doneWithout = Set.copyOf(doneWithout);
  }

  /** A cluster that has to keep every requirement. */
  public Cluster(
      String bootstrapServers,
      String registryAddresses,
      Dataset dataset,
      Map<String, String> kafkaSettings,
      Map<String, String> registrySettings) {
    this(bootstrapServers, registryAddresses, dataset, kafkaSettings, registrySettings, Set.of());
  }

  /** Returns a copy for an operator who does without these requirements. */
  public Cluster without(Set<ClusterRequirement> requirements) {
    return new Cluster(
        bootstrapServers,
        registryAddresses,
        dataset,
        kafkaSettings,
        registrySettings,
        requirements);
  }

  /** Returns a copy with another data set. */
  public Cluster with(Dataset other) {
    return new Cluster(
        bootstrapServers, registryAddresses, other, kafkaSettings, registrySettings, doneWithout);
  }

  /**
   * A Kafka client's settings: {@code own} first, then the operator's on top. Our own limit of an
   * answer gives way where the operator's requests may last longer.
   */
  public Map<String, Object> clientSettings(Map<String, ?> own) {
    Map<String, Object> settings = new HashMap<>(NO_REPORTERS);
    settings.putAll(own);
    settings.putAll(kafkaSettings);
    if (!kafkaSettings.containsKey(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG)) {
      KafkaTimeouts.coverRequests(settings);
    }
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    return settings;
  }

  /** A new client of the registry. */
  public Registry registry() {
    return new Registry(registryAddresses, registrySettings);
  }
}
