package io.pairstream.schemas.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * A raw pair's or a link's caption as the bytes that its producer sent.
 *
 * <p>Avro's Java strings replace malformed UTF-8 by U+FFFD without a word. Where a caption holds
 * that character, the bytes tell whether the producer wrote it.
 */
public final class CaptionBytes {

  private static final char REPLACEMENT = '\uFFFD';

  private final Topic<?> topic;

  /** Record's schema, but with strings that keep their bytes. */
  private final Schema reader;

  /**
   * @param topic its deserializer decoded the value; its records have a caption
   */
  public CaptionBytes(Topic<?> topic) {
    this.topic = topic;
    this.reader = Registry.withoutJavaProperties(topic.schema());
  }

  /** Whether a decoded caption may hide malformed bytes, so that {@link #of} is worth its price. */
  public static boolean isDoubtful(String caption) {
    return caption.indexOf(REPLACEMENT) >= 0;
  }

  /** The bytes of a decoded caption, out of its value where it may hide malformed ones. */
  public ByteBuffer of(String caption, byte[] value) {
    return isDoubtful(caption) ? of(value) : StandardCharsets.UTF_8.encode(caption);
  }

  /**
   * Reads the caption's bytes out of a value that has been decoded before.
   *
   * @param value a raw pair or a link in the wire format
   * @throws RegistryUnavailableException where the writer's schema is not at hand
   */
  public ByteBuffer of(byte[] value) {
    try {
      Schema writer =
          topic.registry().writerSchema(topic.subject(), WireFormat.schemaId(value).orElseThrow());
      GenericRecord record =
          new GenericDatumReader<GenericRecord>(writer, reader)
              .read(
                  null,
                  DecoderFactory.get()
                      .binaryDecoder(
                          value,
                          WireFormat.PREFIX_BYTES,
                          value.length - WireFormat.PREFIX_BYTES,
                          null));
      Utf8 caption = (Utf8) record.get("caption");
      return ByteBuffer.wrap(caption.getBytes(), 0, caption.getByteLength());
    } catch (IOException e) {
      throw new IllegalStateException("a value that was decoded before does not decode", e);
    }
  }
}
