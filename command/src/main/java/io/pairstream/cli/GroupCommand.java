package io.pairstream.cli;

import picocli.CommandLine.Command;

/** {@code pairstream group}: where a consumer group reads on. */
@Command(
    name = "group",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {GroupResetCommand.class, GroupUndoCommand.class})
final class GroupCommand {

  private GroupCommand() {}
}
