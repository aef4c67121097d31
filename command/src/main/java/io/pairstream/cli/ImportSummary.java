package io.pairstream.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.demo.OutputCounts;
import io.pairstream.ingest.files.BulkImport;
import io.pairstream.ingest.files.ImportRun;
import io.pairstream.ingest.files.SourceItem.Problem;
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
 * @param firstProblems as many as are shown
 * @param seconds how long it took; more than 0
 * @param isTrial whether nothing was sent
 * @param judged what was decided meanwhile, where that was waited for
 */
record ImportSummary(
    List<ImportRun.Outcome> outcomes,
    List<Problem> firstProblems,
    double seconds,
    boolean isTrial,
    Optional<OutputCounts> judged) {

  /** The same, with what was decided. */
  ImportSummary with(OutputCounts decided) {
    return new ImportSummary(outcomes, firstProblems, seconds, isTrial, Optional.of(decided));
  }

  /** Lines and files that gave no pair. */
  long problems() {
    return sum(BulkImport.Result::problems);
  }

  /**
   * For a person; a line for each source where there are several.
   *
   * @param typed a command as it is typed here
   */
  String text(UnaryOperator<String> typed) {
    StringBuilder text = new StringBuilder();
    if (outcomes.size() > 1) {
      for (ImportRun.Outcome outcome : outcomes) {
        text.append("  ").append(line(outcome)).append(System.lineSeparator());
      }
    }
    long sent = published() + links();
    text.append(
        String.format(
            Locale.ROOT,
            "%,d %s%s, %,d problems in %.1f s (%.0f pairs/s, %.1f MB/s)",
            published(),
            isTrial ? "would be published" : "published",
            links() == 0 ? "" : String.format(Locale.ROOT, ", %,d links to fetch", links()),
            problems(),
            seconds,
            sent / seconds,
            sum(BulkImport.Result::imageBytes) / 1e6 / seconds));
    judged.ifPresent(
        decided -> text.append(System.lineSeparator()).append(inWords(decided, typed)));
    return text.toString();
  }

  /** As one JSON object; {@code problems} holds the first thousand. */
  String json() {
    ObjectNode json = JsonMapper.builder().build().createObjectNode();
    json.put("published", published());
    json.put("links", links());
    ArrayNode array = json.putArray("problems");
    for (Problem problem : firstProblems) {
      array.addObject().put("where", problem.where()).put("message", problem.message());
    }
    json.put("problem_count", problems());
    ArrayNode sources = json.putArray("sources");
    for (ImportRun.Outcome outcome : outcomes) {
      sources
          .addObject()
          .put("name", outcome.name())
          .put("published", outcome.result().published())
          .put("links", outcome.result().links())
          .put("problem_count", outcome.result().problems())
          .put("ending", outcome.result().ending().name());
    }
    judged.ifPresent(
        decided -> {
          ObjectNode counts = json.putObject("judged");
          counts.put("training", decided.training());
          counts.put("validation", decided.validation());
          counts.put("test", decided.test());
          ObjectNode quarantined = counts.putObject("quarantined");
          mostFirst(decided).forEach(one -> quarantined.put(one.getKey(), one.getValue()));
        });
    json.put("dry_run", isTrial);
    json.put("seconds", seconds);
    json.put("pairs_per_second", (published() + links()) / seconds);
    return json.toString();
  }

  private static String inWords(OutputCounts decided, UnaryOperator<String> typed) {
    String text =
        String.format(
            Locale.ROOT,
            "judged meanwhile: %,d training, %,d validation, %,d test, %,d quarantined",
            decided.training(),
            decided.validation(),
            decided.test(),
            decided.quarantined());
    List<Map.Entry<String, Long>> reasons = mostFirst(decided);
    if (reasons.isEmpty()) {
      return text;
    }
    return text
        + reasons.stream()
            .map(one -> String.format(Locale.ROOT, "%s %,d", one.getKey(), one.getValue()))
            .collect(Collectors.joining(", ", " (", ")"))
        + String.format(
            "%nwhy: %s", typed.apply("quarantine ls --reason " + reasons.get(0).getKey()));
  }

  private static List<Map.Entry<String, Long>> mostFirst(OutputCounts decided) {
    return decided.quarantine().entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .toList();
  }

  private long published() {
    return sum(BulkImport.Result::published);
  }

  private long links() {
    return sum(BulkImport.Result::links);
  }

  private long sum(ToLongFunction<BulkImport.Result> count) {
    return outcomes.stream().map(ImportRun.Outcome::result).mapToLong(count).sum();
  }

  private static String line(ImportRun.Outcome outcome) {
    BulkImport.Result result = outcome.result();
    String ending =
        switch (result.ending()) {
          case WHOLE -> "";
          case WHOLE_BEFORE -> " (imported before)";
          case LIMIT -> " (not to its end)";
          case BROKEN -> " (could not be read on)";
        };
    return String.format(
        Locale.ROOT,
        "%s: %,d published, %,d links, %,d problems%s",
        outcome.name(),
        result.published(),
        result.links(),
        result.problems(),
        ending);
  }
}
