package io.pairstream.operate.instances;

import static java.util.stream.Collectors.joining;

import io.pairstream.schemas.Hint;
import io.pairstream.schemas.InstanceStatus;
import io.pairstream.schemas.ReportedObstacle;
import io.pairstream.schemas.wire.RootCause;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.report.SelfReport;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Area;
import io.pairstream.service.requirements.Finding.Level;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Checks the processes of a data set by their last reports. */
public final class InstanceChecks {

  private static final String PREPROCESS = "preprocess";

  private InstanceChecks() {}

  /** One finding for each process, and for each step that is not pure; one where none reports. */
  public static List<Finding> look(ClusterAccess cluster, Clock clock) {
    List<Finding> none = List.of(Finding.ok(Area.INSTANCES, "reports", "no process reports"));
    try {
      List<Finding> found =
          Instances.read(cluster, clock).all().stream()
              .flatMap(each -> Stream.concat(Stream.of(finding(each)), impureSteps(each)))
              .toList();
      return found.isEmpty() ? none : found;
    } catch (InterruptException e) {
      throw e;
    } catch (UnknownTopicOrPartitionException e) {
      return none; // a cluster without topics is another check's finding
    } catch (KafkaException e) {
      return List.of(Finding.unknown(Area.INSTANCES, "reports", RootCause.message(e), ""));
    }
  }

  /** Why raw pairs may wait to be judged, with what to do; empty where processes report nothing. */
  public static List<String> whyPairsWait(ClusterAccess cluster, Clock clock) {
    List<Finding> found =
        look(cluster, clock).stream()
            .filter(each -> each.check().equals(PREPROCESS) || each.level() == Level.UNKNOWN)
            .toList();
    return found.isEmpty()
        ? List.of("no preprocess reports; start it: " + Hint.of(PREPROCESS))
        : found.stream().filter(each -> each.level() != Level.OK).map(Finding::sentence).toList();
  }

  private static Stream<Finding> impureSteps(Instance instance) {
    String found = "process %d: the step %s gave two verdicts on one pair, times: %,.0f";
    String right = "a verdict that the pair alone decides";
    long pid = instance.status().getPid();
    return instance.status().getMetrics().stream()
        .filter(is -> is.getName().equals("step_disagreements_total") && is.getValue() > 0)
        .map(is -> found.formatted(pid, is.getLabels().get("step"), is.getValue()))
        .map(is -> Finding.wrong(Area.INSTANCES, "steps", is, right, "its log has both verdicts"));
  }

  private static Finding finding(Instance instance) {
    InstanceStatus status = instance.status();
    Area area = Area.INSTANCES;
    String name = instance.service();
    if (instance.silent()) {
      String remedy =
          "kill -9 %d on %s, if it runs and uses no processor time; then start it again"
              .formatted(status.getPid(), status.getHost());
      return Finding.wrong(area, name, instance.silence().text(), "regular reports", remedy);
    }
    String health = status.getFacts().getOrDefault(SelfReport.HEALTH, "no health address");
    String place =
        "process %d, release %s, on %s (%s)"
            .formatted(status.getPid(), status.getVersion(), status.getHost(), health);
    String held = ": %s, partitions: %d".formatted(status.getState(), status.getAssigned().size());
    String obstacle =
        status.getObstacles().stream().map(ReportedObstacle::getText).collect(joining("; "));
    return obstacle.isEmpty()
        ? Finding.ok(area, name, place + held)
        : Finding.warning(area, name, place + " waits: " + obstacle, "nothing in its way", "");
  }
}
