package io.pairstream.drawing;

import io.pairstream.cleaning.RejectReason;
import java.util.Arrays;
import java.util.List;
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
  /** A BMP file. */
  BITMAP(RejectReason.IMAGE_TYPE_UNSUPPORTED),
  /** A GIF file of 43 bytes that declares 30000x30000 px. */
  GIF_BOMB(RejectReason.IMAGE_TOO_MANY_PIXELS),
  /** What a web server sends instead of a picture. */
  WEB_PAGE(RejectReason.IMAGE_TYPE_UNKNOWN),
  /** An image file without a byte. */
  EMPTY_FILE(RejectReason.IMAGE_EMPTY),
  /** A caption of one word, or of fewer than four Chinese characters. */
  CAPTION_TOO_SHORT(RejectReason.CAPTION_TOO_SHORT),
  /** A caption of more than 2000 characters. */
  CAPTION_TOO_LONG(RejectReason.CAPTION_TOO_LONG),
  /** An earlier good pair once more, byte by byte. */
  DUPLICATE(RejectReason.DUPLICATE_PAIR),

  /** A record with a caption that is not UTF-8. */
  BROKEN_UTF8(RejectReason.CAPTION_NOT_UTF8),
  /** A record of random bytes. */
  GARBAGE(RejectReason.UNREADABLE_RECORD),
  /** A record under a schema id that the registry does not have. */
  UNKNOWN_SCHEMA(RejectReason.UNKNOWN_SCHEMA);

  private static final List<DrawnKind> BAD =
      Arrays.stream(values()).filter(kind -> kind != GOOD).toList();

  private final RejectReason reason;

  DrawnKind(RejectReason reason) {
    this.reason = reason;
  }

  /** The reason for which such a pair is rejected, or empty where it is kept. */
  public Optional<RejectReason> rejection() {
    return Optional.ofNullable(reason);
  }

  /** All kinds that are rejected. */
  public static List<DrawnKind> bad() {
    return BAD;
  }
}
