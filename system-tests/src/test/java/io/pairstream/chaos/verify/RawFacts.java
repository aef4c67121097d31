package io.pairstream.chaos.verify;

import io.pairstream.chaos.load.LedgerEntry;
import io.pairstream.chaos.load.Sha256;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.Replay;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * What the outputs and the receipt of a raw record must repeat.
 *
 * @param pair empty where the record holds none
 * @param pairId empty where the record holds no pair
 * @param valueDigest as in a {@link LedgerEntry}
 * @param picture digest of its picture; empty where it has none
 * @param words of its published pair; empty where it can have none
 * @param frame of its quarantined pair: what came beside the value, and when
 * @param received what its receipt says of its coming
 */
record RawFacts(
    Optional<RawPair> pair,
    String pairId,
    String valueDigest,
    String picture,
    Optional<Fields> words,
    Fields frame,
    Fields received) {

  private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59Z");

  /** Signature and header chunk of a PNG file. */
  private static final int PNG_HEADER_BYTES = 33;

  static RawFacts of(
      ConsumerRecord<byte[], byte[]> record, Values values, Preparation preparation) {
    Instant arrived = Instant.ofEpochMilli(record.timestamp());
    Optional<RawPair> pair =
        Optional.ofNullable(record.value())
            .flatMap(value -> values.read(values.topics().crowdsourced(), value).found());
    Instant receivedAt =
        pair.map(RawPair::getReceivedAt)
            .filter(time -> !time.isBefore(Instant.EPOCH) && !time.isAfter(LAST_TIME))
            .orElse(arrived);
    Optional<PreparedPair> prepared =
        pair.flatMap(raw -> preparation.of(raw, record.headers(), arrived));
    return new RawFacts(
        pair,
        pair.map(
                raw ->
                    PairIdentity.pairId(PairIdentity.imageDigest(raw.getImage()), raw.getCaption()))
            .orElse(""),
        digest(record.value()),
        pair.map(raw -> picture(raw.getImage())).orElse(""),
        prepared.map(Preparation::words),
        frame(
            record.key() == null ? null : ByteBuffer.wrap(record.key()), headers(record), arrived),
        received(receivedAt, Replay.read(record.headers()).map(Replay::reviewId).orElse("")));
  }

  /** The same without the pair itself, which takes much room. */
  RawFacts withoutPair() {
    return new RawFacts(Optional.empty(), pairId, valueDigest, picture, words, frame, received);
  }

  /** Of a record's value, as in a {@link LedgerEntry}. */
  static String digest(byte[] value) {
    return value == null ? LedgerEntry.NO_VALUE : Sha256.hex(value);
  }

  static Fields frame(ByteBuffer key, List<String> headers, Instant quarantinedAt) {
    return new Fields()
        .with("key", key)
        .with("headers", headers)
        .with("quarantined_at", quarantinedAt);
  }

  static Fields received(Instant receivedAt, String reviewId) {
    return new Fields().with("received_at", receivedAt).with("review_id", reviewId);
  }

  /** A header as a text, the same for equal ones. */
  static String header(String name, ByteBuffer value) {
    return name + "=" + Fields.text(value);
  }

  private static List<String> headers(ConsumerRecord<byte[], byte[]> record) {
    List<String> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      headers.add(
          header(header.key(), header.value() == null ? null : ByteBuffer.wrap(header.value())));
    }
    return headers;
  }

  /** Where the bytes of a caption are not UTF-8, the pair's id is made of them, not of the text. */
  Optional<RawPair> wholePair() {
    return pair.filter(raw -> !raw.getCaption().contains("\uFFFD"));
  }

  /**
   * A digest of the picture that a file holds: of its bytes without the comment by which the load
   * makes another file of one picture.
   */
  static String picture(ByteBuffer file) {
    byte[] bytes = new byte[file.remaining()];
    file.duplicate().get(bytes);
    int from = 0;
    int to = 0;
    if (bytes.length > 6 && (bytes[2] & 0xFF) == 0xFF && (bytes[3] & 0xFF) == 0xFE) {
      from = 2;
      to = 4 + (((bytes[4] & 0xFF) << 8) | (bytes[5] & 0xFF));
    } else if (bytes.length > PNG_HEADER_BYTES + 8
        && new String(bytes, PNG_HEADER_BYTES + 4, 4, StandardCharsets.US_ASCII).equals("tEXt")) {
      from = PNG_HEADER_BYTES;
      to = from + 12 + ByteBuffer.wrap(bytes).getInt(from);
    }
    MessageDigest sha256 = Sha256.fresh();
    if (to > from && to <= bytes.length) {
      sha256.update(bytes, 0, from);
      return Sha256.hex(sha256, Arrays.copyOfRange(bytes, to, bytes.length));
    }
    return Sha256.hex(bytes);
  }
}
