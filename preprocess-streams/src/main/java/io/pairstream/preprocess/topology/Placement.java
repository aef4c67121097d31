package io.pairstream.preprocess.topology;

import io.pairstream.preprocess.topology.Tracked.ReceivedPair;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.wire.OriginHeader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Where a record must lie so that all copies of its image meet in one task, and how a record that
 * lies elsewhere is brought there without losing what it was.
 *
 * @param partitions partitions of each raw topic and of the repartition topic
 */
record Placement(int partitions) {

  /**
   * Header with the original key of a repartitioned record; without a value where the record had no
   * key.
   */
  private static final String KEY_HEADER = "pairstream.key";

  /** Whether a record has its image's digest for a key and lies in the partition of that key. */
  boolean isRight(byte[] key, int partition, String imageDigest) {
    return Arrays.equals(key, imageDigest.getBytes(StandardCharsets.US_ASCII))
        && partition == partitionOf(imageDigest, partitions);
  }

  /** The partition of an image, and so its task, of so many. */
  static int partitionOf(String imageDigest, int partitions) {
    return Utils.toPositive(Utils.murmur2(imageDigest.getBytes(StandardCharsets.US_ASCII)))
        % partitions;
  }

  /**
   * The headers of a record that is sent to its image's task: its own, then our two. Both are
   * always there, so that a producer's header of the same name is never taken for ours.
   */
  static Headers toRepartition(RawRecord raw) {
    RecordHeaders headers = new RecordHeaders(raw.headers());
    headers.add(KEY_HEADER, raw.key());
    headers.add(
        OriginHeader.NAME, OriginHeader.text(raw.origin()).getBytes(StandardCharsets.UTF_8));
    return headers;
  }

  /**
   * Restores the original of a repartitioned record, reversing {@link #toRepartition}.
   *
   * <p>Only the topology writes to the repartition topic, so a record without our headers there is
   * a fault of ours.
   */
  static RawRecord fromRepartition(Headers headers, byte[] value, Instant arrivedAt) {
    Origin origin =
        OriginHeader.read(headers)
            .orElseThrow(
                () -> new IllegalStateException("a record on the repartition topic has no origin"));
    Header[] all = headers.toArray();
    int own = all.length - 2;
    if (own < 0 || !all[own].key().equals(KEY_HEADER)) {
      throw new IllegalStateException("a record on the repartition topic has no key of before");
    }
    return new RawRecord(
        all[own].value(), value, new RecordHeaders(Arrays.copyOf(all, own)), origin, arrivedAt);
  }

  /** Sends a misplaced record to its image's task as it came, with its image's digest for a key. */
  static final class TakeToImage
      extends ContextualProcessor<String, Tracked<ReceivedPair>, byte[], byte[]> {

    @Override
    public void process(Record<String, Tracked<ReceivedPair>> record) {
      Tracked<ReceivedPair> tracked = record.value();
      context()
          .forward(
              record
                  .withKey(tracked.identity().imageDigest().getBytes(StandardCharsets.US_ASCII))
                  .withValue(tracked.raw().value())
                  .withHeaders(toRepartition(tracked.raw())));
    }
  }
}
