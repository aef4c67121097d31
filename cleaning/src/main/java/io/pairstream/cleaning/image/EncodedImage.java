package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * An image file's bytes, equal by content.
 *
 * <p>Takes ownership of the array: neither the caller nor a reader of {@link #bytes()} changes it
 * afterwards. Copying 8 MiB at each stage would cost more than the steps themselves.
 */
public final class EncodedImage {

  private final byte[] bytes;

  /**
   * CRC-32C of the bytes; 0 until first computed. Two threads may compute it: both write the same
   * value.
   */
  private int hash;

  /** Declared header; null until first read. Two threads may read it: both write an equal value. */
  private Outcome<ProbedImage> declared;

  public EncodedImage(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The bytes themselves, not a copy. */
  public byte[] bytes() {
    return bytes;
  }

  public int size() {
    return bytes.length;
  }

  /**
   * Declarations of the image's header: read once, since several captions may come with one image.
   */
  Outcome<ProbedImage> declared(Step<EncodedImage, ProbedImage> reader) {
    if (declared == null) {
      declared = reader.apply(this);
    }
    return declared;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof EncodedImage image && Arrays.equals(bytes, image.bytes));
  }

  @Override
  public int hashCode() {
    if (hash == 0) {
      CRC32C checksum = new CRC32C();
      checksum.update(bytes);
      hash = (int) checksum.getValue();
    }
    return hash;
  }

  @Override
  public String toString() {
    return "EncodedImage[" + bytes.length + " bytes]";
  }
}
