package io.pairstream.doctor;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.image.WorkerSettings;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.registry.WrittenIds;
import io.pairstream.preprocess.run.HangingTransactions;
import io.pairstream.service.Cluster;
import io.pairstream.service.requirements.ClusterCheck;
import io.pairstream.service.requirements.Finding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All checks, one after the other. */
public final class Doctor {

  private Doctor() {}

  /**
   * Looks at this machine, its image workers, and the cluster; changes nothing.
   *
   * @param dataDirectory where files of ours go; need not exist
   * @param plan what the workers are to do
   */
  public static List<Finding> examine(
      Cluster cluster, Path dataDirectory, WorkerSettings workers, CleaningPlan plan) {
    List<Finding> findings =
        new ArrayList<>(MachineChecks.judge(MachineFacts.ofThisMachine(dataDirectory)));
    findings.addAll(WorkerCheck.run(workers, plan.pictures()));
    findings.addAll(ClusterCheck.of(cluster).findings());
    findings.addAll(HangingTransactions.look(cluster));
    findings.addAll(WrittenIds.look(new ClusterAccess(cluster)));
    return findings;
  }
}
