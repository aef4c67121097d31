package io.pairstream.cli.archive;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.cli.command.FilesFrom;
import io.pairstream.service.table.ViewStorageException;
import io.pairstream.tools.audit.Audit;
import io.pairstream.tools.audit.AuditReport;
import io.pairstream.tools.audit.AuditReport.LinkReport;
import java.io.IOException;
import java.time.Instant;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairstream audit}: whether every record is in exactly one output. */
@Command(name = "audit")
public final class AuditCommand extends ClusterCommand {

  @Mixin FilesFrom filesFrom;

  @Option(names = "--since", paramLabel = "TIME")
  private Instant since;

  @Option(names = "--recipe", paramLabel = "NAME|FILE", defaultValue = "dalle")
  private String recipe;

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Audited(@JsonUnwrapped AuditReport report, Instant since) {}

  @Override
  public Integer call() throws IOException {
    CleaningPlan plan = plan(recipe(recipe));
    try {
      AuditReport report = new Audit(access()).since(since == null ? Instant.EPOCH : since, plan);
      return answer(new Audited(report, since), report.passes(), () -> print(report));
    } catch (ViewStorageException e) {
      throw new IOException(
          "the audit cannot keep its notes (%s); JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=DIR names another folder"
              .formatted(e.getMessage()),
          e);
    }
  }

  private void print(AuditReport report) {
    print("inputs       %d", report.inputs());
    new TreeMap<>(report.outputs()).forEach((topic, count) -> print("  %-22s %d", topic, count));
    count("in flight    %d", report.inFlight());
    count("waiting      %d until their picture is looked up", report.waiting());
    count("withdrawn    %d", report.withdrawn());
    count(
        "expired      %d output(|s) whose input "
            + (since == null ? "has left the log" : "is older than " + since),
        report.expired());
    LinkReport links = report.links();
    if (links.inputs() > 0) {
      print("links        %d", links.inputs());
      print("  %-22s %d", "fetched", links.fetched());
      print("  %-22s %d", "quarantined", links.quarantined());
      print("  %-22s %d", "waiting", links.waiting());
      count("  and %d whose pairs are kept no longer", links.expired());
    }
    if (since != null) {
      print("links        not looked at; without --since they are");
    }
    count(
        "other recipe %d pair(|s): whether their splits and tokens are right, --recipe tells",
        report.otherRecipes());
    print("audit: %d difference(|s)", report.differences());
    report.details().forEach(one -> print("  %s  %s", one.kind(), one.sentence()));
    count("  and %d more", report.differences() - report.details().size());
    print(
        "near copies: %d picture(|s) (is|are) nearly one of another split%s",
        report.nearCopies().count(),
        report.nearCopies().count() > 0 ? "; differences where they were looked for" : "");
    report.nearCopies().first().forEach(sentence -> print("  %s", sentence));
    count("  and %d more", report.nearCopies().count() - report.nearCopies().first().size());
    count(
        "equal samples: %d pair(|s) (has|have) the picture and the cleaned caption of another; no"
            + " difference, but each is trained on twice. See docs/operators.md",
        report.equalSamples());
    report.firstEqualSamples().forEach(one -> print("  %s is as %s", one.pairId(), one.sameAs()));
    count("  and %d more", report.equalSamples() - report.firstEqualSamples().size());
  }
}
