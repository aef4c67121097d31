package io.pairstream.cli;

import io.pairstream.doctor.Doctor;
import io.pairstream.image.WorkerSettings;
import io.pairstream.platform.AppLayout;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Level;
import io.pairstream.terminal.Table;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream doctor}: whether machine and cluster are fit for what is promised. */
@Command(name = "doctor")
final class DoctorCommand extends ClusterCommand {

  @Mixin private RequirementOptions requirements;

  @Mixin private WorkerOptions workers;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  @Override
  public Integer call() {
    List<Finding> findings =
        Doctor.examine(
            requirements.of(cluster()),
            options().dataDirectory(),
            workers.of(WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), 1)),
            CheckedRecipe.plan(CheckedRecipe.find(recipe, spec().commandLine())));
    answer(
        new Examined(
            count(findings, Level.OK),
            count(findings, Level.WARNING),
            count(findings, Level.WRONG),
            count(findings, Level.NOT_TOLD),
            findings),
        () -> print(findings));
    return status(findings);
  }

  static int status(List<Finding> findings) {
    if (count(findings, Level.WRONG) > 0) {
      return ExitStatus.FOUND_WRONG;
    }
    return count(findings, Level.NOT_TOLD) > 0 ? ExitStatus.COULD_NOT : ExitStatus.DONE;
  }

  private void print(List<Finding> findings) {
    Table table = new Table();
    for (Finding finding : findings) {
      table.row(
          finding.level().name().toLowerCase(Locale.ROOT).replace('_', ' '),
          finding.area().name().toLowerCase(Locale.ROOT),
          finding.check(),
          finding.sentence());
    }
    print(table);
    print(
        "doctor: %d wrong, %d warnings, %d not checked, %d ok",
        count(findings, Level.WRONG),
        count(findings, Level.WARNING),
        count(findings, Level.NOT_TOLD),
        count(findings, Level.OK));
  }

  private static long count(List<Finding> findings, Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }

  /** All findings as JSON. */
  private record Examined(long ok, long warning, long wrong, long notTold, List<Finding> checks) {}
}
