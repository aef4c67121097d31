package io.pairstream.schemas.wire;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * Confluent's wire format: byte 0, the schema id in 4 bytes big-endian, the Avro body.
 *
 * @see <a
 *     href="https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format">Confluent's
 *     description</a>
 */
public final class WireFormat {

  /** Bytes before the body. */
  public static final int PREFIX_BYTES = 5;

  private static final byte MAGIC = 0;

  private WireFormat() {}

  /** The schema id of a value, or nothing where the value is not in the wire format. */
  public static OptionalInt schemaId(byte[] value) {
    if (value == null || value.length < PREFIX_BYTES || value[0] != MAGIC) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(ByteBuffer.wrap(value).getInt(1));
  }
}
