package io.pairstream.operations.instances;

import io.pairstream.operations.canary.CanaryReport;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.GroupLag;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the overview is made of. Everything is asked for each answer, and answers at once.
 *
 * @param cluster the data set
 * @param instances its processes
 * @param watch brokers and registry
 * @param groups its groups as {@code /v1/lag} has them; empty where they are not watched yet
 * @param standings pairs by where they stand: {@code TRAINING}; empty where nobody has counted them
 * @param rejections pairs in quarantine by reason; empty where nobody has counted them
 * @param canary the canary pair
 * @param clock the time
 */
public record OverviewSources(
    ClusterAccess cluster,
    Instances instances,
    ClusterWatch watch,
    Supplier<List<GroupLag>> groups,
    Supplier<Map<String, Long>> standings,
    Supplier<Map<String, Long>> rejections,
    Supplier<CanaryReport> canary,
    Clock clock) {}
