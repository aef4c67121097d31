package io.pairstream.cli.data;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.curation.history.DecidedPairs;
import io.pairstream.ingest.files.WouldSend;
import io.pairstream.schemas.Hint;
import io.pairstream.terminal.Printer;
import io.pairstream.terminal.TerminalText;
import java.io.PrintWriter;
import java.util.stream.Collectors;

/** Writes what became of an import. */
record ImportPrinter(PrintWriter out) implements Printer {

  void print(WouldSend one) {
    print(
        "%s: %,d pair(|s), %,d link(|s), %,d problem(|s); nothing was sent",
        one.path(), one.pairs(), one.links(), one.problems());
    one.columns().forEach((column, entries) -> print("  %s, in %,d entr(y|ies)", column, entries));
  }

  void print(ImportProgress.Summary summary) {
    print(
        "%s in %.1f s (%.0f pairs/s, %.1f MB/s)",
        sent(summary), summary.seconds(), summary.pairsPerSecond(), summary.megabytesPerSecond());
    summary.judged().ifPresent(this::print);
  }

  /** How much was sent, in words. */
  static String sent(ImportProgress.Summary summary) {
    return TerminalText.format(
        "%,d published%s, %,d problem(|s)",
        summary.published(),
        summary.links() == 0 ? "" : TerminalText.format(", %,d link(|s) to fetch", summary.links()),
        summary.problemCount());
  }

  private void print(DecidedPairs.Counts decided) {
    print("%s", inWords(decided));
    decided
        .mostFrequentReason()
        .ifPresent(most -> print("why: %s", Hint.of("quarantine ls --reason " + most)));
  }

  /** Counts of the pairs by what became of them; copies do not count as quarantined. */
  static String inWords(DecidedPairs.Counts decided) {
    long copies = decided.copies();
    String reasons =
        decided.quarantine().entrySet().stream()
            .filter(one -> !one.getKey().equals(RejectReason.DUPLICATE_PAIR.name()))
            .map(one -> one.getKey() + " " + TerminalText.count(one.getValue()))
            .collect(Collectors.joining(", "));
    return "judged meanwhile: %,d training, %,d validation, %,d test, %,d quarantined%s%s"
        .formatted(
            decided.training(),
            decided.validation(),
            decided.test(),
            decided.quarantined() - copies,
            reasons.isEmpty() ? "" : " (" + reasons + ")",
            copies == 0 ? "" : ", " + TerminalText.count(copies) + " sent twice, counted once");
  }
}
