package io.pairstream.operations.quarantine;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import java.util.Optional;
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
    return cluster.topics().rawNames().contains(pair.getOrigin().getTopic())
            && pair.getValue() != null
        ? cluster.decode(cluster.topics().crowdsourced(), Utils.toArray(pair.getValue()))
        : Optional.empty();
  }
}
