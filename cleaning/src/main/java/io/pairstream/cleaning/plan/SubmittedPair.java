package io.pairstream.cleaning.plan;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * An image with its caption, as a producer sent them.
 *
 * @param annotations whatever else the producer knows, by name
 * @param waived reasons that do not count against it: a person looked at it and let it in
 */
public record SubmittedPair(
    EncodedImage image,
    ReceivedCaption caption,
    Map<String, String> annotations,
    Set<RejectReason> waived) {

  /**
   * @throws IllegalArgumentException for a reason that cannot be waived
   */
  public SubmittedPair {
    // A producer can send a hundred thousand names with one hash code. A HashMap makes a tree of
    // them; the maps of Map.copyOf compare each with all before it.
    annotations = Collections.unmodifiableMap(new HashMap<>(annotations));
    waived = Set.copyOf(waived);
    for (RejectReason reason : waived) {
      if (!reason.isWaivable()) {
        throw new IllegalArgumentException(reason + " cannot be waived");
      }
    }
  }
}
