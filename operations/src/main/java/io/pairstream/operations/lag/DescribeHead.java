package io.pairstream.operations.lag;

import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.cluster.CommittedLog;
import io.pairstream.operations.sentence.Sentence;
import io.pairstream.operations.sentence.Template;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.utils.Utils;

/**
 * Says what a record is, from its bytes and an image's header alone: no pixel is decoded, and no
 * record is too strange. Not thread-safe.
 */
final class DescribeHead {

  private static final int LONGEST_TEXT = 100;

  /** For so long a registry that failed is not asked again. */
  private static final Duration REGISTRY_REST = Duration.ofMinutes(1);

  private final PairTopics topics;
  private final Set<String> prepared;
  private final ProbeImage probe = new ProbeImage();
  private Instant registryRestsUntil = Instant.EPOCH;

  DescribeHead(ClusterAccess cluster) {
    topics = cluster.topics();
    prepared = Set.of(topics.training().name(), topics.validation().name(), topics.test().name());
  }

  /** What was made out of a value; a picture where its header was read. */
  private record Found(Optional<ProbedImage> picture, String caption, Sentence sentence) {

    static Found plain(Sentence sentence) {
      return new Found(Optional.empty(), "", sentence);
    }
  }

  /** Describes a record. */
  HeadRecord of(ConsumerRecord<byte[], byte[]> record) {
    long bytes =
        Math.max(0, record.serializedKeySize()) + (long) Math.max(0, record.serializedValueSize());
    Found found = found(record);
    Optional<ProbedImage> image = found.picture();
    String picture =
        "/v1/pictures/" + record.topic() + "/" + record.partition() + "/" + record.offset();
    return new HeadRecord(
        record.offset(),
        bytes,
        Instant.ofEpochMilli(Math.max(0, record.timestamp())),
        text(CommittedLog.key(record)),
        image.map(probed -> mediaType(probed.type())).orElse(""),
        image.stream().mapToInt(ProbedImage::widthPx).findFirst(),
        image.stream().mapToInt(ProbedImage::heightPx).findFirst(),
        found.caption(),
        image.map(probed -> picture),
        found.sentence());
  }

  private Found found(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Found.plain(Template.TOMBSTONE.with());
    }
    Sentence size = Durations.size(record.value().length);
    if (Clock.systemUTC().instant().isBefore(registryRestsUntil)) {
      return Found.plain(Template.RECORD_OF.with(size));
    }
    String topic = record.topic();
    try {
      if (topics.rawNames().contains(topic)) {
        RawPair pair = value(topics.crowdsourced(), record);
        return image(pair.getImage(), pair.getCaption());
      }
      if (prepared.contains(topic)) {
        PreparedPair pair = value(topics.training(), record);
        return "raw".equals(pair.getImageEncoding())
            ? Found.plain(Template.PREPARED_PAIR.with(size))
            : image(pair.getImage(), pair.getCaption());
      }
      if (topic.equals(topics.links().name())) {
        PairLink link = value(topics.links(), record);
        return new Found(
            Optional.empty(), text(link.getCaption()), Template.LINK_TO.with(text(link.getUrl())));
      }
      if (topic.equals(topics.quarantine().name())) {
        QuarantinedPair pair = value(topics.quarantine(), record);
        return Found.plain(Template.REJECTED_PAIR.with(size, text(pair.getReason())));
      }
    } catch (SerializationException e) {
      return Found.plain(Template.NO_RECORD.with(size));
    } catch (RuntimeException e) {
      // The registry's trouble is not the group's; the place of the record is known all the same.
      registryRestsUntil = Clock.systemUTC().instant().plus(REGISTRY_REST);
    }
    return Found.plain(Template.RECORD_OF.with(size));
  }

  private static <T> T value(Topic<String, T> topic, ConsumerRecord<byte[], byte[]> record) {
    return topic.value().deserializer().deserialize(record.topic(), record.value());
  }

  private Found image(ByteBuffer image, String caption) {
    byte[] bytes = Utils.toArray(image);
    Sentence size = Durations.size(bytes.length);
    return probe
        .apply(new EncodedImage(bytes))
        .fold(
            probed ->
                new Found(
                    Optional.of(probed),
                    text(caption),
                    Template.PICTURE.with(size, kind(probed), probed.size())),
            refused ->
                new Found(
                    Optional.empty(),
                    text(caption),
                    Template.REFUSED_PICTURE.with(size, refused.reason(), text(refused.detail()))));
  }

  private static String kind(ProbedImage probed) {
    String type = probed.type() == ImageType.WEBP ? "WebP" : probed.type().name();
    return probed.colour() == ProbedImage.ColourModel.CMYK ? "CMYK " + type : type;
  }

  private static String mediaType(ImageType type) {
    return "image/" + type.name().toLowerCase(Locale.ROOT);
  }

  /** Foreign text on one line, without what terminals and logs would act on. */
  private static String text(String foreign) {
    String line = foreign.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]+", " ").strip();
    if (line.codePointCount(0, line.length()) <= LONGEST_TEXT) {
      return line;
    }
    return line.substring(0, line.offsetByCodePoints(0, LONGEST_TEXT - 1)) + "…";
  }
}
