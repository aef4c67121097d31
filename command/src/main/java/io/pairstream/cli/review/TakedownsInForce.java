package io.pairstream.cli.review;

import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.cli.command.Resumable;
import io.pairstream.curation.takedown.Subject;
import io.pairstream.curation.takedown.TakedownService;
import io.pairstream.schemas.Hint;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Commands about takedowns that are in force. */
final class TakedownsInForce {

  private TakedownsInForce() {}

  /** {@code pairstream takedown ls}: what is withdrawn. */
  @Command(name = "ls")
  static final class Ls extends ClusterCommand {

    @Override
    public Integer call() {
      List<TakedownService.Entry> entries = new TakedownService(access(), Clock.systemUTC()).list();
      entries.forEach(entry -> answer(entry, () -> new TakedownPrinter(out()).print(entry)));
      if (entries.isEmpty() && !json()) {
        print("nothing is withdrawn");
      }
      return ExitStatus.DONE;
    }
  }

  /** {@code pairstream takedown lift}: what comes is taken again. */
  @Command(name = "lift")
  static final class Lift extends ClusterCommand implements Resumable {

    @Mixin private SubjectOptions request;

    @Override
    public Integer call() {
      Subject subject = checked(request::subject);
      Optional<TakedownService.Report> lifted =
          new TakedownService(access(), Clock.systemUTC())
              .lift(checked(() -> request.of(subject, "", progress())));
      if (lifted.isPresent()) {
        TakedownService.Report report = lifted.get();
        answer(
            new TakedownPrinter.TakedownAnswer("LIFTED", report, Map.of(), List.of()),
            () -> new TakedownPrinter(out()).printLifted(report));
        return TakedownCommand.end(report, this);
      }
      TakedownService.Report none =
          new TakedownService.Report(
              subject, new TreeMap<>(), new TreeMap<>(), 0, Optional.empty(), Optional.empty());
      answer(
          new TakedownPrinter.TakedownAnswer("UNKNOWN", none, Map.of(), List.of()),
          () -> complain(subject.key() + " is not withdrawn; what is: " + Hint.of("takedown ls")));
      return ExitStatus.FOUND_WRONG;
    }
  }
}
