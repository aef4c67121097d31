package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.takedown.Subject;
import io.pairstream.operations.takedown.TakedownDesk;
import io.pairstream.operations.takedown.TakedownReport;
import io.pairstream.schemas.Takedown;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream takedown}: removes published pairs, and rejects what comes of them. */
@Command(
    name = "takedown",
    subcommands = {TakedownLsCommand.class, TakedownLiftCommand.class})
final class TakedownCommand extends ClusterCommand {

  @Mixin private TakedownOptions request;

  @Option(names = "--cause", paramLabel = "TEXT")
  private String cause;

  @Option(names = "--plan")
  private boolean plan;

  @Override
  public Integer call() {
    Subject subject = request.subject();
    require(
        plan || TakedownOptions.isText(cause),
        "say why: --cause TEXT, of 1 to " + TakedownOptions.LONGEST_TEXT + " characters");
    TakedownDesk desk = request.desk(access());
    TakedownReport report =
        plan ? desk.plan(subject) : desk.takeDown(request.of(subject, cause, this));
    answer(Answer.of(report, plan ? "PLANNED" : "DONE"), () -> print(report));
    return end(report, this);
  }

  private void print(TakedownReport report) {
    report.earlier().ifPresent(earlier -> print("in force already: %s", says(earlier)));
    String splits =
        report.published().entrySet().stream()
            .map(entry -> name(entry.getKey()) + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    print(
        "%s %s: %s%s",
        name(report.subject().kind()),
        report.subject().name(),
        report.total() == 1 ? "1 published pair" : report.total() + " published pairs",
        splits.isEmpty() ? "" : " (" + splits + ")");
    if (plan) {
      print("nothing is done; without --plan these would be removed, and copies rejected");
    } else {
      print("%d removed; what comes of it is rejected", report.removed());
    }
  }

  /** When it was withdrawn, by whom and why. */
  static String says(Takedown takedown) {
    return "on "
        + takedown.getRequestedAt()
        + " by "
        + takedown.getRequestedBy()
        + (takedown.getPartOf().isEmpty() ? "" : " with " + takedown.getPartOf())
        + " because: "
        + takedown.getCause();
  }

  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static int end(TakedownReport report, PairstreamCommand command) {
    report
        .unfinished()
        .ifPresent(
            what ->
                command.complain(
                    what + "; it is in Kafka and will be; the same command says when"));
    return report.unfinished().isPresent() ? ExitStatus.COULD_NOT : ExitStatus.DONE;
  }

  /** What a command has done, as JSON. */
  record Answer(String state, @JsonUnwrapped TakedownReport report) {

    static Answer of(TakedownReport report, String state) {
      return new Answer(report.unfinished().isPresent() ? "WAITING" : state, report);
    }
  }
}
