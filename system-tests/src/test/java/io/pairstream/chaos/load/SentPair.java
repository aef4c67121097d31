package io.pairstream.chaos.load;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.utils.Utils;

/** One record of the load: what a producer sends, and what must become of it. Immutable. */
public final class SentPair {

  private static final int PREFIX_BYTES = 5;

  /** Added to our own schema's id, it gives one that no registry has given. */
  private static final int FAR_AWAY = 1_000_000_000;

  private final long number;
  private final SentKind kind;
  private final String topic;
  private final RawPair pair;
  private final byte[] body;
  private final String imageDigest;
  private final String pairId;

  /**
   * @param number place in the load
   * @param topic {@code crowdsourced} or {@code scraped}
   * @param pair what the record says, or would say if it were whole
   */
  SentPair(long number, SentKind kind, String topic, RawPair pair) {
    this.number = number;
    this.kind = kind;
    this.topic = topic;
    this.pair = pair;
    this.body = encoded(pair);
    if (kind == SentKind.BROKEN_UTF8) {
      byte[] caption = bytes(pair.getCaption());
      body[lastIndexOf(body, caption) + caption.length - 1] = (byte) 0xE9;
    }
    boolean readable =
        switch (kind) {
          case NO_AVRO, WRONG_MAGIC, NO_VALUE, UNKNOWN_SCHEMA, CUT_BODY, GIANT_LENGTH -> false;
          default -> true;
        };
    this.imageDigest = readable ? PairIdentity.imageDigest(pair.getImage()) : "";
    this.pairId = readable ? PairIdentity.pairId(imageDigest, captionBytes()) : "";
  }

  public long number() {
    return number;
  }

  public SentKind kind() {
    return kind;
  }

  /** Name of its topic within the data set: {@code crowdsourced} or {@code scraped}. */
  public String topic() {
    return topic;
  }

  /** Digest of its image; empty where the record cannot be read. */
  public String imageDigest() {
    return imageDigest;
  }

  /** The pair's id; empty where the record cannot be read. */
  public String pairId() {
    return pairId;
  }

  /** What the record says; the caller changes nothing in it. */
  public RawPair pair() {
    return pair;
  }

  /** The record's key. */
  public Optional<byte[]> key() {
    return switch (kind) {
      case NO_KEY, NO_AVRO -> Optional.empty();
      case WRONG_KEY -> Optional.of(bytes("a key of my own, " + number));
      default -> Optional.of(bytes(PairIdentity.imageDigest(pair.getImage())));
    };
  }

  /**
   * The partition that the producer insists on; none where the key decides.
   *
   * @param partitions how many the topic has
   */
  public OptionalInt partition(int partitions) {
    if (kind != SentKind.WRONG_PARTITION || partitions == 1) {
      return OptionalInt.empty();
    }
    int right = Utils.toPositive(Utils.murmur2(bytes(imageDigest))) % partitions;
    return OptionalInt.of((right + 1) % partitions);
  }

  /** The time that the producer gives the record; none where it takes its clock's. */
  public Optional<Instant> timestamp() {
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
   * The record's value; none where it has none.
   *
   * @param schemaId id of {@link RawPair} under the topic's subject
   */
  public Optional<byte[]> value(int schemaId) {
    return switch (kind) {
      case NO_VALUE -> Optional.empty();
      case NO_AVRO -> {
        byte[] value = body.clone();
        value[0] = (byte) 0xA7;
        yield Optional.of(value);
      }
      case WRONG_MAGIC -> {
        byte[] value = framed(schemaId, body, body.length);
        value[0] = 1;
        yield Optional.of(value);
      }
      case UNKNOWN_SCHEMA -> Optional.of(framed(schemaId + FAR_AWAY, body, body.length));
      case CUT_BODY -> Optional.of(framed(schemaId, body, body.length / 2));
      case GIANT_LENGTH -> {
        // A long in Avro's variable length: 2,147,483,637 bytes of image, of which none follow.
        byte[] length = {(byte) 0xea, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x0f};
        byte[] tail = bytes(String.valueOf(number));
        byte[] value = new byte[length.length + tail.length];
        System.arraycopy(length, 0, value, 0, length.length);
        System.arraycopy(tail, 0, value, length.length, tail.length);
        yield Optional.of(framed(schemaId, value, value.length));
      }
      default -> Optional.of(framed(schemaId, body, body.length));
    };
  }

  private ByteBuffer captionBytes() {
    byte[] caption = bytes(pair.getCaption());
    if (kind == SentKind.BROKEN_UTF8) {
      caption[caption.length - 1] = (byte) 0xE9;
    }
    return ByteBuffer.wrap(caption);
  }

  private static byte[] framed(int schemaId, byte[] body, int bodyBytes) {
    byte[] value = new byte[PREFIX_BYTES + bodyBytes];
    ByteBuffer.wrap(value).put((byte) 0).putInt(schemaId).put(body, 0, bodyBytes);
    return value;
  }

  private static byte[] encoded(RawPair pair) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(pair.getImage().remaining() + 512);
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      new SpecificDatumWriter<>(RawPair.class).write(pair, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private static int lastIndexOf(byte[] all, byte[] part) {
    for (int at = all.length - part.length; at >= 0; at--) {
      if (Arrays.equals(all, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    throw new IllegalStateException("the caption does not stand in the body");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
