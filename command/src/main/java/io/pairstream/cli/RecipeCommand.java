package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeFile;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream recipe}: what a recipe says, before anything runs with it. */
@Command(
    name = "recipe",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {RecipeCommand.Check.class, RecipeExplainCommand.class, RecipeTryCommand.class})
final class RecipeCommand {

  /** {@code pairstream recipe check}: all mistakes at once, or the version and what is in force. */
  @Command(name = "check")
  static final class Check implements Callable<Integer> {

    @Parameters(paramLabel = "NAME|FILE", defaultValue = "dalle")
    private String recipe;

    @Option(names = "--json")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      RecipeFile file = CheckedRecipe.find(recipe, spec.commandLine());
      try {
        CleaningPlan plan = CheckedRecipe.plan(file);
        if (json) {
          ObjectNode object = new JsonMapper().createObjectNode();
          object.put("recipe", file.name()).put("version", plan.version());
          ObjectNode settings = object.putObject("settings");
          plan.effectiveRecipe().forEach(settings::put);
          object.putArray("problems");
          out.println(object);
        } else {
          out.println(file.name() + " is good; version " + plan.version());
          plan.effectiveRecipe().forEach((key, value) -> out.printf("  %-34s %s%n", key, value));
        }
        return ExitStatus.DONE;
      } catch (InvalidRecipeException e) {
        if (json) {
          ObjectNode object = new JsonMapper().createObjectNode();
          object.put("recipe", file.name());
          ArrayNode problems = object.putArray("problems");
          e.problems()
              .forEach(
                  problem ->
                      problems
                          .addObject()
                          .put("line", problem.line())
                          .put("key", problem.key())
                          .put("message", problem.message()));
          out.println(object);
        } else {
          Main.explain(e, spec.commandLine().getErr());
        }
        return ExitStatus.FOUND_WRONG;
      }
    }
  }
}
