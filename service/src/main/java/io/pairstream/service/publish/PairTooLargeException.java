package io.pairstream.service.publish;

/** A pair is larger than its topic takes. Nothing was sent. */
public final class PairTooLargeException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long sizeBytes;
  private final long limitBytes;

  /**
   * @param what the thing that is too large: the image, the record
   * @param sizeBytes its size
   * @param limitBytes the largest size that is taken
   */
  public PairTooLargeException(String what, long sizeBytes, long limitBytes) {
    super(
        "%s has %d bytes; at most %d bytes (%d MiB) are taken"
            .formatted(what, sizeBytes, limitBytes, limitBytes / (1024 * 1024)));
    this.sizeBytes = sizeBytes;
    this.limitBytes = limitBytes;
  }

  public long sizeBytes() {
    return sizeBytes;
  }

  public long limitBytes() {
    return limitBytes;
  }
}
