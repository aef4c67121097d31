package io.pairstream.cli;

import io.pairstream.operations.lag.GroupLag;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.lag.LagWatcher;
import io.pairstream.operations.lag.PartitionLag;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.terminal.Table;
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

  @Option(names = "--all-groups")
  private boolean allGroups;

  @Option(names = "--interval", paramLabel = "TIME", defaultValue = "2s")
  private Duration interval;

  /** What is asked. */
  private interface Look {
    LagReport now() throws IOException, InterruptedException;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    Optional<LagDashboard> asked = dashboard();
    Optional<LagReport> answer = asked.isEmpty() ? Optional.empty() : first(asked.get());
    if (answer.isPresent()) {
      return show(answer.get(), asked.get()::look);
    }
    // What it has seen since its first look is all that it knows.
    try (LagWatcher watcher =
        new LagWatcher(access(), interval, List.of(), Clock.systemUTC(), report -> {})) {
      LagReport report = watcher.look();
      for (int look = 1; look < LOOKS; look++) {
        TimeUnit.MILLISECONDS.sleep(interval.toMillis());
        report = watcher.look();
      }
      if (!allGroups && chosen(report).isEmpty()) {
        throw new UnknownTopicOrPartitionException("no group can read what is not there");
      }
      return show(report, watcher::look);
    }
  }

  private void check() {
    require(
        interval.compareTo(SHORTEST_INTERVAL) >= 0,
        "--interval must be at least 500ms, was " + interval.toMillis() + "ms");
    requireAtLeast(1, "--times", times);
    require(times == null || watch, "--times goes with --watch");
    require(!allGroups || wanted.isEmpty(), "--all-groups and --group exclude each other");
    require(
        dashboard == null
            || (dashboard.toString().matches("https?://.+") && dashboard.getHost() != null),
        "--dashboard must be an address such as http://127.0.0.1:8082, was " + dashboard);
  }

  /** The one that was named, or runs here. */
  private Optional<LagDashboard> dashboard() throws IOException {
    Optional<String> key =
        keyFile == null ? Optional.empty() : Optional.of(Files.readString(keyFile).strip());
    return Optional.ofNullable(dashboard)
        .or(() -> options().dashboardHere().map(URI::create))
        .map(url -> new LagDashboard(url, key));
  }

  /** Empty where nobody named the dashboard, and it says nothing yet: then Kafka is looked at. */
  private Optional<LagReport> first(LagDashboard asked) throws IOException, InterruptedException {
    try {
      return Optional.of(asked.look()).filter(report -> dashboard != null || report.ready());
    } catch (IOException e) {
      if (dashboard != null) {
        throw e;
      }
      // It is starting, or gone, or wants a key; Kafka answers everybody.
      return Optional.empty();
    }
  }

  private int show(LagReport first, Look next) throws IOException, InterruptedException {
    LagReport report = first;
    for (int shown = 1; ; shown++) {
      LagTable table = new LagTable(chosen(report));
      Optional<String> trouble = report.trouble();
      answer(
          table.answer(report.at(), trouble),
          () -> {
            trouble.ifPresent(why -> print("%s", TerminalText.fit("old: " + why, Table.COLUMNS)));
            table.lines().forEach(out()::println);
          });
      if (!watch || (times != null && shown >= times)) {
        return table.worst().isAlarm() ? ExitStatus.FOUND_WRONG : ExitStatus.DONE;
      }
      TimeUnit.MILLISECONDS.sleep(interval.toMillis());
      report = next.now();
    }
  }

  private List<GroupLag> chosen(LagReport report) {
    List<GroupLag> chosen = new ArrayList<>();
    for (GroupLag group : report.groups()) {
      boolean asked = allGroups || group.isLike(wanted);
      if (asked || (wanted.isEmpty() && readsDataset(group))) {
        chosen.add(asked ? group.deciding() : group);
      }
    }
    for (String name : wanted) {
      require(
          chosen.stream().anyMatch(group -> group.isLike(List.of(name))),
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
}
