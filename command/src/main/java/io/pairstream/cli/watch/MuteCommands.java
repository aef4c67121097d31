package io.pairstream.cli.watch;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.curation.actions.Actor;
import io.pairstream.operate.lag.Mute;
import io.pairstream.operate.lag.Mutes;
import io.pairstream.schemas.Hint;
import io.pairstream.terminal.Table;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Groups that are known trouble. */
final class MuteCommands {

  private MuteCommands() {}

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
