package io.pairstream.tools.pictures;

import io.pairstream.cleaning.image.HammingIndex;
import io.pairstream.cleaning.image.NearCopies;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.wire.Topic;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.Transactions;
import io.pairstream.tools.pictures.PictureIndex.NearCopy;
import io.pairstream.tools.pictures.PictureIndex.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sends the pictures that were published before near copies were looked for to be looked up. */
public final class PublishFingerprints {

  private static final int RECORDS_IN_A_TRANSACTION = 10_000;

  private PublishFingerprints() {}

  /**
   * The published pictures whose hashes are known, and the near copies among them.
   *
   * @param pictures how many whose hash is known
   * @param lookedUp how many of them were looked up before they were published
   * @param nearCopies how many of them are nearly another one
   * @param inTwoSplits how many of them are nearly one of a later split
   * @param first the first {@value #MAX_EXAMPLES} of these
   */
  public record Found(
      long pictures, long lookedUp, long nearCopies, long inTwoSplits, List<NearCopy> first) {}

  /** How many examples are named at most. */
  public static final int MAX_EXAMPLES = 10;

  /** Counts; takes 100 bytes of memory for each picture, where 4 bits may differ. */
  public static Found count(PictureIndex pictures, NearCopies how) {
    HammingIndex earlier = new HammingIndex(how.maxDistanceBits());
    HammingIndex mirrored = new HammingIndex(how.maxDistanceBits());
    AtomicLong all = new AtomicLong();
    AtomicLong lookedUp = new AtomicLong();
    AtomicLong nearCopies = new AtomicLong();
    pictures.forEach(
        picture -> {
          all.incrementAndGet();
          lookedUp.addAndGet(picture.lookedUp() ? 1 : 0);
          LongStream near = earlier.within(picture.hash());
          if (how.mirrored()) {
            near = LongStream.concat(near, mirrored.within(picture.hash()));
            near =
                LongStream.concat(near, picture.mirrored().stream().flatMapToLong(earlier::within));
          }
          nearCopies.addAndGet(near.findAny().isPresent() ? 1 : 0);
          earlier.add(picture.hash());
          picture.mirrored().ifPresent(mirrored::add);
        });
    AtomicLong inTwoSplits = new AtomicLong();
    List<NearCopy> first = new ArrayList<>();
    pictures.inTwoSplits(
        how,
        near -> {
          if (inTwoSplits.incrementAndGet() <= MAX_EXAMPLES) {
            first.add(near);
          }
        });
    return new Found(all.get(), lookedUp.get(), nearCopies.get(), inTwoSplits.get(), first);
  }

  /**
   * Sends those that were not looked up, each with its split, in transactions of {@value
   * #RECORDS_IN_A_TRANSACTION}.
   *
   * @param progress learns how many are sent
   * @return how many are sent
   * @throws io.pairstream.schemas.wire.MissingSchemaException where the registry does not hold the
   *     schema
   * @throws org.apache.kafka.common.KafkaException where the cluster does not take them; what is
   *     sent may be sent again
   */
  public static long send(ClusterAccess cluster, PictureIndex pictures, LongConsumer progress) {
    Topic<String, Fingerprint> topic = cluster.topics().fingerprints();
    cluster.registry().idOf(topic.name() + "-value", Fingerprint.SCHEMA$);
    AtomicLong sent = new AtomicLong();
    String id = cluster.dataset().lookUpGroup() + "-published";
    try (Transactions transactions = Transactions.open(cluster, id)) {
      pictures.forEach(
          picture -> {
            if (!picture.lookedUp()) {
              transactions.add(record(topic, picture));
              if (sent.incrementAndGet() % RECORDS_IN_A_TRANSACTION == 0) {
                transactions.commit();
                progress.accept(sent.get());
              }
            }
          });
      transactions.commit();
    }
    return sent.get();
  }

  private static ProducerRecord<byte[], byte[]> record(
      Topic<String, Fingerprint> topic, Picture picture) {
    Fingerprint fingerprint =
        Fingerprint.newBuilder()
            .setPerceptualHash(picture.hash())
            .setMirroredHash(picture.mirrored().orElse(picture.hash()))
            .setSplit(picture.split().name())
            .build();
    return topic.record(picture.imageDigest(), fingerprint);
  }
}
