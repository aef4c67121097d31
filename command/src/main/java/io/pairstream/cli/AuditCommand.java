package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.audit.Audit;
import io.pairstream.operations.audit.AuditReport;
import io.pairstream.operations.audit.LinkReport;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.terminal.TerminalText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pairstream audit}: whether every record is in exactly one output. */
@Command(name = "audit")
final class AuditCommand implements Callable<Integer> {

  @Mixin private ClusterOptions options;

  @Option(names = "--since", paramLabel = "TIME", converter = PastTime.class)
  private Instant since;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Audit audit = new Audit(new ClusterAccess(options.cluster()));
    AuditReport report;
    try {
      report = since == null ? audit.run() : audit.since(since);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    PrintWriter out = spec.commandLine().getOut();
    if (options.json()) {
      out.println(json(report));
    } else {
      print(report, out);
      printEqualSamples(report, out);
    }
    return report.passes() ? ExitStatus.DONE : ExitStatus.FOUND_WRONG;
  }

  private void print(AuditReport report, PrintWriter out) {
    out.println("inputs       " + report.inputs());
    new TreeMap<>(report.outputs())
        .forEach((topic, count) -> out.printf("  %-22s %d%n", topic, count));
    if (report.inFlight() > 0) {
      out.println("in flight    " + report.inFlight());
    }
    if (report.withdrawn() > 0) {
      out.println("withdrawn    " + report.withdrawn());
    }
    if (report.expired() > 0) {
      out.println(
          "expired      "
              + report.expired()
              + (since == null
                  ? " outputs whose input has left the log"
                  : " outputs whose input is older than " + since));
    }
    LinkReport links = report.links();
    if (links.inputs() > 0) {
      out.println("links        " + links.inputs());
      out.printf("  %-22s %d%n", "fetched", links.fetched());
      out.printf("  %-22s %d%n", "quarantined", links.quarantined());
      out.printf("  %-22s %d%n", "waiting", links.waiting());
      if (links.expired() > 0) {
        out.println("  and " + links.expired() + " whose pairs are kept no longer");
      }
    }
    if (since != null) {
      out.println("links        not looked at; without --since they are");
    }
    out.println("audit: " + report.differences() + " differences");
    report
        .details()
        .forEach(
            difference ->
                out.println(
                    "  " + difference.kind() + "  " + TerminalText.plain(difference.sentence())));
    if (report.differences() > report.details().size()) {
      out.println("  and " + (report.differences() - report.details().size()) + " more");
    }
  }

  private static void printEqualSamples(AuditReport report, PrintWriter out) {
    if (report.equalSamples() == 0) {
      return;
    }
    out.println(
        "equal samples: "
            + report.equalSamples()
            + " pairs have the picture and the cleaned caption of another; no difference, but each"
            + " is trained on twice. See docs/operators.md");
    report
        .firstEqualSamples()
        .forEach(equal -> out.println("  " + equal.pairId() + " is as " + equal.sameAs()));
    if (report.equalSamples() > report.firstEqualSamples().size()) {
      out.println("  and " + (report.equalSamples() - report.firstEqualSamples().size()) + " more");
    }
  }

  private ObjectNode json(AuditReport report) {
    ObjectNode object = new JsonMapper().createObjectNode();
    object.put("inputs", report.inputs());
    object.put("differences", report.differences());
    ObjectNode outputs = object.putObject("outputs");
    new TreeMap<>(report.outputs()).forEach(outputs::put);
    object.put("in_flight", report.inFlight());
    object.put("withdrawn", report.withdrawn());
    object.put("expired", report.expired());
    object.put("newer", report.newer());
    if (since != null) {
      object.put("since", since.toString());
    }
    object.put("equal_samples", report.equalSamples());
    ArrayNode equal = object.putArray("equal_sample_details");
    report
        .firstEqualSamples()
        .forEach(
            sample ->
                equal.addObject().put("pair_id", sample.pairId()).put("same_as", sample.sameAs()));
    LinkReport links = report.links();
    object
        .putObject("links")
        .put("inputs", links.inputs())
        .put("fetched", links.fetched())
        .put("quarantined", links.quarantined())
        .put("waiting", links.waiting())
        .put("expired", links.expired())
        .put("newer", links.newer());
    ArrayNode details = object.putArray("details");
    report
        .details()
        .forEach(
            difference -> {
              ObjectNode detail =
                  details
                      .addObject()
                      .put("kind", difference.kind().name())
                      .put("sentence", difference.sentence());
              if (!difference.pairId().isEmpty()) {
                detail.put("pair_id", difference.pairId()).put("raw", difference.raw());
              }
            });
    return object;
  }
}
