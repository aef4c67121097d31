package io.pairstream.drawing;

import io.pairstream.cleaning.RejectReason;
import java.util.Optional;

/** What is right or wrong with a drawn pair, and where it must end under the default recipe. */
public enum DrawnKind {
  /** A pair worth training on. */
  GOOD(null),

  /** An image whose shorter side has fewer than 200 px. */
  TOO_SMALL(RejectReason.IMAGE_TOO_SMALL),

  /** An image more than three times as long as it is wide. */
  TOO_ELONGATED(RejectReason.IMAGE_TOO_ELONGATED),

  /** The first half of a JPEG file. */
  CUT_OFF(RejectReason.IMAGE_DAMAGED),

  /** What a web server sends instead of a picture. */
  WEB_PAGE(RejectReason.IMAGE_TYPE_UNKNOWN),

  /** A caption of one word, or of fewer than four Chinese characters. */
  CAPTION_TOO_SHORT(RejectReason.CAPTION_TOO_SHORT),

  /** A caption of more than 2000 characters. */
  CAPTION_TOO_LONG(RejectReason.CAPTION_TOO_LONG),

  /** An earlier good pair once more, byte by byte. */
  DUPLICATE(RejectReason.DUPLICATE_PAIR);

  private final RejectReason reason;

  DrawnKind(RejectReason reason) {
    this.reason = reason;
  }

  /** The reason for which such a pair is rejected, or empty where it is kept. */
  public Optional<RejectReason> rejection() {
    return Optional.ofNullable(reason);
  }
}
