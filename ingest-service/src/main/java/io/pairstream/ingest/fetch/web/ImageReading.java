package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ProbeImage;
import java.util.List;
import java.util.Set;

/**
 * An answer that should be an image.
 *
 * @param mostBytes largest image
 */
record ImageReading(int mostBytes) implements Reading {

  private static final ProbeImage PROBE = new ProbeImage();

  /** What the first bytes tell. What is wrong further on is judged elsewhere, and kept with why. */
  private static final Set<RejectReason> NO_IMAGE =
      Set.of(
          RejectReason.IMAGE_EMPTY,
          RejectReason.IMAGE_TYPE_UNKNOWN,
          RejectReason.IMAGE_TYPE_UNSUPPORTED);

  @Override
  public Treatment treat(Head head) {
    if (head.status() != 200) {
      return Treatment.SKIPPED;
    }
    boolean wanted = OptOut.of(head).isEmpty() && ContentCoding.of(head).known();
    return wanted ? Treatment.TAKEN : Treatment.LEFT;
  }

  @Override
  public boolean cutsOff() {
    return false;
  }

  @Override
  public boolean refuses(Head head, byte[] first) {
    return ContentCoding.of(head) == ContentCoding.IDENTITY && !objection(first).isEmpty();
  }

  /** Why these first bytes are not those of an image that is taken; empty where they are. */
  static String objection(byte[] first) {
    List<Rejection> rejections = PROBE.apply(new EncodedImage(first)).rejectedOnly();
    return rejections.stream()
        .filter(rejection -> NO_IMAGE.contains(rejection.reason()))
        .map(Rejection::detail)
        .findFirst()
        .orElse("");
  }
}
