package io.pairstream.service.requirements;

import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.requirements.ClusterFacts.TopicFacts;
import io.pairstream.service.requirements.Finding.Area;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.config.TopicConfig;

/**
 * How often and how safely topics are kept.
 *
 * <p>On three brokers or more, three copies of which two are up to date whenever a record is
 * acknowledged: one broker may then be lost for good, and another stop, and nothing is lost. On
 * fewer brokers that cannot be had, which is said and not refused.
 *
 * @param brokers how many the cluster has
 * @param address for remedies
 * @param create our own command that sets these topics; empty for Kafka's own topics
 */
record Copies(Area area, int brokers, String address, List<Kept> topics, String create) {

  /** A record outlives one broker's disk and can be written while one is away. */
  static final int RIGHT_COPIES = 3;

  static final int RIGHT_IN_SYNC = 2;

  private static final String MIN_IN_SYNC = TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;
  private static final String UNCLEAN = TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG;

  /**
   * How one topic is kept.
   *
   * @param copies of the partition that has the fewest
   * @param minInSync the topic's {@code min.insync.replicas}
   * @param unclean whether a copy that is behind may become the one that counts
   */
  record Kept(String topic, int copies, int minInSync, boolean unclean) {

    /** Of a topic whose settings are known. */
    static Optional<Kept> of(TopicFacts topic) {
      return topic
          .settings()
          .value()
          .map(
              settings ->
                  new Kept(
                      topic.description().name(),
                      topic.description().partitions().stream()
                          .mapToInt(partition -> partition.replicas().size())
                          .min()
                          .orElse(0),
                      Integer.parseInt(settings.getOrDefault(MIN_IN_SYNC, "1")),
                      settings.getOrDefault(UNCLEAN, "false").equals("true")));
    }

    /**
     * Copies that must be up to date before a record is acknowledged: the broker asks for no more
     * than there are.
     */
    int inSync() {
      return Math.min(minInSync, copies);
    }
  }

  List<Finding> judge() {
    return List.of(copies(), inSync(), elections());
  }

  private Finding copies() {
    Check check = Check.of(area, ClusterRequirement.REPLICATION);
    if (brokers < RIGHT_COPIES) {
      return check.warning(
          brokers == 1
              ? "one broker: nothing survives its disk"
              : "two brokers: either a record survives one disk, or pairs are taken while one is"
                  + " away",
          RIGHT_COPIES + " brokers, where that matters",
          "deploy/README.md");
    }
    return check.judge(
        which(topic -> topic.copies() < RIGHT_COPIES, Kept::copies),
        RIGHT_COPIES + " copies or more",
        "too few copies",
        RIGHT_COPIES + " on this cluster of " + brokers + " brokers",
        moreCopies());
  }

  private Finding inSync() {
    Check check = Check.of(area, ClusterRequirement.IN_SYNC);
    List<String> single = which(topic -> topic.inSync() < RIGHT_IN_SYNC, Kept::inSync);
    if (brokers >= RIGHT_COPIES && !single.isEmpty()) {
      boolean low = topics.stream().anyMatch(topic -> topic.minInSync() < RIGHT_IN_SYNC);
      boolean few = topics.stream().anyMatch(topic -> topic.copies() < RIGHT_IN_SYNC);
      // Our command leaves alone what has fewer copies.
      String command = few || create.isEmpty() ? "" : create + ", or for one topic: ";
      String raise = low ? command + setInSync(RIGHT_IN_SYNC) : "";
      return check.fault(
          (low ? "min.insync.replicas is too low" : "there are too few copies")
              + ", so one broker alone may acknowledge: "
              + Check.some(single),
          String.valueOf(RIGHT_IN_SYNC),
          few ? raise + (low ? "; " : "") + moreCopies() : raise);
    }
    return Check.warning(area, ClusterRequirement.IN_SYNC.label())
        .judge(
            which(topic -> topic.copies() > 1 && topic.inSync() == topic.copies(), Kept::inSync),
            brokers < RIGHT_COPIES
                ? "as much as " + brokers + (brokers == 1 ? " broker gives" : " brokers give")
                : RIGHT_IN_SYNC + " copies or more hold what is acknowledged",
            "min.insync.replicas asks for every copy, so nothing is written while one broker is"
                + " away",
            "one less than there are copies",
            setInSync(brokers < RIGHT_COPIES ? 1 : RIGHT_IN_SYNC));
  }

  private Finding elections() {
    return Check.of(area, ClusterRequirement.UNCLEAN_ELECTION)
        .judge(
            which(topic -> topic.unclean() && topic.copies() > 1, topic -> "allowed"),
            "not allowed, or no other copy is there",
            "a copy without acknowledged records may become the one that counts",
            UNCLEAN + "=false",
            set(address, "TOPIC", UNCLEAN + "=false"));
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

  private String setInSync(int minInSync) {
    return set(address, "TOPIC", MIN_IN_SYNC + "=" + minInSync);
  }

  /** Kafka's own command that sets a topic. */
  static String set(String address, String topic, String setting) {
    return "kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s"
            .formatted(address, topic)
        + " --add-config "
        + setting;
  }

  private List<String> which(Predicate<Kept> wrong, Function<Kept, Object> found) {
    return topics.stream()
        .filter(wrong)
        .map(topic -> topic.topic() + " " + found.apply(topic))
        .toList();
  }
}
