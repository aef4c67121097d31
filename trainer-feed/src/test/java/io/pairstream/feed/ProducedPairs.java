package io.pairstream.feed;

import io.pairstream.feed.batch.PairFeed;
import io.pairstream.feed.batch.ReadyBatch;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.IndexedPair;
import io.pairstream.schemas.IndexedPairs;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RecordedRecipe;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Pairs of a training split, numbered, with grey pictures of {@value #SIDE} x {@value #SIDE}.
 *
 * @param partitions of the split's topic, over which the numbers go round
 */
public record ProducedPairs(ClusterAccess cluster, int partitions) {

  public static final int SIDE = 4;

  /** In transactions of four, so that markers lie between the records. */
  public void produce(int first, int count) {
    try (KafkaProducer<byte[], byte[]> producer = TestCluster.producer(cluster, "-pairs")) {
      for (int i = first; i < first + count; i += 4) {
        producer.beginTransaction();
        for (int j = i; j < Math.min(i + 4, first + count); j++) {
          TestCluster.acknowledged(producer.send(record(j, pair(j))));
        }
        producer.commitTransaction();
      }
    }
    // A commit is answered before readers see it; the next producer of that id waits until they do.
    TestCluster.producer(cluster, "-pairs").close();
  }

  /** Writes the index of the first pairs, each of one byte, and of those that were withdrawn. */
  public void index(View view, int count, Set<Integer> withdrawn) {
    Map<Integer, Iterator<Long>> offsets = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      int of = partition;
      offsets.put(
          of,
          view.blocks().stream()
              .filter(block -> block.partition() == of)
              .flatMap(block -> IntStream.range(0, block.size()).mapToObj(block::offset))
              .iterator());
    }
    for (int i = 0; i < count; i++) {
      int partition = i % partitions;
      IndexedPair entry =
          withdrawn.contains(i)
              ? null
              : IndexedPairs.entry(
                  pair(i),
                  PairStatus.TRAINING,
                  partition,
                  offsets.get(partition).next(),
                  1,
                  Instant.EPOCH);
      TestCluster.put(cluster, cluster.topics().index(), String.valueOf(i), entry);
    }
  }

  /** Writes a pair's tombstone. */
  public void withdraw(int number) {
    TestCluster.send(cluster, record(number, null));
  }

  /** Writes what the card {@code judge} says of a pair; null deletes it. */
  public void answer(int number, PairAnswer said) {
    TestCluster.put(cluster, cluster.topics().pairAnswers(), number + "/judge", said);
  }

  /** Writes which conditions the recipe adds to those of each view. */
  public void recipe(String... conditions) {
    TestCluster.put(
        cluster,
        cluster.topics().recipes(),
        "answers",
        RecordedRecipe.newBuilder().setConditions(List.of(conditions)).build());
  }

  /** When {@link #nsfw} is given. */
  public static final Instant GIVEN = Instant.parse("2026-11-20T11:02:13Z");

  /** An answer {@code nsfw}. */
  public static PairAnswer nsfw(double value) {
    return PairAnswer.newBuilder().setNumbers(Map.of("nsfw", value)).setAnsweredAt(GIVEN).build();
  }

  public void takeDown(TakedownKind kind, String subject) {
    TestCluster.send(
        cluster,
        TestCluster.record(
            cluster.topics().takedowns(),
            0,
            kind.key(subject),
            Takedown.newBuilder().setKind(kind.name()).setSubject(subject).build()));
  }

  /** The ids of all that a feed hands out until its end, batch by batch. */
  public static List<List<String>> handedOut(PairFeed feed) {
    List<List<String>> batches = new ArrayList<>();
    for (Optional<ReadyBatch> next = feed.next(); next.isPresent(); next = feed.next()) {
      batches.add(next.get().pairIds());
    }
    return batches;
  }

  public ProducerRecord<byte[], byte[]> record(int number, PreparedPair pair) {
    return TestCluster.record(
        cluster.topics().training(), number % partitions, String.valueOf(number), pair);
  }

  public static PreparedPair pair(int number) {
    return PreparedPair.newBuilder()
        .setPairId(String.valueOf(number))
        .setImage(ByteBuffer.wrap(new DrawnImage(SIDE, SIDE, number % 50).pixels()))
        .setImageEncoding("raw")
        .setWidth(SIDE)
        .setHeight(SIDE)
        .setCaption("caption " + number)
        .setTokenIds(List.of(number))
        .setTokenCount(1)
        .setFold(number % 2)
        .setMetadata(
            PairMetadata.newBuilder()
                .setContributor(number % 5 == 0 ? "withdrawn" : "other")
                .setUrl(number % 7 == 0 ? "https://host.example/" + number : "")
                .build())
        .setSplit("TRAINING")
        .build();
  }
}
