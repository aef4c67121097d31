package io.pairstream.chaos.load;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.utils.Utils;

/**
 * One record of the load: what a producer sends, and what must become of it. Immutable.
 *
 * @param number place in the load
 * @param topic {@code crowdsourced} or {@code scraped}
 * @param pair what the record says, or would say if it were whole; never changed
 * @param imageDigest empty where the record cannot be read
 * @param pairId empty where the record cannot be read
 */
public record SentPair(
    long number, SentKind kind, String topic, RawPair pair, String imageDigest, String pairId) {

  private static final int PREFIX_BYTES = 5;

  /** Added to our own schema's id, it gives one that no registry has given. */
  private static final int FAR_AWAY = 1_000_000_000;

  static SentPair of(long number, SentKind kind, String topic, RawPair pair) {
    boolean readable =
        switch (kind) {
          case NO_AVRO, NO_VALUE, UNKNOWN_SCHEMA, CUT_BODY -> false;
          default -> true;
        };
    String digest = readable ? PairIdentity.imageDigest(pair.getImage()) : "";
    String id = readable ? PairIdentity.pairId(digest, ByteBuffer.wrap(caption(kind, pair))) : "";
    return new SentPair(number, kind, topic, pair, digest, id);
  }

  /** The record's key; null where it has none. */
  public byte[] key() {
    return switch (kind) {
      case NO_KEY, NO_AVRO -> null;
      case WRONG_KEY -> bytes("a key of my own, " + number);
      default -> bytes(PairIdentity.imageDigest(pair.getImage()));
    };
  }

  /**
   * The partition that the producer insists on; null where the key decides.
   *
   * @param partitions how many the topic has
   */
  Integer partition(int partitions) {
    if (kind != SentKind.WRONG_PARTITION) {
      return null;
    }
    int right = Utils.toPositive(Utils.murmur2(bytes(imageDigest))) % partitions;
    return (right + 1) % partitions;
  }

  /** The time that the producer gives the record; none where it takes its clock's. */
  Optional<Instant> timestamp() {
    if (kind != SentKind.SKEWED_CLOCK) {
      return Optional.empty();
    }
    long aMonth = 30L * 24 * 60 * 60 * 1000;
    return Optional.of(
        switch ((int) (number / SeededLoad.ODD_EVERY % 4)) {
          case 0 -> Instant.EPOCH;
          case 1 -> Instant.now().minusMillis(aMonth);
          case 2 -> Instant.now().plusMillis(aMonth);
          default -> Instant.ofEpochMilli(Long.MAX_VALUE);
        });
  }

  /**
   * The record's value; null where it has none.
   *
   * @param schemaId id of {@link RawPair} under the topic's subject
   */
  public byte[] value(int schemaId) {
    byte[] body = encoded();
    return switch (kind) {
      case NO_VALUE -> null;
      case NO_AVRO -> body;
      case UNKNOWN_SCHEMA -> framed(schemaId + FAR_AWAY, body, body.length);
      case CUT_BODY -> framed(schemaId, body, body.length / 2);
      default -> framed(schemaId, body, body.length);
    };
  }

  /** Names a value, also one that is missing; never empty. */
  public static String digest(byte[] value) {
    return value == null ? "none" : HexFormat.of().formatHex(Sha256.of(value));
  }

  private static byte[] caption(SentKind kind, RawPair pair) {
    byte[] caption = bytes(pair.getCaption());
    if (kind == SentKind.BROKEN_UTF8) {
      caption[caption.length - 1] = (byte) 0xE9;
    }
    return caption;
  }

  private static byte[] framed(int schemaId, byte[] body, int bodyBytes) {
    byte[] value = new byte[PREFIX_BYTES + bodyBytes];
    ByteBuffer.wrap(value).put((byte) 0).putInt(schemaId).put(body, 0, bodyBytes);
    return value;
  }

  private byte[] encoded() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(pair.getImage().remaining() + 512);
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      new SpecificDatumWriter<>(RawPair.class).write(pair, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    if (kind != SentKind.BROKEN_UTF8) {
      return bytes.toByteArray();
    }
    // In ISO 8859-1 each byte is one character.
    String body = bytes.toString(StandardCharsets.ISO_8859_1);
    String whole = new String(bytes(pair.getCaption()), StandardCharsets.ISO_8859_1);
    String broken = new String(caption(kind, pair), StandardCharsets.ISO_8859_1);
    return body.replace(whole, broken).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
