package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.doctor.Doctor;
import io.pairstream.image.WorkerSettings;
import io.pairstream.platform.AppLayout;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Level;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pairstream doctor}: whether machine and cluster are fit for what is promised. */
@Command(name = "doctor")
final class DoctorCommand implements Callable<Integer> {

  @Mixin private ClusterOptions options;

  @Mixin private RequirementOptions requirements;

  @Spec private CommandSpec spec;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  @Mixin private WorkerOptions workerOptions;

  @Override
  public Integer call() {
    List<Finding> findings =
        Doctor.examine(
            requirements.of(options.cluster()),
            options.dataDirectory(),
            workerOptions.of(WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), 1)),
            CheckedRecipe.plan(CheckedRecipe.find(recipe, spec.commandLine())));
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(json(findings));
    } else {
      print(findings, out);
    }
    return status(findings);
  }

  static int status(List<Finding> findings) {
    if (findings.stream().anyMatch(finding -> finding.level() == Level.WRONG)) {
      return ExitStatus.FOUND_WRONG;
    }
    return findings.stream().anyMatch(finding -> finding.level() == Level.NOT_TOLD)
        ? ExitStatus.COULD_NOT
        : ExitStatus.DONE;
  }

  private static void print(List<Finding> findings, PrintWriter out) {
    for (Finding finding : findings) {
      out.printf(
          "%-8s %-9s %-20s %s%n",
          inWords(finding.level()),
          finding.area().name().toLowerCase(Locale.ROOT),
          finding.check(),
          TerminalText.plain(finding.sentence()));
    }
    out.printf(
        "doctor: %d wrong, %d warnings, %d not checked, %d ok%n",
        count(findings, Level.WRONG),
        count(findings, Level.WARNING),
        count(findings, Level.NOT_TOLD),
        count(findings, Level.OK));
  }

  private static String inWords(Level level) {
    return level.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static long count(List<Finding> findings, Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }

  private static ObjectNode json(List<Finding> findings) {
    ObjectNode object = new JsonMapper().createObjectNode();
    for (Level level : Level.values()) {
      object.put(level.name().toLowerCase(Locale.ROOT), count(findings, level));
    }
    ArrayNode checks = object.putArray("checks");
    for (Finding finding : findings) {
      checks
          .addObject()
          .put("area", finding.area().name())
          .put("check", finding.check())
          .put("level", finding.level().name())
          .put("found", finding.found())
          .put("right", finding.right())
          .put("remedy", finding.remedy())
          .put("waivable", finding.requirement().isPresent());
    }
    return object;
  }
}
