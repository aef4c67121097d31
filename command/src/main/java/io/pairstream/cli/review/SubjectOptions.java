package io.pairstream.cli.review;

import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.takedown.Subject;
import io.pairstream.curation.takedown.TakedownService;
import io.pairstream.terminal.Progress;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options that name the subject of a takedown, and how long the command waits. */
final class SubjectOptions {

  @Parameters(paramLabel = "PAIR_ID", arity = "0..1")
  private String pairId;

  @Option(names = "--image", paramLabel = "DIGEST")
  private String image;

  @Option(names = "--contributor", paramLabel = "NAME")
  private String contributor;

  @Option(names = "--producer", paramLabel = "NAME")
  private String producer;

  @Option(names = "--source", paramLabel = "SOURCE")
  private String source;

  @Option(names = "--wait", paramLabel = "TIME", defaultValue = "60s")
  private Duration timeout;

  Subject subject() {
    List<Subject> chosen =
        Stream.of(
                Stream.ofNullable(pairId).map(Subject::pair),
                Stream.ofNullable(image).map(Subject::image),
                Stream.ofNullable(contributor).map(Subject::contributor),
                Stream.ofNullable(producer).map(Subject::producer),
                Stream.ofNullable(source).map(Subject::source))
            .flatMap(Function.identity())
            .toList();
    if (chosen.size() != 1) {
      throw new IllegalArgumentException(
          "say what to withdraw, one thing: PAIR_ID, --image, --contributor, --producer or"
              + " --source");
    }
    return chosen.get(0);
  }

  TakedownService.Request of(Subject subject, String cause, Progress progress) {
    return new TakedownService.Request(
        subject,
        Actor.atTheCommandLine().name(),
        cause,
        timeout,
        () -> progress.show("waiting for the topology; Ctrl-C stops the waiting alone"));
  }
}
