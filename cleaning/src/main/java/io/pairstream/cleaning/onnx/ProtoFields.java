package io.pairstream.cleaning.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The fields of one protocol buffer message, one after the other (protobuf.dev/programming-guides/
 * encoding). What is not asked for is skipped without being read. Takes any bytes.
 */
final class ProtoFields {

  private static final int MAX_TEXT_BYTES = 10_000;

  private final ByteBuffer bytes;
  private int number;
  private long value;
  private ByteBuffer content = ByteBuffer.allocate(0);

  ProtoFields(ByteBuffer bytes) {
    this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Moves to the next field; false where there is none. */
  boolean next() throws IOException {
    if (!bytes.hasRemaining()) {
      return false;
    }
    long tag = varint();
    number = (int) (tag >>> 3);
    value = 0;
    content = ByteBuffer.allocate(0);
    switch ((int) (tag & 7)) {
      case 0 -> value = varint();
      case 1 -> content = take(8);
      case 2 -> content = take(varint());
      case 5 -> content = take(4);
      default -> throw new IOException("it is no ONNX model: a field has an unknown wire type");
    }
    return true;
  }

  int number() {
    return number;
  }

  /** The number in a field of that kind; 0 in others. */
  long value() {
    return value;
  }

  /** The message in a field of that kind; an empty one in others. */
  ProtoFields message() {
    return new ProtoFields(content);
  }

  /** The text in a field of that kind. */
  String text() throws IOException {
    if (content.remaining() > MAX_TEXT_BYTES) {
      throw new IOException("it is no ONNX model: a name is too long");
    }
    return StandardCharsets.UTF_8.decode(content.duplicate()).toString();
  }

  private ByteBuffer take(long length) throws IOException {
    if (length < 0 || length > bytes.remaining()) {
      throw new IOException("it is no ONNX model, or it is cut off");
    }
    ByteBuffer taken = bytes.slice(bytes.position(), (int) length);
    bytes.position(bytes.position() + (int) length);
    return taken;
  }

  private long varint() throws IOException {
    long result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (!bytes.hasRemaining()) {
        throw new IOException("it is no ONNX model, or it is cut off");
      }
      byte next = bytes.get();
      result |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return result;
      }
    }
    throw new IOException("it is no ONNX model: a number has more than 64 bits");
  }
}
