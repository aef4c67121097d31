package io.pairstream.cli;

import io.pairstream.cleaning.RejectReason;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code pairstream quarantine}: what was rejected. */
@Command(
    name = "quarantine",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      QuarantineLsCommand.class,
      QuarantineShowCommand.class,
      QuarantineReplayCommand.class
    })
final class QuarantineCommand {

  private QuarantineCommand() {}

  /** One of the reasons that there are, in either case; empty where none is asked for. */
  static Optional<String> checkedReason(String reason, PairstreamCommand command) {
    if (reason == null) {
      return Optional.empty();
    }
    String name = reason.toUpperCase(Locale.ROOT);
    List<String> all = Arrays.stream(RejectReason.values()).map(Enum::name).toList();
    List<String> near = all.stream().filter(known -> known.contains(name)).toList();
    command.require(
        all.contains(name),
        "there is no reason "
            + reason
            + "; there are "
            + String.join(", ", near.isEmpty() ? all : near));
    return Optional.of(name);
  }
}
