package io.pairstream.cli;

import io.pairstream.operations.profile.ProfileQuestion;
import io.pairstream.operations.profile.ProfileReport;
import io.pairstream.operations.profile.ReadProfile;
import io.pairstream.terminal.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream profile}: what the data set holds, by its topics. */
@Command(name = "profile")
final class ProfileCommand extends ClusterCommand {

  @Option(names = "--split", paramLabel = "SPLIT", defaultValue = "")
  private String split;

  @Option(names = "--source", paramLabel = "KIND", defaultValue = "")
  private String source;

  @Override
  public Integer call() throws IOException {
    ProfileQuestion question = checked(() -> ProfileQuestion.of(split, source));
    ProfileReport report;
    try (Progress progress = progress()) {
      report =
          new ReadProfile(access(), Path.of(System.getProperty("java.io.tmpdir")))
              .read(question, pairs -> progress.show("reading: %,d pairs so far", pairs));
    }
    String dataset = cluster().dataset().name();
    answer(
        new ProfileReport.Answer(dataset, true, report, Optional.empty()),
        () -> ProfileText.lines(dataset, report).forEach(out()::println));
    return ExitStatus.DONE;
  }
}
