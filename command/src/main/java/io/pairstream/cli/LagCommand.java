package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.Verdict;
import io.pairstream.operations.lag.watch.GroupChoice;
import io.pairstream.operations.sentence.AnswerJson;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.terminal.Terminal;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream lag}: what waits, for how long, and what is to be thought of it. */
@Command(name = "lag")
final class LagCommand extends ClusterCommand {

  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(500);

  @Mixin private DashboardOptions dashboard;

  @Option(names = "--watch")
  private boolean watch;

  @Option(names = "--times", paramLabel = "N")
  private Integer times;

  @Option(names = "--group", paramLabel = "GROUP")
  private List<String> wanted = List.of();

  @Option(names = "--ignore", paramLabel = "PATTERN")
  private List<String> ignored = List.of();

  @Option(names = "--all-groups")
  private boolean allGroups;

  @Option(names = "--samples", paramLabel = "N", defaultValue = "3")
  private int samples;

  @Option(names = "--interval", paramLabel = "TIME", defaultValue = "2s")
  private Duration interval;

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    try (LagSource source = open()) {
      boolean inPlace = watch && !json() && Terminal.isStdout();
      int drawn = 0;
      for (int shown = 1; ; shown++) {
        LagReport report = source.look();
        List<GroupLag> groups = chosen(report);
        if (groups.isEmpty() && source.isOfDataset() && !allGroups) {
          throw new UnknownTopicOrPartitionException("no group can read what is not there");
        }
        LagTable table = new LagTable(groups);
        if (json()) {
          out().println(json(report, groups, table));
        } else if (inPlace) {
          drawn = redraw(lines(report, table, Terminal.rows() - 1), drawn);
        } else {
          lines(report, table, Integer.MAX_VALUE).forEach(out()::println);
          if (watch) {
            out().println();
          }
        }
        out().flush();
        if (!watch || (times != null && shown >= times)) {
          return table.worst().isAlarm() ? ExitStatus.FOUND_WRONG : ExitStatus.DONE;
        }
        TimeUnit.MILLISECONDS.sleep(interval.toMillis());
      }
    }
  }

  private void check() {
    requireAtLeast(1, "--samples", samples);
    require(
        interval.compareTo(SHORTEST_INTERVAL) >= 0,
        "--interval must be at least 500ms, was " + interval.toMillis() + "ms");
    requireAtLeast(1, "--times", times);
    require(times == null || watch, "--times goes with --watch");
    require(!allGroups || wanted.isEmpty(), "--all-groups and --group exclude each other");
  }

  /** The dashboard, where one was named or runs here and knows something; else Kafka itself. */
  private LagSource open() throws IOException, InterruptedException {
    Optional<DashboardClient> named = dashboard.named();
    if (named.isPresent()) {
      return LagSource.asking(named.get());
    }
    Optional<String> here = options().dashboardHere();
    if (here.isPresent()) {
      LagSource asked = LagSource.asking(dashboard.at(here.get()));
      try {
        if (asked.look().ready()) {
          return asked;
        }
      } catch (IOException e) {
        // It is starting, or gone, or wants a key; Kafka answers everybody.
      }
    }
    LagSource watching = LagSource.watching(access(), interval);
    try {
      // A single look has no history; the last of these is the first one shown.
      for (int i = 1; i < samples; i++) {
        LagReport unused = watching.look();
        TimeUnit.MILLISECONDS.sleep(interval.toMillis());
      }
      return watching;
    } catch (RuntimeException | IOException | InterruptedException e) {
      watching.close();
      throw e;
    }
  }

  private List<GroupLag> chosen(LagReport report) {
    List<GroupLag> chosen = new ArrayList<>();
    for (GroupLag group : report.groups()) {
      boolean asked = allGroups || GroupChoice.matchesAny(wanted, group.group());
      if ((asked || (wanted.isEmpty() && readsDataset(group)))
          && !GroupChoice.matchesAny(ignored, group.group())) {
        chosen.add(asked ? group.deciding() : group);
      }
    }
    for (String name : wanted) {
      require(
          chosen.stream().anyMatch(group -> GroupChoice.matchesAny(List.of(name), group.group())),
          "--group: there is no group " + name + " on this cluster");
    }
    return chosen;
  }

  /** Whether a group reads the data set's topics, whoever it is of. */
  private boolean readsDataset(GroupLag group) {
    Dataset dataset = cluster().dataset();
    return group.partitions().stream()
        .map(PartitionLag::topic)
        .anyMatch(
            topic ->
                topic.startsWith(dataset.topic(""))
                    || topic.equals(TopicCatalogue.repartitionTopic(dataset)));
  }

  private List<String> lines(LagReport report, LagTable table, int rows) {
    List<String> lines = new ArrayList<>();
    report.trouble().ifPresent(why -> lines.add(TerminalText.fit("old: " + why, LagTable.COLUMNS)));
    if (!report.ready()) {
      lines.add("nothing is known yet");
    } else if (table.sentence().isEmpty()) {
      lines.add("no group reads data set " + cluster().dataset().name());
    } else {
      lines.addAll(table.lines(rows - lines.size()));
    }
    return lines;
  }

  /** Draws over what was drawn last, line by line, so that nothing flickers. */
  private int redraw(List<String> lines, int drawn) {
    StringBuilder frame = new StringBuilder();
    if (drawn > 0) {
      frame.append("\u001b[").append(drawn).append('A');
    }
    for (String line : lines) {
      frame.append("\r\u001b[2K").append(line).append('\n');
    }
    out().print(frame.append("\u001b[J"));
    return lines.size();
  }

  private record Printed(
      Instant at,
      boolean ready,
      Optional<String> trouble,
      Verdict verdict,
      String sentence,
      long waiting,
      long lost,
      List<GroupLag> groups,
      List<PrintedPartition> partitions) {}

  private record PrintedPartition(
      String group,
      @JsonUnwrapped PartitionLag partition,
      long waiting,
      OptionalDouble oldestSeconds) {}

  private static JsonNode json(LagReport report, List<GroupLag> groups, LagTable table) {
    List<PrintedPartition> partitions = new ArrayList<>();
    for (GroupLag group : groups) {
      for (PartitionLag partition : group.partitions()) {
        // A group that never committed has all that is there before it.
        long waits = partition.lag().orElse(partition.end() - partition.logStart());
        partitions.add(
            new PrintedPartition(
                group.group(),
                partition,
                waits,
                waits == 0 ? OptionalDouble.empty() : partition.seconds()));
      }
    }
    return AnswerJson.MAPPER.valueToTree(
        new Printed(
            report.at(),
            report.ready(),
            report.trouble(),
            table.worst(),
            table.sentence(),
            partitions.stream().mapToLong(PrintedPartition::waiting).sum(),
            groups.stream().mapToLong(GroupLag::lost).sum(),
            groups.stream().map(GroupLag::withoutPartitions).toList(),
            partitions));
  }
}
