package io.pairstream.cleaning;

import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.ProbedImage;
import java.util.Set;

/**
 * A pair whose image passes by what its header declares; no pixel is decoded yet.
 *
 * @param cropBox the part of the upright image that counts
 * @param waived reasons that do not count against it, as in {@link SubmittedPair}
 */
public record GatedPair(
    ProbedImage image, PixelBox cropBox, ReceivedCaption caption, Set<RejectReason> waived) {

  public GatedPair {
    waived = Set.copyOf(waived);
  }

  /** One that nobody has looked at. */
  public GatedPair(ProbedImage image, PixelBox cropBox, ReceivedCaption caption) {
    this(image, cropBox, caption, Set.of());
  }
}
