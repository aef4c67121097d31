package io.pairstream.operations.quarantine;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Utils;

/** The raw pair that an entry in quarantine came from. */
public final class OriginalPair {

  private OriginalPair() {}

  /**
   * The raw pair; empty where the entry is a link's, kept no value, or its value is no raw pair.
   *
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer, without which nobody can say what the value is
   */
  public static Optional<RawPair> of(QuarantinedPair pair, ClusterAccess cluster) {
    ByteBuffer value = pair.getValue();
    if (value == null || !cluster.topics().rawNames().contains(pair.getOrigin().getTopic())) {
      return Optional.empty();
    }
    byte[] bytes = Utils.toArray(value);
    Topic<String, RawPair> topic = cluster.topics().crowdsourced();
    try {
      return Optional.of(topic.value().deserializer().deserialize(topic.name(), bytes));
    } catch (SerializationException e) {
      cluster.requireRegistry();
      return Optional.empty();
    }
  }
}
