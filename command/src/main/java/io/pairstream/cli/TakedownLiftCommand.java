package io.pairstream.cli;

import io.pairstream.operations.takedown.Subject;
import io.pairstream.operations.takedown.TakedownReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pairstream takedown lift}: what comes is taken again. */
@Command(name = "lift")
final class TakedownLiftCommand extends ClusterCommand {

  @Mixin private TakedownOptions request;

  @Override
  public Integer call() {
    Subject subject = request.subject();
    TakedownReport report = request.desk(access()).lift(request.of(subject, "", this));
    boolean found = report.removed() > 0;
    answer(
        TakedownCommand.Answer.of(report, found ? "LIFTED" : "UNKNOWN"),
        () -> {
          if (found) {
            print(
                "lifted, %d takedowns with those of its pairs; what comes is taken again, and what"
                    + " was removed must be sent again",
                report.removed());
          } else {
            complain(
                subject.key() + " is not withdrawn; what is: " + options().hint("takedown ls"));
          }
        });
    return found ? TakedownCommand.end(report, this) : ExitStatus.FOUND_WRONG;
  }
}
