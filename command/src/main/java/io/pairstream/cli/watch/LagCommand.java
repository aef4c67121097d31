package io.pairstream.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.Quantity;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.lag.GroupLag;
import io.pairstream.operate.lag.LagReport;
import io.pairstream.operate.lag.Mute;
import io.pairstream.operate.lag.Mutes;
import io.pairstream.operate.lag.PartitionLag;
import io.pairstream.operate.lag.watch.LagWatcher;
import io.pairstream.schemas.Hint;
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
import picocli.CommandLine.Parameters;

/** {@code pairstream lag}: what waits, for how long, and what is to be thought of it. */
@Command(
    name = "lag",
    subcommands = {LagCommand.Begin.class, LagCommand.Lift.class, LagCommand.Ls.class})
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

  /** A command about one group. */
  abstract static class OfGroup extends ClusterCommand {

    @Parameters(paramLabel = "GROUP")
    String group;

    final Mute set(Duration lasting, String why) {
      Clock clock = Clock.systemUTC();
      Actor by = Actor.atTheCommandLine();
      return checked(() -> Mutes.set(access(), group, lasting, why, by, clock));
    }
  }

  /** {@code pairstream lag mute}: a group decides nothing until then. */
  @Command(name = "mute")
  static final class Begin extends OfGroup {

    @Option(names = "--for", required = true, paramLabel = "TIME")
    private Duration lasting;

    @Option(names = "--why", required = true, paramLabel = "TEXT")
    private String why;

    @Override
    public Integer call() {
      require(!lasting.isZero(), "--for must be more than 0; lag unmute ends a mute");
      Mute mute = set(lasting, why);
      return answer(
          mute,
          () -> {
            print("group %s is muted until %s; to lift it:", group, mute.until());
            print("  %s", Hint.of("lag unmute " + Hint.quoted(group)));
          });
    }
  }

  /** {@code pairstream lag unmute}: the group counts again. */
  @Command(name = "unmute")
  static final class Lift extends OfGroup {

    @Override
    public Integer call() {
      boolean wasMuted =
          Mutes.read(access(), Clock.systemUTC()).all().stream()
              .anyMatch(mute -> mute.group().equals(group));
      require(wasMuted, "group " + group + " is not muted; lag mutes lists those that are");
      return answer(set(Duration.ZERO, ""), () -> print("group %s counts again", group));
    }
  }

  /** {@code pairstream lag mutes}: which groups are muted. */
  @Command(name = "mutes")
  static final class Ls extends ClusterCommand {

    private record Muted(List<Mute> mutes) {}

    @Override
    public Integer call() {
      List<Mute> mutes = Mutes.read(access(), Clock.systemUTC()).all();
      Table table = new Table().row("GROUP", "UNTIL", "BY", "WHY");
      mutes.forEach(mute -> table.row(mute.group(), mute.until(), mute.by(), mute.why()));
      return answer(
          new Muted(mutes),
          () -> {
            if (mutes.isEmpty()) {
              print("no group is muted");
            } else {
              print(table);
            }
          });
    }
  }
}
