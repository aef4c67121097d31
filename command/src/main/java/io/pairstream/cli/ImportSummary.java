package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.demo.DecidedPairs;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.terminal.Table;
import io.pairstream.terminal.TerminalText;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What an import did, as JSON and in words.
 *
 * @param problems the first of them
 * @param judged what was decided since the import began; empty where nobody waited for it
 * @param seconds how long publishing took
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ImportSummary(
    long published,
    long links,
    List<Problem> problems,
    long problemCount,
    List<ImportRun.Result> sources,
    Optional<DecidedPairs.Counts> judged,
    double seconds,
    double pairsPerSecond,
    double megabytesPerSecond) {

  static ImportSummary of(
      List<ImportRun.Result> results,
      List<Problem> problems,
      Optional<DecidedPairs.Counts> judged,
      double seconds) {
    long published = sum(results, ImportRun.Result::published);
    long links = sum(results, ImportRun.Result::links);
    return new ImportSummary(
        published,
        links,
        problems,
        sum(results, ImportRun.Result::problems),
        results,
        judged,
        seconds,
        (published + links) / seconds,
        sum(results, ImportRun.Result::imageBytes) / 1e6 / seconds);
  }

  private static long sum(List<ImportRun.Result> results, ToLongFunction<ImportRun.Result> count) {
    return results.stream().mapToLong(count).sum();
  }

  /** The sources, where there are several. */
  Table table() {
    Table table = new Table();
    if (sources.size() > 1) {
      table.row("SOURCE", "PUBLISHED", "LINKS", "PROBLEMS");
      for (ImportRun.Result source : sources) {
        table.row(
            source.name(),
            source.published(),
            source.links(),
            source.problems(),
            inWords(source.ending()));
      }
    }
    return table;
  }

  private static String inWords(ImportRun.Ending ending) {
    return switch (ending) {
      case WHOLE -> "";
      case WHOLE_BEFORE -> "imported before";
      case LIMIT -> "not to its end";
      case BROKEN -> "could not be read on";
    };
  }

  String sentence() {
    return String.format(
        Locale.ROOT,
        "%,d published%s, %,d problems in %.1f s (%.0f pairs/s, %.1f MB/s)",
        published,
        links == 0 ? "" : ", " + TerminalText.count(links) + " links to fetch",
        problemCount,
        seconds,
        pairsPerSecond,
        megabytesPerSecond);
  }

  static String sentence(DecidedPairs.Counts decided) {
    String reasons =
        decided.quarantine().entrySet().stream()
            .map(one -> one.getKey() + " " + TerminalText.count(one.getValue()))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "judged meanwhile: %,d training, %,d validation, %,d test, %,d quarantined%s",
        decided.training(),
        decided.validation(),
        decided.test(),
        decided.quarantined(),
        reasons.isEmpty() ? "" : " (" + reasons + ")");
  }
}
