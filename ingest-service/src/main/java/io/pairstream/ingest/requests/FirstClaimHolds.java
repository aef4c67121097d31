package io.pairstream.ingest.requests;

import io.pairstream.schemas.UploadRequest;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.service.view.Fold;
import io.pairstream.service.view.Table;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Which record holds for each request key, by the log's order and the broker's times alone, so that
 * all instances agree.
 *
 * <p>The first claim holds until its lease is over. Then a claim of the same request may take its
 * place; one of another request may not, because part of the first may have been done. The claim
 * that holds may be renewed, answered or released, by itself alone. An answer holds for as long as
 * the topic keeps it.
 *
 * <p>An entry is the record's time (8 bytes) and its value as it came.
 */
final class FirstClaimHolds implements Fold {

  private final RecordDecoder<UploadRequest> decoder;

  FirstClaimHolds(RecordDecoder<UploadRequest> decoder) {
    this.decoder = decoder;
  }

  /**
   * @throws KafkaException while the registry does not say what the record is, so that it is met
   *     again
   */
  @Override
  public void apply(ConsumerRecord<byte[], byte[]> record, Table table) {
    if (record.key() == null || record.value() == null) {
      return;
    }
    Optional<UploadRequest> decoded = decode(record.value());
    if (decoded.isEmpty()) {
      return; // nobody's claim
    }
    UploadRequest request = decoded.get();
    Optional<Held> held = table.get(record.key()).flatMap(this::read);
    switch (request.getState()) {
      case Held.CLAIMED -> {
        if (held.isEmpty() || giveWay(held.get(), request, record.timestamp())) {
          table.put(record.key(), entry(record));
        }
      }
      case Held.ANSWERED -> {
        if (held.isPresent() && held.get().isClaim() && held.get().isOf(request.getClaim())) {
          table.put(record.key(), entry(record));
        }
      }
      case Held.RELEASED -> {
        if (held.isPresent() && held.get().isClaim() && held.get().isOf(request.getClaim())) {
          table.delete(record.key());
        }
      }
      default -> {
        // A state of a later version; whoever wrote it does not count on us.
      }
    }
  }

  /** The record in an entry. */
  Optional<Held> read(byte[] entry) {
    long writtenAt = ByteBuffer.wrap(entry).getLong();
    return decode(Arrays.copyOfRange(entry, Long.BYTES, entry.length))
        .map(request -> new Held(writtenAt, request));
  }

  private static boolean giveWay(Held held, UploadRequest claim, long nowMillis) {
    return held.isClaim()
        && (held.isOf(claim.getClaim())
            || (held.hasLapsed(nowMillis) && held.asks(claim.getFingerprint())));
  }

  private Optional<UploadRequest> decode(byte[] value) {
    try {
      return decoder.decode(value);
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      throw new KafkaException(e.getMessage(), e);
    }
  }

  private static byte[] entry(ConsumerRecord<byte[], byte[]> record) {
    return ByteBuffer.allocate(Long.BYTES + record.value().length)
        .putLong(record.timestamp())
        .put(record.value())
        .array();
  }
}
