package io.pairstream.schemas.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8 read strictly: one wrong byte, and it is not UTF-8. */
public final class StrictUtf8 {

  private StrictUtf8() {}

  /** Whether the bytes are UTF-8 throughout. */
  public static boolean isUtf8(ByteBuffer bytes) {
    try {
      return !decode(bytes).isEmpty() || !bytes.hasRemaining();
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /**
   * The text.
   *
   * @throws CharacterCodingException where the bytes are not UTF-8
   */
  public static String decode(byte[] bytes) throws CharacterCodingException {
    return decode(ByteBuffer.wrap(bytes));
  }

  /**
   * The text of what remains in the buffer.
   *
   * @throws CharacterCodingException where the bytes are not UTF-8
   */
  public static String decode(ByteBuffer bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
  }
}
