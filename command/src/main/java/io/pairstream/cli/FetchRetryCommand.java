package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.operations.links.FailedLinks;
import io.pairstream.operations.links.RetryLinks;
import io.pairstream.operations.links.RetryReport;
import io.pairstream.schemas.InvalidUrlException;
import io.pairstream.schemas.LinkHost;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pairstream fetch retry}: links that failed, once more. */
@Command(name = "retry")
final class FetchRetryCommand extends ClusterCommand {

  @Option(names = "--reason", paramLabel = "REASON")
  private String reason;

  @Option(names = "--host", paramLabel = "HOST")
  private String host;

  @Option(names = "--since", paramLabel = "TIME", converter = PastTime.class)
  private Instant since;

  @Option(names = "--dry-run")
  private boolean dryRun;

  /** What was sent again, as JSON. */
  private record Retried(boolean dryRun, @JsonUnwrapped RetryReport report) {}

  @Override
  public Integer call() {
    FailedLinks wanted =
        new FailedLinks(
            Optional.ofNullable(reason).map(text -> text.toUpperCase(Locale.ROOT)),
            Optional.ofNullable(host).map(this::hostName),
            Optional.ofNullable(since));
    RetryLinks retry = new RetryLinks(access(), Clock.systemUTC());
    RetryReport report = dryRun ? retry.count(wanted) : retry.send(wanted);
    answer(new Retried(dryRun, report), () -> print(report));
    return ExitStatus.DONE;
  }

  private void print(RetryReport report) {
    print("%d links %s", report.sent(), dryRun ? "would be sent again" : "sent again");
    report.reasons().forEach((name, count) -> print("  %-24s %d", name, count));
    if (report.elsewhere() > 0) {
      print("%d left alone: they came again before", report.elsewhere());
    }
    if (report.unusable() > 0) {
      print("%d left alone: they are no links that can be fetched", report.unusable());
    }
  }

  private String hostName(String text) {
    try {
      return LinkHost.of("http://" + text);
    } catch (InvalidUrlException e) {
      throw wrong("--host: " + e.getMessage());
    }
  }
}
