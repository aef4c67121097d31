package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.ReadLag;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code pairstream lag}: what waits, and for how long it has waited. */
@Command(
    name = "lag",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = {
      "Show per group, topic and partition how much waits, and how old the oldest is.",
      "Exit status 1 where records left the log before they were read."
    })
final class LagCommand implements Callable<Integer> {

  @Mixin private ClusterOptions options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<PartitionLag> lags =
        new ReadLag(new ClusterAccess(options.cluster()), Clock.systemUTC()).read();
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(json(lags));
    } else {
      print(lags, out);
    }
    return lost(lags) == 0 ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private static long lost(List<PartitionLag> lags) {
    return lags.stream().mapToLong(PartitionLag::lost).sum();
  }

  private static void print(List<PartitionLag> lags, PrintWriter out) {
    out.printf(
        "%-22s %-40s %9s %12s %10s %10s%n",
        "GROUP", "TOPIC", "PARTITION", "COMMITTED", "WAITING", "OLDEST");
    for (PartitionLag lag : lags) {
      out.printf(
          "%-22s %-40s %9d %12s %10d %10s%s%n",
          lag.group(),
          lag.topic(),
          lag.partition(),
          lag.committed().isPresent() ? lag.committed().getAsLong() : "never",
          lag.waiting(),
          lag.oldestWaiting().map(LagCommand::inWords).orElse("-"),
          lag.lost() == 0 ? "" : "  LOST " + lag.lost() + " records that were never read");
    }
    long waiting = lags.stream().mapToLong(PartitionLag::waiting).sum();
    out.println(
        waiting == 0
            ? "nothing waits"
            : waiting
                + " waiting, the oldest for "
                + lags.stream()
                    .flatMap(lag -> lag.oldestWaiting().stream())
                    .max(Comparator.naturalOrder())
                    .map(LagCommand::inWords)
                    .orElse("-"));
  }

  private static ObjectNode json(List<PartitionLag> lags) {
    ObjectNode object = new JsonMapper().createObjectNode();
    object.put("waiting", lags.stream().mapToLong(PartitionLag::waiting).sum());
    object.put("lost", lost(lags));
    ArrayNode partitions = object.putArray("partitions");
    for (PartitionLag lag : lags) {
      ObjectNode partition =
          partitions
              .addObject()
              .put("group", lag.group())
              .put("topic", lag.topic())
              .put("partition", lag.partition());
      if (lag.committed().isPresent()) {
        partition.put("committed", lag.committed().getAsLong());
      } else {
        partition.putNull("committed");
      }
      partition
          .put("log_start", lag.logStart())
          .put("end", lag.end())
          .put("waiting", lag.waiting())
          .put("lost", lag.lost());
      if (lag.oldestWaiting().isPresent()) {
        partition.put("oldest_seconds", lag.oldestWaiting().get().toMillis() / 1e3);
      } else {
        partition.putNull("oldest_seconds");
      }
    }
    return object;
  }

  private static String inWords(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 120) {
      return seconds + " s";
    }
    return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
  }
}
