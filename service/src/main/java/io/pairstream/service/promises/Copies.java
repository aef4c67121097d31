package io.pairstream.service.promises;

import io.pairstream.service.Promise;
import io.pairstream.service.promises.Finding.Area;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * How often and how safely topics are kept.
 *
 * <p>On three brokers or more, three copies of which two are up to date whenever a record is
 * acknowledged: one broker may then be lost for good, and another stop, and nothing is lost. On
 * fewer brokers that cannot be had, which is said and not refused.
 */
final class Copies {

  /** A record outlives one broker's disk and can be written while one is away. */
  static final int RIGHT_COPIES = 3;

  static final int RIGHT_IN_SYNC = 2;

  /**
   * How one topic is kept.
   *
   * @param copies of the partition that has the fewest
   * @param minInSync copies that must be up to date before a record is acknowledged
   * @param unclean whether a copy that is behind may become the one that counts
   */
  record Kept(String topic, int copies, int minInSync, boolean unclean) {}

  private final Area area;
  private final int brokers;
  private final String address;
  private final List<Kept> topics;

  /**
   * @param brokers how many the cluster has
   * @param address for remedies
   */
  Copies(Area area, int brokers, String address, List<Kept> topics) {
    this.area = area;
    this.brokers = brokers;
    this.address = address;
    this.topics = List.copyOf(topics);
  }

  List<Finding> judge() {
    return List.of(copies(), inSync(), elections());
  }

  private Finding copies() {
    if (brokers == 1) {
      return Finding.warning(
          area,
          Promise.REPLICATION.label(),
          "one broker: nothing survives its disk",
          RIGHT_COPIES + " brokers, where that matters",
          "deploy/README.md");
    } else if (brokers == 2) {
      return Finding.warning(
          area,
          Promise.REPLICATION.label(),
          "two brokers: either a record survives one disk, or pairs are taken while one is away",
          RIGHT_COPIES + " brokers",
          "deploy/README.md");
    }
    List<String> few = which(topic -> topic.copies() < RIGHT_COPIES, Kept::copies);
    return few.isEmpty()
        ? Finding.ok(area, Promise.REPLICATION.label(), RIGHT_COPIES + " copies or more")
        : Finding.broken(
            area,
            Promise.REPLICATION,
            "too few copies: " + Words.some(few),
            RIGHT_COPIES + " on this cluster of " + brokers + " brokers",
            "kafka-reassign-partitions.sh --bootstrap-server "
                + address
                + " with a plan that names "
                + RIGHT_COPIES
                + " brokers for each partition; a new data set: pairstream topics create"
                + " --replication-factor "
                + RIGHT_COPIES);
  }

  private Finding inSync() {
    List<String> unwritable = which(topic -> topic.minInSync() > topic.copies(), Kept::minInSync);
    if (!unwritable.isEmpty()) {
      return Finding.broken(
          area,
          Promise.IN_SYNC,
          "min.insync.replicas is above the number of copies, so nothing can be written: "
              + Words.some(unwritable),
          "no more than there are copies",
          mended(brokers < RIGHT_COPIES ? 1 : RIGHT_IN_SYNC));
    }
    List<String> single = which(topic -> topic.minInSync() < RIGHT_IN_SYNC, Kept::minInSync);
    if (brokers >= RIGHT_COPIES && !single.isEmpty()) {
      return Finding.broken(
          area,
          Promise.IN_SYNC,
          "min.insync.replicas is too low, so one broker alone may acknowledge: "
              + Words.some(single),
          String.valueOf(RIGHT_IN_SYNC),
          mended(RIGHT_IN_SYNC));
    }
    List<String> brittle =
        which(topic -> topic.copies() > 1 && topic.minInSync() == topic.copies(), Kept::minInSync);
    if (!brittle.isEmpty()) {
      return Finding.warning(
          area,
          Promise.IN_SYNC.label(),
          "min.insync.replicas equals the number of copies, so nothing is written while one broker"
              + " is away: "
              + Words.some(brittle),
          "one less than there are copies",
          mended(RIGHT_IN_SYNC));
    }
    return Finding.ok(
        area,
        Promise.IN_SYNC.label(),
        brokers < RIGHT_COPIES
            ? "as much as " + brokers + (brokers == 1 ? " broker gives" : " brokers give")
            : RIGHT_IN_SYNC + " copies or more hold what is acknowledged");
  }

  /** What sets it: our own command sets the data set's topics, Kafka's own are Kafka's. */
  private String mended(int minInSync) {
    return (area == Area.TOPICS && minInSync == RIGHT_IN_SYNC
            ? "pairstream topics create, or for one topic: "
            : "")
        + "kafka-configs.sh --bootstrap-server "
        + address
        + " --alter --entity-type topics --entity-name TOPIC --add-config min.insync.replicas="
        + minInSync;
  }

  private Finding elections() {
    List<String> unclean =
        which(topic -> topic.unclean() && topic.copies() > 1, topic -> "allowed");
    return unclean.isEmpty()
        ? Finding.ok(
            area,
            Promise.UNCLEAN_ELECTION.label(),
            brokers == 1 ? "there is no other copy to elect" : "not allowed")
        : Finding.broken(
            area,
            Promise.UNCLEAN_ELECTION,
            "a copy without acknowledged records may become the one that counts: "
                + Words.some(unclean),
            "unclean.leader.election.enable=false",
            "kafka-configs.sh --bootstrap-server "
                + address
                + " --alter --entity-type topics --entity-name TOPIC --add-config"
                + " unclean.leader.election.enable=false");
  }

  private List<String> which(Predicate<Kept> wrong, Function<Kept, Object> found) {
    return topics.stream()
        .filter(wrong)
        .map(topic -> topic.topic() + " " + found.apply(topic))
        .toList();
  }
}
