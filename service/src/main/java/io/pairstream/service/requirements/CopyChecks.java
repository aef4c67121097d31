package io.pairstream.service.requirements;

import io.pairstream.schemas.Hint;
import io.pairstream.service.ClusterRequirement;
import io.pairstream.service.requirements.ClusterFacts.Kept;
import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.requirements.Finding.Level;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Judges how often and how safely topics are kept.
 *
 * <p>On three brokers or more, three copies of which two are up to date whenever a record is
 * acknowledged: one broker may then be lost for good, and another stop, and nothing is lost. On
 * fewer brokers that cannot be had, which is said and not refused.
 *
 * @param brokers how many the cluster has
 * @param address for remedies
 * @param create our own command that sets these topics; empty for Kafka's own topics
 */
record CopyChecks(Area area, int brokers, String address, List<Kept> topics, String create) {

  /** A record outlives one broker's disk and can be written while one is away. */
  static final int RIGHT_COPIES = 3;

  private static final int RIGHT_IN_SYNC = 2;
  private static final String MIN_IN_SYNC = TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;
  private static final String UNCLEAN = TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG;

  List<Finding> judge() {
    return List.of(copies(), inSync(), elections());
  }

  private Finding copies() {
    String name = ClusterRequirement.REPLICATION.label();
    if (brokers < RIGHT_COPIES) {
      return Finding.warning(
          area,
          name,
          brokers == 1
              ? "one broker: nothing survives its disk"
              : "two brokers: either a record survives one disk, or pairs are taken while one is"
                  + " away",
          RIGHT_COPIES + " brokers, where that matters",
          "deploy/README.md");
    }
    return new Check(area, name, Level.WRONG)
        .judge(
            which(topic -> topic.copies() < RIGHT_COPIES, Kept::copies),
            RIGHT_COPIES + " copies or more",
            "too few copies",
            RIGHT_COPIES + " on this cluster of " + brokers + " brokers",
            "kafka-reassign-partitions.sh --bootstrap-server %s with a plan that names %d brokers"
                    .formatted(address, RIGHT_COPIES)
                + " for each partition; a new data set: "
                + Hint.of("topics create --dataset NAME --replication-factor " + RIGHT_COPIES));
  }

  private Finding inSync() {
    List<String> single =
        which(topic -> brokers >= RIGHT_COPIES && topic.inSync() < RIGHT_IN_SYNC, Kept::inSync);
    boolean enough = single.isEmpty();
    return new Check(
            area, ClusterRequirement.MIN_INSYNC.label(), enough ? Level.WARNING : Level.WRONG)
        .judge(
            enough
                ? which(
                    topic -> topic.copies() > 1 && topic.inSync() == topic.copies(), Kept::inSync)
                : single,
            "as many copies hold what is acknowledged as " + brokers + " brokers give",
            enough
                ? "min.insync.replicas asks for every copy, so nothing is written while one broker"
                    + " is away"
                : "min.insync.replicas or the number of copies is too low, so one broker alone may"
                    + " acknowledge",
            enough ? "one less than there are copies" : String.valueOf(RIGHT_IN_SYNC),
            (enough || create.isEmpty() ? "" : create + ", or for one topic: ")
                + set(
                    address,
                    "TOPIC",
                    MIN_IN_SYNC + "=" + (brokers < RIGHT_COPIES ? 1 : RIGHT_IN_SYNC)));
  }

  private Finding elections() {
    return new Check(area, ClusterRequirement.UNCLEAN_ELECTION.label(), Level.WRONG)
        .judge(
            which(topic -> topic.unclean() && topic.copies() > 1, topic -> "allowed"),
            "not allowed, or no other copy is there",
            "a copy without acknowledged records may become the one that counts",
            UNCLEAN + "=false",
            set(address, "TOPIC", UNCLEAN + "=false"));
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
