package io.pairstream.service.requirements;

import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.requirements.Finding.Area;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
   * @param minInSync the topic's {@code min.insync.replicas}
   * @param unclean whether a copy that is behind may become the one that counts
   */
  record Kept(String topic, int copies, int minInSync, boolean unclean) {

    /**
     * Copies that must be up to date before a record is acknowledged: the broker asks for no more
     * than there are.
     */
    int inSync() {
      return Math.min(minInSync, copies);
    }

    /** The same in words, with the setting where that asks for more. */
    private String inSyncFound() {
      return inSync() + (minInSync > copies ? " (" + minInSync + " is set)" : "");
    }
  }

  private final Area area;
  private final int brokers;
  private final String address;
  private final List<Kept> topics;
  private final Optional<String> create;

  /**
   * @param brokers how many the cluster has
   * @param address for remedies
   * @param create our own command that sets these topics; empty for Kafka's own
   */
  Copies(Area area, int brokers, String address, List<Kept> topics, Optional<String> create) {
    this.area = area;
    this.brokers = brokers;
    this.address = address;
    this.topics = List.copyOf(topics);
    this.create = create;
  }

  List<Finding> judge() {
    return List.of(copies(), inSync(), elections());
  }

  private Finding copies() {
    if (brokers == 1) {
      return Finding.warning(
          area,
          ClusterRequirement.REPLICATION.label(),
          "one broker: nothing survives its disk",
          RIGHT_COPIES + " brokers, where that matters",
          "deploy/README.md");
    } else if (brokers == 2) {
      return Finding.warning(
          area,
          ClusterRequirement.REPLICATION.label(),
          "two brokers: either a record survives one disk, or pairs are taken while one is away",
          RIGHT_COPIES + " brokers",
          "deploy/README.md");
    }
    List<String> few = which(topic -> topic.copies() < RIGHT_COPIES, Kept::copies);
    return few.isEmpty()
        ? Finding.ok(area, ClusterRequirement.REPLICATION.label(), RIGHT_COPIES + " copies or more")
        : Finding.broken(
            area,
            ClusterRequirement.REPLICATION,
            "too few copies: " + Words.some(few),
            RIGHT_COPIES + " on this cluster of " + brokers + " brokers",
            moreCopies());
  }

  private String moreCopies() {
    return "kafka-reassign-partitions.sh --bootstrap-server "
        + address
        + " with a plan that names "
        + RIGHT_COPIES
        + " brokers for each partition; a new data set: pairstream topics create"
        + " --replication-factor "
        + RIGHT_COPIES;
  }

  private Finding inSync() {
    List<String> single = which(topic -> topic.inSync() < RIGHT_IN_SYNC, Kept::inSyncFound);
    if (brokers >= RIGHT_COPIES && !single.isEmpty()) {
      boolean low = topics.stream().anyMatch(topic -> topic.minInSync() < RIGHT_IN_SYNC);
      boolean few = topics.stream().anyMatch(topic -> topic.copies() < RIGHT_IN_SYNC);
      // Our command leaves alone what has fewer copies.
      String command = few ? "" : create.map(own -> own + ", or for one topic: ").orElse("");
      return Finding.broken(
          area,
          ClusterRequirement.IN_SYNC,
          (low ? "min.insync.replicas is too low" : "there are too few copies")
              + ", so one broker alone may acknowledge: "
              + Words.some(single),
          String.valueOf(RIGHT_IN_SYNC),
          Stream.of(low ? command + set(RIGHT_IN_SYNC) : "", few ? moreCopies() : "")
              .filter(remedy -> !remedy.isEmpty())
              .collect(Collectors.joining("; ")));
    }
    List<String> brittle =
        which(topic -> topic.copies() > 1 && topic.inSync() == topic.copies(), Kept::inSyncFound);
    if (!brittle.isEmpty()) {
      return Finding.warning(
          area,
          ClusterRequirement.IN_SYNC.label(),
          "min.insync.replicas asks for every copy, so nothing is written while one broker is away: "
              + Words.some(brittle),
          "one less than there are copies",
          set(brokers < RIGHT_COPIES ? 1 : RIGHT_IN_SYNC));
    }
    List<String> above = which(topic -> topic.minInSync() > topic.copies(), Kept::inSyncFound);
    if (!above.isEmpty()) {
      return Finding.warning(
          area,
          ClusterRequirement.IN_SYNC.label(),
          "min.insync.replicas is above the number of copies, and the copies that there are count: "
              + Words.some(above),
          "no more than there are copies",
          set(1));
    }
    return Finding.ok(
        area,
        ClusterRequirement.IN_SYNC.label(),
        brokers < RIGHT_COPIES
            ? "as much as " + brokers + (brokers == 1 ? " broker gives" : " brokers give")
            : RIGHT_IN_SYNC + " copies or more hold what is acknowledged");
  }

  private String set(int minInSync) {
    return "kafka-configs.sh --bootstrap-server "
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
            ClusterRequirement.UNCLEAN_ELECTION.label(),
            brokers == 1 ? "there is no other copy to elect" : "not allowed")
        : Finding.broken(
            area,
            ClusterRequirement.UNCLEAN_ELECTION,
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
