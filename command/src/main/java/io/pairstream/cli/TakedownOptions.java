package io.pairstream.cli;

import io.pairstream.operations.actions.Actor;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.takedown.Subject;
import io.pairstream.operations.takedown.TakedownDesk;
import io.pairstream.terminal.Progress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What a takedown is about, who asks, and how long the command waits. */
final class TakedownOptions {

  static final int LONGEST_TEXT = 4_000;

  @Parameters(paramLabel = "PAIR_ID", arity = "0..1")
  private String pairId;

  @Option(names = "--image", paramLabel = "DIGEST")
  private String image;

  @Option(names = "--contributor", paramLabel = "NAME")
  private String contributor;

  @Option(names = "--source", paramLabel = "SOURCE")
  private String source;

  @Option(names = "--by", paramLabel = "NAME")
  private String by;

  @Option(names = "--wait", paramLabel = "TIME", defaultValue = "60s")
  private Duration timeout;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  TakedownDesk desk(ClusterAccess access) {
    return new TakedownDesk(access, Clock.systemUTC());
  }

  Subject subject() {
    List<Subject> chosen;
    try {
      chosen =
          Stream.of(
                  subject(pairId, Subject::pair),
                  subject(image, Subject::image),
                  subject(contributor, Subject::contributor),
                  subject(source, Subject::source))
              .flatMap(Function.identity())
              .toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    if (chosen.size() != 1) {
      throw new ParameterException(
          spec.commandLine(),
          "say what to withdraw, one thing: PAIR_ID, --image, --contributor or --source");
    }
    return chosen.get(0);
  }

  private static Stream<Subject> subject(String text, Function<String, Subject> of) {
    return Stream.ofNullable(text).map(of);
  }

  static boolean isText(String text) {
    return text != null && !text.isBlank() && text.length() <= LONGEST_TEXT;
  }

  TakedownDesk.Request of(Subject subject, String cause, PairstreamCommand command) {
    command.require(
        by == null || isText(by), "--by must have 1 to " + LONGEST_TEXT + " characters");
    Progress progress = command.progress();
    return new TakedownDesk.Request(
        subject,
        Actor.atTheCommandLine().name() + (by == null ? "" : ", for " + by),
        cause,
        timeout,
        () -> progress.show("waiting for the topology; Ctrl-C stops the waiting alone"));
  }
}
