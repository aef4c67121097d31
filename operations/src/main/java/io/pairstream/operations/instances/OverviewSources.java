package io.pairstream.operations.instances;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.GroupLag;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the overview is made of. Everything is asked for each answer, and answers at once.
 *
 * @param cluster the data set
 * @param instances its processes
 * @param watch brokers, registry, and what comes to the topics
 * @param groups its groups, without their partitions, as {@code /v1/lag} has them; empty where they
 *     are not watched yet
 * @param standings pairs by where they stand: {@code TRAINING}; empty where nobody has counted them
 * @param rejections pairs in quarantine by reason; empty where nobody has counted them
 * @param canary the canary pair; empty where none is sent
 * @param clock the time
 */
public record OverviewSources(
    ClusterAccess cluster,
    Instances instances,
    ClusterWatch watch,
    Supplier<List<GroupLag>> groups,
    Supplier<Map<String, Long>> standings,
    Supplier<Map<String, Long>> rejections,
    Supplier<Optional<ObjectNode>> canary,
    Clock clock) {

  /** Where only the processes and the cluster are known. */
  public static OverviewSources of(
      ClusterAccess cluster, Instances instances, ClusterWatch watch, Clock clock) {
    return new OverviewSources(
        cluster, instances, watch, List::of, Map::of, Map::of, Optional::empty, clock);
  }

  /** The same with the groups that are watched. */
  public OverviewSources withGroups(Supplier<List<GroupLag>> watched) {
    return new OverviewSources(
        cluster, instances, watch, watched, standings, rejections, canary, clock);
  }

  /** The same with pairs that somebody has counted: by standing, and in quarantine by reason. */
  public OverviewSources withPairs(
      Supplier<Map<String, Long>> byStanding, Supplier<Map<String, Long>> byReason) {
    return new OverviewSources(
        cluster, instances, watch, groups, byStanding, byReason, canary, clock);
  }

  /** The same with a canary pair. */
  public OverviewSources withCanary(Supplier<Optional<ObjectNode>> sent) {
    return new OverviewSources(
        cluster, instances, watch, groups, standings, rejections, sent, clock);
  }
}
