package io.pairstream.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.pairstream.demo.OutputCounts;
import io.pairstream.ingest.files.BulkImport;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.SourceItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What an import came to, source by source and together.
 *
 * @param problems the first of them
 * @param judged what was decided meanwhile, where that was waited for
 * @param dryRun whether nothing was sent
 * @param seconds how long it took; more than 0
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record ImportSummary(
    long published,
    long links,
    List<Problem> problems,
    long problemCount,
    List<Source> sources,
    Optional<Judged> judged,
    boolean dryRun,
    double seconds,
    double pairsPerSecond,
    @JsonIgnore long imageBytes) {

  /** A line or a file that gave no pair. */
  record Problem(String where, String message) {}

  /** A source. */
  record Source(
      String name, long published, long links, long problemCount, BulkImport.Ending ending) {

    private String line() {
      String said =
          switch (ending) {
            case WHOLE -> "";
            case WHOLE_BEFORE -> " (imported before)";
            case LIMIT -> " (not to its end)";
            case BROKEN -> " (could not be read on)";
          };
      return String.format(
          Locale.ROOT,
          "  %s: %,d published, %,d links, %,d problems%s",
          name,
          published,
          links,
          problemCount,
          said);
    }
  }

  /**
   * What was decided.
   *
   * @param quarantined by reason, the most frequent first
   */
  record Judged(long training, long validation, long test, Map<String, Long> quarantined) {

    private static Judged of(OutputCounts counts) {
      Map<String, Long> mostFirst = new LinkedHashMap<>();
      counts.quarantine().entrySet().stream()
          .sorted(
              Map.Entry.<String, Long>comparingByValue()
                  .reversed()
                  .thenComparing(Map.Entry.comparingByKey()))
          .forEach(one -> mostFirst.put(one.getKey(), one.getValue()));
      return new Judged(counts.training(), counts.validation(), counts.test(), mostFirst);
    }

    private List<String> lines(UnaryOperator<String> typed) {
      List<String> lines = new ArrayList<>();
      String reasons =
          quarantined.entrySet().stream()
              .map(one -> String.format(Locale.ROOT, "%s %,d", one.getKey(), one.getValue()))
              .collect(Collectors.joining(", "));
      lines.add(
          String.format(
              Locale.ROOT,
              "judged meanwhile: %,d training, %,d validation, %,d test, %,d quarantined%s",
              training,
              validation,
              test,
              quarantined.values().stream().mapToLong(count -> count).sum(),
              reasons.isEmpty() ? "" : " (" + reasons + ")"));
      quarantined.keySet().stream()
          .findFirst()
          .ifPresent(most -> lines.add("why: " + typed.apply("quarantine ls --reason " + most)));
      return lines;
    }
  }

  static ImportSummary of(
      List<ImportRun.Outcome> outcomes,
      List<SourceItem.Problem> problems,
      double seconds,
      boolean dryRun) {
    long published = sum(outcomes, BulkImport.Result::published);
    long links = sum(outcomes, BulkImport.Result::links);
    return new ImportSummary(
        published,
        links,
        problems.stream().map(one -> new Problem(one.where(), one.message())).toList(),
        sum(outcomes, BulkImport.Result::problems),
        outcomes.stream().map(ImportSummary::source).toList(),
        Optional.empty(),
        dryRun,
        seconds,
        (published + links) / seconds,
        sum(outcomes, BulkImport.Result::imageBytes));
  }

  private static Source source(ImportRun.Outcome outcome) {
    BulkImport.Result result = outcome.result();
    return new Source(
        outcome.name(), result.published(), result.links(), result.problems(), result.ending());
  }

  private static long sum(
      List<ImportRun.Outcome> outcomes, ToLongFunction<BulkImport.Result> count) {
    return outcomes.stream().map(ImportRun.Outcome::result).mapToLong(count).sum();
  }

  /** The same, with what was decided. */
  ImportSummary with(Optional<OutputCounts> decided) {
    return new ImportSummary(
        published,
        links,
        problems,
        problemCount,
        sources,
        decided.map(Judged::of),
        dryRun,
        seconds,
        pairsPerSecond,
        imageBytes);
  }

  /**
   * For a person; a line for each source where there are several.
   *
   * @param typed a command as it is typed here
   */
  List<String> lines(UnaryOperator<String> typed) {
    List<String> lines = new ArrayList<>();
    if (sources.size() > 1) {
      sources.forEach(source -> lines.add(source.line()));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "%,d %s%s, %,d problems in %.1f s (%.0f pairs/s, %.1f MB/s)",
            published,
            dryRun ? "would be published" : "published",
            links == 0 ? "" : String.format(Locale.ROOT, ", %,d links to fetch", links),
            problemCount,
            seconds,
            pairsPerSecond,
            imageBytes / 1e6 / seconds));
    judged.ifPresent(decided -> lines.addAll(decided.lines(typed)));
    return lines;
  }
}
