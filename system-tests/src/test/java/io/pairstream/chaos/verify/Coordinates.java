package io.pairstream.chaos.verify;

import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.service.Cluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Raw coordinates as numbers: the place of the partition among all raw partitions, then the offset.
 * The same for everybody who asks the same cluster. Immutable.
 */
final class Coordinates {

  /** In the place of coordinates that are none. */
  static final long NOWHERE = -1;

  private static final int OFFSET_BITS = 31;
  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

  private final List<TopicPartition> partitions;
  private final Map<TopicPartition, Integer> places = new HashMap<>();

  private Coordinates(List<TopicPartition> partitions) {
    this.partitions = List.copyOf(partitions);
    for (int place = 0; place < partitions.size(); place++) {
      places.put(partitions.get(place), place);
    }
  }

  static Coordinates over(List<TopicPartition> rawPartitions) {
    return new Coordinates(rawPartitions);
  }

  static Coordinates of(Cluster cluster) {
    return over(
        partitions(
            cluster,
            List.of(
                cluster.dataset().topic(TopicCatalogue.CROWDSOURCED),
                cluster.dataset().topic(TopicCatalogue.SCRAPED))));
  }

  /** All partitions of these topics, in their order. */
  static List<TopicPartition> partitions(Cluster cluster, List<String> topics) {
    try (Admin admin = Admin.create(cluster.clientSettings(Map.of()))) {
      var described = admin.describeTopics(topics).allTopicNames().get();
      List<TopicPartition> partitions = new ArrayList<>();
      for (String topic : topics) {
        for (int i = 0; i < described.get(topic).partitions().size(); i++) {
          partitions.add(new TopicPartition(topic, i));
        }
      }
      return partitions;
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot ask for " + topics + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Where the log of each raw partition ends, open transactions included. */
  Map<TopicPartition, Long> ends(Cluster cluster) {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    try (Admin admin = Admin.create(cluster.clientSettings(Map.of()))) {
      ClusterAccess.await(admin.listOffsets(latest).all())
          .forEach((partition, end) -> ends.put(partition, end.offset()));
    }
    return ends;
  }

  List<TopicPartition> partitions() {
    return partitions;
  }

  /**
   * {@link #NOWHERE} where it is no raw partition or no offset, or one of 2^31 and more, which is
   * behind whatever can be counted here.
   */
  long of(String topic, int partition, long offset) {
    Integer place = places.get(new TopicPartition(topic, partition));
    return place == null || offset < 0 || offset > OFFSET_MASK
        ? NOWHERE
        : ((long) place << OFFSET_BITS) | offset;
  }

  long of(Origin origin) {
    return of(origin.getTopic(), origin.getPartition(), origin.getOffset());
  }

  /** Those that a text like {@link #text} names; {@link #NOWHERE} where it names none. */
  long parse(String text) {
    int beforeOffset = text.lastIndexOf('-');
    int beforePartition = text.lastIndexOf('-', beforeOffset - 1);
    if (beforePartition < 1) {
      return NOWHERE;
    }
    try {
      return of(
          text.substring(0, beforePartition),
          Integer.parseInt(text.substring(beforePartition + 1, beforeOffset)),
          Long.parseLong(text.substring(beforeOffset + 1)));
    } catch (NumberFormatException e) {
      return NOWHERE;
    }
  }

  int place(long coordinates) {
    return (int) (coordinates >>> OFFSET_BITS);
  }

  Optional<Integer> place(TopicPartition partition) {
    return Optional.ofNullable(places.get(partition));
  }

  long offset(long coordinates) {
    return coordinates & OFFSET_MASK;
  }

  long at(int place, long offset) {
    return ((long) place << OFFSET_BITS) | offset;
  }

  /** {@code topic-partition-offset}. */
  String text(long coordinates) {
    return coordinates == NOWHERE
        ? "no raw record"
        : partitions.get(place(coordinates)) + "-" + offset(coordinates);
  }
}
