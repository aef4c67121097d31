package io.pairstream.operations.quarantine;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/**
 * What an entry in quarantine came from. Each throws {@link
 * io.pairstream.schemas.wire.RegistryUnavailableException} where the registry does not answer,
 * without which nobody can say what the entry's value is.
 */
public final class Original {

  private Original() {}

  /**
   * The raw pair; empty where the entry is a link's, kept no value, or its value is no raw pair.
   */
  public static Optional<RawPair> pair(QuarantinedPair entry, ClusterAccess cluster) {
    return cluster.topics().rawNames().contains(entry.getOrigin().getTopic())
        ? cluster.decode(cluster.topics().crowdsourced(), Utils.toNullableArray(entry.getValue()))
        : Optional.empty();
  }

  /** The link; empty where the entry is a raw pair's, kept no value, or its value is no link. */
  public static Optional<PairLink> link(QuarantinedPair entry, ClusterAccess cluster) {
    return isLink(entry, cluster)
        ? cluster
            .decode(cluster.topics().links(), Utils.toNullableArray(entry.getValue()))
            // Another record's value reads as a link too, of which every field has its default.
            .filter(link -> !link.getUrl().isEmpty())
        : Optional.empty();
  }

  /** Whether the entry came from the topic of links, so that no image was ever there. */
  static boolean isLink(QuarantinedPair entry, ClusterAccess cluster) {
    return entry.getOrigin().getTopic().equals(cluster.topics().links().name());
  }
}
