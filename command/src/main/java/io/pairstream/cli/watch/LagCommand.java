package io.pairstream.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.Quantity;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.Mutes;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.watch.LagWatcher;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream lag}: what waits, for how long, and what is to be thought of it. */
@Command(
    name = "lag",
    subcommands = {MuteCommands.Begin.class, MuteCommands.Lift.class, MuteCommands.Ls.class})
public final class LagCommand extends ClusterCommand {

  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(500);

  /** Older figures are shown with their age. */
  private static final Duration A_MOMENT = Duration.ofSeconds(2);

  /** A single look has no history; the last of these is the first one shown. */
  private static final int LOOKS = 3;

  @Mixin private DashboardOptions dashboard;

  @Option(names = "--watch")
  private boolean watch;

  @Option(names = "--group", paramLabel = "GROUP")
  private List<String> wanted = List.of();

  @Option(names = "--all-groups")
  private boolean allGroups;

  @Option(names = "--interval", paramLabel = "TIME", defaultValue = "2s")
  private Duration interval;

  @Override
  public Integer call() throws Exception {
    check();
    Optional<LagReport> known = ask();
    if (known.isPresent()) {
      return show(
          known.get(),
          () -> ask().orElseThrow(() -> new IOException("the dashboard does not answer any more")));
    }
    // What it has seen since its first look is all that it knows.
    try (LagWatcher watcher =
        new LagWatcher(access(), interval, List.of(), Clock.systemUTC(), report -> {}, id -> id)) {
      LagReport report = watcher.look();
      Mutes mutes = Mutes.readIfAllowed(access(), Clock.systemUTC());
      for (int look = 1; look < LOOKS; look++) {
        TimeUnit.MILLISECONDS.sleep(interval.toMillis());
        report = watcher.look();
      }
      report = mutes.in(report);
      if (!allGroups && chosen(report).isEmpty()) {
        throw new UnknownTopicOrPartitionException("no group can read what is not there");
      }
      return show(report, () -> mutes.in(watcher.look()));
    }
  }

  private void check() {
    require(
        interval.compareTo(SHORTEST_INTERVAL) >= 0,
        "--interval must be at least 500ms, was " + interval.toMillis() + "ms");
    require(!allGroups || wanted.isEmpty(), "--all-groups and --group exclude each other");
    dashboard.check(this);
  }

  /** Report of a running operators' service, which has watched for longer than a command can. */
  private Optional<LagReport> ask() throws IOException, InterruptedException {
    Optional<JsonNode> json = dashboard.ask(options(), "/v1/lag");
    if (json.isEmpty()) {
      return Optional.empty();
    } else if (!json.get().has("groups")) {
      throw new IOException(dashboard.address(options()).orElseThrow() + " is no dashboard");
    }
    LagReport report = AnswerJson.MAPPER.treeToValue(json.get(), LagReport.class);
    return Optional.of(report).filter(known -> dashboard.isNamed() || known.ready());
  }

  private int show(LagReport first, Callable<LagReport> next) throws Exception {
    LagReport report = first;
    first.blind().ifPresent(why -> say("%s", why));
    while (true) {
      LagTable table = LagTable.of(report, chosen(report));
      answer(
          table,
          () -> {
            age(table.at()).ifPresent(seen -> print("%s", seen));
            table
                .trouble()
                .ifPresent(why -> print("%s", TerminalText.fit("old: " + why, Table.COLUMNS)));
            table.lines().forEach(out()::println);
          });
      if (!watch) {
        return table.verdict().isAlarm() ? ExitStatus.FOUND_WRONG : ExitStatus.DONE;
      }
      TimeUnit.MILLISECONDS.sleep(interval.toMillis());
      report = next.call();
    }
  }

  /** When the figures were seen; empty where that is a moment ago. */
  private static Optional<String> age(Instant at) {
    Duration age = Duration.between(at, Instant.now());
    return age.compareTo(A_MOMENT) < 0 || at.equals(Instant.EPOCH)
        ? Optional.empty()
        : Optional.of(
            "seen %s ago, at %s".formatted(Quantity.shortSeconds(age.toMillis() / 1e3), at));
  }

  private List<GroupLag> chosen(LagReport report) {
    List<GroupLag> chosen = new ArrayList<>();
    for (GroupLag group : report.groups()) {
      boolean asked = allGroups || GroupLag.isLike(group.group(), wanted);
      if (asked || (wanted.isEmpty() && readsDataset(group))) {
        chosen.add(asked ? group.deciding() : group);
      }
    }
    for (String name : wanted) {
      require(
          chosen.stream().anyMatch(group -> GroupLag.isLike(group.group(), List.of(name))),
          "--group: there is no group " + name + " on this cluster");
    }
    return chosen;
  }

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
