package io.pairstream.cli.review;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.pairstream.cli.recipe.RecipeDiffCommand;
import io.pairstream.curation.review.ReviewDecision;
import io.pairstream.curation.review.ReviewDecision.Decision;
import io.pairstream.curation.review.ReviewDesk;
import io.pairstream.curation.review.ReviewResult;
import io.pairstream.terminal.Printer;
import io.pairstream.tools.recipe.ReplayForecast;
import java.io.PrintWriter;
import java.util.List;

/** Writes what was sent again of the quarantine, or would be, and what a recipe makes of it. */
record ReplayPrinter(PrintWriter out, boolean plan, ReviewDecision decided) implements Printer {

  /** A replay of a selection, as JSON. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Replayed(
      boolean plan, @JsonUnwrapped ReviewDesk.Report report, ReplayForecast.Result under) {}

  /** A replay of named pairs, as JSON. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record ReplayedOnes(
      boolean plan, long sent, List<ReviewResult> results, ReplayForecast.Result under) {}

  /**
   * Writes what a recipe makes of the pairs.
   *
   * @param result null where none was named
   * @param under the recipe's name
   */
  void print(ReplayForecast.Result result, String under) {
    if (result != null) {
      print("%nunder %s", under);
      print("%-32s %,9d", "pass", result.passed());
      RecipeDiffCommand.examples(this, "rejected", result.rejected());
      count(
          "%,d link(|s): what is behind (it|them) is not known before it is fetched",
          result.links());
    }
  }

  /** Writes what became of one pair. */
  void print(ReviewResult result) {
    String said =
        switch (result.outcome()) {
          case DONE -> plan ? "can go" : "sent";
          case FAILED -> "not sent";
          case UNKNOWN -> "unknown";
        };
    print("%-34s %-8s %s", result.id(), said, result.detail().text());
  }

  /**
   * Writes how many were sent, and why the others were not.
   *
   * @param limit the most that were to be sent
   */
  void print(ReviewDesk.Report report, int limit) {
    print("%d %s", report.sent(), plan ? "would be sent again" : "sent again");
    report.reasons().forEach((name, count) -> print("  %-24s %d", name, count));
    if (report.left() > 0) {
      String next = "; the same command sends the next " + Math.min(limit, report.left());
      print("%d left beyond --limit%s", report.left(), plan ? "" : next);
    }
    count(
        "%d left alone: sent again or decided anew before, or nothing of them can be "
            + (decided.decision() == Decision.ACCEPTED ? "accepted" : "sent")
            + (decided.again() ? "" : "; --again sends those that were sent before"),
        report.skipped());
  }
}
