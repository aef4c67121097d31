package io.pairstream.cli;

import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.operations.lag.watch.GroupChoice;
import io.pairstream.operations.lag.watch.LagSettings;
import io.pairstream.operations.lag.watch.LagWatcher;
import io.pairstream.operations.sentence.AnswerJson;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.Terminal;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream lag}: what waits, for how long, and what is to be thought of it. */
@Command(name = "lag")
final class LagCommand extends ClusterCommand {

  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(500);

  /** A single look has no history; the last of these is the first one shown. */
  private static final int LOOKS = 3;

  @Option(names = "--dashboard", paramLabel = "URL")
  private URI dashboard;

  @Option(names = "--api-key-file", paramLabel = "FILE")
  private Path keyFile;

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

  @Option(names = "--interval", paramLabel = "TIME", defaultValue = "2s")
  private Duration interval;

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    Optional<LagDashboard> asked = asked();
    // What it has seen since its first look is all that it knows.
    try (LagWatcher watcher =
        asked.isPresent()
            ? null
            : new LagWatcher(
                access(), LagSettings.every(interval), Clock.systemUTC(), report -> {})) {
      boolean inPlace = watch && !json() && Terminal.isStdout();
      for (int look = 1; watcher != null && look < LOOKS; look++) {
        LagReport unused = watcher.look();
        TimeUnit.MILLISECONDS.sleep(interval.toMillis());
      }
      int drawn = 0;
      for (int shown = 1; ; shown++) {
        LagReport report = watcher == null ? asked.orElseThrow().look() : watcher.look();
        List<GroupLag> groups = chosen(report);
        if (groups.isEmpty() && watcher != null && !allGroups) {
          throw new UnknownTopicOrPartitionException("no group can read what is not there");
        }
        LagTable table = new LagTable(groups);
        if (json()) {
          out().println(AnswerJson.text(LagAnswer.of(report, groups, table)));
        } else if (inPlace) {
          drawn = redraw(lines(report, table, Terminal.rows() - 1), drawn);
        } else {
          lines(report, table, Integer.MAX_VALUE).forEach(out()::println);
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
    require(
        interval.compareTo(SHORTEST_INTERVAL) >= 0,
        "--interval must be at least 500ms, was " + interval.toMillis() + "ms");
    requireAtLeast(1, "--times", times);
    require(times == null || watch, "--times goes with --watch");
    require(!allGroups || wanted.isEmpty(), "--all-groups and --group exclude each other");
  }

  /**
   * The dashboard, where one was named or runs here and knows something; else Kafka is looked at.
   */
  private Optional<LagDashboard> asked() throws IOException, InterruptedException {
    Optional<String> key =
        keyFile == null ? Optional.empty() : Optional.of(Files.readString(keyFile).strip());
    if (dashboard != null) {
      require(
          dashboard.toString().matches("https?://.+") && dashboard.getHost() != null,
          "--dashboard must be an address such as http://127.0.0.1:8082, was " + dashboard);
      return Optional.of(new LagDashboard(dashboard, key));
    }
    Optional<LagDashboard> here =
        options().dashboardHere().map(url -> new LagDashboard(URI.create(url), key));
    try {
      return here.isPresent() && here.get().look().ready() ? here : Optional.empty();
    } catch (IOException e) {
      // It is starting, or gone, or wants a key; Kafka answers everybody.
      return Optional.empty();
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

  private static List<String> lines(LagReport report, LagTable table, int rows) {
    List<String> lines = new ArrayList<>();
    report.trouble().ifPresent(why -> lines.add(TerminalText.fit("old: " + why, Table.COLUMNS)));
    lines.addAll(table.lines(rows - lines.size()));
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
}
