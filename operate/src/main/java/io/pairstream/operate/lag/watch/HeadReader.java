package io.pairstream.operate.lag.watch;

import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.curation.sentence.Template;
import io.pairstream.operate.lag.Durations;
import io.pairstream.operate.lag.HeadRecord;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.wire.PairTopics;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.CommittedLog;
import io.pairstream.service.cluster.CommittedLog.Stretch;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Utils;

/**
 * Reads single records where groups stand, committed ones alone, so that transaction markers are
 * passed over. Bounded in bytes and time.
 *
 * <p>Says what each is from its bytes and an image's header alone: no pixel is decoded, and no
 * record is too strange. Not thread-safe.
 */
final class HeadReader implements AutoCloseable {

  private static final Duration LONGEST_READING = Duration.ofSeconds(3);
  private static final long MOST_BYTES = 32L * 1024 * 1024;
  private static final int LONGEST_TEXT = 100;

  /** For so long a registry that failed is not asked again. */
  private static final Duration REGISTRY_REST = Duration.ofMinutes(1);

  private final CommittedLog log;
  private final PairTopics topics;
  private final ProbeImage probe = new ProbeImage();
  private Instant registryRestsUntil = Instant.EPOCH;

  HeadReader(ClusterAccess cluster) {
    log = CommittedLog.openForSingleRecords(cluster);
    topics = cluster.topics();
  }

  /**
   * Record found where a group reads next.
   *
   * @param record the first record; empty where there is none up to {@code lookedUpTo}
   * @param lookedUpTo where the log ended when that was looked for
   */
  record Head(Optional<HeadRecord> record, long lookedUpTo) {

    /** Before here nothing waits. */
    long from() {
      return record.map(HeadRecord::offset).orElse(lookedUpTo);
    }
  }

  /** The offsets where a group reads next. */
  record Wanted(TopicPartition partition, Stretch offsets) {}

  /**
   * Reads what lies first in these, the first ones first, until there is too much of it or it takes
   * too long. What is not read is not in the answer.
   */
  Map<Wanted, Head> read(List<Wanted> wanted) {
    Map<Wanted, Head> found = new HashMap<>();
    long deadline = System.nanoTime() + LONGEST_READING.toNanos();
    long[] bytes = {0};
    for (Wanted one : wanted) {
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      if (left.isNegative() || bytes[0] > MOST_BYTES) {
        break;
      }
      HeadRecord[] head = {null};
      Set<TopicPartition> unread =
          log.readWithin(
              left,
              Map.of(one.partition(), one.offsets()),
              record -> {
                bytes[0] += Math.max(0, record.serializedValueSize());
                head[0] = describe(record);
                return false;
              });
      if (unread.isEmpty()) {
        found.put(one, new Head(Optional.ofNullable(head[0]), one.offsets().to()));
      }
    }
    return found;
  }

  @Override
  public void close() {
    log.close();
  }

  private HeadRecord describe(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return head(record, "", Template.TOMBSTONE.with());
    }
    Sentence size = Durations.size(record.value().length);
    String topic = record.topic();
    try {
      if (Clock.systemUTC().instant().isBefore(registryRestsUntil)) {
        return head(record, "", Template.RECORD_OF.with(size));
      }
      if (topics.rawNames().contains(topic)) {
        RawPair pair = topics.crowdsourced().read(record.value());
        return topic.equals(topics.generated().name())
            ? head(record, pair.getCaption(), Template.RECORD_OF.with(size))
            : image(record, pair.getImage(), pair.getCaption());
      }
      if (topics.splits().containsKey(topic)) {
        PreparedPair pair = topics.training().read(record.value());
        return "raw".equals(pair.getImageEncoding())
            ? head(record, "", Template.PREPARED_PAIR.with(size))
            : image(record, pair.getImage(), pair.getCaption());
      }
      if (topic.equals(topics.links().name())) {
        PairLink link = topics.links().read(record.value());
        return head(
            record, link.getCaption(), Template.LINK_TO.with(text(link.getMetadata().getUrl())));
      }
      if (topic.equals(topics.quarantine().name())) {
        QuarantinedPair pair = topics.quarantine().read(record.value());
        return head(record, "", Template.REJECTED_PAIR.with(size, text(pair.getReason())));
      }
    } catch (SerializationException e) {
      return head(record, "", Template.NO_RECORD.with(size));
    } catch (RuntimeException e) {
      // The registry's trouble is not the group's; the place of the record is known all the same.
      registryRestsUntil = Clock.systemUTC().instant().plus(REGISTRY_REST);
    }
    return head(record, "", Template.RECORD_OF.with(size));
  }

  private HeadRecord image(
      ConsumerRecord<byte[], byte[]> record, ByteBuffer image, String caption) {
    byte[] bytes = Utils.toArray(image);
    Sentence size = Durations.size(bytes.length);
    return probe
        .apply(new EncodedImage(bytes))
        .fold(
            probed ->
                head(
                    record,
                    probed,
                    caption,
                    Template.PICTURE.with(size, kind(probed), probed.size())),
            refused ->
                head(
                    record,
                    caption,
                    Template.REFUSED_PICTURE.with(size, refused.reason(), text(refused.detail()))));
  }

  private HeadRecord head(
      ConsumerRecord<byte[], byte[]> record, String caption, Sentence sentence) {
    return head(record, null, caption, sentence);
  }

  private HeadRecord head(
      ConsumerRecord<byte[], byte[]> record,
      ProbedImage probed,
      String caption,
      Sentence sentence) {
    Optional<ProbedImage> image = Optional.ofNullable(probed);
    String picture =
        "/v1/pictures/" + record.topic() + "/" + record.partition() + "/" + record.offset();
    return new HeadRecord(
        record.offset(),
        Math.max(0, record.serializedKeySize()) + (long) Math.max(0, record.serializedValueSize()),
        Instant.ofEpochMilli(Math.max(0, record.timestamp())),
        text(CommittedLog.key(record)),
        image.map(known -> known.type().mediaType()).orElse(""),
        image.stream().mapToInt(ProbedImage::widthPx).findFirst(),
        image.stream().mapToInt(ProbedImage::heightPx).findFirst(),
        text(caption),
        image.map(any -> picture),
        sentence,
        topics.rawNames().contains(record.topic())
            || topics.outputNames().contains(record.topic()));
  }

  private static String kind(ProbedImage probed) {
    String type = probed.type().inWords();
    return probed.colour() == ProbedImage.ColourModel.CMYK ? "CMYK " + type : type;
  }

  /** Foreign text on one line, without what terminals and logs would act on. */
  private static String text(String foreign) {
    String line = foreign.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]+", " ").strip();
    return line.codePointCount(0, line.length()) <= LONGEST_TEXT
        ? line
        : line.substring(0, line.offsetByCodePoints(0, LONGEST_TEXT - 1)) + "…";
  }
}
