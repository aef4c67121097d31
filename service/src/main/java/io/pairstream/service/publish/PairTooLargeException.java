package io.pairstream.service.publish;

import io.pairstream.cleaning.Measured;

/** A pair is larger than its topic takes. Nothing was sent. */
public final class PairTooLargeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Measured measured;

  /**
   * @param what the thing that is too large: the image, the record
   * @param sizeBytes its size
   * @param limitBytes the largest size that is taken
   */
  public PairTooLargeException(String what, long sizeBytes, long limitBytes) {
    super(
        "%s has %d bytes; at most %d bytes (%d MiB) are taken"
            .formatted(what, sizeBytes, limitBytes, limitBytes / (1024 * 1024)));
    measured = Measured.atMost("record_bytes", sizeBytes, limitBytes, "bytes");
  }

  /** The pair's size, and the largest that is taken. */
  public Measured measured() {
    return measured;
  }
}
