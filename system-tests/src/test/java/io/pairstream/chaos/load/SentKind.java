package io.pairstream.chaos.load;

import io.pairstream.cleaning.RejectReason;
import java.util.Arrays;
import java.util.List;

/** Oddity or fault of a sent record, and the outcome that it must have under {@code chaos.yaml}. */
public enum SentKind {
  /** A pair worth training on. */
  GOOD,

  /** The image of an earlier good pair under another caption. */
  ANOTHER_CAPTION,

  /** An earlier good pair once more, byte by byte: one of all its copies is published. */
  COPY,

  /** A good pair whose key is not its image's digest. */
  WRONG_KEY,

  /** A good pair without a key. */
  NO_KEY,

  /** A good pair on a partition that is not its key's. */
  WRONG_PARTITION,

  /** A good pair whose producer's clock is wrong by days or by ages. */
  SKEWED_CLOCK,

  /** Bytes that are not in the wire format. */
  NO_AVRO(RejectReason.UNREADABLE_RECORD),

  /** A record without a value. */
  NO_VALUE(RejectReason.UNREADABLE_RECORD),

  /** A good body under an id that the registry has never given. */
  UNKNOWN_SCHEMA(RejectReason.UNKNOWN_SCHEMA),

  /** The right id before a body that ends too early. */
  CUT_BODY(RejectReason.UNREADABLE_RECORD),

  /** A caption that is not UTF-8. */
  BROKEN_UTF8(RejectReason.CAPTION_NOT_UTF8),

  /** An image without a byte. */
  EMPTY_IMAGE(RejectReason.IMAGE_EMPTY),

  /** The first half of a JPEG file. */
  CUT_JPEG(RejectReason.IMAGE_DAMAGED),

  /** 43 bytes that declare 30,000 x 30,000 px. */
  GIF_BOMB(RejectReason.IMAGE_TOO_MANY_PIXELS),

  /** A picture that is smaller than the recipe allows. */
  SMALL_IMAGE(RejectReason.IMAGE_TOO_SMALL),

  /** A caption of nothing but spaces. */
  EMPTY_CAPTION(RejectReason.CAPTION_TOO_SHORT);

  /** Kinds that must be rejected. */
  static final List<SentKind> POISON =
      Arrays.stream(values()).filter(kind -> !kind.isGood()).toList();

  /** Good pairs that come in an odd way. */
  static final List<SentKind> ODD = List.of(WRONG_KEY, NO_KEY, WRONG_PARTITION, SKEWED_CLOCK);

  private final String reason;

  SentKind() {
    this.reason = "";
  }

  SentKind(RejectReason reason) {
    this.reason = reason.name();
  }

  /** The reason for which it must be rejected; empty where the pair must be published. */
  public String reason() {
    return reason;
  }

  /** Whether exactly one of all records with this pair must be published. */
  public boolean isGood() {
    return reason.isEmpty();
  }
}
