package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.wire.Replay;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * A Kafka record as a producer sent it, with the coordinates at which it entered.
 *
 * <p>Owns none of the arrays and changes none. Equality is by identity of the arrays.
 *
 * @param key may be null, or bytes of any kind
 * @param value may be null, or bytes of any kind
 * @param headers in the producer's order
 * @param origin coordinates on a raw topic
 * @param arrivedAt the time that Kafka gave it there
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copying 8 MiB per record is dear
record RawRecord(byte[] key, byte[] value, Headers headers, Origin origin, Instant arrivedAt) {

  /** Most bytes of a header besides name and value: two lengths and the mark of a null value. */
  private static final int HEADER_OVERHEAD_BYTES = 16;

  /**
   * Bytes that the record needs as part of a quarantined one: key, value, and each header with the
   * lengths before its parts.
   */
  long size() {
    return length(key) + length(value) + headerBytes();
  }

  /** Bytes that its headers need in another record. */
  long headerBytes() {
    long size = 0;
    for (Header header : headers) {
      size +=
          HEADER_OVERHEAD_BYTES
              + header.key().getBytes(StandardCharsets.UTF_8).length
              + length(header.value());
    }
    return size;
  }

  /** The replay that the record's headers claim, and the reasons that they claim were waived. */
  Optional<Replay> replay() {
    return Replay.read(headers);
  }

  /** The reasons that do not count against it: of those that it claims, the waivable ones. */
  Set<RejectReason> waived() {
    return replay().stream()
        .flatMap(replay -> replay.waived().stream())
        .flatMap(name -> RejectReason.named(name).stream())
        .filter(RejectReason::isWaivable)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
