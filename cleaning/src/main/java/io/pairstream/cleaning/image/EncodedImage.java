package io.pairstream.cleaning.image;

import java.util.Arrays;

/**
 * An image file's bytes, equal by content.
 *
 * <p>Takes ownership of the array: neither the caller nor a reader of {@link #bytes()} changes it
 * afterwards. Copying 8 MiB at each stage would cost more than the steps themselves.
 */
public final class EncodedImage {

  private final byte[] bytes;

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

  @Override
  public boolean equals(Object other) {
    return other instanceof EncodedImage image && Arrays.equals(bytes, image.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "EncodedImage[" + bytes.length + " bytes]";
  }
}
