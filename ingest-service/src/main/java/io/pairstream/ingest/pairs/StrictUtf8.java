package io.pairstream.ingest.pairs;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** UTF-8 read strictly: one wrong byte, and it is not UTF-8. */
final class StrictUtf8 {

  private static final int CHARS_AT_ONCE = 8 * 1024;

  private StrictUtf8() {}

  /** Whether the bytes are UTF-8; holds little of them at a time. */
  static boolean isUtf8(ByteBuffer bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer chars = CharBuffer.allocate(CHARS_AT_ONCE);
    ByteBuffer left = bytes.duplicate();
    CoderResult result = CoderResult.OVERFLOW;
    while (result.isOverflow()) {
      chars.clear();
      result = decoder.decode(left, chars, true);
    }
    return !result.isError();
  }

  /** The text, if the bytes are UTF-8. */
  static Optional<String> decode(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
