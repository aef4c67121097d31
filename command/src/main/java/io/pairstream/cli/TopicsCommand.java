package io.pairstream.cli;

import picocli.CommandLine.Command;

/** {@code pairstream topics}: the topics of a data set. */
@Command(
    name = "topics",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = TopicsCreateCommand.class)
final class TopicsCommand {

  private TopicsCommand() {}
}
