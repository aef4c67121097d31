package io.pairstream.feed.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;

/**
 * A place in bytes of Avro's binary encoding, which moves on as values are read.
 *
 * <p>Unlike Avro's own decoder it tells where a value's bytes lie, so that an image need not be
 * copied out. Encoding: <a
 * href="https://avro.apache.org/docs/1.12.0/specification/#binary-encoding">specification</a>.
 */
final class AvroCursor {

  private static final int MAX_VARINT_BITS = 63;

  private final byte[] bytes;
  private int position;

  AvroCursor(byte[] bytes, int position) {
    this.bytes = bytes;
    this.position = position;
  }

  int position() {
    return position;
  }

  /** An int or a long: zigzag, least significant 7 bits first. */
  long readLong() throws MalformedSampleException {
    long value = 0;
    for (int shift = 0; shift <= MAX_VARINT_BITS; shift += 7) {
      require(1);
      byte next = bytes[position++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new MalformedSampleException("a number of more than 64 bits at byte " + position);
  }

  int readInt() throws MalformedSampleException {
    long value = readLong();
    if (value != (int) value) {
      throw new MalformedSampleException("an int of more than 32 bits at byte " + position);
    }
    return (int) value;
  }

  /** Length of the bytes or string that begins here; the position is behind the length then. */
  int readLength() throws MalformedSampleException {
    int length = readInt();
    require(length);
    return length;
  }

  String readString() throws MalformedSampleException {
    int length = readLength();
    String text = new String(bytes, position, length, StandardCharsets.UTF_8);
    position += length;
    return text;
  }

  boolean readBoolean() throws MalformedSampleException {
    require(1);
    return bytes[position++] != 0;
  }

  /** 8 bytes, the least significant first. */
  double readDouble() throws MalformedSampleException {
    require(Double.BYTES);
    double value = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getDouble(position);
    position += Double.BYTES;
    return value;
  }

  void skipBytes(int count) throws MalformedSampleException {
    require(count);
    position += count;
  }

  /** Items in the next block of an array or map; 0 where it is over. */
  long readBlock() throws MalformedSampleException {
    long count = readLong();
    if (count < 0) {
      readLong(); // the block's size in bytes
      return -count;
    }
    return count;
  }

  /** Moves over one value. */
  void skip(Schema schema) throws MalformedSampleException {
    switch (schema.getType()) {
      case NULL -> {}
      case BOOLEAN -> skipBytes(1);
      case INT, LONG, ENUM -> readLong();
      case FLOAT -> skipBytes(Float.BYTES);
      case DOUBLE -> skipBytes(Double.BYTES);
      case BYTES, STRING -> skipBytes(readLength());
      case FIXED -> skipBytes(schema.getFixedSize());
      case UNION -> skip(branch(schema));
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          skip(field.schema());
        }
      }
      case ARRAY -> {
        for (long block = readBlock(); block != 0; block = readBlock()) {
          for (long i = 0; i < block; i++) {
            skip(schema.getElementType());
          }
        }
      }
      case MAP -> {
        for (long block = readBlock(); block != 0; block = readBlock()) {
          for (long i = 0; i < block; i++) {
            skipBytes(readLength());
            skip(schema.getValueType());
          }
        }
      }
    }
  }

  private Schema branch(Schema union) throws MalformedSampleException {
    int branch = readInt();
    if (branch < 0 || branch >= union.getTypes().size()) {
      throw new MalformedSampleException("a union without branch " + branch);
    }
    return union.getTypes().get(branch);
  }

  private void require(int count) throws MalformedSampleException {
    if (count < 0 || count > bytes.length - position) {
      throw new MalformedSampleException(
          "asks for " + count + " bytes at byte " + position + " of " + bytes.length);
    }
  }
}
