package io.pairstream.preprocess.topology;

import io.pairstream.schemas.RefusalKey;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.schemas.wire.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes a takedown, or a refusal. A takedown that is lifted has no value.
 *
 * <p>What cannot be read, names no kind that is known, or has another key than its kind and subject
 * make, takes nothing down: it is logged. Only operators write to the topic.
 *
 * <p>Nor does what is larger than any takedown of ours. A batch may be packed well, and bytes of a
 * key that are no UTF-8 are written as three each: the record might be larger on its way than any
 * may be, which would end the thread.
 */
final class ReadTakedown extends ContextualProcessor<byte[], byte[], String, Takedown> {

  private static final Logger LOG = LoggerFactory.getLogger(ReadTakedown.class);

  private final Topic<Takedown> takedowns;

  ReadTakedown(Topic<Takedown> takedowns) {
    this.takedowns = takedowns;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    long size = size(key, record.value());
    if (size > RecordSizes.MAX_TAKEDOWN) {
      LOG.error(
          "nothing is taken down by {}: it has {} bytes, and a takedown {} at most",
          place(),
          size,
          RecordSizes.MAX_TAKEDOWN);
      return;
    }
    if (RefusalKey.is(key) && record.value() == null) {
      return; // It is only ever asked for, and never lifted.
    }
    if (!key.isEmpty() && record.value() == null) {
      forward(record.withKey(key).withValue(null));
      return;
    }
    Optional<Takedown> takedown = TopicNodes.decoded(takedowns, record.value(), "a takedown");
    if (takedown.flatMap(ReadTakedown::keyOf).filter(key::equals).isPresent()) {
      forward(record.withKey(key).withValue(takedown.get()));
    } else {
      LOG.error(
          "nothing is taken down by {}: its value {}",
          place(),
          takedown.isPresent() ? "has another key than the record" : "cannot be read");
    }
  }

  /** Forwards the record without its headers, which have no reader and may be of any size. */
  private void forward(Record<String, Takedown> record) {
    context().forward(record.withHeaders(new RecordHeaders()));
  }

  private static long size(String key, byte[] value) {
    return key.getBytes(StandardCharsets.UTF_8).length + (value == null ? 0L : value.length);
  }

  private String place() {
    return context()
        .recordMetadata()
        .map(at -> at.topic() + "-" + at.partition() + "-" + at.offset())
        .orElse("a record");
  }

  private static Optional<String> keyOf(Takedown takedown) {
    if (takedown.getKind().equals(RefusalKey.KIND) && takedown.getRefusal() != null) {
      return Optional.of(RefusalKey.of(takedown.getSubject()));
    }
    return takedown.getSubject().isEmpty()
        ? Optional.empty()
        : TakedownKind.named(takedown.getKind()).map(kind -> kind.key(takedown.getSubject()));
  }

  /**
   * Which tasks a takedown concerns: that of its image, where the image is known; otherwise all, as
   * also where one is lifted, which says nothing but its key.
   */
  static Optional<Set<Integer>> tasks(String topic, String key, Takedown takedown, int partitions) {
    String imageDigest =
        takedown == null
            ? ""
            : takedown.getKind().equals(TakedownKind.IMAGE.name())
                ? takedown.getSubject()
                : takedown.getImageDigest();
    return Optional.of(
        imageDigest.isEmpty()
            ? IntStream.range(0, partitions).boxed().collect(Collectors.toUnmodifiableSet())
            : Set.of(Placement.partitionOf(imageDigest, partitions)));
  }
}
