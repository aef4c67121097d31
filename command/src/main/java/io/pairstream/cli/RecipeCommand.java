package io.pairstream.cli;

import picocli.CommandLine.Command;

/** {@code pairstream recipe}: what a recipe says, before anything runs with it. */
@Command(
    name = "recipe",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {RecipeCheckCommand.class, RecipeExplainCommand.class, RecipeTryCommand.class})
final class RecipeCommand {

  private RecipeCommand() {}
}
