package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.PlannedStep;
import io.pairstream.cleaning.recipe.RecipeFile;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pairstream recipe explain}: what will happen to a pair, in order. */
@Command(name = "explain")
final class RecipeExplainCommand implements Callable<Integer> {

  private static final int COLUMNS = 100;
  private static final int INDENT = 30;

  @Parameters(paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  @Option(names = "--json")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    RecipeFile file = CheckedRecipe.find(recipe, spec.commandLine());
    CleaningPlan plan = CheckedRecipe.plan(file);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(file, plan));
      return ExitStatus.DONE;
    }
    out.println(file.name() + ", version " + plan.version());
    out.println("A pair meets these steps in order; each keeps it or sends it to quarantine.");
    String stage = "";
    for (PlannedStep step : plan.steps()) {
      if (!step.isOn()) {
        continue;
      }
      if (!step.stage().equals(stage)) {
        stage = step.stage();
        out.println();
        out.println(stage);
      }
      out.printf("  %-" + (INDENT - 3) + "s %s%n", step.name(), wrapped(step.inWords()));
    }
    out.println();
    String profile = plan.normalisation().label();
    out.println("normalisation by the feed: " + (profile.isEmpty() ? "none" : profile));
    List<String> off =
        plan.steps().stream().filter(step -> !step.isOn()).map(PlannedStep::name).toList();
    if (!off.isEmpty()) {
      out.println("switched off: " + String.join(", ", off));
    }
    return ExitStatus.DONE;
  }

  /** Broken at spaces, so that what is right of the names stays there. */
  private static String wrapped(String words) {
    StringBuilder lines = new StringBuilder();
    int column = INDENT;
    for (String word : words.split(" ")) {
      if (column + word.length() > COLUMNS && column > INDENT) {
        lines.append(System.lineSeparator()).append(" ".repeat(INDENT));
        column = INDENT;
      } else if (column > INDENT) {
        lines.append(' ');
        column++;
      }
      lines.append(word);
      column += word.length();
    }
    return lines.toString();
  }

  private static String json(RecipeFile file, CleaningPlan plan) {
    ObjectNode object = new JsonMapper().createObjectNode();
    object.put("recipe", file.name()).put("version", plan.version());
    ArrayNode steps = object.putArray("steps");
    for (PlannedStep step : plan.steps()) {
      steps
          .addObject()
          .put("stage", step.stage())
          .put("step", step.name())
          .put("on", step.isOn())
          .put("what", step.inWords());
    }
    object.put("normalisation", plan.normalisation().label());
    ObjectNode settings = object.putObject("settings");
    plan.effectiveRecipe().forEach(settings::put);
    return object.toString();
  }
}
