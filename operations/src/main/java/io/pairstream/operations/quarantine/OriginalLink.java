package io.pairstream.operations.quarantine;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.PairLink;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/** The link that an entry in quarantine came from, where its image was never fetched. */
public final class OriginalLink {

  private OriginalLink() {}

  /**
   * The link; empty where the entry is a raw pair's, kept no value, or its value is no link.
   *
   * @throws io.pairstream.schemas.wire.RegistryUnavailableException where the registry does not
   *     answer, without which nobody can say what the value is
   */
  public static Optional<PairLink> of(QuarantineEntry entry, ClusterAccess cluster) {
    return isOf(entry, cluster) && entry.pair().getValue() != null
        ? cluster
            .decode(cluster.topics().links(), Utils.toArray(entry.pair().getValue()))
            // Another record's value reads as a link too, of which every field has its default.
            .filter(link -> !link.getUrl().isEmpty())
        : Optional.empty();
  }

  /** Whether the entry came from the topic of links, so that no image was ever there. */
  static boolean isOf(QuarantineEntry entry, ClusterAccess cluster) {
    return entry.pair().getOrigin().getTopic().equals(cluster.topics().links().name());
  }
}
